/** Reads a verdict from what the run recorded: which step decided, and in which words of CONTRACT's table. */
import type { Reason } from '../trace/reasons.ts';
import type { ClientSees, Segment, Step, Verdict } from '../trace/trace.ts';
import type { ProgramResult } from './programs.ts';

export interface Judgement {
  readonly verdict: Verdict;
  /** What the client sees, where the way the packet ended says more than the socket's error. */
  readonly clientSees?: ClientSees;
  readonly reason: Reason;
  readonly decidedBy: number;
}

/** What a program says when a look-up brought no address. */
const DNS_ENDINGS: ReadonlySet<string> = new Set([
  'process.nxdomain',
  'process.dns-failed',
  'process.answer',
]);
/** A router that forwarded one packet this often has it going in circles. */
const LOOP_VISITS = 3;
const UNROUTABLE: ReadonlySet<string> = new Set(['route.none', 'neighbour.failed', 'route.martian']);

/** Steps that ended a packet, first tries before retransmissions. */
function endings(steps: readonly Step[]): Step[] {
  const ended = steps.filter(
    (s) => s.kind === 'drop' || s.kind === 'reject' || UNROUTABLE.has(s.reason.code),
  );
  return [...ended.filter((s) => s.retry === undefined), ...ended.filter((s) => s.retry !== undefined)];
}

/** Where a message of the kernel's own ended, such as a tunnel's handshake, that a packet of these steps waited for. */
function lostHelper(steps: readonly Step[], own: readonly Step[]): Step | undefined {
  const exchanges = new Set(own.map((s) => s.exchange));
  return endings(steps.filter((s) => s.segment < 0 && exchanges.has(s.exchange)))[0];
}

/** The TTL ran out: in a routing loop, or because it was sent with too small a one. */
function ttlExpired(own: readonly Step[], expired: Step): Pick<Judgement, 'verdict' | 'clientSees'> {
  const visits = own.filter(
    (s) =>
      s.place === expired.place &&
      s.dir === expired.dir &&
      s.retry === expired.retry &&
      s.reason.code === 'route.forward',
  );
  return visits.length >= LOOP_VISITS
    ? { verdict: 'looped', clientSees: 'unreachable' }
    : { verdict: 'dropped', clientSees: 'timeout' };
}

function isOnTheWay(step: Step): boolean {
  return step.dir === 'request' && step.kind !== 'process' && step.kind !== 'timer';
}

function isRefusal(step: Step): boolean {
  return (
    step.kind === 'reject' ||
    step.reason.code === 'socket.no-listener-tcp' ||
    step.reason.code === 'socket.no-listener-udp' ||
    step.reason.code === 'socket.no-listener-sctp'
  );
}

/** What proxies say of a request: that they answer it themselves, ask somebody, or asked in vain. */
const PROXYS_WORD: ReadonlySet<string> = new Set([
  'policy.http-deny',
  'l7.respond',
  'l7.redirect',
  'proxy.failed',
  'proxy.forward',
]);

/**
 * Behind proxies: the step that decided the answer. That is the last one's own word, the way in which its own connection was
 * lost, or the delivery to the server that it asked. Undefined where no proxy took part.
 */
function answeredBy(own: readonly Step[], segments: readonly Segment[]): Step | undefined {
  const said = own.findLast(({ reason: { code } }) => PROXYS_WORD.has(code));
  switch (said?.reason.code) {
    case 'proxy.failed':
      return endings(own.filter((s) => asked(segments[s.segment], segments[said.segment])))[0] ?? said;
    case 'proxy.forward': {
      const last = segments.findLast((s) => s.purpose === 'upstream')?.index;
      return own.find((s) => s.segment === last && s.kind === 'deliver' && s.dir === 'request') ?? said;
    }
    default:
      return said;
  }
}

/** Whether two connections of a proxy are tries of one request. */
function asked(a: Segment | undefined, b: Segment | undefined): boolean {
  return (
    a?.purpose === 'upstream' &&
    a.client === b?.client &&
    a.cause?.segment === b.cause?.segment &&
    a.cause?.exchange === b.cause?.exchange
  );
}

/** The verdict of one finished probe. `steps` and `segments` are the trace's. */
export function judge(
  result: ProgramResult,
  steps: readonly Step[],
  segments: readonly Segment[],
): Judgement {
  const purpose =
    result.failedInDns === true || !segments.some((s) => s.purpose === 'probe') ? 'dns' : 'probe';
  const own = steps.filter((s) => {
    const segment = segments[s.segment];
    return (
      segment !== undefined &&
      (segment.purpose === purpose || segment.purpose === (purpose === 'dns' ? 'upstream-dns' : 'upstream'))
    );
  });
  const lastDelivery = own.findLast((s) => s.kind === 'deliver' && s.dir === 'request');
  const delivered = own.find((s) => s.kind === 'deliver' && s.dir === 'request');
  const last = own.at(-1) ?? steps.at(-1);
  const ended = endings(own);
  const at = (verdict: Verdict, step: Step | undefined): Judgement => {
    const deciding = step ?? last;
    return {
      verdict,
      reason: deciding?.reason ?? { code: 'process.closed', params: {} },
      decidedBy: deciding?.index ?? -1,
    };
  };
  const sees: ClientSees = result.clientSees;
  const beyond = own.find(
    ({ reason: { code } }) => code === 'unknown.fragmentation' || code === 'unknown.field',
  );
  if (beyond !== undefined && sees === 'timeout') return at('unknown', beyond);
  const expired = ended.find((s) => s.reason.code === 'route.ttl-expired');
  if (expired !== undefined && (sees === 'unreachable' || sees === 'timeout')) {
    const judged = ttlExpired(own, expired);
    return { ...at(judged.verdict, expired), clientSees: judged.clientSees };
  }
  switch (sees) {
    case 'http':
      return at('delivered', answeredBy(own, segments) ?? delivered);
    case 'connected':
    case 'answered':
    case 'tls-error':
      return at('delivered', delivered);
    case 'nxdomain':
    case 'servfail':
      // The packets arrived; what decided is the answer, as the program took it.
      return at('delivered', steps.findLast((s) => DNS_ENDINGS.has(s.reason.code)) ?? lastDelivery);
    case 'refused':
    case 'reset':
      return at('rejected', ended.find(isRefusal) ?? ended[0]);
    case 'unreachable': {
      // The socket call itself was refused: nothing was ever on its way.
      const refused = ended.find((s) => s.reason.code === 'program.socket-refused');
      if (refused !== undefined) return at('rejected', refused);
      const deciding = ended.find((s) => UNROUTABLE.has(s.reason.code)) ?? ended[0];
      // "Administratively prohibited": somebody on the way refuses, though the client hears of the network.
      return at(deciding?.kind === 'reject' ? 'rejected' : 'unroutable', deciding);
    }
    case 'too-big':
      return at('dropped', ended[0]);
    case 'timeout': {
      const drop = ended[0];
      // Nobody took it and nobody threw it away: what it waited for was lost, a frame that no card accepts, a broadcast
      // that no one answers.
      if (drop === undefined && lastDelivery === undefined) {
        return at('dropped', lostHelper(steps, own) ?? own.findLast(isOnTheWay));
      }
      // Delivered to a proxy, whose own way on was lost.
      if (drop === undefined) return at('delivered', lastDelivery);
      if (UNROUTABLE.has(drop.reason.code)) return at('unroutable', drop);
      // The refusal arrived, and the client went on trying: SCTP takes ICMP for a soft error. An answer that the client
      // itself refuses is lost to it.
      if (ended.every((s) => isRefusal(s) && s.dir === 'request')) return at('rejected', drop);
      return at('dropped', drop);
    }
  }
}
