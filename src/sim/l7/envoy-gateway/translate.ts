/**
 * From the Gateway API's objects to what Envoy is told: a virtual host for each listener and host, its routes in the order in
 * which Envoy asks them. A host's routes are those of that very name: a wildcard's are not asked after it.
 */
import { memoLast } from '../../k8s/memo.ts';
import type { ClusterState } from '../../k8s/cluster-state.ts';
import type {
  Gateway,
  GatewayApi,
  HttpFilter,
  HttpMatch,
  PathModifier,
  ValueCondition,
} from '../../k8s/gateway-api/objects.ts';
import type {
  Backend,
  L7Action,
  L7Filter,
  L7Listener,
  L7Route,
  PathMatch,
  PathRewrite,
  RespondBecause,
  ValueMatch,
  VirtualHost,
} from '../config.ts';
import type { Unresolved } from '../gateway-api/backends.ts';
import { inPrecedence, type Precedence } from '../gateway-api/precedence.ts';
import { envoyGatewayAbout } from './about.ts';
import { containerPort } from './installs.ts';
import { listenerStates, type ListenerState } from './listeners.ts';
import {
  routeState,
  type GatewayState,
  type RouteObjects,
  type RouteState,
  type RuleState,
} from './routes.ts';

export const CONTROLLER = envoyGatewayAbout.gateways?.controllerName ?? '';

export interface Translation {
  readonly gateways: readonly GatewayState[];
  readonly routes: readonly RouteState[];
  /** How many routes a listener has. */
  readonly attachedTo: (listener: ListenerState) => number;
  /** What the Envoy pods of a Gateway listen on. */
  readonly listenersOf: (gateway: Gateway) => readonly L7Listener[];
}

/** Exact, then expressions, then prefixes; a method is one header more (internal/xds/translator, sort). */
const PRECEDENCE: Precedence = {
  types: { Exact: 0, RegularExpression: 1, PathPrefix: 2 },
  methodIsHeader: true,
};

export function managed(api: Pick<GatewayApi, 'classes' | 'gateways'>): readonly Gateway[] {
  const own = new Set(api.classes.filter((one) => one.controllerName === CONTROLLER).map(({ name }) => name));
  return api.gateways.filter(({ className }) => own.has(className));
}

const NOTHING: Translation = { gateways: [], routes: [], attachedTo: () => 0, listenersOf: () => [] };

const remembered = memoLast(
  (
    gatewayApi: GatewayApi | undefined,
    namespaces: ClusterState['namespaces'],
    services: ClusterState['services'],
    endpointSlices: ClusterState['endpointSlices'],
    settings: ClusterState['settings'],
  ): Translation => {
    if (gatewayApi === undefined) return NOTHING;
    const cluster: RouteObjects = { gatewayApi, namespaces, services, endpointSlices, settings };
    const gateways = managed(gatewayApi).map((gateway) => ({
      gateway,
      listeners: listenerStates(gateway, gatewayApi),
    }));
    const byName = new Map(gateways.map((one) => [`${one.gateway.namespace}/${one.gateway.name}`, one]));
    const routes = gatewayApi.routes.flatMap((route) => routeState(route, byName, cluster) ?? []);
    const made = new Map<Gateway, readonly L7Listener[]>();
    const attached = entriesOf(routes);
    return {
      gateways,
      routes,
      attachedTo: (state) => attached.get(state)?.routes ?? 0,
      listenersOf: (gateway) => {
        let known = made.get(gateway);
        if (known === undefined) {
          known = portsOf(byName.get(`${gateway.namespace}/${gateway.name}`), attached);
          made.set(gateway, known);
        }
        return known;
      },
    };
  },
);

/** The identical translation while nothing that it is made from changed. */
export function translate(cluster: RouteObjects): Translation {
  const { gatewayApi, namespaces, services, endpointSlices, settings } = cluster;
  return remembered(gatewayApi, namespaces, services, endpointSlices, settings);
}

interface Entry {
  readonly match: HttpMatch;
  readonly state: RouteState;
  readonly rule: number;
  readonly index: number;
}

interface AtListener {
  routes: number;
  readonly byHost: Map<string, Entry[]>;
}

function portsOf(
  found: GatewayState | undefined,
  attached: ReadonlyMap<ListenerState, AtListener>,
): readonly L7Listener[] {
  const ports = new Map<number, VirtualHost[]>();
  for (const state of found?.listeners ?? []) {
    const { port, name, protocol } = state.listener;
    if (!state.ready || protocol !== 'HTTP') continue;
    const hosts = ports.get(port) ?? [];
    ports.set(port, hosts);
    for (const [host, list] of attached.get(state)?.byHost ?? []) {
      const { namespace, name: gateway } = found?.gateway ?? {};
      hosts.push(virtualHost(`${namespace}/${gateway}/${name}`, host, list, state));
    }
  }
  return [...ports].map(([port, hosts]) => ({
    port: containerPort(port),
    hosts,
    otherwise: { kind: 'respond', status: 404, because: 'no-host' },
  }));
}

/** Matches of HTTPRoutes by listener and host, in the order of routes, rules and matches. */
function entriesOf(routes: readonly RouteState[]): ReadonlyMap<ListenerState, AtListener> {
  const found = new Map<ListenerState, AtListener>();
  for (const state of routes) {
    for (const parent of state.parents) {
      for (const { state: listener, hosts } of parent.attached) {
        const here = found.get(listener) ?? { routes: 0, byHost: new Map<string, Entry[]>() };
        found.set(listener, here);
        here.routes += 1;
        if (state.route.kind !== 'HTTPRoute') continue;
        for (const host of hosts) {
          const list = here.byHost.get(host) ?? [];
          here.byHost.set(host, list);
          state.rules.forEach(({ rule, dropped }, i) => {
            if (dropped) return;
            rule.matches.forEach((match, index) => list.push({ match, state, rule: i, index }));
          });
        }
      }
    }
  }
  return found;
}

/** `www_example_com`; `*` stays. */
const underscored = (host: string): string => host.replaceAll('.', '_');

function virtualHost(
  listenerName: string,
  host: string,
  entries: readonly Entry[],
  { listener }: ListenerState,
): VirtualHost {
  return {
    id: `${listenerName}/${underscored(host)}`,
    names: [{ name: host, wildcard: 'any-labels' }],
    routes: inPrecedence(entries, PRECEDENCE).map((entry) => routeOf(entry, host, listener.port)),
    otherwise: { kind: 'respond', status: 404, because: 'no-route', origin: listener.origin },
    origin: listener.origin,
  };
}

function routeOf({ match, state, rule: at, index }: Entry, host: string, port: number): L7Route {
  const { route, rules } = state;
  const rule = rules[at] as RuleState;
  const { type, value } = match.path;
  return {
    id: `${route.kind.toLowerCase()}/${route.namespace}/${route.name}/rule/${at}/match/${index}/${underscored(host)}`,
    match: {
      path: pathMatch(type, value),
      ...(match.method !== undefined && { method: match.method }),
      headers: match.headers.map(valueMatch),
      query: match.queryParams.map(valueMatch),
    },
    filters: rule.rule.filters.flatMap((filter) => filterOf(filter, value)),
    action: actionOf(rule, value, port),
    origin: match.origin,
  };
}

function pathMatch(type: HttpMatch['path']['type'], value: string): PathMatch {
  if (type === 'RegularExpression') return { how: 'whole-regex', value };
  return { how: type === 'Exact' ? 'exact' : 'elements', value };
}

const valueMatch = ({ type, name, value }: ValueCondition): ValueMatch => ({
  name,
  how: type === 'Exact' ? 'exact' : 'regex',
  value,
});

/** `prefix` is what a prefix match took. */
function rewriteOf(path: PathModifier | undefined, prefix: string): { readonly path?: PathRewrite } {
  if (path === undefined) return {};
  return path.type === 'ReplaceFullPath'
    ? { path: { how: 'full', value: path.value } }
    : { path: { how: 'prefix', prefix, value: path.value } };
}

function filterOf(filter: HttpFilter, prefix: string): readonly L7Filter[] {
  const { origin } = filter;
  switch (filter.type) {
    case 'RequestHeaderModifier':
    case 'ResponseHeaderModifier': {
      const { set, add, remove } = filter;
      const kind = filter.type === 'RequestHeaderModifier' ? 'request-headers' : 'response-headers';
      return [{ kind, set, add, remove, origin }];
    }
    case 'URLRewrite': {
      const { hostname, path } = filter;
      return [
        {
          kind: 'rewrite',
          ...(hostname !== undefined && { host: hostname }),
          ...rewriteOf(path, prefix),
          origin,
        },
      ];
    }
    default:
      return [];
  }
}

const BECAUSE: Readonly<Record<Unresolved, RespondBecause>> = {
  InvalidKind: 'resource-backend',
  RefNotPermitted: 'invalid-reference',
  BackendNotFound: 'no-service',
  PortNotFound: 'no-port',
};

function actionOf({ rule, problem, backends }: RuleState, prefix: string, listenerPort: number): L7Action {
  const { origin, timeouts, retry } = rule;
  if (problem !== undefined) return { kind: 'respond', status: 500, because: 'invalid-filter', origin };
  for (const filter of rule.filters) {
    if (filter.type !== 'RequestRedirect') continue;
    const { scheme, hostname, path, port, statusCode } = filter;
    // The port of the listener where neither scheme nor port is given: with a scheme it is the scheme's.
    const to = port ?? (scheme === undefined ? listenerPort : undefined);
    return {
      kind: 'redirect',
      status: statusCode,
      ...(scheme !== undefined && { scheme }),
      ...(hostname !== undefined && { host: hostname }),
      ...(to !== undefined && { port: to }),
      ...rewriteOf(path, prefix),
      origin: filter.origin,
    };
  }
  const found = backends.map((backend, i): Backend => {
    const { origin: at = origin, weight = 0 } = rule.backendRefs[i] ?? {};
    const answer = (status: number, because: RespondBecause): Backend['otherwise'] => ({
      kind: 'respond',
      status,
      because,
      origin: at,
    });
    return 'why' in backend
      ? {
          service: backend.service,
          weight,
          endpoints: [],
          otherwise: answer(500, BECAUSE[backend.why]),
          origin: at,
        }
      : { ...backend, weight, otherwise: answer(503, 'no-endpoints'), origin: at };
  });
  if (found.every(({ weight }) => weight === 0)) {
    return { kind: 'respond', status: 500, because: 'no-backend', origin };
  }
  const { requestMs, backendRequestMs } = timeouts;
  // With tries the second is for each of them; without, it is for the whole.
  const limitMs = retry === undefined ? (backendRequestMs ?? requestMs) : requestMs;
  return {
    kind: 'backends',
    backends: found,
    ...(limitMs !== undefined && limitMs > 0 && { deadlineMs: limitMs }),
    patience: {
      ...(limitMs === 0 && { readTimeoutMs: FOR_EVER_MS }),
      ...(retry && { tries: 1 + (retry.attempts ?? 2) }),
    },
    ...(retry && { retryOn: retry.codes.length === 0 ? [503] : retry.codes }),
  };
}

/** Longer than any walk. */
const FOR_EVER_MS = 86_400_000;
