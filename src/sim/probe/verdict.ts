/** Reads a verdict from what the run recorded: which step decided, and in which words of CONTRACT's table. */
import type { Reason } from '../trace/reasons.ts';
import type { ClientSees, Segment, Step, Verdict } from '../trace/trace.ts';
import type { ProgramResult } from './programs.ts';

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly decidedBy: number;
}

const LOOP: ReadonlySet<string> = new Set(['route.ttl-expired']);
const UNROUTABLE: ReadonlySet<string> = new Set(['route.none', 'neighbour.failed', 'route.martian']);

/** Steps that ended a packet, first tries before retransmissions. */
function endings(steps: readonly Step[]): Step[] {
  const ended = steps.filter(
    (s) => s.kind === 'drop' || s.kind === 'reject' || UNROUTABLE.has(s.reason.code),
  );
  return [...ended.filter((s) => s.retry === undefined), ...ended.filter((s) => s.retry !== undefined)];
}

function isRefusal(step: Step): boolean {
  return (
    step.kind === 'reject' ||
    step.reason.code === 'socket.no-listener-tcp' ||
    step.reason.code === 'socket.no-listener-udp'
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
      (segment.purpose === purpose || (purpose === 'dns' && segment.purpose === 'upstream-dns'))
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
  switch (sees) {
    case 'connected':
    case 'http':
    case 'answered':
    case 'nxdomain':
    case 'servfail':
    case 'tls-error':
      return at('delivered', sees === 'nxdomain' ? lastDelivery : delivered);
    case 'refused':
    case 'reset':
      return at('rejected', ended.find(isRefusal) ?? ended[0]);
    case 'unreachable': {
      const deciding = ended.find((s) => UNROUTABLE.has(s.reason.code)) ?? ended[0];
      if (deciding !== undefined && LOOP.has(deciding.reason.code)) return at('looped', deciding);
      return at('unroutable', deciding);
    }
    case 'too-big':
      return at('dropped', ended[0]);
    case 'timeout': {
      const drop = ended[0];
      if (drop === undefined) return at('delivered', lastDelivery);
      if (UNROUTABLE.has(drop.reason.code)) return at('unroutable', drop);
      return at('dropped', drop);
    }
  }
}
