/**
 * From policies to an endpoint's policy map (pkg/policy): for each direction, which identity may use which port, which may
 * not, and whose connections a proxy takes. NetworkPolicies and Cilium's own are one: an endpoint that none of them isolates
 * allows everybody who is not denied; its own node gets in unless it is denied. Ports are prefixes of a trie, so a range
 * becomes several entries, each a power of two wide; what a denial, or for an entry that allows a wider proxy's one, covers
 * is not in the map.
 * A named port of an ingress rule is the pod's own; of an egress rule, what the named peers call so.
 */
import type { Origin } from '../../base/origin.ts';
import type {
  CiliumL7Rules,
  CiliumPolicy,
  CiliumRule,
  ClusterNode,
  ClusterState,
  NetworkPolicy,
  Pod,
} from '../../k8s/cluster-state.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import type { MapEntry } from '../../net/config.ts';
import type { Direction } from '../../policy/matching.ts';
import { policyName, rulesOf } from '../../policy/matching.ts';
import { identitiesMeant, podsMeant } from './cilium-peers.ts';
import { relevantLabels, selects } from './identity-labels.ts';
import { identitiesOfPeer, podsOfPeer, type Identities } from './identity.ts';
import { isReadable } from './envoy/http-rule.ts';
import {
  policyKey,
  type EnvoyPolicy,
  type EnvoyRule,
  type PolicyName,
  type PolicyRuleName,
  type PolicyValue,
  type PortSpan,
  type Unresolved,
} from './maps.ts';
import { ID, proxyPort } from './names.ts';
import { rankOf } from './policy-lookup.ts';
import { blocks, covers, EVERYTHING, spansOf, textOf } from './policy-ports.ts';

export interface EndpointPolicy {
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly isolatedBy: { readonly ingress: readonly PolicyName[]; readonly egress: readonly PolicyName[] };
  readonly enforced: { readonly ingress: boolean; readonly egress: boolean };
  readonly unresolved: { readonly ingress: readonly Unresolved[]; readonly egress: readonly Unresolved[] };
  /** What the node's proxy is told. */
  readonly envoy: EnvoyPolicy;
}

/** What a rule asks for. */
interface Wish {
  readonly identities: readonly number[];
  readonly spans: readonly PortSpan[];
  readonly deny: boolean;
  readonly rule?: PolicyRuleName;
  readonly l7?: CiliumL7Rules;
  readonly open?: PolicyValue['open'];
  readonly origin: Origin;
}

const BY = 'cilium-agent';

/** The policies that isolate a pod in one direction; they see the labels that count alone. */
function isolating(
  policies: readonly NetworkPolicy[],
  pod: Pod,
  direction: Direction,
): readonly NetworkPolicy[] {
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const labels = relevantLabels(pod.labels);
  return policies.filter(
    (policy) =>
      policy.namespace === pod.namespace &&
      policy.policyTypes.includes(type) &&
      matchesSelector(policy.podSelector, labels),
  );
}

/** All that one agent looks at. */
export interface PolicyScope {
  readonly cluster: ClusterState;
  readonly node: Pick<ClusterNode, 'role' | 'name'>;
  readonly all: Identities;
}

export function endpointPolicy(
  pod: Pod,
  sourced: Readonly<Record<string, string>>,
  scope: PolicyScope,
): EndpointPolicy {
  const { cluster } = scope;
  const entries = new Map<string, MapEntry>();
  const isolatedBy = { ingress: [] as PolicyName[], egress: [] as PolicyName[] };
  const enforced = { ingress: false, egress: false };
  const unresolved = { ingress: [] as Unresolved[], egress: [] as Unresolved[] };
  const envoy: Record<Direction, readonly EnvoyRule[]> = { ingress: [], egress: [] };
  const ciliums = cluster.ciliumPolicies.filter((policy) => selects(policy.endpointSelector, sourced));
  for (const direction of ['ingress', 'egress'] as const) {
    const side = direction === 'ingress' ? 'Ingress' : 'Egress';
    const plain = isolating(cluster.networkPolicies, pod, direction);
    const own = ciliums.filter((policy) => policy[direction].length > 0);
    const closing = own.filter((policy) => policy.defaultDeny[direction]);
    enforced[direction] = plain.length + own.length > 0;
    isolatedBy[direction].push(...plain.map(nameOfPlain), ...namesOf(closing));
    unresolved[direction].push(...own.flatMap((policy) => unresolvedOf(pod, policy, direction, scope)));
    const always = (identity: number): Wish => ({
      identities: [identity],
      spans: [EVERYTHING],
      deny: false,
      origin: pod.origin,
    });
    const wishes: readonly Wish[] = [
      ...(direction === 'ingress' ? [always(ID.host)] : []),
      ...(isolatedBy[direction].length === 0 ? [always(ID.any)] : []),
      ...plain.flatMap((policy) => networkWishes(pod, policy, direction, scope)),
      ...own.flatMap((policy) => ciliumWishes(pod, policy, direction, scope)),
    ];
    const port = proxyPort(scope.node.name, direction);
    for (const [key, entry] of fold(wishes, side, port)) entries.set(key, entry);
    envoy[direction] = wishes.filter(({ deny }) => !deny).map(toldEnvoy);
  }
  return { entries, isolatedBy, enforced, unresolved, envoy };
}

function toldEnvoy({ identities, spans, rule, l7, origin }: Wish): EnvoyRule {
  const http = l7?.http;
  return { identities, spans, ...(http && { http }), ...(rule && { rule }), origin };
}

function nameOfPlain(policy: NetworkPolicy): PolicyName {
  const origin = { ...policy.origin, path: ['spec', 'podSelector'], by: BY };
  return { name: policyName(policy), origin };
}

/** Several specs of an object are one policy. */
function namesOf(policies: readonly CiliumPolicy[]): readonly PolicyName[] {
  const names = new Map<string, PolicyName>();
  for (const policy of policies) {
    const { kind, origin } = policy;
    const key = `${kind} ${nameOf(policy)}`;
    if (names.has(key)) continue;
    const place = { ...origin, path: [...(origin.path ?? []), 'endpointSelector'], by: BY };
    names.set(key, { name: nameOf(policy), kind, origin: place });
  }
  return [...names.values()];
}

function nameOf({ namespace, name }: Pick<CiliumPolicy, 'namespace' | 'name'>): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

interface Row {
  readonly value: PolicyValue;
  readonly span: PortSpan;
  readonly origin: Origin;
}

/** Wishes for the same key are one entry: the first one's name stays, a proxy is told all rules, a denial has the last word. */
function fold(
  wishes: readonly Wish[],
  direction: 'Ingress' | 'Egress',
  proxy: number,
): ReadonlyMap<string, MapEntry> {
  const rows = new Map<string, Row>();
  for (const { identities, spans, deny, rule, l7, open, origin } of wishes) {
    for (const span of spans.flatMap(blocks)) {
      const port = textOf(span);
      for (const identity of identities) {
        const key = policyKey(direction, identity, port);
        const before = rows.get(key);
        if (before === undefined || (deny && before.value.deny !== true)) {
          const value: PolicyValue = {
            direction,
            identity,
            port,
            ...(deny && { deny }),
            ...(rule && { rule }),
            ...(l7 && { l7: [l7] }),
            ...(open && { open }),
          };
          rows.set(key, { value, span, origin });
        } else if (!deny && before.value.deny !== true) {
          rows.set(key, { ...before, value: joined(before.value, { l7, open }) });
        }
      }
    }
  }
  const handedOver = ({ l7, open }: PolicyValue): boolean => l7 !== undefined && open === undefined;
  return new Map(
    withoutCovered(rows).map(([key, { value, origin }]) => [
      key,
      { value: handedOver(value) ? { ...value, proxyPort: proxy } : value, origin },
    ]),
  );
}

/** Where one of two asks the proxy, the proxy hears of both; `null` asks nothing of layer 7. */
function joined(value: PolicyValue, { l7, open }: Pick<Wish, 'l7' | 'open'>): PolicyValue {
  const asks = l7 !== undefined || value.l7 !== undefined;
  return {
    ...value,
    ...(open && { open }),
    ...(asks && { l7: [...(value.l7 ?? [null]), l7 ?? null] }),
  };
}

/** What an entry of a higher rank covers is never found by a look-up that should find it: the agent does not write it. */
function withoutCovered(rows: ReadonlyMap<string, Row>): readonly (readonly [string, Row])[] {
  const over = new Map<number, Row[]>();
  for (const row of rows.values()) {
    if (rankOf(row.value) === 0) continue;
    const same = over.get(row.value.identity);
    if (same === undefined) over.set(row.value.identity, [row]);
    else same.push(row);
  }
  const denials = (over.get(ID.any) ?? []).filter(({ value }) => value.deny === true);
  return [...rows].filter(
    ([, { value, span }]) =>
      ![...(over.get(value.identity) ?? []), ...denials].some(
        (other) => rankOf(other.value) > rankOf(value) && covers(other.span, span),
      ),
  );
}

function networkWishes(
  pod: Pod,
  policy: NetworkPolicy,
  direction: Direction,
  { all }: PolicyScope,
): readonly Wish[] {
  const { namespace } = policy;
  return rulesOf(policy, direction).map((rule, index): Wish => {
    const targets = (): readonly Pod[] => {
      if (direction === 'ingress') return [pod];
      const meant =
        rule.peers.length === 0 ? all.pods : rule.peers.flatMap((peer) => podsOfPeer(all, peer, namespace));
      return meant.flatMap((one) => one.pods);
    };
    const identities =
      rule.peers.length === 0
        ? [ID.any]
        : [...new Set(rule.peers.flatMap((peer) => identitiesOfPeer(all, peer, namespace)))];
    return {
      identities,
      spans:
        rule.ports.length === 0
          ? [EVERYTHING]
          : rule.ports.flatMap((item) => spansOf({ ...item, port: item.port ?? 0 }, targets)),
      deny: false,
      rule: { policy: policyName(policy), index },
      origin: { ...rule.origin, by: BY },
    };
  });
}

function ciliumWishes(
  pod: Pod,
  policy: CiliumPolicy,
  direction: Direction,
  scope: PolicyScope,
): readonly Wish[] {
  const { all, cluster, node } = scope;
  return policy[direction].flatMap((rule): readonly Wish[] => {
    const { peers, ports } = rule;
    if (peers === undefined && ports === undefined) return [];
    const identities =
      peers === undefined
        ? [ID.any]
        : [...new Set(peers.flatMap((peer) => identitiesMeant(all, peer, cluster, node)))];
    const list = `${policy.at}.${rule.section}`;
    const common = {
      identities,
      deny: rule.action === 'Deny',
      rule: {
        policy: nameOf(policy),
        index: rule.index,
        kind: policy.kind,
        ...(list !== `spec.${direction}` && { list }),
      },
      origin: { ...rule.origin, by: BY },
    };
    const object = policy.name;
    const asked = rule.authenticated ? { open: { field: 'authentication', object } } : {};
    if (ports === undefined) return [{ ...common, ...asked, spans: [EVERYTHING] }];
    return ports.map((item): Wish => {
      // An empty list of rules asks for nothing.
      const l7 = item.rules?.http?.length === 0 ? undefined : item.rules;
      const isHttp = l7?.http?.every(isReadable) === true;
      const proxied = item.proxiedBy ?? (l7 === undefined || isHttp ? undefined : 'toPorts.rules');
      return {
        ...common,
        ...asked,
        spans: item.ports.flatMap((port) => spansOf(port, () => targetsOf(pod, rule, direction, scope))),
        ...(l7 && { l7 }),
        ...(proxied !== undefined && { open: { field: proxied, object } }),
      };
    });
  });
}

/** The pods whose port names a rule means. */
function targetsOf(
  pod: Pod,
  { peers }: CiliumRule,
  direction: Direction,
  { all, cluster }: PolicyScope,
): readonly Pod[] {
  if (direction === 'ingress') return [pod];
  const meant = peers === undefined ? all.pods : peers.flatMap((peer) => podsMeant(all, peer, cluster));
  return meant.flatMap((one) => one.pods);
}

/** What its `toFQDNs` and the like may mean one day: any address outside. */
function unresolvedOf(
  pod: Pod,
  policy: CiliumPolicy,
  direction: Direction,
  scope: PolicyScope,
): readonly Unresolved[] {
  return policy[direction].flatMap((rule) =>
    (rule.peers ?? []).flatMap(({ unresolved }): readonly Unresolved[] => {
      if (unresolved === undefined) return [];
      const spans = rule.ports?.flatMap(({ ports }) =>
        ports.flatMap((port) => spansOf(port, () => targetsOf(pod, rule, direction, scope))),
      ) ?? [EVERYTHING];
      return [
        {
          field: unresolved,
          object: policy.name,
          deny: rule.action === 'Deny',
          ports: spans.flatMap(blocks).map(textOf),
          origin: { ...rule.origin, by: BY },
        },
      ];
    }),
  );
}
