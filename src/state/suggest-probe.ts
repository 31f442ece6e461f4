import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';
import type { ClusterView } from '../worker/protocol.ts';

/**
 * A first question for a cluster that names none: a pod that only asks (else any pod) calls a Service of the same
 * namespace (else any Service, else another pod). Undefined where there is nobody to ask.
 */
export function suggestProbe(cluster: ClusterView): ProbeSpec | undefined {
  const pods = cluster.pods.filter((p) => !p.builtIn && p.phase === 'Running' && p.ip !== undefined);
  const from = pods.find((p) => p.listening.length === 0) ?? pods[0];
  if (from === undefined) return undefined;
  const source = `${from.namespace}/${from.name}`;
  const services = cluster.services.filter((s) => !s.builtIn && s.ports.some((p) => p.protocol === 'TCP'));
  const service = services.find((s) => s.namespace === from.namespace) ?? services[0];
  if (service !== undefined) {
    const port = service.ports.find((p) => p.protocol === 'TCP')?.port ?? 80;
    const name = service.namespace === from.namespace ? service.name : `${service.name}.${service.namespace}`;
    return { from: source, tool: 'curl', to: port === 80 ? `http://${name}/` : `http://${name}:${port}/` };
  }
  const other = pods.find((p) => p !== from);
  return other === undefined ? undefined : { from: source, tool: 'ping', to: other.ip ?? '' };
}
