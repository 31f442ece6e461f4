/**
 * The small edits of a cluster-wide policy (policy.networking.k8s.io) that a person would try for one direction of one flow: an
 * end or a port more in a rule that accepts or passes, a rule before the one that denies, this end left out of that one, or
 * the rule taken away; and the other way round to block. Ideas only, as in `candidates.ts`.
 */
import type { FieldPath } from '../../base/origin.ts';
import type { ClusterPolicy, ClusterPolicyRule, ClusterState } from '../../k8s/cluster-state.ts';
import type { Flow } from '../evaluate.ts';
import type { Direction, FlowEnd } from '../matching.ts';
import { isPod, namespaceLabels } from '../matching.ts';
import { clusterRuleMisses, isSubject } from '../tiers.ts';
import {
  asksNameServer,
  type Candidate,
  type EditKind,
  endsOf,
  hostBlock,
  LIST,
  mentions,
  narrowingLabels,
  selectorsFor,
} from './candidates.ts';
import type { PolicyEdit } from './policy-edit.ts';
import type { Json } from '../../k8s/own-edits.ts';

type Cluster = Pick<ClusterState, 'clusterPolicies' | 'namespaces' | 'nodes'>;
type JsonObject = { readonly [key: string]: Json };

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Items of `from` or `to` that name an end: the pod, then its namespace. Nothing in `from` names an address. */
function peersFor(end: FlowEnd, direction: Direction): readonly JsonObject[] {
  if (isPod(end) && !end.hostNetwork) {
    const here = { matchLabels: { [NAME_LABEL]: end.namespace } };
    return [
      ...selectorsFor(end).map((podSelector) => ({ pods: { namespaceSelector: here, podSelector } })),
      { namespaces: here },
    ];
  }
  if (direction === 'ingress') return [];
  const ips = isPod(end) ? end.ips : [end.ip];
  return [{ networks: ips.map(hostBlock) }];
}

/** The list of ports and its items, as the policy's version has it; no items for ICMP. */
function portsFor(
  kind: ClusterPolicy['kind'],
  flow: Flow,
): { readonly field: string; readonly items: readonly JsonObject[] } {
  const field = kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports';
  const { port, protocol } = flow;
  if (port === undefined || protocol === 'ICMP') return { field, items: [] };
  const protocols = asksNameServer(flow) ? (['UDP', 'TCP'] as const) : [protocol];
  const items = protocols.map(
    (one): JsonObject =>
      kind === 'ClusterNetworkPolicy'
        ? { [one.toLowerCase()]: { destinationPort: { number: port } } }
        : { portNumber: { protocol: one, port } },
  );
  return { field, items };
}

/** What the kind calls a rule that lets through. */
function accepting(kind: ClusterPolicy['kind']): string {
  return kind === 'ClusterNetworkPolicy' ? 'Accept' : 'Allow';
}

interface At {
  readonly cluster: Cluster;
  readonly flow: Flow;
  readonly direction: Direction;
}

/** Those that select the flow's own end, in order. */
function policiesOf({ cluster, flow, direction }: At): readonly ClusterPolicy[] {
  const ends = endsOf(flow, direction);
  if (ends === undefined) return [];
  const namespaces = namespaceLabels(cluster);
  return cluster.clusterPolicies.filter((policy) => isSubject(policy, ends.subject, namespaces));
}

/** Edits that may let a flow through that a cluster-wide policy stops: `policy` and its rule `denying`. */
export function clusterEditsToAllow(at: At, denying: { readonly policy: string; readonly rule: number }) {
  return policiesOf(at).flatMap((policy): readonly Candidate[] => {
    const own = policy.name === denying.policy ? policy[at.direction][denying.rule] : undefined;
    return [
      ...wideningsOf(at, policy),
      ...(own === undefined ? [] : editsAgainst(at, policy, own, denying.rule)),
      ...(own === undefined
        ? []
        : ruleBefore(at, policy, denying.rule, 'let-rule', [
            ...(policy.tier === 'Admin' ? ['Pass'] : []),
            accepting(policy.kind),
          ])),
    ];
  });
}

/** Edits that may stop a flow: of the rule that lets it through, where it is a cluster-wide policy's, and a rule that denies. */
export function clusterEditsToBlock(at: At, allowing?: { readonly policy: string; readonly rule: number }) {
  return policiesOf(at).flatMap((policy): readonly Candidate[] => {
    const own = policy.name === allowing?.policy ? policy[at.direction][allowing.rule] : undefined;
    return [
      ...(own === undefined || allowing === undefined ? [] : editsAgainst(at, policy, own, allowing.rule)),
      ...ruleBefore(at, policy, allowing?.policy === policy.name ? allowing.rule : 0, 'deny-rule', ['Deny']),
    ];
  });
}

/** Rules that accept or pass are given the end, or the port, that they miss. */
function wideningsOf({ cluster, flow, direction }: At, policy: ClusterPolicy): readonly Candidate[] {
  const ends = endsOf(flow, direction);
  if (ends === undefined) return [];
  const ref = policy.origin.object;
  const { field, items } = portsFor(policy.kind, flow);
  return policy[direction].flatMap((rule, index): readonly Candidate[] => {
    if (rule.action === 'Deny') return [];
    const path: FieldPath = ['spec', direction, index];
    const { namesPeer, coversPort } = fits(cluster, rule, flow, direction);
    const append = (list: string, value: Json): PolicyEdit => ({
      do: 'append',
      policy: ref,
      path: [...path, list],
      value,
    });
    if (coversPort && !namesPeer) {
      return peersFor(ends.peer, direction).map((peer) => ({
        kind: 'add-peer',
        policy: ref,
        edits: [append(LIST[direction], peer)],
      }));
    }
    if (namesPeer && !coversPort && items.length > 0) {
      return [{ kind: 'add-port', policy: ref, edits: items.map((item) => append(field, item)) }];
    }
    return [];
  });
}

/** One rule more, before the one at `index`: about this end and port alone. */
function ruleBefore(
  { flow, direction }: At,
  policy: ClusterPolicy,
  index: number,
  kind: 'let-rule' | 'deny-rule',
  actions: readonly string[],
): readonly Candidate[] {
  const ends = endsOf(flow, direction);
  if (ends === undefined) return [];
  const ref = policy.origin.object;
  const { field, items } = portsFor(policy.kind, flow);
  return actions.flatMap((action) =>
    peersFor(ends.peer, direction).map((peer): Candidate => {
      const value: JsonObject = {
        action,
        [LIST[direction]]: [peer],
        ...(items.length === 0 ? {} : { [field]: items }),
      };
      const list: FieldPath = ['spec', direction];
      const edit: PolicyEdit =
        policy[direction].length === 0
          ? { do: 'append', policy: ref, path: list, value }
          : { do: 'insert', policy: ref, path: [...list, index], value };
      return { kind, policy: ref, edits: [edit] };
    }),
  );
}

/** Edits after which a rule may no longer decide about a flow. */
function editsAgainst(
  { cluster, flow, direction }: At,
  policy: ClusterPolicy,
  rule: ClusterPolicyRule,
  index: number,
): readonly Candidate[] {
  const ends = endsOf(flow, direction);
  if (ends === undefined) return [];
  const ref = policy.origin.object;
  const list = LIST[direction];
  const path: FieldPath = ['spec', direction, index];
  const { peers } = clusterRuleMisses(rule, flow, direction, cluster);
  const matching = peers.flatMap((misses, i) => (misses.length === 0 ? [i] : []));
  const found: Candidate[] = [];
  const candidate = (kind: EditKind, edits: readonly PolicyEdit[]): void =>
    void found.push({ kind, policy: ref, edits });
  if (matching.length > 0 && matching.length < peers.length) {
    candidate(
      'remove-peer',
      matching.toReversed().map((i) => ({ do: 'remove', policy: ref, path: [...path, list, i] })),
    );
  }
  candidate('remove-rule', [{ do: 'remove', policy: ref, path }]);
  for (const [key, value] of narrowingLabels(ends.peer)) {
    const edits = matching.map((i): PolicyEdit | undefined => {
      const { pods } = rule.peers[i] ?? {};
      if (pods?.pods === undefined || mentions(pods.pods, key)) return undefined;
      return {
        do: 'append',
        policy: ref,
        path: [...path, list, i, 'pods', 'podSelector', 'matchExpressions'],
        value: { key, operator: 'NotIn', values: [value] },
      };
    });
    if (matching.length > 0 && edits.every((edit) => edit !== undefined)) candidate('narrow-peer', edits);
  }
  if (isPod(ends.peer) && !ends.peer.hostNetwork) {
    const { namespace } = ends.peer;
    const edits = matching.map((i): PolicyEdit | undefined => {
      const { pods } = rule.peers[i] ?? {};
      if (pods === undefined || pods.pods !== undefined || mentions(pods.namespaces, NAME_LABEL))
        return undefined;
      return {
        do: 'append',
        policy: ref,
        path: [...path, list, i, 'namespaces', 'matchExpressions'],
        value: { key: NAME_LABEL, operator: 'NotIn', values: [namespace] },
      };
    });
    if (matching.length > 0 && edits.every((edit) => edit !== undefined)) candidate('narrow-peer', edits);
  }
  return found;
}

function fits(
  cluster: Cluster,
  rule: ClusterPolicyRule,
  flow: Flow,
  direction: Direction,
): { readonly namesPeer: boolean; readonly coversPort: boolean } {
  const { peers, ports } = clusterRuleMisses(rule, flow, direction, cluster);
  const any = (items: readonly (readonly unknown[])[]): boolean =>
    items.length === 0 || items.some((misses) => misses.length === 0);
  return { namesPeer: any(peers), coversPort: any(ports) };
}
