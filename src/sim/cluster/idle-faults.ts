/** Faults that change nothing in this cluster: an interface or a route that no node has. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState, FaultSpec } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import type { NetnsConfig } from '../net/config.ts';
import { breakNetns } from './faults.ts';

/** `healthy` are the same machines without any fault. */
export function idleFaults(
  cluster: ClusterState,
  healthy: ReadonlyMap<string, NetnsConfig>,
  locate: ParsedScenario['locate'],
): readonly Diagnostic[] {
  return (cluster.settings.faults ?? [])
    .filter((fault) => !acts(cluster, healthy, fault))
    .map(({ fault, origin }) => ({
      code: 'fault/changes-nothing',
      severity: 'warning',
      params: { fault },
      object: origin.object,
      range: locate(origin),
    }));
}

function acts(
  { nodes, pods }: ClusterState,
  healthy: ReadonlyMap<string, NetnsConfig>,
  fault: FaultSpec,
): boolean {
  const there = nodes.filter((node) => fault.node === undefined || fault.node === node.name);
  // What names no node was reported by the checks.
  if (there.length === 0) return true;
  return there.some((node) => {
    const own = healthy.get(`node/${node.name}`);
    if (own === undefined) return false;
    switch (fault.fault) {
      case 'rp-filter':
        return (
          fault.interface === undefined ||
          fault.interface === 'all' ||
          own.links.some((l) => l.name === fault.interface)
        );
      case 'route-missing':
        return breakNetns(own, [fault], node).routes.length !== own.routes.length;
      case 'mtu': {
        const places = pods.filter((p) => p.node === node.name).map((p) => `${p.namespace}/${p.name}`);
        return [own, ...places.flatMap((id) => healthy.get(id) ?? [])].some((config) =>
          breakNetns(config, [fault], node).links.some((link, i) => link.mtu !== config.links[i]?.mtu),
        );
      }
      default:
        return true;
    }
  });
}
