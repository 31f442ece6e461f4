/**
 * From policies to an endpoint's policy map (pkg/policy): for each direction, which identity may use which port, which may
 * not, and whose connections a proxy takes. NetworkPolicies and Cilium's own are one: an endpoint that none of them isolates
 * allows everybody who is not denied; its own node gets in unless it is denied. Ports are prefixes of a trie, so a range
 * becomes several entries, each a power of two wide; what a denial, or for an entry that allows a wider proxy's one, covers
 * is not in the map.
 * A named port of an ingress rule is the pod's own; of an egress rule, what the named peers call so: if they disagree,
 * Cilium allows none ("duplicate named ports").
 */
import type { Origin } from '../../base/origin.ts';
import type {
  CiliumPolicy,
  CiliumPort,
  CiliumPortRule,
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

export interface EndpointPolicy {
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly isolatedBy: { readonly ingress: readonly PolicyName[]; readonly egress: readonly PolicyName[] };
  readonly enforced: { readonly ingress: boolean; readonly egress: boolean };
  readonly unresolved: { readonly ingress: readonly Unresolved[]; readonly egress: readonly Unresolved[] };
  /** What the node's proxy is told. */
  readonly envoy: EnvoyPolicy;
}

/** A span of ports of one protocol, in the trie: `8000-8063/TCP`. */
type Span = PortSpan;

/** What a rule asks for. */
interface Wish {
  readonly identities: readonly number[];
  readonly spans: readonly Span[];
  readonly deny: boolean;
  readonly rule?: PolicyRuleName;
  readonly l7?: PolicyValue['l7'];
  readonly open?: PolicyValue['open'];
  readonly origin: Origin;
}

const LAST_PORT = 65535;
const EVERYTHING: Span = { first: 0, last: LAST_PORT, protocol: 'ANY' };
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
    isolatedBy[direction].push(...plain.map((policy) => ({ name: policyName(policy) })), ...namesOf(closing));
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
  const http = l7?.[0]?.http;
  return { identities, spans, ...(http && { http }), ...(rule && { rule }), origin };
}

function namesOf(policies: readonly CiliumPolicy[]): readonly PolicyName[] {
  const names = new Map<string, PolicyName>();
  for (const policy of policies)
    names.set(`${policy.kind} ${nameOf(policy)}`, { name: nameOf(policy), kind: policy.kind });
  return [...names.values()];
}

function nameOf({ namespace, name }: Pick<CiliumPolicy, 'namespace' | 'name'>): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Wishes for the same key are one entry: the first one's name stays, a proxy is told all rules, a denial has the last word. */
function fold(
  wishes: readonly Wish[],
  direction: 'Ingress' | 'Egress',
  proxy: number,
): ReadonlyMap<string, MapEntry> {
  interface Row {
    readonly value: PolicyValue;
    readonly span: Span;
    readonly origin: Origin;
  }
  const rows = new Map<string, Row>();
  for (const { identities, spans, deny, rule, l7, open, origin } of wishes) {
    for (const span of spans.flatMap(blocks)) {
      for (const identity of identities) {
        const port = textOf(span);
        const key = policyKey(direction, identity, port);
        const before = rows.get(key);
        const value: PolicyValue = {
          direction,
          identity,
          port,
          ...(deny && { deny }),
          ...(rule && { rule }),
          ...(l7 && { l7 }),
          ...(open && { open }),
        };
        if (before === undefined || (deny && before.value.deny !== true)) {
          rows.set(key, { value, span, origin });
        } else if (!deny && before.value.deny !== true && (l7 ?? before.value.l7) !== undefined) {
          const both = [...(before.value.l7 ?? [null]), ...(l7 ?? [null])];
          rows.set(key, { ...before, value: { ...before.value, l7: both, ...(open && { open }) } });
        }
      }
    }
  }
  const rank = ({ deny, l7, open }: PolicyValue): number =>
    deny === true ? 2 : l7 !== undefined || open !== undefined ? 1 : 0;
  const over = [...rows.values()].filter(({ value }) => rank(value) > 0);
  const kept = [...rows].filter(
    ([, { value, span }]) =>
      !over.some(
        (other) =>
          rank(other.value) > rank(value) &&
          (other.value.identity === value.identity ||
            (other.value.deny === true && other.value.identity === ID.any)) &&
          covers(other.span, span),
      ),
  );
  const handedOver = ({ l7, open }: PolicyValue): boolean => l7 !== undefined && open === undefined;
  return new Map(
    kept.map(([key, { value, origin }]) => [
      key,
      { value: handedOver(value) ? { ...value, proxyPort: proxy } : value, origin },
    ]),
  );
}

function covers(outer: Span, inner: Span): boolean {
  return (
    (outer.protocol === 'ANY' || outer.protocol === inner.protocol) &&
    outer.first <= inner.first &&
    outer.last >= inner.last
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
        ...(l7 && { l7: [l7] }),
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
      const items: readonly Pick<CiliumPortRule, 'ports'>[] = rule.ports ?? [{ ports: [] }];
      const spans =
        rule.ports === undefined
          ? [EVERYTHING]
          : items.flatMap(({ ports }) =>
              ports.flatMap((port) => spansOf(port, () => targetsOf(pod, rule, direction, scope))),
            );
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

/** A name means a number only where all targets that know it agree; `ANY` is TCP, UDP and SCTP. */
function spansOf({ port, endPort, protocol }: CiliumPort, targets: () => readonly Pod[]): readonly Span[] {
  const protocols = protocol === 'ANY' ? ['TCP', 'UDP', 'SCTP'] : [protocol];
  return protocols.flatMap((own): readonly Span[] => {
    // An ICMP type 0 is an echo reply, not every type.
    if (port === 0) return [{ first: 0, last: own.startsWith('ICMP') ? 0 : LAST_PORT, protocol: own }];
    const first = typeof port === 'number' ? port : namedPort(targets(), port, own);
    return first === undefined ? [] : [{ first, last: endPort ?? first, protocol: own }];
  });
}

/** The number that all of these pods mean by a name; undefined where none knows it or two disagree. */
function namedPort(pods: readonly Pod[], name: string, protocol: string): number | undefined {
  const numbers = new Set<number>();
  for (const pod of pods) {
    for (const container of pod.containers) {
      for (const own of container.ports) {
        if (own.name === name && own.protocol === protocol) numbers.add(own.containerPort);
      }
    }
  }
  return numbers.size === 1 ? [...numbers][0] : undefined;
}

/** The blocks of a trie that make up a span. */
function blocks({ first: from, last, protocol }: Span): readonly Span[] {
  if (from === 0 && last === LAST_PORT) return [{ first: 0, last, protocol }];
  const found: Span[] = [];
  let first = from;
  while (first <= last) {
    let size = 1;
    while (first % (size * 2) === 0 && first + size * 2 - 1 <= last && size * 2 <= LAST_PORT) size *= 2;
    found.push({ first, last: first + size - 1, protocol });
    first += size;
  }
  return found;
}

/** `8080/TCP`, `8000-8063/TCP`, `ANY/UDP`, `ANY` */
function textOf({ first, last, protocol }: Span): string {
  if (first === 0 && last === LAST_PORT) return protocol === 'ANY' ? 'ANY' : `ANY/${protocol}`;
  return first === last ? `${first}/${protocol}` : `${first}-${last}/${protocol}`;
}

/** The keys that a look-up for a port tries, the most exact first. Of the ICMPs the port is the type. */
export function portCandidates(port: number, protocol: string): readonly string[] {
  const keys: string[] = [];
  for (let size = 1; size <= 32768; size *= 2) {
    const first = port - (port % size);
    keys.push(textOf({ first, last: first + size - 1, protocol }));
  }
  return [...keys, `ANY/${protocol}`, 'ANY'];
}
