/**
 * The small edits that a person would try for one direction of one flow: add a peer or a port to a rule, put a port's number
 * right, add a rule, write a policy; or, to block, take such a thing out or leave this pod out of it. They are ideas only:
 * whether one does what it should, and what else it does, is found out by evaluating it (`smallest.ts`).
 */
import { type Cidr, cidrText, ipFamily } from '../../base/ip.ts';
import type { FieldPath, ObjectRef } from '../../base/origin.ts';
import type {
  ClusterState,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyRule,
  Pod,
} from '../../k8s/cluster-state.ts';
import { labelOf } from '../../k8s/selectors.ts';
import type { Flow } from '../evaluate.ts';
import type { Direction, FlowEnd, RuleMisses } from '../matching.ts';
import { flowFamily, isPod, namespaceLabels, ruleMatches, rulesOf, selectsPod } from '../matching.ts';
import type { PolicyEdit } from './policy-edit.ts';
import type { Json } from '../../k8s/own-edits.ts';

/** What an edit is, in words; i18n has the sentence. */
export type EditKind =
  | 'add-peer'
  | 'add-port'
  | 'change-port'
  | 'add-rule'
  | 'add-policy'
  | 'remove-peer'
  | 'remove-port'
  | 'remove-rule'
  | 'narrow-peer'
  /** A rule before one that denies: it accepts, or passes. */
  | 'let-rule'
  | 'deny-rule';

export interface Candidate {
  readonly kind: EditKind;
  /** The policy that is edited or written, `namespace/name`. */
  readonly policy: ObjectRef;
  readonly edits: readonly PolicyEdit[];
}

type Cluster = Pick<ClusterState, 'networkPolicies' | 'namespaces'>;

/** With the ranges that pods have their addresses from. */
type NetworkedCluster = Cluster & { readonly podCidrs: readonly Cidr[] };
type JsonObject = { readonly [key: string]: Json };

/** Labels that controllers make up: they name one generation of pods, or one pod. */
const MADE_UP =
  /^(?:pod-template-hash|pod-template-generation|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*)$/;
const MOST_LABELS = 3;

/** Selectors that match a pod: each label alone, then all together; a pod without labels is any pod. */
export function selectorsFor(pod: Pod): readonly JsonObject[] {
  const labels = Object.entries(pod.labels).filter(([key]) => !MADE_UP.test(key));
  if (labels.length === 0) return [{}];
  const single = labels.slice(0, MOST_LABELS).map(([key, value]) => ({ matchLabels: { [key]: value } }));
  return labels.length === 1 ? single : [...single, { matchLabels: Object.fromEntries(labels) }];
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Items of `from` or `to` that name an end, for a policy of `namespace`. */
function peersFor(end: FlowEnd, namespace: string): readonly JsonObject[] {
  if (!isPod(end)) return [{ ipBlock: { cidr: hostBlock(end.ip) } }];
  if (end.hostNetwork) return end.ips.map((ip) => ({ ipBlock: { cidr: hostBlock(ip) } }));
  const selectors = selectorsFor(end).map((podSelector) => ({ podSelector }));
  if (end.namespace === namespace) return selectors;
  const namespaceSelector = { matchLabels: { [NAME_LABEL]: end.namespace } };
  return selectors.map((selector) => ({ namespaceSelector, ...selector }));
}

export function hostBlock(ip: string): string {
  return `${ip}/${ipFamily(ip) === 4 ? 32 : 128}`;
}

/** Items of `ports`; none for ICMP, which no item covers. A name server is asked over both protocols. */
function portsFor({ port, protocol }: Flow, to: FlowEnd): readonly JsonObject[] {
  if (port === undefined || protocol === 'ICMP') return [];
  if (asksNameServer({ port, protocol, to })) {
    return [
      { protocol: 'UDP', port },
      { protocol: 'TCP', port },
    ];
  }
  return [protocol === 'TCP' ? { port } : { protocol, port }];
}

/** A name server is asked over both protocols. */
export function asksNameServer({ port, to }: Pick<Flow, 'port' | 'protocol' | 'to'>): boolean {
  return port === 53 && isPod(to) && to.labels['k8s-app'] === 'kube-dns';
}

interface Ends {
  readonly subject: Pod;
  readonly peer: FlowEnd;
}

export function endsOf(flow: Flow, direction: Direction): Ends | undefined {
  const subject = direction === 'ingress' ? flow.to : flow.from;
  const peer = direction === 'ingress' ? flow.from : flow.to;
  return isPod(subject) && !subject.hostNetwork ? { subject, peer } : undefined;
}

export const LIST = { ingress: 'from', egress: 'to' } as const;

/** Edits that may let a flow through in one direction. */
export function editsToAllow(cluster: Cluster, flow: Flow, direction: Direction): readonly Candidate[] {
  const ends = endsOf(flow, direction);
  if (ends === undefined) return [];
  const { subject, peer } = ends;
  const ports = portsFor(flow, flow.to);
  const isolating = cluster.networkPolicies.filter((policy) => selectsPod(policy, subject, direction));
  return [
    ...isolating.flatMap((policy) => editsOfPolicy(cluster, policy, flow, direction, peer, ports)),
    ...newPolicies(cluster, subject, peer, direction, ports),
  ];
}

function editsOfPolicy(
  cluster: Cluster,
  policy: NetworkPolicy,
  flow: Flow,
  direction: Direction,
  peer: FlowEnd,
  ports: readonly JsonObject[],
): readonly Candidate[] {
  const list = LIST[direction];
  const ref = policy.origin.object;
  const found: Candidate[] = [];
  const peers = peersFor(peer, policy.namespace);
  const append = (path: FieldPath, value: Json): PolicyEdit => ({ do: 'append', policy: ref, path, value });
  rulesOf(policy, direction).forEach((rule, index) => {
    const at: FieldPath = ['spec', direction, index];
    const misses = missesOf(cluster, policy, rule, flow, direction);
    const namesPeer = rule.peers.length === 0 || misses.peers.some((missed) => missed.length === 0);
    const coversPort = rule.ports.length === 0 || misses.ports.some((missed) => missed.length === 0);
    if (namesPeer && !coversPort && ports.length > 0) {
      const edits = ports.map((port) => append([...at, 'ports'], port));
      found.push({ kind: 'add-port', policy: ref, edits });
      rule.ports.forEach((item, i) => {
        if (item.protocol !== flow.protocol || item.port === undefined || flow.port === undefined) return;
        if (item.endPort !== undefined) return;
        const path = [...at, 'ports', i, 'port'];
        const edit: PolicyEdit = { do: 'replace', policy: ref, path, value: flow.port };
        found.push({ kind: 'change-port', policy: ref, edits: [edit] });
      });
    }
    if (coversPort && !namesPeer) {
      for (const item of peers) {
        found.push({ kind: 'add-peer', policy: ref, edits: [append([...at, list], item)] });
      }
    }
  });
  for (const item of peers) {
    const rule: JsonObject = { [list]: [item], ...(ports.length === 0 ? {} : { ports }) };
    found.push({ kind: 'add-rule', policy: ref, edits: [append(['spec', direction], rule)] });
  }
  return found;
}

export function missesOf(
  cluster: Cluster,
  policy: NetworkPolicy,
  rule: NetworkPolicyRule,
  flow: Flow,
  direction: Direction,
): RuleMisses {
  const misses: RuleMisses = { peers: [], ports: [] };
  const { from, to, port, protocol } = flow;
  const seen = {
    peer: direction === 'ingress' ? from : to,
    target: to,
    ...(port === undefined ? {} : { port }),
    protocol,
    family: flowFamily(flow),
  };
  ruleMatches(rule, policy.namespace, seen, namespaceLabels(cluster), misses);
  return misses;
}

const TYPE = { ingress: 'Ingress', egress: 'Egress' } as const;

function newPolicies(
  cluster: Cluster,
  subject: Pod,
  peer: FlowEnd,
  direction: Direction,
  ports: readonly JsonObject[],
): readonly Candidate[] {
  const policy = newName(cluster, 'allow', subject, peer, direction);
  return selectorsFor(subject).flatMap((podSelector) =>
    peersFor(peer, subject.namespace).map((item): Candidate => {
      const rule: JsonObject = { [LIST[direction]]: [item], ...(ports.length === 0 ? {} : { ports }) };
      return newPolicy('add-policy', policy, subject, {
        podSelector,
        policyTypes: [TYPE[direction]],
        [direction]: [rule],
      });
    }),
  );
}

function newPolicy(kind: EditKind, policy: ObjectRef, subject: Pod, spec: JsonObject): Candidate {
  const { namespace = 'default', name } = policy;
  const beside = subject.origin.object;
  return { kind, policy, edits: [{ do: 'add', namespace, name, spec, beside }] };
}

/** `allow-web-from-client`, with a number where that is taken. */
function newName(
  cluster: Cluster,
  verb: 'allow' | 'deny',
  subject: Pod,
  peer: FlowEnd | undefined,
  direction: Direction,
): ObjectRef {
  const own = subject.shortName;
  const other =
    peer === undefined
      ? ''
      : isPod(peer)
        ? `-${peer.shortName}`
        : `-${peer.ip.replaceAll(/[^\da-f]+/g, '-')}`;
  const word = direction === 'ingress' ? 'from' : 'to';
  const name = `${verb}-${own}${other === '' ? '' : `-${word}`}${other}`.slice(0, 60).replace(/-+$/, '');
  const taken = new Set(
    cluster.networkPolicies.filter((p) => p.namespace === subject.namespace).map((p) => p.name),
  );
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace: subject.namespace,
    name: free,
  };
}

/** Edits after which one rule may no longer admit a flow. */
export function editsAgainstRule(
  cluster: Cluster,
  policy: NetworkPolicy,
  index: number,
  flow: Flow,
  direction: Direction,
): readonly Candidate[] {
  const rule = rulesOf(policy, direction)[index];
  const ends = endsOf(flow, direction);
  if (rule === undefined || ends === undefined) return [];
  const ref = policy.origin.object;
  const list = LIST[direction];
  const at: FieldPath = ['spec', direction, index];
  const misses = missesOf(cluster, policy, rule, flow, direction);
  const found: Candidate[] = [];
  const removeItems = (kind: EditKind, field: string, missed: readonly (readonly unknown[])[]): void => {
    const matching = missed.flatMap((one, i) => (one.length === 0 ? [i] : []));
    // An empty list would mean everybody, or every port.
    if (matching.length === 0 || matching.length === missed.length) return;
    const edits = matching
      .reverse()
      .map((i): PolicyEdit => ({ do: 'remove', policy: ref, path: [...at, field, i] }));
    found.push({ kind, policy: ref, edits });
  };
  removeItems('remove-peer', list, misses.peers);
  removeItems('remove-port', 'ports', misses.ports);
  found.push({ kind: 'remove-rule', policy: ref, edits: [{ do: 'remove', policy: ref, path: at }] });
  const matching = misses.peers.flatMap((one, i) => (one.length === 0 ? [i] : []));
  if (matching.length > 0) {
    for (const narrow of narrowings(ends.peer)) {
      const edits = matching.map((i) => narrow(rule, [...at, list, i], i));
      if (edits.every((edit) => edit !== undefined)) {
        found.push({
          kind: 'narrow-peer',
          policy: ref,
          edits: edits.map((edit): PolicyEdit => ({ do: 'append', policy: ref, ...edit })),
        });
      }
    }
  }
  return found;
}

/** Labels by which a pod may be left out. */
export function narrowingLabels(end: FlowEnd): readonly (readonly [string, string])[] {
  if (!isPod(end)) return [];
  return Object.entries(end.labels)
    .filter(([key]) => !MADE_UP.test(key))
    .slice(0, MOST_LABELS);
}

type Narrowing = (
  rule: NetworkPolicyRule,
  path: FieldPath,
  peer: number,
) => { readonly path: FieldPath; readonly value: Json } | undefined;

/** Ways to leave one end out of a peer that names it: an expression on its label, an exception of a block. */
function narrowings(end: FlowEnd): readonly Narrowing[] {
  const except: Narrowing = (rule, path, i) => {
    const ip = isPod(end) ? end.ips[0] : end.ip;
    return rule.peers[i]?.ipBlock === undefined || ip === undefined
      ? undefined
      : { path: [...path, 'ipBlock', 'except'], value: hostBlock(ip) };
  };
  if (!isPod(end)) return [except];
  return narrowingLabels(end).map(
    ([key, value]): Narrowing =>
      (rule, path, i) => {
        const { ipBlock, podSelector } = rule.peers[i] ?? {};
        if (ipBlock !== undefined) return except(rule, path, i);
        // A peer that asks for this label would then name nobody.
        if (mentions(podSelector, key)) return undefined;
        return {
          path: [...path, 'podSelector', 'matchExpressions'],
          value: { key, operator: 'NotIn', values: [value] },
        };
      },
  );
}

export function mentions(selector: LabelSelector | undefined, key: string): boolean {
  return (
    labelOf(selector?.matchLabels, key) !== undefined ||
    (selector?.matchExpressions ?? []).some((expression) => expression.key === key)
  );
}

/** Policies that may cut a pod off from one end where nothing isolates it yet: from that end alone, or from everybody. */
export function policiesToBlock(
  cluster: NetworkedCluster,
  flow: Flow,
  direction: Direction,
): readonly Candidate[] {
  const ends = endsOf(flow, direction);
  if (ends === undefined) return [];
  const { subject, peer } = ends;
  const list = LIST[direction];
  const alone = newName(cluster, 'deny', subject, peer, direction);
  const all = newName(cluster, 'deny', subject, undefined, direction);
  const others = peersBut(peer, subject.namespace, outsideBlocks(cluster.podCidrs, peer));
  return selectorsFor(subject).flatMap((podSelector): Candidate[] => {
    const spec = { podSelector, policyTypes: [TYPE[direction]] };
    return [
      ...others.map((peers) =>
        newPolicy('add-policy', alone, subject, { ...spec, [direction]: [{ [list]: peers }] }),
      ),
      newPolicy('add-policy', all, subject, spec),
    ];
  });
}

/** Every address that is no pod's, and not this one. */
function outsideBlocks(podCidrs: readonly Cidr[], but: FlowEnd): readonly JsonObject[] {
  const families = [4, 6] as const;
  return families.flatMap((family) => {
    const pods = podCidrs.filter((one) => ipFamily(one.ip) === family).map(cidrText);
    const here = !isPod(but) && ipFamily(but.ip) === family ? [hostBlock(but.ip)] : [];
    if (pods.length === 0 && here.length === 0) return [];
    return [{ ipBlock: { cidr: family === 4 ? '0.0.0.0/0' : '::/0', except: [...pods, ...here] } }];
  });
}

/** Everybody but one end: the rest of its namespace, the other namespaces, and who is no pod. */
function peersBut(
  end: FlowEnd,
  namespace: string,
  outside: readonly JsonObject[],
): readonly (readonly JsonObject[])[] {
  if (!isPod(end)) return [[{ namespaceSelector: {} }, ...outside]];
  if (end.hostNetwork) return [];
  const elsewhere: JsonObject = {
    namespaceSelector: {
      matchExpressions: [{ key: NAME_LABEL, operator: 'NotIn', values: [end.namespace] }],
    },
  };
  return narrowingLabels(end).map(([key, value]) => {
    const podSelector = { matchExpressions: [{ key, operator: 'NotIn', values: [value] }] };
    const here: JsonObject =
      end.namespace === namespace
        ? { podSelector }
        : { namespaceSelector: { matchLabels: { [NAME_LABEL]: end.namespace } }, podSelector };
    return [here, elsewhere, ...outside];
  });
}
