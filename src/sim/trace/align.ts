/**
 * Two walks of the same question side by side: which steps of one are the same moment of the other. A longest common
 * subsequence, in which a moment that is the same to the last header outweighs one that is only the same event.
 */
import type { Packet } from '../packet/packet.ts';
import type { Step, Trace } from './trace.ts';

export interface Moment {
  /** Index into the first trace's steps; absent where only the second has this moment. */
  readonly a?: number;
  readonly b?: number;
  /** Both, and nothing differs that a person would call a difference: device, headers above Ethernet, what was decided. */
  readonly same: boolean;
  /** What differs where both have the moment. */
  readonly differs?: { readonly device: boolean; readonly ends: boolean; readonly rest: boolean };
}

/** Who has an address, where the two clusters hand out different ones: a pod's name. Others stand for themselves. */
export type Owner = (ip: string) => string | undefined;

const SAME = 3;
const ALIKE = 2;

/** What happened where, in which part of the conversation: the same in both walks whatever devices carry it. */
function eventOf(trace: Trace, step: Step, firstOfPurpose: ReadonlyMap<number, number>): string {
  const segment = trace.segments[step.segment];
  const exchange = trace.exchanges[step.exchange];
  const part = `${segment?.purpose ?? 'arp'} ${firstOfPurpose.get(step.segment) ?? ''} ${exchange?.kind ?? ''}`;
  return `${part} ${step.dir} ${step.retry ?? 0} ${step.place} ${step.kind} ${step.hook ?? ''} ${wordOf(step)} ${flags(step)}`;
}

/** Reasons tell apart what `kind` joins; moving over a link and rewriting need no more words. */
function wordOf(step: Step): string {
  return step.kind === 'transmit' || step.kind === 'receive' || step.kind === 'nat' ? '' : step.reason.code;
}

function flags(step: Step): string {
  const l4 = step.packet === undefined ? undefined : innermost(step.packet).l4;
  return l4?.proto === 'tcp' ? l4.flags.join() : '';
}

function innermost(packet: Packet): Packet {
  return packet.inner === undefined ? packet : innermost(packet.inner);
}

/** Source and destination of each header, the outermost first. MAC addresses are every device's own. */
function endsOf(packet: Packet | undefined, owner: Owner): string {
  if (packet === undefined) return '';
  const { ip, arp, inner } = packet;
  const name = (address: string | undefined): string => owner(address ?? '') ?? address ?? '';
  const own =
    ip === undefined ? `${name(arp?.senderIp)} ${name(arp?.targetIp)}` : `${name(ip.src)} ${name(ip.dst)}`;
  return inner === undefined ? own : `${own} [${endsOf(inner, owner)}]`;
}

/** What else of the headers a person compares: TTL, ports but the client's, which chance draws, and the tunnel. */
function restOf(packet: Packet | undefined, dir: Step['dir']): string {
  if (packet === undefined) return '';
  const { ip, l4, inner } = packet;
  const transport =
    l4 === undefined
      ? ''
      : 'type' in l4
        ? `${l4.type}/${l4.code}`
        : `${inner === undefined && dir === 'reply' ? l4.sport : l4.dport}`;
  const own = `${ip?.ttl ?? ''} ${l4?.proto ?? ''} ${transport}`;
  return inner === undefined
    ? own
    : `${own} vni ${(packet.vxlan ?? packet.geneve)?.vni} [${restOf(inner, dir)}]`;
}

interface Shown {
  readonly index: number;
  readonly event: string;
  readonly device: string;
  readonly ends: string;
  readonly rest: string;
}

function shownOf({ trace, shown, owner }: Side): readonly Shown[] {
  const counts = new Map<string, number>();
  const order = new Map<number, number>();
  for (const { index, purpose } of trace.segments) {
    const n = counts.get(purpose) ?? 0;
    counts.set(purpose, n + 1);
    order.set(index, n);
  }
  return shown.flatMap((index) => {
    const step = trace.steps[index];
    if (step === undefined) return [];
    const { dev } = step.reason.params as { readonly dev?: string };
    return [
      {
        index,
        event: eventOf(trace, step, order),
        // A hook acts wherever its packet came in, and a route is said by where it leads.
        device: step.hook !== undefined || step.kind === 'route' ? '' : (step.iface ?? ''),
        ends: `${endsOf(step.before, owner)} > ${endsOf(step.packet, owner)}`,
        rest: `${step.reason.code} ${dev ?? ''} ${restOf(step.before, step.dir)} > ${restOf(step.packet, step.dir)}`,
      },
    ];
  });
}

export interface Side {
  readonly trace: Trace;
  /** Indexes into its steps. */
  readonly shown: readonly number[];
  readonly owner: Owner;
}

/** The moments of two walks in order; every shown step of either is in exactly one. Costs the product of their lengths. */
export function alignTraces(a: Side, b: Side): readonly Moment[] {
  const left = shownOf(a);
  const right = shownOf(b);
  const width = right.length + 1;
  // best[i][j]: the weight of the best alignment of the rests from i and j on.
  const best = new Int32Array((left.length + 1) * width);
  const weight = (i: number, j: number): number => {
    const x = left[i];
    const y = right[j];
    if (x === undefined || y === undefined || x.event !== y.event) return 0;
    return x.device === y.device && x.ends === y.ends && x.rest === y.rest ? SAME : ALIKE;
  };
  const at = (i: number, j: number): number => best[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const w = weight(i, j);
      const both = w === 0 ? 0 : w + at(i + 1, j + 1);
      best[i * width + j] = Math.max(both, at(i + 1, j), at(i, j + 1));
    }
  }
  const moments: Moment[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const x = left[i];
    const y = right[j];
    const w = weight(i, j);
    if (x !== undefined && y !== undefined && w > 0 && at(i, j) === w + at(i + 1, j + 1)) {
      const differs = { device: x.device !== y.device, ends: x.ends !== y.ends, rest: x.rest !== y.rest };
      moments.push({ a: x.index, b: y.index, same: w === SAME, ...(w === SAME ? {} : { differs }) });
      i++;
      j++;
    } else if (x !== undefined && (y === undefined || at(i, j) === at(i + 1, j))) {
      moments.push({ a: x.index, same: false });
      i++;
    } else if (y !== undefined) {
      moments.push({ b: y.index, same: false });
      j++;
    }
  }
  return moments;
}
