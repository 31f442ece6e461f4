/** What Kubernetes still has and has said farewell to: a kube-proxy mode that its plug-in calls deprecated. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import { proxyPlugin } from '../proxy/registry.ts';

export function deprecatedProxy(
  { settings }: Pick<ClusterState, 'settings'>,
  locate: ParsedScenario['locate'],
): readonly Diagnostic[] {
  const plugin = proxyPlugin(settings.kubeProxy.mode);
  if (plugin?.deprecated === undefined) return [];
  const origin = settings.origins.kubeProxy;
  return [
    {
      code: 'proxy/deprecated',
      severity: 'warning',
      params: { mode: plugin.id, ...plugin.deprecated },
      object: origin.object,
      range: locate(origin),
    },
  ];
}
