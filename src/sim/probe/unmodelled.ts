/** Which unmodelled field could have changed a walk: one of an object that the walk used, and no other. */
import { ipFamily, type Ip } from '../base/ip.ts';
import { portsOf } from '../packet/ports.ts';
import { isReserved } from '../cluster/reserved.ts';
import type { ClusterState, UnmodelledField } from '../k8s/cluster-state.ts';
import type { Trace } from '../trace/trace.ts';
import type { Source } from './target.ts';

/** A walk to a pod that has no place in the world. */
export function touchedReserved(
  cluster: ClusterState,
  { steps }: Pick<Trace, 'steps'>,
): Pick<UnmodelledField, 'field' | 'object'> | undefined {
  const ips = reservedIps(cluster.pods);
  if (ips.size === 0) return undefined;
  const met = steps.find((s) => ips.has(s.packet?.ip?.dst ?? ''))?.packet?.ip?.dst ?? '';
  const pod = met === '' ? undefined : cluster.pods.find((p) => p.ips.includes(met));
  return (
    pod && { field: 'metadata.namespace', object: { kind: 'Pod', namespace: pod.namespace, name: pod.name } }
  );
}

const reserved = new WeakMap<ClusterState['pods'], ReadonlySet<Ip>>();

function reservedIps(pods: ClusterState['pods']): ReadonlySet<Ip> {
  let ips = reserved.get(pods);
  if (ips === undefined) {
    ips = new Set(pods.filter((p) => isReserved(p) && !p.hostNetwork).flatMap((p) => p.ips));
    reserved.set(pods, ips);
  }
  return ips;
}

/** The first such field, in document order. */
export function touchedUnmodelled(
  cluster: ClusterState,
  source: Source,
  walked: Pick<Trace, 'segments' | 'choices' | 'steps'>,
): UnmodelledField | undefined {
  if (cluster.unmodelled.length === 0) return undefined;
  const services = new Set(walked.choices.map((c) => c.service));
  const nodes = new Set<string>();
  const addresses = new Set<string>();
  const sourceName = source.pod === undefined ? '' : `${source.pod.namespace}/${source.pod.name}`;
  const pods = new Set([sourceName]);
  for (const step of walked.steps) {
    if (step.place.startsWith('node/')) nodes.add(step.place.slice('node/'.length));
    if (step.packet?.ip !== undefined) addresses.add(step.packet.ip.dst);
    const { origin } = step;
    if (origin?.object.kind === 'Service') services.add(`${origin.object.namespace}/${origin.object.name}`);
    if (origin?.object.kind === 'Pod' && step.kind === 'deliver') {
      pods.add(`${origin.object.namespace}/${origin.object.name}`);
    }
  }
  for (const pod of cluster.pods) {
    const name = `${pod.namespace}/${pod.name}`;
    if (!pod.hostNetwork && pod.ips.some((ip) => addresses.has(ip))) pods.add(name);
  }
  for (const service of cluster.services) {
    if (service.clusterIPs.some((ip) => addresses.has(ip)))
      services.add(`${service.namespace}/${service.name}`);
  }
  return cluster.unmodelled.find((field) => {
    const { affects } = field;
    if (/\bhostAliases\b/.test(field.field)) {
      const asked = walked.segments.some((s) => s.purpose === 'dns');
      return asked && affects.kind === 'pod' && affects.name === sourceName;
    }
    switch (affects.kind) {
      case 'ip-family':
        // Without an address of the family there is no packet: the client finds no way to the address it was given.
        return walked.steps.some(
          ({ packet, reason }) =>
            packet?.ip?.version === affects.family ||
            (packet === undefined &&
              reason.code === 'route.none' &&
              ipFamily(String(reason.params.ip)) === affects.family),
        );
      case 'all':
        return true;
      case 'pod':
        return pods.has(affects.name);
      case 'service':
        return services.has(affects.name);
      case 'node':
        return nodes.has(affects.name);
      case 'host-port':
        return walked.steps.some(({ place, packet }) => {
          if (place !== `node/${affects.name}` || packet?.ip === undefined) return false;
          const { l4 } = packet;
          const node = cluster.nodes.find((n) => n.name === affects.name);
          return (
            portsOf(l4)?.dport === affects.port &&
            l4?.proto === affects.protocol.toLowerCase() &&
            node?.ips.includes(packet.ip.dst) === true
          );
        });
    }
  });
}
