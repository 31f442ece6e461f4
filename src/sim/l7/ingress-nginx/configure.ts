/**
 * From Ingresses to nginx' servers and locations (internal/ingress/controller: controller.go `getBackendServers`, location.go,
 * template.go `buildLocation`, `buildProxyPass`): a server for each host with a location for `/`, whose backend is the default one
 * until a path takes its place; ImplementationSpecific counts as Prefix (store.go). A Prefix path becomes two locations,
 * `= /path` and `/path/`, so that whole elements match. Where one location of a host rewrites or has `use-regex`, all of that
 * host become regular expressions, without regard to case and without an end, in the order of their length.
 * Backends that are no Services are left out, as the controller leaves them out.
 */
import type { Origin } from '../../base/origin.ts';
import type { Ingress, IngressBackend, IngressPath } from '../../k8s/cluster-state.ts';
import type { Backend, L7Action, L7Filter, L7Route, VirtualHost } from '../config.ts';
import { backendTo, servedBy, type IngressObjects } from '../ingress/served.ts';
import { regexCode } from '../regex-code.ts';
import { ingressNginxAbout } from './about.ts';
import { annotationsOf, type Annotations } from './annotations.ts';
import { canaryRoutes, canariesOf, type CanaryBackend } from './canary.ts';

const CATCH_ALL = '_';
const REDIRECT_HTTPS = 308;

interface Location {
  readonly path: string;
  readonly type: 'Prefix' | 'Exact';
  readonly ingress: Ingress;
  readonly backend: IngressBackend;
  readonly origin: Origin;
}

interface Server {
  readonly host: string;
  readonly origin: Origin;
  readonly locations: Location[];
  /** The backend of `/` while no path has taken it; absent: the controller's own, which knows only 404. */
  readonly fallback?: { readonly ingress: Ingress; readonly backend: IngressBackend };
  tls: boolean;
}

export interface NginxConfig {
  readonly hosts: readonly VirtualHost[];
  readonly otherwise: L7Action;
}

export function configure(cluster: IngressObjects): NginxConfig {
  const ingresses = servedBy(cluster, ingressNginxAbout.ingress);
  const primary = ingresses.filter((ingress) => annotationsOf(ingress).canary === undefined);
  const servers = serversOf(primary);
  const canaries = canariesOf(cluster, ingresses, (host, path, type) =>
    servers.get(host)?.locations.find((one) => one.path === path && one.type === type),
  );
  return {
    hosts: [...servers.values()].map((server) => hostOf(cluster, server, canaries)),
    otherwise: { kind: 'respond', status: 404, because: 'no-host' },
  };
}

/** The first Ingress with a host makes its server; of one path the first has it. */
function serversOf(ingresses: readonly Ingress[]): ReadonlyMap<string, Server> {
  const servers = new Map<string, Server>();
  const catchAll = ingresses.find(
    (one) => one.rules.length === 0 && one.defaultBackend?.service !== undefined,
  );
  if (catchAll?.defaultBackend !== undefined) {
    const fallback = { ingress: catchAll, backend: catchAll.defaultBackend };
    const { origin } = catchAll;
    servers.set(CATCH_ALL, { host: CATCH_ALL, origin, locations: [], fallback, tls: false });
  }
  for (const ingress of ingresses) {
    for (const rule of ingress.rules) {
      const host = rule.host ?? CATCH_ALL;
      let server = servers.get(host);
      if (server === undefined) {
        const { defaultBackend: backend } = ingress;
        const own = host !== CATCH_ALL && backend?.service !== undefined;
        server = {
          host,
          origin: rule.origin,
          locations: [],
          ...(own && { fallback: { ingress, backend } }),
          tls: false,
        };
        servers.set(host, server);
      }
      // A certificate that is not there, or is for somebody else, is replaced by the controller's own.
      if (ingress.tls.length > 0 && host !== CATCH_ALL) server.tls = true;
      for (const path of rule.paths)
        addPath(server, ingress, path, host === CATCH_ALL && catchAll !== undefined);
    }
  }
  return servers;
}

/** `rootTaken`: an Ingress without rules has the place of the catch-all server's `/`. */
function addPath(server: Server, ingress: Ingress, from: IngressPath, rootTaken: boolean): void {
  if (from.backend.service === undefined) return;
  const path = from.path === '' ? '/' : from.path;
  const type = from.pathType === 'Exact' ? 'Exact' : 'Prefix';
  const taken = server.locations.some((one) => one.path === path && one.type === type);
  if (taken || (rootTaken && path === '/' && type === 'Prefix')) return;
  server.locations.push({ path, type, ingress, backend: from.backend, origin: from.origin });
}

/** The longest first; of one length the last in the alphabet. */
function byLength(a: { readonly path: string }, b: { readonly path: string }): number {
  return b.path.length - a.path.length || (a.path < b.path ? 1 : a.path > b.path ? -1 : 0);
}

/** Of nginx' configuration: what a location is called and how it matches. */
interface Block {
  readonly location: Location;
  readonly how: 'exact' | 'text' | 'regex';
  readonly value: string;
}

function hostOf(
  cluster: IngressObjects,
  server: Server,
  canaries: ReadonlyMap<string, CanaryBackend>,
): VirtualHost {
  const { host, origin, fallback } = server;
  const expanded = server.locations.toSorted(byLength).flatMap((location) => blocksOf(location, server));
  const regex = server.locations.some(isRegex);
  const blocks = regex
    ? expanded.map((block): Block => ({ ...block, how: 'regex' }))
    : expanded.toSorted((a, b) => rank(a) - rank(b) || b.value.length - a.value.length);
  const redirects = regex ? [] : blocks.flatMap((block) => slashRedirect(block, blocks));
  const routes = blocks.flatMap((block) => routesOf(cluster, block, server, canaries));
  return {
    id: `server ${host}`,
    names: [{ name: host === CATCH_ALL ? '*' : host, wildcard: 'one-label' }],
    routes: [...redirects, ...routes],
    otherwise:
      fallback === undefined
        ? { kind: 'respond', status: 404, because: 'no-route', origin }
        : {
            kind: 'backends',
            backends: [
              backendTo(
                cluster,
                fallback.ingress.namespace,
                fallback.backend,
                ingressNginxAbout.ingress.backends,
              ),
            ],
          },
    origin,
  };
}

function isRegex({ ingress, path }: Location): boolean {
  const { rewriteTarget, useRegex } = annotationsOf(ingress);
  return useRegex || (rewriteTarget !== '' && rewriteTarget !== path);
}

/** nginx takes an exact location at once, and of prefixes the longest. */
const rank = ({ how }: Block): number => (how === 'exact' ? 0 : 1);

function blocksOf(location: Location, { locations }: Server): readonly Block[] {
  const { path, type } = location;
  if (type === 'Exact') return [{ location, how: 'exact', value: path }];
  if (path === '/' || isRegex(location)) return [{ location, how: 'text', value: path }];
  const prefix: Block = { location, how: 'text', value: path.endsWith('/') ? path : `${path}/` };
  const exact = locations.some((one) => one.type === 'Exact' && one.path === path);
  return exact ? [prefix] : [prefix, { location, how: 'exact', value: path }];
}

/** nginx sends whoever asks for a proxied location without its last slash to it, where nothing else is there by that name. */
function slashRedirect({ location, how, value }: Block, blocks: readonly Block[]): readonly L7Route[] {
  if (how !== 'text' || value === '/') return [];
  const bare = value.slice(0, -1);
  if (blocks.some((other) => other.how === 'exact' && other.value === bare)) return [];
  return [
    {
      id: `location ${value}`,
      match: { path: { how: 'exact', value: bare } },
      filters: [],
      action: {
        kind: 'redirect',
        status: 301,
        path: { how: 'full', value },
        origin: location.origin,
      },
      origin: location.origin,
    },
  ];
}

function routesOf(
  cluster: IngressObjects,
  { location, how, value }: Block,
  server: Server,
  canaries: ReadonlyMap<string, CanaryBackend>,
): readonly L7Route[] {
  const { ingress, origin } = location;
  const read = annotationsOf(ingress);
  const shown = how === 'regex' ? `~* "^${value}"` : how === 'exact' ? `= ${value}` : value;
  const unread = how === 'regex' && regexCode.need().pattern(`^${value}`, true) === undefined;
  const { unknown = unread ? 'path' : undefined } = read;
  const backend = backendTo(cluster, ingress.namespace, location.backend, ingressNginxAbout.ingress.backends);
  const route: L7Route = {
    id: `location ${shown}`,
    match: { path: { how, value, ...(how === 'regex' && { ignoreCase: true }) } },
    filters: filtersOf(location, read),
    action: actionOf(backend, value, server, read),
    origin,
    ...(unknown !== undefined && { unknown: { field: unknown, object: ingress.name } }),
  };
  const canary = route.action.kind === 'backends' ? canaries.get(backend.service) : undefined;
  const routes = canary === undefined ? [route] : canaryRoutes(route, backend, canary);
  const { appRoot } = read;
  if (appRoot === undefined || value !== '/') return routes;
  const toRoot: L7Action = {
    kind: 'redirect',
    status: 302,
    path: { how: 'full', value: appRoot.to },
    origin: appRoot.origin,
  };
  return [{ ...route, match: { path: { how: 'exact', value: '/' } }, action: toRoot }, ...routes];
}

/** In nginx' order: redirects first, then who may ask, then the backend. */
function actionOf(backend: Backend, path: string, server: Server, read: Annotations): L7Action {
  const { redirect, allow, patience, rewriteTarget, originOf } = read;
  if (read.forceSslRedirect || (read.sslRedirect && server.tls)) {
    const by = read.forceSslRedirect ? 'force-ssl-redirect' : 'ssl-redirect';
    const written = read.forceSslRedirect ? originOf(by) : server.origin;
    return { kind: 'redirect', status: REDIRECT_HTTPS, scheme: 'https', origin: written };
  }
  if (redirect !== undefined)
    return { kind: 'redirect', status: redirect.status, to: redirect.to, origin: redirect.origin };
  if (/^(?:https?:\/\/|\$scheme)/.test(rewriteTarget)) {
    const to = { how: 'regex', pattern: path, ignoreCase: true, value: rewriteTarget } as const;
    return { kind: 'redirect', status: 302, to, origin: originOf('rewrite-target') };
  }
  if (allow?.ranges === 'denied') {
    return { kind: 'respond', status: 503, because: 'denied', origin: allow.origin };
  }
  return {
    kind: 'backends',
    backends: [backend],
    ...(patience && { patience }),
    ...(allow && { sources: { allow: allow.ranges, status: 403, origin: allow.origin } }),
  };
}

function filtersOf({ path, origin }: Location, read: Annotations): readonly L7Filter[] {
  const { rewriteTarget, upstreamVhost, forwardedPrefix, originOf } = read;
  const filters: L7Filter[] = [];
  if (rewriteTarget !== '' && rewriteTarget !== path) {
    regexCode.need();
    filters.push({
      kind: 'rewrite',
      path: { how: 'regex', pattern: path, ignoreCase: true, value: rewriteTarget },
      origin: originOf('rewrite-target'),
    });
    if (forwardedPrefix !== undefined) {
      const set = [['X-Forwarded-Prefix', forwardedPrefix]] as const;
      filters.push({ kind: 'request-headers', set, add: [], remove: [], origin });
    }
  }
  if (upstreamVhost !== undefined) {
    filters.push({ kind: 'rewrite', host: upstreamVhost, origin: originOf('upstream-vhost') });
  }
  return filters;
}
