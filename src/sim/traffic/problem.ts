/** What can be wrong with a traffic file, or has no counterpart here. */
import type { Diagnostic, Severity } from '../base/diagnostic.ts';
import type { SourceRange } from '../base/origin.ts';

interface TrafficDiagnostics {
  'traffic/too-big': { size: number; limit: number };
  'traffic/too-deep': { limit: number };
  /** `found` is empty at the end of the text. */
  'traffic/not-json': { found: string };
  'traffic/wrong-type': { field: string; wanted: string; got: string };
  'traffic/bad-value': { field: string; value: string; wanted: string };
  'traffic/missing': { field: string };
  'traffic/unknown-field': { field: string };
  'traffic/no-pod': { peer: string };
  'traffic/no-host': { ip: string };
  'traffic/both-outside': Record<string, never>;
  /** A pod has the labels that are asked for, and more, or other ones of its namespace. */
  'traffic/stands-for': { pod: string; labels: string };
  /** The file's address, and the one that the pod has here. */
  'traffic/other-address': { pod: string; ip: string; own: string };
  'traffic/port-name': { pod: string; port: number; name: string; own: string };
  'traffic/no-counterpart': { field: string };
}

const SEVERITY: Readonly<Record<keyof TrafficDiagnostics, Severity>> = {
  'traffic/too-big': 'error',
  'traffic/too-deep': 'error',
  'traffic/not-json': 'error',
  'traffic/wrong-type': 'error',
  'traffic/bad-value': 'error',
  'traffic/missing': 'error',
  'traffic/unknown-field': 'warning',
  'traffic/no-pod': 'error',
  'traffic/no-host': 'error',
  'traffic/both-outside': 'error',
  'traffic/stands-for': 'info',
  'traffic/other-address': 'info',
  'traffic/port-name': 'warning',
  'traffic/no-counterpart': 'info',
};

/** What a person wrote is shown, however long it is, by its beginning. */
const SHOWN = 80;

function clipped(params: object): Diagnostic['params'] {
  const pairs = Object.entries(params as Diagnostic['params']).map(([key, value]) => [
    key,
    typeof value === 'string' && value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value,
  ]);
  return Object.fromEntries(pairs) as Diagnostic['params'];
}

export function trafficProblem<C extends keyof TrafficDiagnostics>(
  code: C,
  params: TrafficDiagnostics[C],
  range: SourceRange,
): Diagnostic {
  return { code, severity: SEVERITY[code], params: clipped(params), range };
}
