import type { SourceRange } from '../../sim/base/origin.ts';
import type { Step } from '../../sim/trace/trace.ts';

/** The hue of what happened, as in the tokens (`--nat-fill` ...). */
export type Tone = 'route' | 'nat' | 'encap' | 'proxy' | 'dns' | 'allow' | 'deny' | 'unknown';

export type DecidedBy = 'port' | 'policy' | 'selector' | 'address' | 'image' | 'type' | 'setting' | 'line';

/** The line of YAML that put the row there which decided a step. */
export interface DecidingLine {
  readonly range: SourceRange;
  readonly tone: Tone;
  readonly by: DecidedBy;
}

/** What a step did, as a hue. */
export function toneOf(step: Step): Tone {
  const { code } = step.reason;
  if (code.startsWith('unknown.')) return 'unknown';
  if (code === 'policy.deny' || code === 'policy.http-deny') return 'deny';
  if (code === 'policy.allow' || code === 'policy.http-allow') return 'allow';
  switch (step.kind) {
    case 'route':
    case 'neighbour':
    case 'bridge':
    case 'transmit':
    case 'receive':
    case 'originate':
    case 'timer':
      return 'route';
    case 'hook':
    case 'program':
    case 'nat':
    case 'conntrack':
      return 'nat';
    case 'encap':
    case 'decap':
      return 'encap';
    case 'process':
      return code.includes('resolve') || code.includes('dns') || code.includes('nxdomain') ? 'dns' : 'allow';
    case 'deliver':
      return 'allow';
    case 'drop':
    case 'reject':
      return 'deny';
  }
}

const BY_FIELD: Readonly<Record<string, DecidedBy>> = {
  port: 'port',
  targetPort: 'port',
  nodePort: 'port',
  containerPort: 'port',
  endPort: 'port',
  ports: 'port',
  selector: 'selector',
  podSelector: 'selector',
  namespaceSelector: 'selector',
  matchLabels: 'selector',
  labels: 'selector',
  clusterIP: 'address',
  clusterIPs: 'address',
  ip: 'address',
  addresses: 'address',
  podSubnet: 'setting',
  serviceSubnet: 'setting',
  podCIDR: 'setting',
  cni: 'setting',
  kubeProxyMode: 'setting',
  mode: 'setting',
  image: 'image',
  type: 'type',
  policyTypes: 'policy',
};

/** Steps in which something was decided; on a wire or in a program nothing that the person wrote is consulted. */
const DECIDES: ReadonlySet<Step['kind']> = new Set([
  'hook',
  'program',
  'nat',
  'conntrack',
  'route',
  'bridge',
  'neighbour',
  'encap',
  'decap',
  'deliver',
  'drop',
  'reject',
]);

/** The deciding line of a step; undefined where nothing that the person wrote decided. */
export function decidingLine(step: Step | undefined): DecidingLine | undefined {
  if (step === undefined || !DECIDES.has(step.kind)) return undefined;
  const { origin } = step;
  if (origin?.range === undefined) return undefined;
  const field = origin.path?.findLast((part) => typeof part === 'string');
  const byField = field === undefined ? undefined : BY_FIELD[field];
  const by = byField ?? (origin.object.kind.endsWith('NetworkPolicy') ? 'policy' : 'line');
  return { range: origin.range, tone: toneOf(step), by };
}
