/**
 * Canary Ingresses (controller.go `mergeAlternativeBackends`, balancer.lua `route_to_alternative_balancer`): one whose host and
 * path a primary has adds an alternative to that primary's backend, wherever it is used; the first alternative counts. A header
 * decides, then a cookie, then chance by weight. An alternative without endpoints is passed over; a primary without them has no
 * alternative either.
 */
import type { Ingress, IngressBackend } from '../../k8s/cluster-state.ts';
import type { Backend, L7Route, RouteMatch } from '../config.ts';
import { backendTo, type IngressObjects } from '../ingress/served.ts';
import { regexCode } from '../regex-code.ts';
import { ingressNginxAbout } from './about.ts';
import { annotationsOf, type Canary } from './annotations.ts';

export interface CanaryBackend {
  readonly canary: Canary;
  readonly backend: Backend;
}

interface Primary {
  readonly ingress: Ingress;
  readonly backend: IngressBackend;
}

/** By the primary backend: `namespace/name:port`. */
export function canariesOf(
  cluster: IngressObjects,
  ingresses: readonly Ingress[],
  primaryAt: (host: string, path: string, type: 'Exact' | 'Prefix') => Primary | undefined,
): ReadonlyMap<string, CanaryBackend> {
  const found = new Map<string, CanaryBackend>();
  for (const ingress of ingresses) {
    const { canary } = annotationsOf(ingress);
    if (canary === undefined) continue;
    for (const rule of ingress.rules) {
      for (const { path, pathType, backend: to } of rule.paths) {
        const type = pathType === 'Exact' ? 'Exact' : 'Prefix';
        const primary = primaryAt(rule.host ?? '_', path === '' ? '/' : path, type);
        if (primary === undefined || to.service === undefined) continue;
        const { service } = backendTo(
          cluster,
          primary.ingress.namespace,
          primary.backend,
          ingressNginxAbout.ingress.backends,
        );
        const backend = backendTo(cluster, ingress.namespace, to, ingressNginxAbout.ingress.backends);
        if (backend.service === service || found.has(service)) continue;
        if (backend.endpoints.length > 0) found.set(service, { canary, backend });
      }
    }
  }
  return found;
}

/** The route as it was, and before it those for who asks for the canary or against it. */
export function canaryRoutes(
  route: L7Route,
  primary: Backend,
  { canary, backend }: CanaryBackend,
): readonly L7Route[] {
  const { action } = route;
  if (action.kind !== 'backends') return [route];
  const to = (one: Backend): L7Route['action'] => ({ ...action, backends: [{ ...one, weight: 1 }] });
  const asked = (name: string, more: Partial<RouteMatch>, target: Backend): L7Route => ({
    ...route,
    id: `${route.id} (${name})`,
    match: { ...route.match, ...more },
    action: to(target),
    origin: canary.origin(name),
  });
  const routes: L7Route[] = [];
  const { header, headerValue, headerPattern, cookie, weight, total } = canary;
  if (header !== undefined) {
    const match = (value: string, how: 'exact' | 'regex' = 'exact'): Partial<RouteMatch> => ({
      headers: [{ name: header, how, value }],
    });
    if (headerValue !== undefined) {
      routes.push(asked('canary-by-header', match(headerValue), backend));
    } else if (headerPattern !== undefined) {
      regexCode.need();
      routes.push(asked('canary-by-header', match(`.*(?:${headerPattern}).*`, 'regex'), backend));
    } else {
      // What the routes before missed is told of the last of one line.
      routes.push(asked('canary-by-header', match('never'), primary));
      routes.push(asked('canary-by-header', match('always'), backend));
    }
  }
  if (cookie !== undefined) {
    const match = (value: string): Partial<RouteMatch> => ({
      cookies: [{ name: cookie, how: 'exact', value }],
    });
    routes.push(asked('canary-by-cookie', match('never'), primary));
    routes.push(asked('canary-by-cookie', match('always'), backend));
  }
  const share = Math.min(weight, total);
  const split = [
    { ...primary, weight: total - share },
    { ...backend, weight: share, origin: canary.origin('canary-weight') },
  ].filter((one) => one.weight > 0);
  return [...routes, { ...route, action: { ...action, backends: split } }];
}
