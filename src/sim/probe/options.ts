/** The options of a probe, held against its tool: what would be ignored or could not be read is a mistake in the question. */
import { parseIp } from '../base/ip.ts';
import type { ProbeSpec } from '../k8s/cluster-state.ts';
import { diagnosticOf, type ProbeProblem } from './problem.ts';

/** A probe as the command line or a person asks it. */
export type ProbeQuestion = ProbeSpec;

/** With the headers what Linux sends at once in one packet: five segments, half of its first window (`tcp_cwnd_test`). */
const MAX_UPLOAD = 5_500;

/** ping's -M. */
export const PMTU_DISCOVERY = ['do', 'want', 'dont'] as const;

const DIG_TYPES: readonly string[] = ['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'TXT', 'NS', 'SOA', 'ANY'];

/** curl's --resolve: `HOST:PORT:ADDR`, an IPv6 address in brackets or not. */
export function readResolve(
  text: string,
): { readonly host: string; readonly port: number; readonly ip: string } | undefined {
  const match = /^([^:]+):(\d{1,5}):(.+)$/.exec(text);
  const ip = parseIp(match?.[3]?.replace(/^\[|\]$/g, '') ?? '');
  const port = Number(match?.[2]);
  if (match === null || ip === undefined || port < 1 || port > 65535) return undefined;
  return { host: (match[1] ?? '').toLowerCase(), port, ip };
}

/** The first option that cannot be meant, or undefined. */
export function optionProblem(spec: ProbeQuestion): ProbeProblem | undefined {
  const wrongTool = (option: string): ProbeProblem =>
    diagnosticOf('probe/wrong-tool', { option, tool: spec.tool });
  const bad = (option: string, value: string): ProbeProblem =>
    diagnosticOf('probe/bad-option', { option, value });
  if (spec.tool !== 'curl') {
    if (spec.method !== undefined) return wrongTool('method');
    if ((spec.headers?.length ?? 0) > 0) return wrongTool('header');
    if ((spec.resolve?.length ?? 0) > 0) return wrongTool('resolve');
  }
  if (spec.maxTime !== undefined && spec.tool !== 'curl') return wrongTool('max-time');
  const datagram = spec.tool === 'nc' && spec.proto === 'udp';
  const uploads = spec.tool === 'curl';
  if (spec.bytes !== undefined && spec.tool !== 'ping' && !datagram && !uploads) return wrongTool('bytes');
  if (uploads && (spec.bytes ?? 0) > MAX_UPLOAD) return bad('bytes', String(spec.bytes));
  if (spec.pmtudisc !== undefined) {
    if (spec.tool !== 'ping' && !datagram) return wrongTool('pmtudisc');
    if (!PMTU_DISCOVERY.some((known) => known === spec.pmtudisc)) return bad('pmtudisc', spec.pmtudisc);
  }
  if (spec.sport !== undefined && !datagram) return wrongTool('sport');
  if (spec.tool !== 'dig' && spec.type !== undefined) return wrongTool('type');
  if (spec.proto !== undefined && spec.proto !== 'tcp' && spec.tool === 'curl') return wrongTool('proto');
  if (spec.proto !== undefined && spec.tool === 'ping') return wrongTool('proto');
  if (spec.proto !== undefined && spec.proto !== 'udp' && spec.tool === 'dig') return wrongTool('proto');
  if (spec.type !== undefined && !DIG_TYPES.includes(spec.type.toUpperCase())) return bad('type', spec.type);
  if (spec.source !== undefined && parseIp(spec.source) === undefined) return bad('source', spec.source);
  if (spec.method !== undefined && !/^[A-Za-z]+$/.test(spec.method)) return bad('method', spec.method);
  for (const header of spec.headers ?? []) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/.test(header)) return bad('header', header);
  }
  for (const entry of spec.resolve ?? []) {
    if (readResolve(entry) === undefined) return bad('resolve', entry);
  }
  return undefined;
}
