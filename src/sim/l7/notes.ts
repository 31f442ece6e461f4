/** What there is to say of controllers: names that nobody knows, Ingresses that wait for a controller in vain. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import { l7Plugin, l7Registry } from './registry.ts';

type Locate = ParsedScenario['locate'];

export function l7Notes(cluster: ClusterState, locate: Locate): readonly Diagnostic[] {
  return unknownControllers(cluster, locate);
}

/** Names under `Playground.controllers` that nobody knows. */
function unknownControllers({ settings }: ClusterState, locate: Locate): readonly Diagnostic[] {
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
