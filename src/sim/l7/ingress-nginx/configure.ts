/**
 * From Ingresses to nginx' servers and locations, as the controller's template writes them: a server for each host, exact
 * locations first, then the longest prefix. A Prefix path becomes two locations, `= /path` and `/path/`, so that whole
 * elements match; an ImplementationSpecific one is a plain prefix of the text.
 */
import type { Origin } from '../../base/origin.ts';
import type { Ingress, IngressPath } from '../../k8s/cluster-state.ts';
import type { L7Action, L7Route, PathMatch, VirtualHost } from '../config.ts';
import { backendTo, servedBy, toBackend, type IngressObjects, type Missing } from '../ingress/served.ts';

export const CONTROLLER = 'k8s.io/ingress-nginx';

/** The Lua balancer answers 503 for whatever it has no peer for. */
const MISSING: Missing = { noService: 503, noPort: 503, noEndpoints: 503 };

interface Server {
  readonly host: string;
  readonly origin: Origin;
  readonly paths: { readonly ingress: Ingress; readonly path: IngressPath }[];
  fallback?: L7Action;
}

export interface NginxConfig {
  readonly hosts: readonly VirtualHost[];
  readonly otherwise: L7Action;
}

export function configure(cluster: IngressObjects): NginxConfig {
  const servers = new Map<string, Server>();
  const ingresses = servedBy(cluster, CONTROLLER, 'nginx');
  const serverOf = (host: string, origin: Origin): Server => {
    const known = servers.get(host) ?? { host, origin, paths: [] };
    servers.set(host, known);
    return known;
  };
  for (const ingress of ingresses) {
    const fallback =
      ingress.defaultBackend &&
      toBackend(backendTo(cluster, ingress.namespace, ingress.defaultBackend, MISSING));
    if (fallback !== undefined && ingress.rules.length === 0) {
      serverOf('_', ingress.origin).fallback ??= fallback;
    }
    for (const rule of ingress.rules) {
      const server = serverOf(rule.host ?? '_', rule.origin);
      if (fallback !== undefined) server.fallback ??= fallback;
      for (const path of rule.paths) server.paths.push({ ingress, path });
    }
  }
  return {
    hosts: [...servers.values()].map((server) => hostOf(cluster, server)),
    otherwise: { kind: 'respond', status: 404, because: 'no-host' },
  };
}

function hostOf(cluster: IngressObjects, { host, origin, paths, fallback }: Server): VirtualHost {
  const taken = new Set<string>();
  const routes: L7Route[] = [];
  const add = (modifier: '=' | '', value: string, entry: Server['paths'][number]): void => {
    const id = `location ${modifier === '' ? '' : '= '}${value}`;
    // Of two Ingresses with one path the first one has it.
    if (taken.has(id)) return;
    taken.add(id);
    const match: PathMatch = { how: modifier === '=' ? 'exact' : 'text', value };
    const { ingress, path } = entry;
    routes.push({
      id,
      match: { path: match },
      filters: [],
      action: toBackend(backendTo(cluster, ingress.namespace, path.backend, MISSING)),
      origin: path.origin,
    });
  };
  for (const entry of paths) if (entry.path.pathType === 'Exact') add('=', entry.path.path, entry);
  for (const entry of paths) {
    const { path, pathType } = entry.path;
    if (pathType === 'Exact') continue;
    const value = path === '' ? '/' : path;
    if (pathType === 'ImplementationSpecific' || value === '/') {
      add('', value, entry);
    } else {
      const bare = value.replace(/\/+$/, '');
      add('=', bare, entry);
      add('', `${bare}/`, entry);
    }
  }
  return {
    id: `server ${host}`,
    names: [{ name: host === '_' ? '*' : host, wildcard: 'one-label' }],
    routes: routes.toSorted(byNginx),
    otherwise: fallback ?? { kind: 'respond', status: 404, because: 'no-route', origin },
    origin,
  };
}

/** nginx takes an exact location at once, and of prefixes the longest. */
function byNginx(a: L7Route, b: L7Route): number {
  const exact = (route: L7Route): number => (route.match.path?.how === 'exact' ? 0 : 1);
  const length = (route: L7Route): number => route.match.path?.value.length ?? 0;
  return exact(a) - exact(b) || length(b) - length(a);
}
