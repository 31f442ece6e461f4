/**
 * What Cilium makes of its policies (pkg/k8s/apis/cilium.io/utils, pkg/policy/utils): selectors get their sources and the
 * policy's namespace, protocols and types their numbers. Traps that are settled here: `ingress: []` is no section, `[{}]` is
 * one that allows nobody; an empty list of peers means nobody, a missing one everybody; `toPorts: []` is a missing one.
 * A Service of `toServices` means its pods by their labels, or its endpoints' addresses where it has no selector.
 */
import { parseCidrStrict, type Cidr } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type {
  CiliumL7Rules,
  CiliumPeer,
  CiliumPolicy,
  CiliumPort,
  CiliumPortRule,
  CiliumProtocol,
  CiliumRule,
  LabelSelector,
} from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { matchesSelector } from '../selectors.ts';
import type { Store } from '../store.ts';
import { asOwnPolicy } from './cilium-policy-own.ts';
import { ciliumFaults, ICMP_TYPES, isServiceName, parsePort } from './cilium-policy-validity.ts';
import { asRecord, asRecords, type Body } from './schema.ts';

const POD_NAMESPACE = 'io.kubernetes.pod.namespace';
const NAMESPACE_LABELS = 'io.cilium.k8s.namespace.labels.';

/** One for `spec` and one for each of `specs`; none where Cilium takes none of them. */
export function ciliumPolicies(manifest: Manifest, store: Store): readonly CiliumPolicy[] {
  const { body } = manifest;
  const kind = manifest.kind as CiliumPolicy['kind'];
  if (ciliumFaults(body, kind).length > 0) return [];
  const specs: (readonly [Body, FieldPath, string])[] = [
    ...(body['spec'] === undefined ? [] : [[asRecord(body['spec']), ['spec'], 'spec'] as const]),
    ...asRecords(body['specs']).map((spec, i) => [spec, ['specs', i], `specs[${i}]`] as const),
  ];
  // The host firewall is off: a policy for nodes is stored, and that is all.
  return specs
    .filter(([spec]) => spec.endpointSelector !== undefined)
    .map(([spec, path, at]) => policyOf({ manifest, store, kind }, spec, path, at));
}

interface Whole {
  readonly manifest: Manifest;
  readonly store: Store;
  readonly kind: CiliumPolicy['kind'];
}

function policyOf(whole: Whole, spec: Body, path: FieldPath, at: string): CiliumPolicy {
  const { manifest, kind } = whole;
  const { namespace, name } = manifest.ref;
  const own = withSources(asRecord(spec.endpointSelector));
  const key = `k8s:${POD_NAMESPACE}`;
  const rules = (section: CiliumRule['section']): readonly CiliumRule[] =>
    asRecords(spec[section]).map((rule, i) => ruleOf(whole, rule, section, i, [...path, section, i]));
  const ingress = [...rules('ingress'), ...rules('ingressDeny')];
  const egress = [...rules('egress'), ...rules('egressDeny')];
  const asked = asRecord(spec.enableDefaultDeny);
  const policy: Omit<CiliumPolicy, 'own'> = {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    at,
    endpointSelector:
      namespace === undefined ? own : { ...own, matchLabels: { ...own.matchLabels, [key]: namespace } },
    defaultDeny: {
      ingress: ingress.length > 0 && asked.ingress !== false,
      egress: egress.length > 0 && asked.egress !== false,
    },
    ingress,
    egress,
    origin: { object: manifest.ref, path },
  };
  return { ...policy, own: asOwnPolicy(policy, whole.store) };
}

/** `app` is of any source, as `any:app`. */
function withSource(key: string): string {
  return key.includes(':') ? key : `any:${key}`;
}

function withSources(selector: Body): LabelSelector {
  const { matchLabels = {}, matchExpressions = [] } = selector as LabelSelector;
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels).map(([k, v]) => [withSource(k), v])),
    matchExpressions: matchExpressions.map((e) => ({ ...e, key: withSource(e.key) })),
  };
}

/** `getEndpointSelector`: peers are pods of the policy's namespace, or of any for a cluster-wide one, unless they say which. */
function peerSelector(selector: Body, namespace: string | undefined): LabelSelector {
  const own = withSources(selector);
  const { matchLabels = {}, matchExpressions = [] } = own;
  const keys = [...Object.keys(matchLabels), ...matchExpressions.map((e) => e.key)];
  if (keys.some((key) => key.startsWith('reserved:'))) return own;
  if (keys.some((key) => key === `k8s:${POD_NAMESPACE}` || key === `any:${POD_NAMESPACE}`)) return own;
  if (namespace === undefined) {
    const anywhere = { key: `k8s:${POD_NAMESPACE}`, operator: 'Exists' as const };
    return { matchLabels, matchExpressions: [...matchExpressions, anywhere] };
  }
  const byNamespace = keys.some(
    (key) => key.startsWith(`k8s:${NAMESPACE_LABELS}`) || key.startsWith(`any:${NAMESPACE_LABELS}`),
  );
  if (byNamespace) return own;
  return { matchExpressions, matchLabels: { ...matchLabels, [`k8s:${POD_NAMESPACE}`]: namespace } };
}

function ruleOf(
  whole: Whole,
  rule: Body,
  section: CiliumRule['section'],
  index: number,
  path: FieldPath,
): CiliumRule {
  const { ref } = whole.manifest;
  const peers = peersOf(whole, rule, section.startsWith('ingress') ? 'from' : 'to');
  const ports = [
    ...asRecords(rule.toPorts).map((item, i) => portRule(whole, item, [...path, 'toPorts', i])),
    ...asRecords(rule.icmps).map((item, i): CiliumPortRule => {
      return {
        ports: asRecords(item.fields).map(icmpPort),
        origin: { object: ref, path: [...path, 'icmps', i] },
      };
    }),
  ];
  const { mode } = asRecord(rule.authentication);
  return {
    action: section.endsWith('Deny') ? 'Deny' : 'Allow',
    section,
    index,
    ...(peers !== undefined && { peers }),
    ...(ports.length > 0 && { ports }),
    authenticated: mode !== undefined && mode !== 'disabled',
    origin: { object: ref, path },
  };
}

/** Undefined: the rule names nobody. A list that is there and empty means nobody. */
function peersOf(whole: Whole, rule: Body, side: 'from' | 'to'): readonly CiliumPeer[] | undefined {
  const list = (name: string): unknown => rule[`${side}${name}`];
  const texts = (name: string): readonly string[] => {
    const value = list(name);
    return Array.isArray(value) ? value.map(String) : [];
  };
  const kinds = ['Endpoints', 'Nodes', 'Entities', 'CIDR', 'CIDRSet', 'Services', 'FQDNs', 'Groups'];
  const written = kinds.filter((name) => Array.isArray(list(name)));
  const counts = written.filter(
    (name) => texts(name).length > 0 || !['Services', 'FQDNs', 'Groups'].includes(name),
  );
  if (counts.length === 0) return undefined;
  if (counts.some((name) => texts(name).length === 0)) return [];
  return [
    ...asRecords(list('Endpoints')).map((selector, i): CiliumPeer => {
      return {
        endpoints: peerSelector(selector, whole.manifest.ref.namespace),
        at: [`${side}Endpoints`, i],
      };
    }),
    ...texts('Entities').map(
      (entity, i) => ({ entity: entity as CiliumPeer['entity'], at: [`${side}Entities`, i] }) as CiliumPeer,
    ),
    ...texts('CIDR').flatMap((text, i): readonly CiliumPeer[] =>
      cidrs([text]).map((one) => ({ cidr: one, at: [`${side}CIDR`, i] })),
    ),
    ...asRecords(list('CIDRSet')).flatMap((item, i): readonly CiliumPeer[] => {
      if (item.cidrGroupRef !== undefined) return [{ unresolved: 'cidrGroupRef' }];
      if (item.cidrGroupSelector !== undefined) return [{ unresolved: 'cidrGroupSelector' }];
      const except = Array.isArray(item.except) ? cidrs(item.except.map(String)) : [];
      return cidrs([String(item.cidr)]).map((one) => ({ cidr: one, except, at: [`${side}CIDRSet`, i] }));
    }),
    ...asRecords(list('Services')).flatMap((item, i) =>
      servicesOf(whole, item).map((peer) => ({ ...peer, at: [`${side}Services`, i] })),
    ),
    ...(texts('FQDNs').length > 0 ? [{ unresolved: 'toFQDNs' as const }] : []),
    ...(texts('Groups').length > 0 ? [{ unresolved: `${side}Groups` as const }] : []),
  ];
}

function cidrs(texts: readonly string[]): readonly Cidr[] {
  return texts.flatMap((text) => parseCidrStrict(text)?.cidr ?? []);
}

function servicesOf({ store }: Whole, item: Body): readonly CiliumPeer[] {
  const byName = asRecord(item.k8sService);
  const bySelector = asRecord(item.k8sServiceSelector);
  return store.list('Service').flatMap(({ metadata, ref }): readonly CiliumPeer[] => {
    const { namespace = 'default', name } = ref;
    const within = (wanted: unknown): boolean => !wanted || wanted === namespace;
    const named = item.k8sService !== undefined && byName.serviceName === name && within(byName.namespace);
    const selected =
      item.k8sServiceSelector !== undefined &&
      within(bySelector.namespace) &&
      matchesSelector(asRecord(bySelector.selector), metadata.labels);
    return named || selected ? [{ service: { namespace, name } }] : [];
  });
}

function portRule(whole: Whole, item: Body, path: FieldPath): CiliumPortRule {
  const proxied = ['serverNames', 'listener', 'originatingTLS', 'terminatingTLS'].find((name) => {
    const value = item[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  const rules = l7Rules(whole, asRecord(item.rules), [...path, 'rules']);
  return {
    ports: asRecords(item.ports).map(portOf),
    ...(rules !== undefined && { rules }),
    ...(proxied !== undefined && { proxiedBy: proxied }),
    origin: { object: whole.manifest.ref, path },
  };
}

/** Names are compared in small letters; a range that ends where it begins is one port. */
function portOf(item: Body): CiliumPort {
  const text = String(item.port);
  const protocol = (item.protocol ?? 'ANY') as CiliumProtocol;
  if (isServiceName(text)) return { port: text.toLowerCase(), protocol };
  const port = Number(parsePort(text));
  const end = Number(item.endPort ?? 0);
  return { port, protocol, ...(end > port && { endPort: end }) };
}

function icmpPort(field: Body): CiliumPort {
  const family = field.family === 'IPv6' ? 'IPv6' : 'IPv4';
  const name = String(field.type);
  const type = Object.hasOwn(ICMP_TYPES[family], name) ? ICMP_TYPES[family][name] : undefined;
  return { port: type ?? Number(field.type), protocol: family === 'IPv6' ? 'ICMPv6' : 'ICMP' };
}

function l7Rules(whole: Whole, rules: Body, path: FieldPath): CiliumL7Rules | undefined {
  const { http, dns, kafka, l7proto } = rules;
  if (http !== undefined) {
    return {
      http: asRecords(http).map((rule, i) => ({
        ...(rule as Pick<NonNullable<CiliumL7Rules['http']>[number], 'path' | 'method' | 'host'>),
        headers: Array.isArray(rule.headers) ? rule.headers.map(String) : [],
        headerMatches: asRecords(rule.headerMatches) as unknown as NonNullable<
          CiliumL7Rules['http']
        >[number]['headerMatches'],
        origin: { object: whole.manifest.ref, path: [...path, 'http', i] },
      })),
    };
  }
  if (dns !== undefined) return { dns: asRecords(dns) };
  if (kafka !== undefined) return { kafka: asRecords(kafka) };
  return l7proto === undefined ? undefined : { l7proto: String(l7proto) };
}
