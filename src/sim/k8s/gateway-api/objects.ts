/** The Gateway API's objects as controllers read them, defaults filled in, every part with its place in the document. */
import type { Origin } from '../../base/origin.ts';
import type { LabelSelector } from '../cluster-state.ts';

export interface GatewayApi {
  readonly classes: readonly GatewayClass[];
  readonly gateways: readonly Gateway[];
  /** Of all kinds, by namespace and name: of one age, so in the order of precedence. */
  readonly routes: readonly GatewayRoute[];
  readonly grants: readonly ReferenceGrant[];
  /** That a listener's certificateRefs may name. */
  readonly secrets: readonly SecretType[];
}

export interface SecretType {
  readonly namespace: string;
  readonly name: string;
  /** `kubernetes.io/tls` */
  readonly type: string;
}

export interface GatewayClass {
  readonly name: string;
  /** `gateway.envoyproxy.io/gatewayclass-controller` */
  readonly controllerName: string;
  readonly origin: Origin;
}

export interface Gateway {
  readonly namespace: string;
  readonly name: string;
  readonly className: string;
  readonly listeners: readonly GatewayListener[];
  readonly origin: Origin;
}

export interface ObjectReference {
  readonly group: string;
  readonly kind: string;
  /** Absent: that of the object that refers. */
  readonly namespace?: string;
  readonly name: string;
}

export interface GatewayListener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: string;
  readonly tls?: {
    readonly mode: 'Terminate' | 'Passthrough';
    readonly certificateRefs: readonly ObjectReference[];
  };
  /** allowedRoutes.namespaces */
  readonly from: 'All' | 'Selector' | 'Same';
  readonly selector?: LabelSelector;
  /** allowedRoutes.kinds; empty: those of the protocol. */
  readonly kinds: readonly { readonly group: string; readonly kind: string }[];
  readonly origin: Origin;
}

export interface ParentRef extends ObjectReference {
  readonly sectionName?: string;
  readonly port?: number;
  readonly origin: Origin;
}

export type RouteKind = 'GRPCRoute' | 'HTTPRoute' | 'TCPRoute' | 'TLSRoute';

export interface GatewayRoute {
  readonly kind: RouteKind;
  readonly namespace: string;
  readonly name: string;
  readonly parentRefs: readonly ParentRef[];
  readonly hostnames: readonly string[];
  readonly rules: readonly RouteRule[];
  readonly origin: Origin;
}

export interface RouteRule {
  /** Of an HTTPRoute. */
  readonly matches: readonly HttpMatch[];
  readonly filters: readonly HttpFilter[];
  readonly backendRefs: readonly BackendRef[];
  readonly timeouts: { readonly requestMs?: number; readonly backendRequestMs?: number };
  readonly retry?: { readonly attempts?: number; readonly codes: readonly number[] };
  readonly origin: Origin;
}

export interface BackendRef extends ObjectReference {
  readonly port?: number;
  readonly weight: number;
  readonly origin: Origin;
}

export interface HttpMatch {
  readonly path: { readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'; readonly value: string };
  readonly method?: string;
  readonly headers: readonly ValueCondition[];
  readonly queryParams: readonly ValueCondition[];
  readonly origin: Origin;
}

export interface ValueCondition {
  readonly type: 'Exact' | 'RegularExpression';
  readonly name: string;
  readonly value: string;
}

export interface HeaderChanges {
  readonly set: readonly (readonly [string, string])[];
  readonly add: readonly (readonly [string, string])[];
  readonly remove: readonly string[];
}

export type PathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly value: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly value: string };

export type HttpFilter = { readonly origin: Origin } & (
  | ({ readonly type: 'RequestHeaderModifier' | 'ResponseHeaderModifier' } & HeaderChanges)
  | {
      readonly type: 'RequestRedirect';
      readonly scheme?: 'http' | 'https';
      readonly hostname?: string;
      readonly path?: PathModifier;
      readonly port?: number;
      readonly statusCode: number;
    }
  | { readonly type: 'URLRewrite'; readonly hostname?: string; readonly path?: PathModifier }
  | { readonly type: 'ExtensionRef'; readonly group: string; readonly kind: string; readonly name: string }
  /** Not modelled: the field says so where it is written. */
  | { readonly type: 'CORS' | 'ExternalAuth' | 'RequestMirror' }
);

export interface ReferenceGrant {
  readonly namespace: string;
  readonly name: string;
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
  readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[];
}
