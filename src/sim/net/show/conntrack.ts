/** `conntrack -L` of conntrack-tools 1.4.7, of both families unless told: one line for each connection with its tuples. */
import { ipFamily } from '../../base/ip.ts';
import { conntrackRow } from '../row-key.ts';
import type { ConntrackEntry, ConntrackTuple, NetnsState } from '../state.ts';
import type { ShowLine } from './show.ts';

export function conntrackList(state: NetnsState | undefined, clockMs: number, family?: 4 | 6): ShowLine[] {
  const entries = new Map<number, ConntrackEntry>();
  for (const { entry } of state?.conntrack.values() ?? []) {
    if (family !== undefined && ipFamily(entry.orig.src) !== family) continue;
    if (entry.confirmed && entry.expiresAtMs > clockMs) entries.set(entry.id, entry);
  }
  const lines: ShowLine[] = [...entries.values()].map((entry) => ({
    text: entryText(entry, clockMs),
    key: conntrackRow(entry.id),
  }));
  // The command says this on standard error; a terminal shows both.
  lines.push({
    text: `conntrack v1.4.7 (conntrack-tools): ${entries.size} flow entries have been shown.`,
  });
  return lines;
}

const numbers = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132, ipip: 4 } as const;

function entryText(entry: ConntrackEntry, clockMs: number): string {
  const left = Math.max(0, Math.ceil((entry.expiresAtMs - clockMs) / 1000));
  const name = entry.proto === 'ipip' ? 'unknown' : entry.proto;
  const parts = [`${name.padEnd(8)} ${numbers[entry.proto]} ${left}`];
  if (entry.proto === 'tcp') parts.push(entry.tcpState ?? 'NONE');
  if (entry.proto === 'sctp') parts.push(entry.sctpState ?? 'NONE');
  parts.push(tupleText(entry.orig));
  if (!entry.seenReply) parts.push('[UNREPLIED]');
  parts.push(tupleText(entry.reply));
  if (entry.assured) parts.push('[ASSURED]');
  parts.push(`mark=${entry.mark}`);
  if (entry.orig.zone !== undefined) parts.push(`zone=${entry.orig.zone}`);
  parts.push('use=1');
  return parts.join(' ');
}

function tupleText(tuple: ConntrackTuple): string {
  const ends = `src=${tuple.src} dst=${tuple.dst}`;
  if (tuple.icmpType !== undefined) return `${ends} type=${tuple.icmpType} code=0 id=${tuple.sport}`;
  if (tuple.proto === 'ipip') return ends;
  return `${ends} sport=${tuple.sport} dport=${tuple.dport}`;
}
