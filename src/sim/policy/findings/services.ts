/** Services that have endpoints to which the policies let no pod at all. */
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { ClusterState, Pod, Protocol, Service } from '../../k8s/cluster-state.ts';
import type { ParsedScenario } from '../../k8s/manifest.ts';
import { evaluate } from '../evaluate.ts';
import { policyName } from '../matching.ts';
import { livePods } from '../reach-diff.ts';

type Cluster = Pick<
  ClusterState,
  | 'networkPolicies'
  | 'clusterPolicies'
  | 'ownPolicies'
  | 'namespaces'
  | 'nodes'
  | 'pods'
  | 'services'
  | 'endpointSlices'
>;

/** So many pairs are asked, then nothing more is said: a note is not worth a second of every key stroke. */
const MOST_ASKED = 20_000;

export function closedServices(cluster: Cluster, rangeOf: ParsedScenario['rangeOf']): readonly Diagnostic[] {
  const pods = livePods(cluster);
  const named = new Map(pods.map((pod) => [policyName(pod), pod]));
  // What a node sends to its own pods no policy can stop: pods on its network tell nothing of who may.
  const senders = pods.filter((pod) => !pod.hostNetwork);
  const sources = likeSources(senders);
  let asked = 0;
  let forgotten = false;
  const reaches = (from: Pod, to: Pod, port: number, protocol: Protocol): boolean => {
    if (from === to) return false;
    asked++;
    const { allowed, egress, ingress } = evaluate(cluster, { from, to, port, protocol });
    // What the whole cluster's policy denies, no namespace's policy forgot.
    if (!allowed && egress.deniedRule === undefined && ingress.deniedRule === undefined) forgotten = true;
    return allowed;
  };
  const isolated = isolatedNamespaces(cluster);
  return cluster.services.flatMap((service): Diagnostic[] => {
    // Clients outside, and whom a node port masquerades, are not asked.
    if (service.origin.by === 'built-in' || service.type !== 'ClusterIP') return [];
    if (!isolated(service.namespace)) return [];
    return service.ports.flatMap((port, i): Diagnostic[] => {
      const ends = endpointsOf(cluster, service, port.name).flatMap(({ pod, port: target }) => {
        const to = named.get(pod);
        return to === undefined || to.hostNetwork ? [] : [{ to, target }];
      });
      const [first] = ends;
      if (first === undefined) return [];
      const open = (from: Pod): boolean =>
        ends.some(({ to, target }) => reaches(from, to, target, port.protocol));
      // First the neighbours, then one pod of each kind, and at last, before anything is said, all of them.
      forgotten = false;
      const near = sources.filter((from) => from.namespace === service.namespace);
      if (near.some(open) || sources.some(open)) return [];
      if (asked + senders.length * ends.length > MOST_ASKED || senders.some(open)) return [];
      if (!forgotten) return [];
      const { object } = service.origin;
      const path = ['spec', 'ports', i];
      const range = rangeOf(object, path);
      const params = {
        service: service.name,
        port: port.port,
        targetPort: first.target,
        pod: policyName(first.to),
        endpoints: ends.length,
      };
      return [
        { code: 'service/nobody-may-reach', severity: 'info', params, object, path, ...(range && { range }) },
      ];
    });
  });
}

/** Pods that only their addresses tell apart stand for one another. */
function likeSources(pods: readonly Pod[]): readonly Pod[] {
  const known = new Map<string, Pod>();
  for (const pod of pods) {
    const key = `${pod.namespace} ${JSON.stringify(pod.labels)}`;
    if (!known.has(key)) known.set(key, pod);
  }
  return [...known.values()];
}

/** Only where policies may close something is anything asked. */
function isolatedNamespaces({
  networkPolicies,
  clusterPolicies,
  ownPolicies,
}: Cluster): (namespace: string) => boolean {
  const everywhere =
    clusterPolicies.length + ownPolicies.length > 0 ||
    networkPolicies.some((p) => p.policyTypes.includes('Egress'));
  const own = new Set(networkPolicies.map((policy) => policy.namespace));
  return (namespace) => everywhere || own.has(namespace);
}

function endpointsOf(
  cluster: Cluster,
  service: Service,
  portName: string,
): readonly { readonly pod: string; readonly port: number }[] {
  return cluster.endpointSlices
    .filter((slice) => slice.namespace === service.namespace && slice.service === service.name)
    .flatMap((slice) => {
      const port = slice.ports.find((one) => one.name === portName)?.port;
      return port === undefined
        ? []
        : slice.endpoints.flatMap(({ pod, ready }) => (pod === undefined || !ready ? [] : [{ pod, port }]));
    });
}
