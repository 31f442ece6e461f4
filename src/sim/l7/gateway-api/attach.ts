/**
 * Which routes belong to which listeners (kubernetes-sigs/gateway-api, apis/v1: ParentReference, AllowedRoutes, Hostname, and the
 * conformance tests): parentRefs, allowed kinds and namespaces, and the hostnames that listener and route have in common. What
 * a controller says of the result, and in which words, is its own.
 */
import type { Namespace } from '../../k8s/cluster-state.ts';
import type {
  Gateway,
  GatewayListener,
  GatewayRoute,
  ParentRef,
  ReferenceGrant,
} from '../../k8s/gateway-api/objects.ts';
import { matchesSelector } from '../../k8s/selectors.ts';

const GROUP = 'gateway.networking.k8s.io';

export function isParent(route: Pick<GatewayRoute, 'namespace'>, ref: ParentRef, gateway: Gateway): boolean {
  return (
    ref.group === GROUP &&
    ref.kind === 'Gateway' &&
    (ref.namespace ?? route.namespace) === gateway.namespace &&
    ref.name === gateway.name
  );
}

/** The listeners that a reference to their Gateway means. */
export function listenersOf(gateway: Gateway, { sectionName, port }: ParentRef): readonly GatewayListener[] {
  return gateway.listeners.filter(
    (one) =>
      (sectionName === undefined || one.name === sectionName) && (port === undefined || one.port === port),
  );
}

/** allowedRoutes: `supported` are the kinds that the listener takes, written or by its protocol. */
export function allows(
  gateway: Pick<Gateway, 'namespace'>,
  { from, selector }: GatewayListener,
  supported: readonly string[],
  route: Pick<GatewayRoute, 'kind' | 'namespace'>,
  namespaces: readonly Namespace[],
): boolean {
  if (!supported.includes(route.kind)) return false;
  switch (from) {
    case 'All':
      return true;
    case 'Same':
      return route.namespace === gateway.namespace;
    case 'Selector': {
      const labels = namespaces.find(({ name }) => name === route.namespace)?.labels;
      return selector !== undefined && labels !== undefined && matchesSelector(selector, labels);
    }
  }
}

/** Every host, in the words of a listener or a route that names none. */
export const ANY_HOST = '*';

/** The narrower of two names where both mean some host: `*.example.com` and `a.example.com` are `a.example.com`. */
export function hostInCommon(a: string, b: string): string | undefined {
  if (a === ANY_HOST || a === b) return b;
  if (b === ANY_HOST) return a;
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

/** A wildcard stands for one label and any number more, not for none. */
function covers(wildcard: string, name: string): boolean {
  if (!wildcard.startsWith('*.')) return false;
  const suffix = wildcard.slice(1);
  return name.startsWith('*.') ? name !== wildcard && name.slice(1).endsWith(suffix) : name.endsWith(suffix);
}

/**
 * The hosts that a route has at a listener. What another listener of the port names for itself is that one's own. Empty: they
 * have none in common.
 */
export function hostsAt(
  gateway: Gateway,
  listener: GatewayListener,
  hostnames: readonly string[],
): readonly string[] {
  const own = listener.hostname ?? ANY_HOST;
  const wanted = hostnames.length === 0 ? [ANY_HOST] : hostnames;
  const others = new Set(
    gateway.listeners
      .filter((other) => other !== listener && other.port === listener.port)
      .map(({ hostname }) => hostname),
  );
  const common = wanted.flatMap((host) => hostInCommon(own, host) ?? []);
  return [...new Set(common)].filter((host) => !others.has(host)).toSorted();
}

export type Conflict = 'HostnameConflict' | 'ProtocolConflict';

/**
 * Listeners that share a port and are not distinct: of HTTP, HTTPS and TLS those of one protocol by their hostname, HTTPS and
 * TLS together; of TCP and of UDP there is one for a port each, the first.
 */
export function conflictOf(
  listeners: readonly GatewayListener[],
  listener: GatewayListener,
): Conflict | undefined {
  const sharing = listeners.filter(
    (other) => other.port === listener.port && group(other) === group(listener),
  );
  if (group(listener) !== 'L7') return sharing[0] === listener ? undefined : 'ProtocolConflict';
  const secure = ({ protocol }: GatewayListener): boolean => protocol !== 'HTTP';
  const sameHost = sharing.filter(({ hostname }) => hostname === listener.hostname);
  if (sameHost.length > 1) return 'HostnameConflict';
  return sharing.some((other) => secure(other) !== secure(listener)) ? 'ProtocolConflict' : undefined;
}

const group = ({ protocol }: GatewayListener): 'TCP' | 'UDP' | 'L7' =>
  protocol === 'TCP' || protocol === 'UDP' ? protocol : 'L7';

/** An object that refers to another across namespaces; the other's namespace has to allow it. */
export function granted(
  grants: readonly ReferenceGrant[],
  from: { readonly kind: string; readonly namespace: string },
  to: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string },
): boolean {
  return grants.some(
    (grant) =>
      grant.namespace === to.namespace &&
      grant.from.some(
        (one) => one.group === GROUP && one.kind === from.kind && one.namespace === from.namespace,
      ) &&
      grant.to.some(
        (one) =>
          one.group === to.group && one.kind === to.kind && (one.name === undefined || one.name === to.name),
      ),
  );
}
