/** The fields of gateway.networking.k8s.io (v1.5's CRDs), in the notation of kinds/schema.ts. */
export const GATEWAY_TYPES = {
  Gateway: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
  Spec: 'gatewayClassName:s! listeners:[Listener! addresses:[Address infrastructure:Infrastructure allowedListeners:a tls:a defaultScope:s',
  Listener: 'name:s! hostname:s port:i! protocol:s! tls:ListenerTls allowedRoutes:AllowedRoutes',
  ListenerTls: 'mode:s certificateRefs:[SecretRef options:{s',
  SecretRef: 'group:s kind:s name:s! namespace:s',
  AllowedRoutes: 'namespaces:RouteNamespaces kinds:[RouteKind',
  RouteNamespaces: 'from:s selector:LabelSelector',
  RouteKind: 'group:s kind:s!',
  Address: 'type:s value:s',
  Infrastructure: 'labels:{s annotations:{s parametersRef:ParametersRef',
  ParametersRef: 'group:s! kind:s! name:s!',
} as const;

export const CLASS_TYPES = {
  GatewayClass: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
  Spec: 'controllerName:s! parametersRef:ParametersRef description:s',
  ParametersRef: 'group:s! kind:s! name:s! namespace:s',
} as const;

const ROUTE = {
  ParentRef: 'group:s kind:s namespace:s name:s! sectionName:s port:i',
  BackendRef: 'group:s kind:s name:s! namespace:s port:i weight:i',
  HeaderFilter: 'set:[Header add:[Header remove:[s',
  Header: 'name:s! value:s!',
  ObjectRef: 'group:s kind:s name:s! namespace:s port:i',
  Mirror: 'backendRef:ObjectRef! percent:i fraction:Fraction',
  Fraction: 'numerator:i! denominator:i',
  LocalRef: 'group:s! kind:s! name:s!',
  ValueMatch: 'type:s name:s! value:s!',
} as const;

export const HTTP_ROUTE_TYPES = {
  ...ROUTE,
  HTTPRoute: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
  Spec: 'parentRefs:[ParentRef hostnames:[s rules:[Rule useDefaultGateways:s',
  Rule: 'name:s matches:[Match filters:[Filter backendRefs:[HTTPBackendRef timeouts:Timeouts retry:Retry sessionPersistence:a',
  Match: 'path:PathMatch headers:[ValueMatch queryParams:[ValueMatch method:s',
  PathMatch: 'type:s value:s',
  HTTPBackendRef: `${ROUTE.BackendRef} filters:[Filter`,
  Filter:
    'type:s! requestHeaderModifier:HeaderFilter responseHeaderModifier:HeaderFilter requestMirror:Mirror requestRedirect:Redirect urlRewrite:Rewrite cors:a externalAuth:a extensionRef:LocalRef',
  Redirect: 'scheme:s hostname:s path:PathModifier port:i statusCode:i',
  Rewrite: 'hostname:s path:PathModifier',
  PathModifier: 'type:s! replaceFullPath:s replacePrefixMatch:s',
  Timeouts: 'request:s backendRequest:s',
  Retry: 'codes:[i attempts:i backoff:s',
} as const;

export const GRPC_ROUTE_TYPES = {
  ...ROUTE,
  GRPCRoute: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
  Spec: 'parentRefs:[ParentRef hostnames:[s rules:[Rule useDefaultGateways:s',
  Rule: 'name:s matches:[Match filters:[Filter backendRefs:[GRPCBackendRef sessionPersistence:a',
  Match: 'method:MethodMatch headers:[ValueMatch',
  MethodMatch: 'type:s service:s method:s',
  GRPCBackendRef: `${ROUTE.BackendRef} filters:[Filter`,
  Filter:
    'type:s! requestHeaderModifier:HeaderFilter responseHeaderModifier:HeaderFilter requestMirror:Mirror extensionRef:LocalRef',
} as const;

const L4_ROUTE = {
  ParentRef: ROUTE.ParentRef,
  BackendRef: ROUTE.BackendRef,
  Rule: 'name:s backendRefs:[BackendRef!',
};

export const TLS_ROUTE_TYPES = {
  ...L4_ROUTE,
  TLSRoute: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
  Spec: 'parentRefs:[ParentRef hostnames:[s! rules:[Rule! useDefaultGateways:s',
} as const;

export const TCP_ROUTE_TYPES = {
  ...L4_ROUTE,
  TCPRoute: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
  Spec: 'parentRefs:[ParentRef rules:[Rule! useDefaultGateways:s',
} as const;

export const GRANT_TYPES = {
  ReferenceGrant: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec!',
  Spec: 'from:[From! to:[To!',
  From: 'group:s! kind:s! namespace:s!',
  To: 'group:s! kind:s! name:s',
} as const;
