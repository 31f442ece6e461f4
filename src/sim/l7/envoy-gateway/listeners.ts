/**
 * What Envoy Gateway says of a Gateway's listeners (internal/gatewayapi/validate.go, listener.go), and which of them it configures.
 * In the order of its checks; one that fails any is not programmed, the others are.
 */
import type { Gateway, GatewayApi, GatewayListener } from '../../k8s/gateway-api/objects.ts';
import { conflictOf, granted } from '../gateway-api/attach.ts';
import type { Condition } from '../gateway-api/condition.ts';

export interface ListenerState {
  readonly listener: GatewayListener;
  /** Kinds of routes that it takes. */
  readonly kinds: readonly string[];
  readonly conditions: readonly Condition[];
  readonly ready: boolean;
}

const GROUP = 'gateway.networking.k8s.io';

const KINDS: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
};

function kindsOf({ protocol, tls }: GatewayListener): readonly string[] {
  if (protocol === 'TLS') return tls?.mode === 'Terminate' ? ['TCPRoute'] : ['TLSRoute'];
  return (Object.hasOwn(KINDS, protocol) ? KINDS[protocol] : undefined) ?? [];
}

type Secrets = Pick<GatewayApi, 'grants' | 'secrets'>;

/** `api` has the Secrets that certificateRefs may name. */
export function listenerStates(gateway: Gateway, api: Secrets): readonly ListenerState[] {
  return gateway.listeners.map((listener) => stateOf(gateway, listener, api));
}

function stateOf(gateway: Gateway, listener: GatewayListener, api: Secrets): ListenerState {
  const found = new Map<string, Condition>();
  const set = (type: string, status: Condition['status'], reason: string, message: string): void => {
    found.set(type, { type, status, reason, message });
  };
  const conflict = conflictOf(gateway.listeners, listener);
  if (conflict !== undefined) set('Conflicted', 'True', conflict, conflictMessage(listener, conflict));
  const kinds = allowedKinds(listener, set);
  if (listener.from === 'Selector' && listener.selector === undefined) {
    const message =
      'The allowedRoutes.namespaces.selector field must be specified when allowedRoutes.namespaces.from is set to "Selector".';
    set('Programmed', 'False', 'Invalid', message);
  }
  checkTls(gateway, listener, api, set);
  const ready = found.size === 0;
  if (ready) {
    set('Programmed', 'True', 'Programmed', 'Sending translated listener configuration to the data plane');
    set('Accepted', 'True', 'Accepted', 'Listener has been successfully translated');
  } else if (!found.has('Programmed')) {
    set('Programmed', 'False', 'Invalid', 'Listener is invalid, see other Conditions for details.');
  }
  if (!found.has('ResolvedRefs')) {
    set('ResolvedRefs', 'True', 'ResolvedRefs', 'Listener references have been resolved');
  }
  return { listener, kinds, conditions: [...found.values()], ready };
}

type Set = (type: string, status: Condition['status'], reason: string, message: string) => void;

function conflictMessage({ protocol }: GatewayListener, conflict: string): string {
  if (protocol === 'TCP' || protocol === 'UDP')
    return `Only one ${protocol} listener is allowed in a given port`;
  return conflict === 'HostnameConflict'
    ? 'All listeners for a given port must use a unique hostname'
    : 'All listeners for a given port must use a compatible protocol';
}

function allowedKinds(listener: GatewayListener, set: Set): readonly string[] {
  const supported = kindsOf(listener);
  if (supported.length === 0) {
    const message = `Protocol ${listener.protocol} is unsupported, must be HTTP, HTTPS, TCP or UDP.`;
    set('Accepted', 'False', 'UnsupportedProtocol', message);
    return [];
  }
  if (listener.kinds.length === 0) return supported;
  const own = listener.kinds.filter(({ group }) => group === GROUP).map(({ kind }) => kind);
  if (own.length < listener.kinds.length) {
    set('ResolvedRefs', 'False', 'InvalidRouteKinds', `Group is not supported, group must be ${GROUP}`);
  }
  const taken = own.filter((kind) => supported.includes(kind));
  for (const kind of own.filter((one) => !supported.includes(one))) {
    const these = (taken.length === 0 ? supported : taken).join(' ');
    set(
      'ResolvedRefs',
      'False',
      'InvalidRouteKinds',
      `${kind} is not supported, kind must be one of [${these}]`,
    );
  }
  return taken;
}

function checkTls(gateway: Gateway, { protocol, tls }: GatewayListener, api: Secrets, set: Set): void {
  const invalid = (message: string): void => set('Programmed', 'False', 'Invalid', message);
  if (protocol !== 'HTTPS' && protocol !== 'TLS') return;
  if (tls === undefined) {
    invalid(`Listener must have TLS set when protocol is ${protocol}.`);
  } else if (tls.mode === 'Passthrough') {
    if (tls.certificateRefs.length > 0) {
      invalid('Listener must not have TLS certificate refs set for TLS mode Passthrough.');
    }
  } else if (tls.certificateRefs.length === 0) {
    invalid('Listener must have at least 1 TLS certificate ref');
  } else {
    for (const ref of tls.certificateRefs) {
      const problem = secretProblem(gateway, ref, api);
      if (problem === undefined) continue;
      set('ResolvedRefs', 'False', problem.reason, problem.message);
      return;
    }
  }
}

type Ref = NonNullable<GatewayListener['tls']>['certificateRefs'][number];

function secretProblem(
  gateway: Gateway,
  ref: Ref,
  { grants, secrets }: Secrets,
): Pick<Condition, 'reason' | 'message'> | undefined {
  const bad = (message: string) => ({ reason: 'InvalidCertificateRef', message });
  if (ref.group !== '') return bad("Listener's TLS certificate ref group must be unspecified/empty.");
  if (ref.kind !== 'Secret') return bad("Listener's TLS certificate ref kind must be Secret.");
  const namespace = ref.namespace ?? gateway.namespace;
  const from = { kind: 'Gateway', namespace: gateway.namespace };
  if (namespace !== gateway.namespace && !granted(grants, from, { ...ref, namespace })) {
    const message = `Certificate ref to secret ${namespace}/${ref.name} not permitted by any ReferenceGrant.`;
    return { reason: 'RefNotPermitted', message };
  }
  const secret = secrets.find((one) => one.namespace === namespace && one.name === ref.name);
  if (secret === undefined) return bad(`Secret ${namespace}/${ref.name} does not exist.`);
  if (secret.type !== 'kubernetes.io/tls') {
    return bad(`Secret ${namespace}/${ref.name} must be of type kubernetes.io/tls.`);
  }
  return undefined;
}
