/** Answers as text for people, and the small JSON shapes that need no file of their own. */
import { diagnosticMessage } from '../i18n/sentences.ts';
import { walkTranscript } from '../i18n/transcript.ts';
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import { objectName } from '../sim/base/origin.ts';
import { ProbeError } from '../sim/probe/problem.ts';
import type { matrixOf } from '../sim/matrix.ts';
import type { Simulation } from '../sim/simulate.ts';
import type { Trace } from '../sim/trace/trace.ts';
import { LinkError } from './link.ts';
import type { NearMiss } from '../sim/policy/near-miss.ts';
import { nearMissText } from './policy-report.ts';
import type { CliTexts } from './texts.ts';

/** A fault as one line; whatever is no user's mistake keeps its stack. */
export function problemText(error: unknown, texts: CliTexts): string {
  if (error instanceof ProbeError) return diagnosticMessage(texts.messages, error.diagnostic);
  if (error instanceof LinkError) return texts.messages.cli.linkProblem(error.problem);
  if (error instanceof SyntaxError) return `not JSON: ${error.message}`;
  if (error instanceof Error)
    return error.name === 'UsageError' ? error.message : (error.stack ?? error.message);
  return String(error);
}

/** `app.yaml:3:5: error: ...`, as compilers print it; the object's name where it stands in no file. */
export function diagnosticLine(d: Diagnostic, texts: CliTexts): string {
  const { range, object } = d;
  const name = object === undefined ? '' : `${object.kind} ${objectName(object)}: `;
  const place = range === undefined ? name : `${range.file}:${range.line}:${range.column}: `;
  return `${place}${d.severity}: ${texts.diagnostic(d)} [${d.code}]`;
}

type Matrix = ReturnType<typeof matrixOf>;

export function matrixJson(matrix: Matrix): Record<string, unknown> {
  return {
    port: matrix.port ?? null,
    protocol: matrix.protocol,
    pods: matrix.pods,
    allowed: matrix.allowed,
    reasons: matrix.reasonOf.map((row) => row.map((index) => matrix.reasons[index] ?? null)),
  };
}

export function matrixText(matrix: Matrix): string {
  const width = Math.max(...matrix.pods.map((p) => p.length), 4);
  const cell = (value: boolean | 'unknown' | null): string =>
    value === null ? '·' : value === 'unknown' ? '?' : value ? '✓' : '✗';
  const heads = matrix.pods.map((_, i) => String(i + 1).padStart(3)).join('');
  const rows = matrix.pods.map(
    (pod, i) =>
      `${String(i + 1).padStart(3)} ${pod.padEnd(width)}${(matrix.allowed[i] ?? []).map((c) => `  ${cell(c)}`).join('')}`,
  );
  return [`    ${''.padEnd(width)}${heads}`, ...rows].join('\n');
}

export function walkText(trace: Trace, texts: CliTexts, near: NearMiss | undefined): string {
  const walked = walkTranscript(trace, texts.messages);
  return near === undefined ? walked : `${walked}\n${nearMissText(near, texts)}`;
}

/** A table of what runs where, like `kubectl get -o wide`. */
export function objectsText({ cluster }: Simulation): string {
  const table = (rows: readonly (readonly string[])[]): string[] => {
    const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => (r[i] ?? '').length)));
    return rows.map((r) =>
      r
        .map((c, i) => c.padEnd(widths[i] ?? 0))
        .join('   ')
        .trimEnd(),
    );
  };
  const nodes = cluster.nodes.map((n) => [
    n.name,
    n.ready ? 'Ready' : 'NotReady',
    n.role,
    n.ips[0] ?? '',
    n.podCIDRs[0] === undefined ? '' : `${n.podCIDRs[0].ip}/${n.podCIDRs[0].prefixLength}`,
  ]);
  const pods = cluster.pods.map((p) => [
    p.namespace,
    p.name,
    p.phase,
    p.ready ? 'ready' : 'not-ready',
    p.ips[0] ?? '<none>',
    p.node ?? '<none>',
    p.listening.map((l) => `${l.port}/${l.protocol}`).join(',') || '-',
  ]);
  const services = cluster.services.map((s) => [
    s.namespace,
    s.name,
    s.type,
    s.headless ? 'None' : (s.clusterIPs[0] ?? '<none>'),
    s.ports
      .map((p) => `${p.port}${p.nodePort === undefined ? '' : `:${p.nodePort}`}/${p.protocol}`)
      .join(','),
  ]);
  return [
    ...table([['NODE', 'STATUS', 'ROLE', 'INTERNAL-IP', 'POD-CIDR'], ...nodes]),
    '',
    ...table([['NAMESPACE', 'POD', 'PHASE', 'READY', 'IP', 'NODE', 'LISTENS'], ...pods]),
    '',
    ...table([['NAMESPACE', 'SERVICE', 'TYPE', 'CLUSTER-IP', 'PORTS'], ...services]),
    ...(cluster.refused.length === 0 ? [] : ['', ...cluster.refused.map((r) => r.message)]),
  ].join('\n');
}
