/**
 * weave-npc: NetworkPolicy as rules of two chains that are the same on every node (`npc/analyser.go`, `rule.go`, `controller.go`,
 * `prog/weave-npc/main.go`). WEAVE-NPC-INGRESS accepts; WEAVE-NPC-EGRESS-CUSTOM marks and returns, since the same packet may
 * still have to pass an ingress policy. Who is not let through is dropped at the end of FORWARD or of WEAVE-NPC-EGRESS.
 *
 * It reads policies in its own way, and so does this file:
 * - a policy with a named port is rejected as a whole: its pods are isolated by no word of it;
 * - `endPort` is not known: the rule is for `port` alone;
 * - rules of a direction that `policyTypes` does not name are written all the same: they isolate nobody, but they let through;
 * - two selectors of one peer share a set's name with a namespaceSelector of the same text. Whichever comes second fails: the
 *   policy with the two selectors isolates and allows nobody, the one with the single selector does nothing at all.
 * Left out: IPv6 blocks, and the order of Go's maps: rules stand in the order of the policy.
 */
import type { Origin } from '../../base/origin.ts';
import type {
  ClusterState,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  Pod,
} from '../../k8s/cluster-state.ts';
import { asRead } from '../../k8s/policy-reading.ts';
import { selectorText } from '../../k8s/selectors.ts';
import type { ChainPart, IpsetConfig, Match, Rule, RuleMeaning } from '../../net/config.ts';
import { rulesOf, selectsPod, type Direction } from '../../policy/matching.ts';
import { podKey } from '../place.ts';
import { rememberLast } from '../remember.ts';
import { endpointsOf, NpcSets, selectorKey } from './npc-sets.ts';

const BY = 'weave-npc';

/** What weave-npc makes of the cluster's policies, the same on every node. */
export interface Npc {
  readonly chains: readonly ChainPart[];
  readonly ipsets: readonly IpsetConfig[];
  /** Does a policy for egress exist? Only then is egress ever dropped. */
  readonly dropsEgress: boolean;
  readonly denials: Readonly<Record<Direction, RuleMeaning>>;
}

/** Matches for one end of a rule, and what its comment calls it. */
interface End {
  readonly matches: readonly Match[];
  readonly comment: string;
}

const ANYWHERE: End = { matches: [], comment: 'anywhere' };

const remember = rememberLast<Npc>();

export function npcOf(cluster: ClusterState): Npc {
  const { networkPolicies, namespaces, pods, settings } = cluster;
  return remember([settings, ...networkPolicies, null, ...namespaces, null, ...pods], () => make(cluster));
}

function make(cluster: ClusterState): Npc {
  const base: Origin = { ...cluster.settings.origins.cni, by: BY };
  const sets = new NpcSets(cluster);
  const accepted = asRead(cluster.networkPolicies, { namedPorts: 'rejected' });
  const rules: Record<Direction, Rule[]> = { ingress: [], egress: [] };
  const seen = new Set<string>();
  const failed = withoutLists(accepted);
  const isolating = accepted.filter((policy) => !failed.has(policy));
  const isolates = (direction: Direction) => (pod: Pod) =>
    isolating.some((policy) => selectsPod(policy, pod, direction));
  const bypass: Record<Direction, Rule[]> = { ingress: [], egress: [] };
  for (const { name } of cluster.namespaces) {
    for (const direction of ['ingress', 'egress'] as const) {
      const set = sets.defaultAllow(name, direction, isolates(direction), base);
      const text = `DefaultAllow ${direction} isolation for namespace: ${name}`;
      const matches: readonly Match[] = [
        { match: 'set', name: set, dirs: [direction === 'ingress' ? 'dst' : 'src'] },
        { match: 'comment', text },
      ];
      bypass[direction].push(...deciding(direction, matches, base));
    }
    sets.pods(name, {}, base);
  }
  for (const policy of isolating) writePolicy(policy, cluster, sets, rules, seen);
  const chain = (name: string, list: readonly Rule[]): ChainPart => ({ table: 'filter', name, rules: list });
  return {
    chains: [
      chain('WEAVE-NPC-DEFAULT', bypass.ingress),
      chain('WEAVE-NPC-INGRESS', rules.ingress),
      chain('WEAVE-NPC-EGRESS-DEFAULT', bypass.egress),
      chain('WEAVE-NPC-EGRESS-CUSTOM', rules.egress),
    ],
    ipsets: sets.all,
    dropsEgress: cluster.networkPolicies.some(
      (policy) => policy.policyTypes.includes('Egress') || policy.egress.length > 0,
    ),
    denials: {
      ingress: denial(cluster, isolating, 'ingress'),
      egress: denial(cluster, isolating, 'egress'),
    },
  };
}

/**
 * Policies whose lists of namespaces cannot be made, for an earlier policy has a set of pods by that name. Lists are made first
 * of all (`addNetworkPolicy`), so nothing of such a policy is.
 */
function withoutLists(policies: readonly NetworkPolicy[]): ReadonlySet<NetworkPolicy> {
  const made = new Map<string, 'list' | 'pods'>();
  const failed = new Set<NetworkPolicy>();
  for (const policy of policies) {
    const peers = [...policy.ingress, ...policy.egress].flatMap((rule) => rule.peers);
    const named = peers.flatMap(({ namespaceSelector, podSelector }) => {
      if (namespaceSelector === undefined) return [];
      const ofPods = podSelector === undefined ? '' : selectorKey(podSelector);
      const type: 'list' | 'pods' = podSelector === undefined ? 'list' : 'pods';
      return [{ key: `${selectorKey(namespaceSelector)}${ofPods}`, type }];
    });
    const lists = named.filter(({ type }) => type === 'list');
    if (lists.some(({ key }) => made.get(key) === 'pods')) {
      failed.add(policy);
      continue;
    }
    for (const { key, type } of [...lists, ...named]) if (!made.has(key)) made.set(key, type);
  }
  return failed;
}

/** Ingress is accepted; egress is marked by one rule, and the next one ends the chain. */
function deciding(
  direction: Direction,
  matches: readonly Match[],
  origin: Origin,
  meaning?: RuleMeaning,
): readonly Rule[] {
  if (direction === 'ingress') return [{ matches, target: { target: 'ACCEPT' }, origin, meaning }];
  return [
    { matches, target: { target: 'jump', chain: 'WEAVE-NPC-EGRESS-ACCEPT' }, origin },
    { matches, target: { target: 'RETURN' }, origin, meaning },
  ];
}

/** Which pods the rule that drops is about, by their addresses. */
function denial(
  cluster: ClusterState,
  policies: readonly NetworkPolicy[],
  direction: Direction,
): RuleMeaning {
  const pods = endpointsOf(cluster.pods).flatMap((pod) => {
    const isolating = policies.filter((policy) => selectsPod(policy, pod, direction));
    const names = isolating.map(({ namespace, name }) => `${namespace}/${name}`);
    return names.length === 0 ? [] : [[pod.ip, { pod: podKey(pod), policies: names }] as const];
  });
  const side = direction === 'ingress' ? 'dst' : 'src';
  return { kind: 'policy-deny-by-address', direction, side, pods: new Map(pods) };
}

function writePolicy(
  policy: NetworkPolicy,
  cluster: ClusterState,
  sets: NpcSets,
  rules: Record<Direction, Rule[]>,
  seen: Set<string>,
): void {
  const { namespace, podSelector } = policy;
  const origin = (direction: Direction, rule: number, ...part: readonly string[]): Origin => ({
    object: policy.origin.object,
    path: ['spec', direction, rule, ...part],
    by: BY,
  });
  for (const direction of ['ingress', 'egress'] as const) {
    for (const [index, rule] of rulesOf(policy, direction).entries()) {
      for (const { podSelector: pods, namespaceSelector } of rule.peers) {
        if (pods === undefined && namespaceSelector !== undefined)
          sets.namespaces(namespaceSelector, origin(direction, index));
      }
    }
  }
  const target: Origin = { object: policy.origin.object, path: ['spec', 'podSelector'], by: BY };
  const subject: End = {
    matches: [{ match: 'set', name: sets.pods(namespace, podSelector, target), dirs: ['src'] }],
    comment: podsComment(namespace, podSelector),
  };
  const written: { readonly direction: Direction; readonly rule: number; readonly peers: readonly End[] }[] =
    [];
  for (const direction of ['ingress', 'egress'] as const) {
    for (const [index, rule] of rulesOf(policy, direction).entries()) {
      const where = origin(direction, index, direction === 'ingress' ? 'from' : 'to');
      const peers: End[] = [];
      for (const peer of rule.peers) {
        const end = endOf(peer, namespace, sets, where);
        // A set of pods that cannot be made ends the work on the policy before any rule is written.
        if (end === undefined) return;
        if (end !== 'none') peers.push(end);
      }
      written.push({ direction, rule: index, peers: rule.peers.length === 0 ? [ANYWHERE] : peers });
    }
  }
  const pods = endpointsOf(cluster.pods).filter(
    (pod) =>
      pod.namespace === namespace && selectsPod({ ...policy, policyTypes: ['Ingress'] }, pod, 'ingress'),
  );
  const [only] = pods;
  const pod =
    pods.length === 1 && only !== undefined ? podKey(only) : `${namespace}/${selectorText(podSelector)}`;
  for (const { direction, rule, peers } of written) {
    const meaning: RuleMeaning = {
      kind: 'policy-allow',
      direction,
      pod,
      policy: { namespace, name: policy.name, rule },
    };
    const ports = rulesOf(policy, direction)[rule]?.ports ?? [];
    for (const peer of peers) {
      const [from, to] = direction === 'ingress' ? [peer, subject] : [subject, peer];
      const comment = `${from.comment} -> ${to.comment} (${direction})`;
      for (const port of ports.length === 0 ? [undefined] : ports) {
        const matches: readonly Match[] = [
          ...protocolMatch(port),
          ...turned(from.matches, 'src'),
          ...turned(to.matches, 'dst'),
          ...portMatch(port),
          { match: 'comment', text: comment },
        ];
        const key = JSON.stringify(matches);
        // One rule serves every policy of the namespace that says the same.
        if (seen.has(key)) continue;
        seen.add(key);
        rules[direction].push(...deciding(direction, matches, origin(direction, rule), meaning));
      }
    }
  }
}

function podsComment(namespace: string, selector: NetworkPolicy['podSelector']): string {
  return `pods: namespace: ${namespace}, selector: ${selectorKey(selector)}`;
}

/** Undefined: its set cannot be made. `none`: nobody, here. */
function endOf(
  peer: NetworkPolicyPeer,
  namespace: string,
  sets: NpcSets,
  origin: Origin,
): End | 'none' | undefined {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const inSet = (name: string): Match => ({ match: 'set', name, dirs: ['src'] });
  if (podSelector !== undefined && namespaceSelector !== undefined) {
    const name = sets.podsIn(namespaceSelector, podSelector, origin);
    const text = `${selectorKey(namespaceSelector)}${selectorKey(podSelector)}`;
    return name === undefined
      ? undefined
      : { matches: [inSet(name)], comment: `namespaces: selector: ${text}` };
  }
  if (podSelector !== undefined) {
    const name = sets.pods(namespace, podSelector, origin);
    return { matches: [inSet(name)], comment: podsComment(namespace, podSelector) };
  }
  if (namespaceSelector !== undefined) {
    const name = sets.namespaces(namespaceSelector, origin);
    const comment = `namespaces: selector: ${selectorKey(namespaceSelector)}`;
    return name === undefined ? undefined : { matches: [inSet(name)], comment };
  }
  if (ipBlock === undefined || ipBlock.cidr.family !== 4) return 'none';
  const { cidr, except } = ipBlock;
  const text = `cidr: ${cidr.ip}/${cidr.prefixLength}`;
  const excepted = sets.exceptions(namespace, ipBlock, origin);
  const block: Match = { match: 'src', cidr };
  if (excepted === undefined) return { matches: [block], comment: text };
  const list = except.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`).toSorted();
  return {
    matches: [block, { match: 'set', name: excepted, dirs: ['src'], negate: true }],
    comment: `${text} except [${list.join(' ')}]`,
  };
}

/** An end as the rule's source or destination. */
function turned(matches: readonly Match[], side: 'src' | 'dst'): readonly Match[] {
  return matches.map((match): Match => {
    if (match.match === 'src' || match.match === 'dst') return { ...match, match: side };
    return match.match === 'set' ? { ...match, dirs: [side] } : match;
  });
}

const PROTO = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

function protocolMatch(port: NetworkPolicyPort | undefined): readonly Match[] {
  return port === undefined ? [] : [{ match: 'proto', proto: PROTO[port.protocol] }];
}

/** No port: `--dport 0:65535`. `endPort` is not looked at. */
function portMatch(item: NetworkPolicyPort | undefined): readonly Match[] {
  if (item === undefined || typeof item.port === 'string') return [];
  const ports = item.port === undefined ? { from: 0, to: 65535 } : { from: item.port, to: item.port };
  return [{ match: 'dport', proto: PROTO[item.protocol], ports }];
}
