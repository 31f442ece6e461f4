import type { Step, Trace } from '../../../sim/trace/trace.ts';

export type PhaseKind =
  | 'dns'
  | 'arp'
  | 'serviceDnat'
  | 'dnat'
  | 'snat'
  | 'route'
  | 'bridge'
  | 'egress'
  | 'ingress'
  | 'rules'
  | 'encap'
  | 'delivery'
  | 'http'
  | 'retry'
  | 'reply'
  | 'outcome';

/** A part of the way with one meaning, in the order in which this packet met it. */
export interface Phase {
  readonly id: string;
  readonly kind: PhaseKind;
  readonly place: string;
  /** The steps that belong to it, ascending; the telling one is `key`. */
  readonly first: number;
  readonly last: number;
  /** The step that says how it went; undefined where the trace has none (no policy selects the pod). */
  readonly key: number | undefined;
  readonly failed: boolean;
}

/** What a program says at its end, before it merely closes. */
const OUTCOMES: ReadonlySet<string> = new Set([
  'process.connected',
  'process.response',
  'process.answer',
  'process.resolved',
  'process.nxdomain',
  'process.dns-failed',
  'process.refused',
  'process.reset',
  'process.timeout',
  'process.unreachable',
  'process.too-big',
]);

/** What a proxy makes of a request. */
const ROUTED: ReadonlySet<string> = new Set(['l7.route', 'l7.no-route', 'l7.no-host']);

const ENDS: ReadonlySet<string> = new Set(['drop', 'reject']);

/** How a step is filed; undefined for steps that only accompany others (interfaces, conntrack, plain accepts). */
function phaseOf(step: Step): { readonly kind: PhaseKind; readonly failed: boolean } | undefined {
  const failed = ENDS.has(step.kind);
  const { code } = step.reason;
  const { hook } = step;
  switch (code) {
    case 'nat.dnat':
    case 'ipvs.schedule':
    case 'ipvs.persistent':
    case 'ipvs.dnat':
      return { kind: step.origin?.object.kind === 'Service' ? 'serviceDnat' : 'dnat', failed: false };
    case 'program.dnat':
    case 'program.socket':
      return { kind: 'serviceDnat', failed: false };
    case 'program.socket-refused':
    case 'program.no-service':
      return { kind: 'serviceDnat', failed: true };
    case 'program.drop':
      return { kind: 'rules', failed: true };
    case 'tunnel.no-key':
      return { kind: 'encap', failed: true };
    case 'program.snat':
    case 'nat.masquerade':
    case 'nat.snat':
      return { kind: 'snat', failed: false };
    case 'route.forward':
    case 'route.balance':
    case 'route.output':
      return { kind: 'route', failed: false };
    case 'route.none':
    case 'route.blackhole':
    case 'route.unreachable':
    case 'route.ttl-expired':
    case 'route.no-forwarding':
    case 'route.rp-filter':
    case 'route.martian':
    case 'link.mtu':
    case 'unknown.fragmentation':
      return { kind: 'route', failed: true };
    case 'neighbour.failed':
    case 'link.no-card':
      return { kind: 'arp', failed: true };
    case 'bridge.no-hairpin':
      return { kind: 'bridge', failed: true };
    case 'bridge.nf-dnat-bridged':
      return { kind: 'bridge', failed: false };
    case 'policy.allow':
    case 'policy.pass':
    case 'policy.deny':
      return { kind: step.reason.params.direction, failed: code === 'policy.deny' };
    case 'vxlan.encap':
    case 'vxlan.decap':
    case 'geneve.encap':
    case 'geneve.decap':
    case 'ipip.encap':
    case 'ipip.decap':
    case 'wireguard.encap':
    case 'wireguard.decap':
      return { kind: 'encap', failed: false };
    case 'vxlan.no-fdb':
    case 'wireguard.no-peer':
    case 'wireguard.not-allowed':
    case 'wireguard.unknown':
      return { kind: 'encap', failed: true };
    case 'socket.deliver':
    case 'socket.echo-reply':
      return { kind: 'delivery', failed: false };
    case 'socket.no-listener-tcp':
    case 'socket.no-listener-udp':
    case 'socket.no-listener-sctp':
    case 'socket.no-connection':
      return { kind: 'delivery', failed: true };
    case 'rule.drop':
    case 'rule.reject':
    case 'service.no-endpoints':
    case 'service.no-local-endpoints':
    case 'service.no-such-port':
    case 'service.unallocated':
      return { kind: hook === undefined ? 'rules' : 'rules', failed: true };
    default:
      return failed ? { kind: 'rules', failed: true } : undefined;
  }
}

interface Draft {
  kind: PhaseKind;
  place: string;
  first: number;
  last: number;
  key: number;
  failed: boolean;
}

function toPhase(d: Draft): Phase {
  return { ...d, id: `${d.kind}-${d.first}` };
}

/** Whether a route's step is worth a line: the sender's own is, where it fails or where the sender is a node. */
function tellsRoute(step: Step): boolean {
  // A tunnel's outer packet is routed as well; that belongs to the encapsulation.
  if (step.packet?.inner !== undefined) return false;
  return step.place.startsWith('node/') || step.reason.code !== 'route.output';
}

/**
 * The phases of one connection, seen from its first packet: what came before (names), the request's way, what was sent
 * again, the reply, and what the client heard.
 */
export function phasesOf(trace: Trace, segmentIndex: number): Phase[] {
  const segment = trace.segments[segmentIndex];
  if (segment === undefined) return [];
  const phases: Phase[] = [];
  if (segment.purpose === 'probe') phases.push(...namePhase(trace));
  const own = trace.steps.filter((s) => s.segment === segmentIndex);
  const firstExchange = trace.exchanges.find((e) => e.segment === segmentIndex);
  const first = own.filter((s) => firstExchange === undefined || s.exchange === firstExchange.index);
  phases.push(...requestPhases(firstPacket(first)));
  const again = first.filter((s) => (s.retry ?? 0) > 0 || s.reason.code === 'tcp.retransmit');
  const end = again.findLast((s) => s.kind === 'deliver' || ENDS.has(s.kind));
  phases.push(...span('retry', again).map((p) => ({ ...p, failed: end?.kind !== 'deliver' })));
  const reply = first.filter((s) => s.dir === 'reply' && (s.retry ?? 0) === 0);
  phases.push(...span('reply', reply, replyKey(reply)));
  // What a proxy said of the request, once it had the connection.
  for (const step of own) {
    const { code, params } = step.reason;
    if (code !== 'policy.http-allow' && code !== 'policy.http-deny') continue;
    phases.push(
      ...span(params.direction, [step]).map((p) => ({ ...p, failed: code === 'policy.http-deny' })),
    );
  }
  const routed = own.findLast((s) => ROUTED.has(s.reason.code));
  if (routed !== undefined) phases.push(...span('http', [routed]));
  const told = trace.steps.filter((s) => s.kind === 'process' && s.segment === segmentIndex);
  const outcome = told.findLast((s) => OUTCOMES.has(s.reason.code)) ?? told.at(-1);
  if (outcome !== undefined && outcome.index > (own[0]?.index ?? 0)) {
    const rest = own.filter((s) => firstExchange !== undefined && s.exchange > firstExchange.index);
    phases.push({
      id: 'outcome',
      kind: 'outcome',
      place: outcome.place,
      first: rest[0]?.index ?? outcome.index,
      last: Math.max(outcome.index, rest.at(-1)?.index ?? 0),
      key: outcome.index,
      failed: false,
    });
  }
  return phases;
}

/** The steps of the first packet alone, to its end: a handshake's last ACK goes the same way again, from memory. */
function firstPacket(steps: readonly Step[]): Step[] {
  const request = steps.filter((s) => s.dir === 'request' && (s.retry ?? 0) === 0);
  const end = request.findIndex((s) => s.kind === 'deliver' || ENDS.has(s.kind) || s.kind === 'timer');
  return end < 0 ? request : request.slice(0, end + 1);
}

function requestPhases(steps: readonly Step[]): Phase[] {
  const drafts: Draft[] = [];
  for (const step of steps) {
    const filed = phaseOf(step);
    if (filed === undefined || (filed.kind === 'route' && !filed.failed && !tellsRoute(step))) continue;
    const last = drafts.at(-1);
    const same =
      filed.kind === 'encap'
        ? drafts.find((d) => d.kind === 'encap')
        : last !== undefined && last.kind === filed.kind && last.place === step.place
          ? last
          : undefined;
    if (same === undefined) {
      drafts.push({ ...filed, place: step.place, first: step.index, last: step.index, key: step.index });
      continue;
    }
    // Unwrapping closes the phase that wrapping opened, however much lies between.
    if (same === last) same.last = step.index;
    if (filed.failed) {
      same.failed = true;
      same.key = step.index;
    } else if (filed.kind === 'route') same.key = step.index;
  }
  return drafts.map(toPhase);
}

function span(kind: PhaseKind, steps: readonly Step[], key?: number): Phase[] {
  const first = steps[0];
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    {
      id: `${kind}-${first.index}`,
      kind,
      place: first.place,
      first: first.index,
      last: last.index,
      key: key ?? last.index,
      failed: steps.some((s) => ENDS.has(s.kind) && kind === 'reply'),
    },
  ];
}

function replyKey(steps: readonly Step[]): number | undefined {
  const step =
    steps.find((s) => s.kind === 'drop') ??
    steps.find((s) => s.reason.code === 'nat.back-src' || s.reason.code === 'ipvs.back-src') ??
    steps.find((s) => s.reason.code === 'socket.deliver-reply');
  return step?.index;
}

function namePhase(trace: Trace): Phase[] {
  const dns = trace.steps.filter((s) => {
    const purpose = trace.segments[s.segment]?.purpose;
    return purpose === 'dns' || purpose === 'upstream-dns' || s.reason.code.startsWith('process.resolve');
  });
  const key = dns.findLast(
    (s) =>
      s.reason.code === 'process.resolved' ||
      s.reason.code === 'process.nxdomain' ||
      s.reason.code === 'process.dns-failed',
  );
  const said = key ?? trace.steps.find((s) => s.reason.code === 'process.resolved');
  const failed = said?.reason.code === 'process.nxdomain' || said?.reason.code === 'process.dns-failed';
  return span('dns', dns, said?.index).map((p) => ({ ...p, failed }));
}

export type PhaseState = 'done' | 'now' | 'failed' | 'ahead';

/** Which phase the current step belongs to: the one that it tells, or the last one that began at or before it. */
export function currentPhase(phases: readonly Phase[], step: number): Phase | undefined {
  return phases.find((p) => p.key === step) ?? phases.findLast((p) => p.key !== undefined && p.first <= step);
}

export function phaseState(phase: Phase, step: number, current: Phase | undefined): PhaseState {
  const reached = phase.first <= step;
  if (phase.failed && reached && (phase.key ?? phase.first) <= step) return 'failed';
  if (phase === current) return 'now';
  return reached ? 'done' : 'ahead';
}

/** Whether a step is part of a phase; a step between phases (a bridge, an interface) has rows of its own to show. */
export function belongsTo(phase: Phase | undefined, step: Step): boolean {
  return phase !== undefined && step.index >= phase.first && step.index <= phase.last;
}

const PASSING: ReadonlySet<string> = new Set(['transmit', 'receive', 'originate', 'process', 'timer']);

/** Steps that no row decided: a packet passes an interface, a program speaks. */
export function passes(step: Step): boolean {
  return PASSING.has(step.kind);
}
