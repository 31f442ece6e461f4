import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import type { Packet } from '../../sim/packet/packet.ts';
import type { Step, Trace } from '../../sim/trace/trace.ts';

/** One exchange of the probe, or one try of it: what the overview draws and the frame chooses. */
export interface Lane {
  readonly id: string;
  /** Index into `Trace.exchanges`; undefined for what was never sent. */
  readonly exchange: number | undefined;
  readonly word: LaneWord;
  readonly firstStep: number;
  readonly lastStep: number;
  /** Its own: between its first and its last others may lie, where two questions are under way at once. */
  readonly steps: ReadonlySet<number>;
  readonly outcome: 'ok' | 'failed' | 'never';
  readonly family: 'dns' | 'other';
  /** Does anything come back in it? Drawn as a V, else as one stroke. */
  readonly hasReply: boolean;
}

/** What a lane is called: plain protocol words, or a sentence of i18n with numbers. */
export type LaneWord =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'again'; readonly text: string; readonly seconds: number }
  | { readonly kind: 'timeout'; readonly seconds: number };

const plain = (text: string): LaneWord => ({ kind: 'plain', text });

function innermost(packet: Packet): Packet {
  return packet.inner === undefined ? packet : innermost(packet.inner);
}

function flagsOf(step: Step): string {
  const l4 = step.packet === undefined ? undefined : innermost(step.packet).l4;
  return l4?.proto === 'tcp' ? l4.flags.join('-') : '';
}

/** Splits an exchange's steps where a new try begins, and the last ACK of a handshake from what it confirms. */
function parts(
  steps: readonly Step[],
  handshake: boolean,
): { readonly steps: readonly Step[]; readonly retry: number }[] {
  const out: { steps: Step[]; retry: number }[] = [];
  let current: { steps: Step[]; retry: number } | undefined;
  let replied = false;
  for (const step of steps) {
    const retry = step.retry ?? 0;
    const confirms =
      handshake && replied && step.kind === 'originate' && step.dir === 'request' && flagsOf(step) === 'ACK';
    if (current === undefined || (retry > current.retry && step.retry !== undefined) || confirms) {
      current = { steps: [], retry };
      out.push(current);
    }
    if (step.dir === 'reply') replied = true;
    current.steps.push(step);
  }
  return out;
}

function wordOf(trace: Trace, exchange: Trace['exchanges'][number], steps: readonly Step[]): string {
  switch (exchange.kind) {
    case 'dns': {
      const dns = steps.map((s) => (s.packet === undefined ? undefined : innermost(s.packet).payload));
      const query = dns.find((p) => p?.kind === 'dns');
      // The first lane of a row of questions says what they are; the others only which record.
      const before = trace.exchanges[exchange.index - 1];
      const type = query?.kind === 'dns' ? query.question.type : '';
      return before?.kind === 'dns' && type !== '' ? type : `DNS ${type}`.trim();
    }
    case 'handshake': {
      if (
        steps.length > 0 &&
        flagsOf(steps.find((s) => s.packet !== undefined) ?? (steps[0] as Step)) === 'ACK'
      ) {
        return 'ACK';
      }
      const answer = steps.find((s) => s.dir === 'reply' && flagsOf(s) !== '');
      if (answer !== undefined) return `SYN · ${flagsOf(answer)}`;
      return steps.some((s) => s.dir === 'reply' && s.packet?.l4?.proto === 'icmp') ? 'SYN · ICMP' : 'SYN';
    }
    case 'request': {
      let request = '';
      let answer = '';
      for (const step of steps) {
        const payload = step.packet === undefined ? undefined : innermost(step.packet).payload;
        if (payload?.kind === 'http-request') request ||= payload.method;
        if (payload?.kind === 'http-response') answer ||= String(payload.status);
      }
      if (request === '') return exchange.label;
      return answer === '' ? request : `${request} · ${answer}`;
    }
    case 'close':
      return 'FIN';
    case 'datagram':
      return 'UDP';
    case 'echo':
      return 'ping';
  }
  return exchange.label || trace.segments[exchange.segment]?.label || '';
}

/** The overview's lanes in order: every exchange, its retries, the time-out, and what was never sent. */
export function lanesOf(trace: Trace, probe: ProbeSpec): Lane[] {
  const lanes: Lane[] = [];
  for (const exchange of trace.exchanges) {
    const steps = trace.steps.slice(exchange.firstStep, exchange.lastStep + 1);
    const own = steps.filter((s) => s.exchange === exchange.index || (s.segment < 0 && s.exchange < 0));
    const timeout = own.find((s) => s.reason.code === 'process.timeout');
    const split = parts(
      own.filter((s) => s !== timeout),
      exchange.kind === 'handshake',
    );
    split.forEach((part, i) => {
      const first = part.steps[0];
      const last = part.steps.at(-1);
      if (first === undefined || last === undefined) return;
      const text = wordOf(trace, exchange, part.steps);
      // ARP on the way is not an answer to what was asked.
      const hasReply = part.steps.some((s) => s.dir === 'reply' && s.segment >= 0);
      const late = Math.round(last.timeMs / 1000);
      const again =
        part.retry > 0 || (exchange.kind === 'dns' && !firstOfItsKind(trace, exchange) && late > 0);
      const isLast = i === split.length - 1;
      lanes.push({
        id: `${exchange.index}.${i}`,
        exchange: exchange.index,
        word: again ? { kind: 'again', text: text.split(' · ')[0] ?? text, seconds: late } : plain(text),
        firstStep: first.index,
        lastStep: last.index,
        steps: new Set(part.steps.map((s) => s.index)),
        outcome: exchange.ok || (!isLast && hasReply) ? 'ok' : 'failed',
        family: exchange.kind === 'dns' ? 'dns' : 'other',
        hasReply,
      });
    });
    if (timeout !== undefined && timeout.reason.code === 'process.timeout') {
      lanes.push({
        id: `${exchange.index}.timeout`,
        exchange: exchange.index,
        word: { kind: 'timeout', seconds: timeout.reason.params.seconds },
        firstStep: timeout.index,
        lastStep: timeout.index,
        steps: new Set([timeout.index]),
        outcome: 'failed',
        family: exchange.kind === 'dns' ? 'dns' : 'other',
        hasReply: false,
      });
    }
  }
  return [...lanes, ...neverSent(trace, probe)];
}

/** Is this the first time that this question is asked? A resolver that hears nothing asks again from a new socket. */
function firstOfItsKind(trace: Trace, exchange: Trace['exchanges'][number]): boolean {
  return trace.exchanges.find((e) => e.kind === 'dns' && e.label === exchange.label) === exchange;
}

/** What the tool would have sent next, had it come so far. */
function neverSent(trace: Trace, probe: ProbeSpec): Lane[] {
  const kinds = new Set(trace.exchanges.map((e) => e.kind));
  const next: string[] = [];
  const connects = probe.tool === 'curl' || (probe.tool === 'nc' && probe.proto !== 'udp');
  if (connects && !kinds.has('handshake')) next.push('SYN');
  if (probe.tool === 'curl' && !kinds.has('request')) next.push('GET');
  if (probe.tool === 'ping' && !kinds.has('echo')) next.push('ping');
  return next.map((text) => ({
    id: `never.${text}`,
    exchange: undefined,
    word: plain(text),
    firstStep: -1,
    lastStep: -1,
    steps: new Set(),
    outcome: 'never',
    family: 'other',
    hasReply: false,
  }));
}

/** The lane that holds a step; where none does, the last one that began before it. */
export function laneAt(lanes: readonly Lane[], step: number): Lane | undefined {
  const sent = lanes.filter((l) => l.outcome !== 'never');
  const own = sent.findLast((l) => l.steps.has(step));
  if (own !== undefined) return own;
  return sent.findLast((l) => l.firstStep <= step) ?? sent[0];
}
