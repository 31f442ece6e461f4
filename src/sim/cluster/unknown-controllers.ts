/** Names under `Playground.controllers` that nobody knows. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import { l7Plugin, l7Registry } from '../l7/registry.ts';

export function unknownControllers(
  { settings }: Pick<ClusterState, 'settings'>,
  locate: ParsedScenario['locate'],
): readonly Diagnostic[] {
  const known = l7Registry.map(({ id }) => id).join(', ');
  const { object } = settings.origins.cni;
  return settings.controllers.flatMap((name, i): readonly Diagnostic[] =>
    l7Plugin(name) !== undefined
      ? []
      : [
          {
            code: 'controllers/unknown',
            severity: 'error',
            params: { name, known },
            object,
            range: locate({ object, path: ['controllers', i] }),
          },
        ],
  );
}
