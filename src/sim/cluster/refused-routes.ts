/** What the kernel said no to: routes whose next hop is behind a router. One warning for each who tried to add such. */
import type { Diagnostic } from '../base/diagnostic.ts';
import { cidrText } from '../base/ip.ts';
import { objectKey, type Origin } from '../base/origin.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import type { RouteConfig } from '../net/config.ts';
import type { World } from '../net/world.ts';

interface Refusals {
  readonly netns: string;
  readonly first: RouteConfig;
  readonly origin: Origin;
  count: number;
}

export function refusedRoutes(
  { settings }: Pick<ClusterState, 'settings'>,
  { netns }: Pick<World, 'netns'>,
  locate: ParsedScenario['locate'],
): readonly Diagnostic[] {
  const found = new Map<string, Refusals>();
  for (const { id, refusedRoutes: refused = [] } of netns.values()) {
    for (const route of refused) {
      const by = route.origin?.by;
      // The default route of a node that is on no network: its address was reported.
      if (by === undefined && id.startsWith('node/')) continue;
      // A daemon's routes are its plug-in's doing, a host's are written at the host.
      const origin = by === undefined ? (route.origin ?? settings.origins.cluster) : settings.origins.cni;
      const key = by ?? `${objectKey(origin.object)} ${(origin.path ?? []).join('.')}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { netns: id, first: route, origin, count: 1 });
      else known.count++;
    }
  }
  return [...found.values()].map(({ netns: at, first, origin, count }): Diagnostic => {
    const range = locate(origin);
    return {
      code: 'route/refused',
      severity: 'warning',
      params: {
        by: first.origin?.by ?? '',
        at: at.slice(at.indexOf('/') + 1),
        to: cidrText(first.to),
        via: first.via ?? '',
        count,
      },
      object: origin.object,
      ...(range === undefined ? {} : { range }),
    };
  });
}
