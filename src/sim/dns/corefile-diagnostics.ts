/** What the Corefile asks of CoreDNS that is not modelled. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import { parseCorefile } from './corefile.ts';

export function corefileDiagnostics(
  cluster: Pick<ClusterState, 'configMaps'>,
  locate: ParsedScenario['locate'],
): readonly Diagnostic[] {
  const map = cluster.configMaps.find((c) => c.namespace === 'kube-system' && c.name === 'coredns');
  const text = map?.data['Corefile'];
  if (map === undefined || text === undefined) return [];
  const plugins = new Set(parseCorefile(text).flatMap((block) => block.unknown));
  const { object } = map.origin;
  const path = ['data', 'Corefile'];
  const range = locate({ object, path });
  return [...plugins].map((plugin) => ({
    code: 'dns/plugin-not-modelled',
    severity: 'warning',
    params: { plugin },
    object,
    path,
    ...(range === undefined ? {} : { range }),
  }));
}
