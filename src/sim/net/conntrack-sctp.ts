/**
 * SCTP in connection tracking (`nf_conntrack_proto_sctp.c`, Linux 6.x): the table of states and its timeouts. Leaves out
 * the check of verification tags, heartbeats (several addresses), and bundled chunks.
 */
import type { SctpChunk, SctpHeader } from '../packet/packet.ts';
import type { ConntrackEntry, ConntrackSctpState } from './state.ts';

/** net.netfilter.nf_conntrack_sctp_timeout_*, in seconds. */
const TIMEOUT_S: Readonly<Record<ConntrackSctpState, number>> = {
  NONE: 10,
  CLOSED: 10,
  COOKIE_WAIT: 3,
  COOKIE_ECHOED: 3,
  ESTABLISHED: 210,
  SHUTDOWN_SENT: 3,
  SHUTDOWN_RECD: 3,
  SHUTDOWN_ACK_SENT: 3,
};

const S: readonly ConntrackSctpState[] = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
];
const SHORT: Readonly<Record<string, ConntrackSctpState>> = {
  cl: 'CLOSED',
  cw: 'COOKIE_WAIT',
  ce: 'COOKIE_ECHOED',
  es: 'ESTABLISHED',
  ss: 'SHUTDOWN_SENT',
  sr: 'SHUTDOWN_RECD',
  sa: 'SHUTDOWN_ACK_SENT',
};

type Row = ReadonlyMap<ConntrackSctpState, ConntrackSctpState | undefined>;

/** Columns in the order of `S`; `iv` is invalid. */
function row(text: string): Row {
  const cells = text.split(' ');
  return new Map(S.map((state, i) => [state, SHORT[cells[i] ?? '']]));
}

type Deciding = Exclude<SctpChunk['chunk'], 'DATA' | 'SACK'>;

const TRANSITIONS: Readonly<Record<'original' | 'reply', Readonly<Record<Deciding, Row>>>> = {
  original: {
    INIT: row('cl cl cw ce es cl cl sa'),
    'INIT ACK': row('cl cl cw ce es ss sr sa'),
    ABORT: row('cl cl cl cl cl cl cl cl'),
    SHUTDOWN: row('cl cl cw ce ss ss sr sa'),
    'SHUTDOWN ACK': row('sa cl cw ce es sa sa sa'),
    'COOKIE ECHO': row('cl cl ce ce es ss sr sa'),
    'COOKIE ACK': row('cl cl cw es es ss sr sa'),
    'SHUTDOWN COMPLETE': row('cl cl cw ce es ss sr cl'),
  },
  reply: {
    INIT: row('iv cl cw ce es ss sr sa'),
    'INIT ACK': row('iv cw cw ce es ss sr sa'),
    ABORT: row('iv cl cl cl cl cl cl cl'),
    SHUTDOWN: row('iv cl cw ce sr ss sr sa'),
    'SHUTDOWN ACK': row('iv cl cw ce es sa sa sa'),
    'COOKIE ECHO': row('iv cl ce ce es ss sr sa'),
    'COOKIE ACK': row('iv cl cw es es ss sr sa'),
    'SHUTDOWN COMPLETE': row('iv cl cw ce es ss sr cl'),
  },
};

export const sctpTimeout = (state: ConntrackSctpState): number => TIMEOUT_S[state];

/** The state that a first packet makes (`sctp_new`); undefined for one that opens nothing. */
export function firstSctpState({ chunks }: SctpHeader): ConntrackSctpState | undefined {
  const chunk = chunks[0]?.chunk;
  if (chunk === undefined || chunk === 'DATA' || chunk === 'SACK') return undefined;
  if (chunk === 'ABORT' || chunk === 'SHUTDOWN COMPLETE' || chunk === 'COOKIE ACK') return undefined;
  return TRANSITIONS.original[chunk].get('NONE');
}

/** Moves an association on. False: the packet does not fit. */
export function advanceSctp(
  entry: ConntrackEntry,
  dir: 'original' | 'reply',
  { chunks }: SctpHeader,
): boolean {
  for (const { chunk } of chunks) {
    if (chunk === 'DATA' || chunk === 'SACK') continue;
    const old = entry.sctpState ?? 'NONE';
    const next = TRANSITIONS[dir][chunk].get(old);
    if (next === undefined) return false;
    entry.sctpState = next;
    if (old === 'COOKIE_ECHOED' && dir === 'reply' && next === 'ESTABLISHED') entry.assured = true;
  }
  return true;
}
