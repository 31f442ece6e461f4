/** From stored documents to the Gateway API's objects. What their CRDs default is there already. */
import type { FieldPath, Origin } from '../../base/origin.ts';
import { asRecord, asRecords, type Body } from '../kinds/schema.ts';
import type { LabelSelector } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { keepList, memoByOwner, memoLast } from '../memo.ts';
import type { Store } from '../store.ts';
import { milliseconds } from './duration.ts';
import type {
  BackendRef,
  Gateway,
  GatewayApi,
  GatewayClass,
  GatewayListener,
  GatewayRoute,
  HttpFilter,
  HttpMatch,
  ObjectReference,
  PathModifier,
  ReferenceGrant,
  RouteKind,
  RouteRule,
  SecretType,
  ValueCondition,
} from './objects.ts';

const ROUTE_KINDS: readonly RouteKind[] = ['GRPCRoute', 'HTTPRoute', 'TCPRoute', 'TLSRoute'];

const gatewayMemo = memoByOwner<Manifest, Gateway>();
const classMemo = memoByOwner<Manifest, GatewayClass>();
const routeMemo = memoByOwner<Manifest, GatewayRoute>();
const grantMemo = memoByOwner<Manifest, ReferenceGrant>();
const sameClasses = keepList<GatewayClass>();
const sameGateways = keepList<Gateway>();
const sameRoutes = keepList<GatewayRoute>();
const sameGrants = keepList<ReferenceGrant>();
const secretMemo = memoByOwner<Manifest, SecretType>();
const sameSecrets = keepList<SecretType>();
const whole = memoLast(
  (
    classes: GatewayApi['classes'],
    gateways: GatewayApi['gateways'],
    routes: GatewayApi['routes'],
    grants: GatewayApi['grants'],
    secrets: GatewayApi['secrets'],
  ): GatewayApi => ({ classes, gateways, routes, grants, secrets }),
);

/** The identical objects for the identical documents. */
export function readGatewayApi(store: Store): GatewayApi {
  return whole(
    sameClasses(store.list('GatewayClass').map((m) => classMemo(m, '', () => classOf(m)))),
    sameGateways(store.list('Gateway').map((m) => gatewayMemo(m, '', () => gatewayOf(m)))),
    sameRoutes(
      ROUTE_KINDS.flatMap((kind) => store.list(kind).map((m) => routeMemo(m, '', () => routeOf(kind, m)))),
    ),
    sameGrants(store.list('ReferenceGrant').map((m) => grantMemo(m, '', () => grantOf(m)))),
    sameSecrets(store.list('Secret').map((m) => secretMemo(m, '', () => secretOf(m)))),
  );
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const maybe = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  (value === undefined || value === '' ? {} : { [key]: value }) as { readonly [P in K]?: V };

const place =
  (manifest: Manifest) =>
  (...path: FieldPath): Origin => ({ object: manifest.ref, path: ['spec', ...path] });
type Place = ReturnType<typeof place>;

const specOf = ({ body }: Manifest): Body => asRecord(body['spec']);

function classOf(manifest: Manifest): GatewayClass {
  const { name } = manifest.metadata;
  return { name, controllerName: text(specOf(manifest).controllerName), origin: manifest.origin };
}

function gatewayOf(manifest: Manifest): Gateway {
  const at = place(manifest);
  const { name, namespace = 'default' } = manifest.metadata;
  const { gatewayClassName, listeners } = specOf(manifest);
  return {
    namespace,
    name,
    className: text(gatewayClassName),
    listeners: asRecords(listeners).map((listener, i) => listenerOf(listener, at('listeners', i))),
    origin: manifest.origin,
  };
}

function listenerOf(listener: Body, origin: Origin): GatewayListener {
  const { namespaces, kinds } = asRecord(listener.allowedRoutes);
  const { from, selector } = asRecord(namespaces);
  const tls = asRecord(listener.tls);
  return {
    name: text(listener.name),
    ...maybe('hostname', text(listener.hostname)),
    port: Number(listener.port),
    protocol: text(listener.protocol),
    ...(listener.tls !== undefined && {
      tls: {
        mode: tls.mode as 'Terminate' | 'Passthrough',
        certificateRefs: asRecords(tls.certificateRefs).map(referenceOf),
      },
    }),
    from: (from ?? 'Same') as GatewayListener['from'],
    ...maybe('selector', selector as LabelSelector | undefined),
    kinds: asRecords(kinds).map(({ group, kind }) => ({ group: text(group), kind: text(kind) })),
    origin,
  };
}

function referenceOf({ group, kind, namespace, name }: Body): ObjectReference {
  return { group: text(group), kind: text(kind), ...maybe('namespace', text(namespace)), name: text(name) };
}

function routeOf(kind: RouteKind, manifest: Manifest): GatewayRoute {
  const at = place(manifest);
  const { name, namespace = 'default' } = manifest.metadata;
  const spec = specOf(manifest);
  return {
    kind,
    namespace,
    name,
    parentRefs: asRecords(spec.parentRefs).map((ref, i) => ({
      ...referenceOf(ref),
      ...maybe('sectionName', text(ref.sectionName)),
      ...maybe('port', ref.port as number | undefined),
      origin: at('parentRefs', i),
    })),
    hostnames: texts(spec.hostnames),
    rules: asRecords(spec.rules).map((rule, i) => ruleOf(kind, rule, (...path) => at('rules', i, ...path))),
    origin: manifest.origin,
  };
}

function ruleOf(kind: RouteKind, rule: Body, at: Place): RouteRule {
  const { request, backendRequest } = asRecord(rule.timeouts);
  const retry = asRecord(rule.retry);
  return {
    matches:
      kind === 'HTTPRoute' ? asRecords(rule.matches).map((match, i) => matchOf(match, at('matches', i))) : [],
    filters: asRecords(rule.filters).map((filter, i) => filterOf(filter, at('filters', i))),
    backendRefs: asRecords(rule.backendRefs).map(
      (ref, i): BackendRef => ({
        ...referenceOf(ref),
        ...maybe('port', ref.port as number | undefined),
        weight: Number(ref.weight ?? 1),
        origin: at('backendRefs', i),
      }),
    ),
    timeouts: {
      ...maybe('requestMs', milliseconds(text(request))),
      ...maybe('backendRequestMs', milliseconds(text(backendRequest))),
    },
    ...(rule.retry !== undefined && {
      retry: {
        ...maybe('attempts', retry.attempts as number | undefined),
        codes: Array.isArray(retry.codes) ? retry.codes.map(Number) : [],
      },
    }),
    origin: at(),
  };
}

/** Of entries that name one header or parameter the first counts. */
function conditions(list: unknown, key: (name: string) => string): readonly ValueCondition[] {
  const seen = new Set<string>();
  return asRecords(list).flatMap(({ type, name, value }): readonly ValueCondition[] => {
    const known = key(text(name));
    if (seen.has(known)) return [];
    seen.add(known);
    return [{ type: type as ValueCondition['type'], name: text(name), value: text(value) }];
  });
}

function matchOf(match: Body, origin: Origin): HttpMatch {
  const { type, value } = asRecord(match.path);
  return {
    path: { type: (type ?? 'PathPrefix') as HttpMatch['path']['type'], value: text(value ?? '/') },
    ...maybe('method', text(match.method)),
    headers: conditions(match.headers, (name) => name.toLowerCase()),
    queryParams: conditions(match.queryParams, (name) => name),
    origin,
  };
}

const pairs = (list: unknown): readonly (readonly [string, string])[] =>
  asRecords(list).map(({ name, value }) => [text(name), text(value)] as const);

function modifierOf(path: unknown): { readonly path?: PathModifier } {
  if (path === undefined) return {};
  const { type, replaceFullPath, replacePrefixMatch } = asRecord(path);
  return type === 'ReplaceFullPath'
    ? { path: { type, value: text(replaceFullPath) } }
    : { path: { type: 'ReplacePrefixMatch', value: text(replacePrefixMatch) } };
}

function filterOf(filter: Body, origin: Origin): HttpFilter {
  const type = filter.type as HttpFilter['type'];
  switch (type) {
    case 'RequestHeaderModifier':
    case 'ResponseHeaderModifier': {
      const { set, add, remove } = asRecord(
        type === 'RequestHeaderModifier' ? filter.requestHeaderModifier : filter.responseHeaderModifier,
      );
      return { type, set: pairs(set), add: pairs(add), remove: texts(remove), origin };
    }
    case 'RequestRedirect': {
      const { scheme, hostname, path, port, statusCode } = asRecord(filter.requestRedirect);
      return {
        type,
        ...maybe('scheme', scheme as 'http' | 'https' | undefined),
        ...maybe('hostname', text(hostname)),
        ...modifierOf(path),
        ...maybe('port', port as number | undefined),
        statusCode: Number(statusCode ?? 302),
        origin,
      };
    }
    case 'URLRewrite': {
      const { hostname, path } = asRecord(filter.urlRewrite);
      return { type, ...maybe('hostname', text(hostname)), ...modifierOf(path), origin };
    }
    case 'ExtensionRef': {
      const { group, kind, name } = asRecord(filter.extensionRef);
      return { type, group: text(group), kind: text(kind), name: text(name), origin };
    }
    default:
      return { type, origin };
  }
}

function grantOf(manifest: Manifest): ReferenceGrant {
  const { name, namespace = 'default' } = manifest.metadata;
  const { from, to } = specOf(manifest);
  return {
    namespace,
    name,
    from: asRecords(from).map((one) => ({
      group: text(one.group),
      kind: text(one.kind),
      namespace: text(one.namespace),
    })),
    to: asRecords(to).map((one) => ({
      group: text(one.group),
      kind: text(one.kind),
      ...maybe('name', text(one.name)),
    })),
  };
}

function secretOf({ body, metadata: { name, namespace = 'default' } }: Manifest): SecretType {
  return { namespace, name, type: text(body['type']) || 'Opaque' };
}
