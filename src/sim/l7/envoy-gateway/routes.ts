/**
 * What Envoy Gateway says of routes (internal/gatewayapi/route.go, translator.go): for each parentRef whether it is accepted, at
 * which listeners and for which hosts; for each rule whether its filters can be done, and where its backends are.
 */
import type { ClusterState, Namespace } from '../../k8s/cluster-state.ts';
import type {
  Gateway,
  GatewayRoute,
  HttpFilter,
  ParentRef,
  RouteRule,
} from '../../k8s/gateway-api/objects.ts';
import { allows, hostsAt, isParent, listenersOf } from '../gateway-api/attach.ts';
import { resolve, type BackendObjects, type Resolved, type Unresolved } from '../gateway-api/backends.ts';
import type { Condition } from '../gateway-api/condition.ts';
import { regexCode } from '../regex-code.ts';
import type { ListenerState } from './listeners.ts';

export interface GatewayState {
  readonly gateway: Gateway;
  readonly listeners: readonly ListenerState[];
}

export interface Attached {
  readonly state: ListenerState;
  readonly hosts: readonly string[];
}

export interface ParentState {
  readonly ref: ParentRef;
  readonly gateway: Gateway;
  /** Where its routes are configured; empty: not accepted. */
  readonly attached: readonly Attached[];
  readonly conditions: readonly Condition[];
}

export interface RouteState {
  readonly route: GatewayRoute;
  readonly rules: readonly RuleState[];
  readonly parents: readonly ParentState[];
}

export interface RuleState {
  readonly rule: RouteRule;
  /** Its matches cannot be compiled: there is no such route. */
  readonly dropped: boolean;
  /** Of filters and matches. */
  readonly problem?: string;
  readonly backends: readonly Resolved[];
}

type UnresolvedRef = Extract<Resolved, { readonly why: Unresolved }>;

export type RouteObjects = BackendObjects & Pick<ClusterState, 'namespaces'>;

/** `gatewayAt` finds those that the controller manages, by `namespace/name`. */
export function routeState(
  route: GatewayRoute,
  gatewayAt: ReadonlyMap<string, GatewayState>,
  cluster: RouteObjects,
): RouteState | undefined {
  const parents = route.parentRefs.flatMap((ref) => {
    const found = gatewayAt.get(`${ref.namespace ?? route.namespace}/${ref.name}`);
    return found !== undefined && isParent(route, ref, found.gateway) ? [{ ref, found }] : [];
  });
  if (parents.length === 0) return undefined;
  const rules = route.rules.map((rule) => ruleState(route, rule, cluster));
  const ofRules = ruleConditions(rules);
  return {
    route,
    rules,
    parents: parents.map(({ ref, found }) => parentState(route, ref, found, cluster.namespaces, ofRules)),
  };
}

function parentState(
  route: GatewayRoute,
  ref: ParentRef,
  { gateway, listeners }: GatewayState,
  namespaces: readonly Namespace[],
  ofRules: readonly Condition[],
): ParentState {
  const meant = new Set(listenersOf(gateway, ref));
  const selected = listeners.filter(({ listener }) => meant.has(listener));
  const allowed = selected.filter(({ listener, kinds }) =>
    allows(gateway, listener, kinds, route, namespaces),
  );
  const ready = allowed.filter((state) => state.ready);
  const attached = ready
    .map((state) => ({ state, hosts: hostsAt(gateway, state.listener, route.hostnames) }))
    .filter(({ hosts }) => hosts.length > 0);
  const refused = (reason: string, message: string): ParentState => ({
    ref,
    gateway,
    attached: [],
    conditions: [
      { type: 'Accepted', status: 'False', reason, message },
      ...ofRules.filter(({ type }) => type !== 'Accepted' && type !== 'PartiallyInvalid'),
    ],
  });
  if (selected.length === 0) return refused('NoMatchingParent', 'No listeners match this parent ref');
  if (allowed.length === 0) {
    const message = 'No listeners included by this parent ref allowed this attachment.';
    return refused('NotAllowedByListeners', message);
  }
  if (ready.length === 0) {
    return refused('NoReadyListeners', 'There are no ready listeners for this parent ref');
  }
  if (attached.length === 0) {
    const message = `There were no hostname intersections between the ${route.kind} and this parent ref's Listener(s).`;
    return refused('NoMatchingListenerHostname', message);
  }
  return { ref, gateway, attached, conditions: ofRules };
}

function ruleState(route: GatewayRoute, rule: RouteRule, cluster: BackendObjects): RuleState {
  const unreadable = rule.matches
    .flatMap(({ path, headers, queryParams }) => [path, ...headers, ...queryParams])
    .find(({ type, value }) => type === 'RegularExpression' && regexCode.need().pattern(value) === undefined);
  const filter = rule.filters.map(filterProblem).find((problem) => problem !== undefined);
  const problem = unreadable === undefined ? filter : `Regex "${unreadable.value}" is invalid.`;
  return {
    rule,
    dropped: unreadable !== undefined,
    ...(problem !== undefined && { problem }),
    backends: rule.backendRefs.map((ref) => resolve(cluster, route, ref)),
  };
}

/** Envoy could do more; the controller takes no other. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302]);

function filterProblem(filter: HttpFilter): string | undefined {
  if (filter.type === 'RequestRedirect' && !REDIRECTS.has(filter.statusCode)) {
    return `Status code ${filter.statusCode} is invalid, only 302 and 301 are supported.`;
  }
  return filter.type === 'ExtensionRef' ? `Unknown kind ${filter.group}/${filter.kind}.` : undefined;
}

function ruleConditions(rules: readonly RuleState[]): readonly Condition[] {
  const bad = rules.flatMap(({ problem }, i) => (problem === undefined ? [] : [{ i, problem }]));
  const [first] = bad;
  const conditions: Condition[] = [];
  if (first !== undefined && bad.length === rules.length) {
    conditions.push({
      type: 'Accepted',
      status: 'False',
      reason: 'UnsupportedValue',
      message: first.problem,
    });
  } else {
    conditions.push({ type: 'Accepted', status: 'True', reason: 'Accepted', message: 'Route is accepted' });
  }
  conditions.push(resolvedRefs(rules));
  const empty = rules
    .flatMap(({ backends }) => backends)
    .find((one) => 'endpoints' in one && one.endpoints.length === 0);
  if (empty !== undefined) {
    const name = empty.service.replace(/:[^:]*$/, '');
    const message = `Failed to find endpoints: no ready endpoints for the related Service ${name}.`;
    conditions.push({ type: 'BackendsAvailable', status: 'False', reason: 'EndpointsNotFound', message });
  }
  if (first !== undefined && bad.length < rules.length) {
    const message = `Dropped Rule(s) [${bad.map(({ i }) => i).join(' ')}]: ${first.problem}`;
    conditions.push({ type: 'PartiallyInvalid', status: 'True', reason: 'UnsupportedValue', message });
  }
  return conditions;
}

function resolvedRefs(rules: readonly RuleState[]): Condition {
  for (const [i, { backends }] of rules.entries()) {
    for (const [j, backend] of backends.entries()) {
      if (!('why' in backend)) continue;
      return {
        type: 'ResolvedRefs',
        status: 'False',
        reason: backend.why,
        message: unresolvedMessage(backend, i, j),
      };
    }
  }
  const message = 'Resolved all the Object references for the Route';
  return { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', message };
}

export function unresolvedMessage({ service, why }: UnresolvedRef, rule: number, ref: number): string {
  return `Failed to process route rule ${rule} backendRef ${ref}: ${WHY[why](service)}.`;
}

const split = (service: string): readonly [name: string, port: string] => {
  const at = service.lastIndexOf(':');
  return [service.slice(0, at), service.slice(at + 1)];
};

const WHY: Readonly<Record<Unresolved, (service: string) => string>> = {
  InvalidKind: () => 'kind is invalid, only Service and MCS ServiceImport are supported',
  RefNotPermitted: (service) =>
    `backend ref to Service ${split(service)[0]} not permitted by any ReferenceGrant`,
  BackendNotFound: (service) => `service ${split(service)[0]} not found`,
  PortNotFound: (service) => `TCP Port ${split(service)[1]} not found on Service ${split(service)[0]}`,
};
