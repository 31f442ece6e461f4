/** Collects what a run does: steps, wire entries, segments and exchanges, in the order in which they happen. */
import { portsOf } from '../packet/ports.ts';
import type { IpHeader, Packet } from '../packet/packet.ts';
import { readable } from '../packet/tunnel.ts';
import type { Reason } from './reasons.ts';
import type {
  ChoiceRecord,
  Exchange,
  NatRecord,
  Place,
  Segment,
  Step,
  StepInput,
  StepKind,
  Verdict,
  WireEntry,
} from './trace.ts';

/** Whose packet it is: carried by every packet, so that a step knows its lane. */
export interface Flow {
  readonly segment: number;
  readonly exchange: number;
  readonly dir: 'request' | 'reply';
  readonly retry?: number;
  /** ARP belongs to no segment; its exchange is the one that waits for it. */
  readonly arp?: boolean;
}

/** What not every step has. */
export type StepDetails = Pick<StepInput, 'iface' | 'origin' | 'rows' | 'before' | 'hook'>;

type Open<T> = { -readonly [K in keyof T]: T[K] };

export type SegmentRecord = Open<Segment>;

export class Recorder {
  readonly steps: Open<Step>[] = [];
  readonly wire: WireEntry[] = [];
  readonly segments: SegmentRecord[] = [];
  readonly exchanges: Open<Exchange>[] = [];
  readonly choices: ChoiceRecord[] = [];
  readonly nat: NatRecord[] = [];
  /** Virtual time since the run began. */
  timeMs = 0;

  /** Records one step and returns its index. */
  step(flow: Flow, input: StepInput): number {
    return this.add(flow, input.place, input.kind, input.reason, input.packet, input);
  }

  /** The same, for the many steps of a packet: spares an object each. */
  add(
    flow: Flow,
    place: Place,
    kind: StepKind,
    reason: Reason,
    packet: Packet | undefined,
    details: StepDetails,
  ): number {
    const index = this.steps.length;
    this.steps.push({
      index,
      timeMs: this.timeMs,
      place,
      iface: details.iface,
      kind,
      reason,
      origin: details.origin,
      rows: details.rows ?? NO_ROWS,
      packet,
      before: details.before,
      hook: details.hook,
      segment: flow.arp === true ? -1 : flow.segment,
      exchange: flow.exchange,
      dir: flow.dir,
      retry: flow.retry,
      wire: undefined,
    });
    const exchange = this.exchanges[flow.exchange];
    if (exchange !== undefined) {
      if (exchange.firstStep < 0) exchange.firstStep = index;
      exchange.lastStep = index;
    }
    return index;
  }

  /** Records a step at an interface together with what a capture there shows. `length` is the frame's. */
  capture(
    flow: Flow,
    place: Place,
    kind: 'transmit' | 'receive',
    reason: Reason,
    packet: Packet,
    length: number,
    dev: StepDetails & { readonly iface: string; readonly peerPod?: Place },
  ): void {
    const index = this.add(flow, place, kind, reason, packet, dev);
    const step = this.steps[index];
    if (step !== undefined) step.wire = this.wire.length;
    const at = kind === 'transmit' ? 'out' : 'in';
    this.wire.push(wireEntry(flow, place, dev.iface, at, packet, length, dev.peerPod));
  }

  beginSegment(
    client: Place,
    purpose: Segment['purpose'],
    label: string,
    cause?: Segment['cause'],
  ): SegmentRecord {
    const segment: SegmentRecord = {
      index: this.segments.length,
      proto: 'tcp',
      purpose,
      client,
      verdict: 'unknown',
      label,
      ...(cause === undefined ? {} : { cause }),
    };
    this.segments.push(segment);
    return segment;
  }

  /** Steps of `segment` that no exchange owned so far (what a program said before it sent) join the new one. */
  beginExchange(segment: number, kind: Exchange['kind'], label: string): number {
    const index = this.exchanges.length;
    const exchange: Open<Exchange> = {
      index,
      segment,
      kind,
      label,
      firstStep: -1,
      lastStep: -1,
      ok: false,
    };
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const step = this.steps[i];
      if (step === undefined || step.exchange !== -1 || step.segment !== segment) break;
      step.exchange = index;
      exchange.firstStep = i;
      if (exchange.lastStep < 0) exchange.lastStep = i;
    }
    this.exchanges.push(exchange);
    return index;
  }

  endExchange(index: number, ok: boolean): void {
    const exchange = this.exchanges[index];
    if (exchange !== undefined) exchange.ok = ok;
  }

  setVerdict(segment: number, verdict: Verdict): void {
    const record = this.segments[segment];
    if (record !== undefined) record.verdict = verdict;
  }
}

const NO_ROWS: readonly string[] = [];

function wireEntry(
  flow: Flow,
  netns: Place,
  iface: string,
  at: 'in' | 'out',
  packet: Packet,
  length: number,
  peer: Place | undefined,
): WireEntry {
  const shown = readable(packet);
  const { ip, l4, arp } = shown;
  const outer = shown === packet || packet.ip === undefined ? undefined : outerOf(packet, packet.ip);
  const ports = portsOf(l4);
  return {
    segment: flow.segment,
    dir: flow.dir,
    netns,
    iface,
    peer,
    at,
    proto: arp !== undefined ? 'arp' : ((l4 ?? shown.fragment?.of.l4)?.proto ?? 'ip'),
    src: arp?.senderIp ?? ip?.src ?? '',
    dst: arp?.targetIp ?? ip?.dst ?? '',
    sport: ports?.sport,
    dport: ports?.dport,
    ttl: ip?.ttl,
    flags:
      l4?.proto === 'tcp'
        ? flagText(l4.flags)
        : l4?.proto === 'sctp'
          ? l4.chunks.map((c) => c.chunk).join(',')
          : undefined,
    icmp: l4?.proto === 'icmp' || l4?.proto === 'icmpv6' ? `${l4.type}/${l4.code}` : undefined,
    length,
    srcMac: packet.eth?.src,
    dstMac: packet.eth?.dst,
    fragment: fragmentOf(shown),
    outer,
    retry: flow.retry,
  };
}

function outerOf(packet: Packet, { src, dst }: IpHeader): NonNullable<WireEntry['outer']> {
  const fragment = fragmentOf(packet);
  return packet.l4?.proto === 'udp'
    ? { src, dst, proto: 'udp', dport: packet.l4.dport, vni: (packet.vxlan ?? packet.geneve)?.vni, fragment }
    : { src, dst, proto: 'ipip', fragment };
}

function fragmentOf({ fragment }: Packet): WireEntry['fragment'] {
  if (fragment === undefined) return undefined;
  const { id, offset, length, more } = fragment;
  return { id, offset, length, more };
}

/** `SYN,ACK`: the names as the wire JSON prints them. */
function flagText(flags: readonly string[]): string {
  return flags.length === 1 ? (flags[0] ?? '') : flags.join(',');
}
