/**
 * From Ingresses to nginx' servers and locations (internal/ingress/controller: controller.go `getBackendServers`, location.go,
 * template.go `buildLocation`, `buildProxyPass`): a server for each host with a location for `/`, whose backend is the default one
 * until a path takes its place; ImplementationSpecific counts as Prefix (store.go). A Prefix path becomes two locations,
 * `= /path` and `/path/`, so that whole elements match. Where one location of a host rewrites or has `use-regex`, all of that
 * host become regular expressions, without regard to case and without an end, in the order of their length. An expression that
 * nginx cannot compile keeps it from all of the new configuration: what it answers is unknown for every host.
 * Backends that are no Services are left out, as the controller leaves them out.
 */
import type { Backend, L7Action, L7Filter, L7Route, VirtualHost } from '../config.ts';
import { backendTo, servedBy, type IngressObjects } from '../ingress/served.ts';
import { regexCode } from '../regex-code.ts';
import { ingressNginxAbout } from './about.ts';
import { annotationsOf, type Annotations } from './annotations.ts';
import { canaryRoutes, canariesOf, type CanaryBackend } from './canary.ts';
import { byLength, CATCH_ALL, isRegex, serversOf, type Location, type Server } from './servers.ts';
import { expressionsOf, NO_HOST, otherNames, unknownHost } from './unknown.ts';

const REDIRECT_HTTPS = 308;

export interface NginxConfig {
  readonly hosts: readonly VirtualHost[];
  readonly otherwise: L7Action;
}

export function configure(cluster: IngressObjects): NginxConfig {
  const ingresses = servedBy(cluster, ingressNginxAbout.ingress);
  const primary = ingresses.filter((ingress) => annotationsOf(ingress).canary === undefined);
  const servers = serversOf(primary);
  const wrong = expressionsOf(servers).find((one) => one.reading === 'wrong');
  if (wrong !== undefined) return { hosts: [unknownHost('*', 'path', wrong.location)], otherwise: NO_HOST };
  const canaries = canariesOf(cluster, ingresses, (host, path, type) =>
    servers.get(host)?.locations.find((one) => one.path === path && one.type === type),
  );
  return {
    // Before the catch-all, which is of no better rank than an expression's stand-in.
    hosts: [
      ...otherNames(primary, servers),
      ...[...servers.values()].map((server) => hostOf(cluster, server, canaries)),
    ],
    otherwise: NO_HOST,
  };
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
    routes: [...appRootRoutes(server), ...redirects, ...routes],
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
  // Without a balancer of the primary's own nobody asks the alternative (balancer.lua `get_balancer`).
  const split = route.action.kind === 'backends' && backend.endpoints.length > 0;
  const canary = split ? canaries.get(backend.service) : undefined;
  return canary === undefined ? [route] : canaryRoutes(route, backend, canary);
}

/** The server itself asks for `/` before it looks for a location; the first of its locations that has one decides. */
function appRootRoutes({ locations }: Server): readonly L7Route[] {
  for (const { ingress } of locations.toSorted(byLength)) {
    const { appRoot, unknown } = annotationsOf(ingress);
    if (appRoot === undefined) continue;
    const { to, origin } = appRoot;
    const path = { how: 'full', value: to } as const;
    return [
      {
        id: 'if ($uri = /)',
        match: { path: { how: 'exact', value: '/' } },
        filters: [],
        action: { kind: 'redirect', status: 302, path, dropQuery: true, origin },
        origin,
        ...(unknown !== undefined && { unknown: { field: unknown, object: ingress.name } }),
      },
    ];
  }
  return [];
}

/**
 * In nginx' order: a location with a list that cannot be read is closed and has nothing else in it; then what its rewrite
 * module does, redirects and rewrites to elsewhere; then Lua, at the end of that phase: to https, 503 without endpoints; then
 * who may ask, then the backend.
 */
function actionOf(backend: Backend, path: string, server: Server, read: Annotations): L7Action {
  const { redirect, allow, patience, rewriteTarget, originOf } = read;
  if (allow?.ranges === 'denied') {
    return { kind: 'respond', status: 503, because: 'denied', origin: allow.origin };
  }
  if (redirect !== undefined)
    return { kind: 'redirect', status: redirect.status, to: redirect.to, origin: redirect.origin };
  if (/^(?:https?:\/\/|\$scheme)/.test(rewriteTarget)) {
    const to = { how: 'regex', pattern: path, ignoreCase: true, value: rewriteTarget } as const;
    return { kind: 'redirect', status: 302, to, origin: originOf('rewrite-target') };
  }
  const certificate = server.tls ?? server.wildcardTls;
  const forced = read.forceSslRedirect ? originOf('force-ssl-redirect') : undefined;
  const https = forced ?? (read.sslRedirect ? certificate : undefined);
  if (https !== undefined) {
    return { kind: 'redirect', status: REDIRECT_HTTPS, scheme: 'https', origin: https };
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
