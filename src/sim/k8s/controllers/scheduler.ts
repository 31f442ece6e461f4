/**
 * The scheduler: filters as kube-scheduler's plug-ins and a deterministic score: avoid PreferNoSchedule, preferred
 * affinity, fewest pods of the same owner, fewest pods, node order. Leaves out resources, pod affinity other than
 * required anti-affinity and affinity, topology constraints, volumes and preemption.
 */
import type { ClusterNode, Labels, Taint } from '../cluster-state.ts';
import { memoLast } from '../memo.ts';
import { labelOf, matchesLabels, matchesSelector } from '../selectors.ts';
import type {
  UpstreamNodeSelectorRequirement,
  UpstreamNodeSelectorTerm,
  UpstreamPodAffinityTerm,
  UpstreamPodSpec,
  UpstreamToleration,
} from '../upstream.ts';
import type { PodSeed } from './workloads.ts';

/** The kubelet's --max-pods. */
const MAX_PODS_PER_NODE = 110;

export type Placement =
  | { readonly node: string }
  | {
      readonly node: undefined;
      readonly code: string;
      readonly message: string;
      readonly params: Readonly<Record<string, string | number>>;
    };

/** Operator `Exists` without a key tolerates everything. */
function tolerates(tolerations: readonly UpstreamToleration[], taint: Taint): boolean {
  return tolerations.some((t) => {
    if (t.effect !== undefined && t.effect !== '' && t.effect !== taint.effect) return false;
    if (t.key !== undefined && t.key !== '' && t.key !== taint.key) return false;
    switch (t.operator ?? 'Equal') {
      case 'Exists':
        return true;
      case 'Equal':
        return t.key !== undefined && (t.value ?? '') === taint.value;
      case 'Lt':
        return Number(taint.value) < Number(t.value);
      case 'Gt':
        return Number(taint.value) > Number(t.value);
      default:
        return false;
    }
  });
}

function requirementHolds(r: UpstreamNodeSelectorRequirement, value: string | undefined): boolean {
  const values = r.values ?? [];
  switch (r.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function termHolds(term: UpstreamNodeSelectorTerm, name: string, labels: Labels): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  // An empty term matches no node.
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((r) => requirementHolds(r, labelOf(labels, r.key))) &&
    fields.every((r) => requirementHolds(r, r.key === 'metadata.name' ? name : undefined))
  );
}

/** nodeSelector and required node affinity together. */
function wantsNode(spec: UpstreamPodSpec, node: ClusterNode): boolean {
  if (spec.nodeSelector !== undefined && !matchesLabels(spec.nodeSelector, node.labels)) return false;
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((t) => termHolds(t, node.name, node.labels));
}

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

/** Taints of a node that keep new pods away, those that the node controller adds included. */
function hardTaints(node: ClusterNode): readonly Taint[] {
  const taints = node.taints.filter((t) => t.effect !== 'PreferNoSchedule');
  return node.ready
    ? taints
    : [...taints, { key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' }];
}

/** What the DaemonSet controller adds to its pods. */
const DAEMON_TOLERATIONS: readonly UpstreamToleration[] = [
  'not-ready',
  'unreachable',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'unschedulable',
  'network-unavailable',
].map((name) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists' }));

export function daemonShouldRun(spec: UpstreamPodSpec, node: ClusterNode): boolean {
  if (spec.nodeName !== undefined && spec.nodeName !== '' && spec.nodeName !== node.name) return false;
  const tolerations = [...(spec.tolerations ?? []), ...DAEMON_TOLERATIONS];
  return wantsNode(spec, node) && hardTaints(node).every((t) => tolerates(tolerations, t));
}

interface NodeLoad {
  readonly node: ClusterNode;
  pods: PodSeed[];
  readonly groups: Map<string, number>;
  readonly hostPorts: Set<string>;
}

const ANY = '0.0.0.0';

function hostPortsOf(spec: UpstreamPodSpec): string[] {
  return (spec.containers ?? []).flatMap((c) =>
    (c.ports ?? []).flatMap((p) => {
      const port = p.hostPort ?? (spec.hostNetwork === true ? p.containerPort : undefined);
      if (port === undefined || port === 0) return [];
      return [`${p.protocol ?? 'TCP'}/${port}/${p.hostIP === undefined || p.hostIP === '' ? ANY : p.hostIP}`];
    }),
  );
}

/** `HostPortInfo.CheckConflict`: 0.0.0.0 collides with every address. */
function hostPortTaken(wanted: string, taken: ReadonlySet<string>): boolean {
  if (taken.has(wanted)) return true;
  const port = wanted.slice(0, wanted.lastIndexOf('/') + 1);
  if (wanted !== `${port}${ANY}`) return taken.has(`${port}${ANY}`);
  return [...taken].some((other) => other.startsWith(port));
}

/** Places every pod that runs somewhere; the answer for a pod depends on those before it, in a fixed order. */
export const schedule: (
  seeds: readonly PodSeed[],
  nodes: readonly ClusterNode[],
) => ReadonlyMap<string, Placement> = memoLast(placeAll);

function placeAll(seeds: readonly PodSeed[], nodes: readonly ClusterNode[]): ReadonlyMap<string, Placement> {
  const loads = new Map<string, NodeLoad>(
    nodes.map((node) => [node.name, { node, pods: [], groups: new Map(), hostPorts: new Set() }]),
  );
  const placements = new Map<string, Placement>();
  const put = (seed: PodSeed, load: NodeLoad): void => {
    load.pods.push(seed);
    load.groups.set(seed.group, (load.groups.get(seed.group) ?? 0) + 1);
    for (const port of hostPortsOf(seed.spec)) load.hostPorts.add(port);
    placements.set(seed.key, { node: load.node.name });
  };
  const waiting: PodSeed[] = [];
  for (const seed of seeds) {
    if (seed.status?.phase === 'Succeeded' || seed.status?.phase === 'Failed') continue;
    const bound = seed.spec.nodeName || seed.pinnedTo;
    if (bound === undefined || bound === '') {
      waiting.push(seed);
      continue;
    }
    const load = loads.get(bound);
    if (load === undefined) {
      placements.set(seed.key, {
        node: undefined,
        code: 'pod/node-not-found',
        message: `node "${bound}" not found`,
        params: { pod: seed.key, node: bound },
      });
    } else if (load.pods.length >= MAX_PODS_PER_NODE) {
      placements.set(seed.key, {
        node: undefined,
        code: 'pod/out-of-pods',
        message: "Node didn't have enough resource: pods, requested: 1, used: 110, capacity: 110",
        params: { pod: seed.key, node: bound, limit: MAX_PODS_PER_NODE },
      });
    } else put(seed, load);
  }
  // kubeadm's own pods are placed when the first control-plane node is the only one; others by owner and ordinal.
  waiting.sort(
    (a, b) =>
      Number(b.builtIn) - Number(a.builtIn) ||
      (a.group < b.group ? -1 : a.group > b.group ? 1 : 0) ||
      a.ordinal - b.ordinal ||
      (a.name < b.name ? -1 : 1),
  );
  const list = [...loads.values()];
  for (const seed of waiting) {
    const first = list[0];
    const candidates = seed.builtIn && first?.node.role === 'control-plane' ? [first] : list;
    const result = choose(seed, candidates, nodes, list);
    if ('message' in result) placements.set(seed.key, result);
    else put(seed, result);
  }
  return placements;
}

function choose(
  seed: PodSeed,
  candidates: readonly NodeLoad[],
  nodes: readonly ClusterNode[],
  all: readonly NodeLoad[],
): NodeLoad | (Placement & { message: string }) {
  const reasons = new Map<string, number>();
  let best: NodeLoad | undefined;
  let bestScore: readonly number[] = [];
  const affinity = affinityOf(seed, all);
  for (const load of candidates) {
    const reason = filter(seed, load) ?? affinity(load.node);
    if (reason !== undefined) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      continue;
    }
    const value = score(seed, load);
    if (best === undefined || compareScores(value, bestScore) < 0) {
      best = load;
      bestScore = value;
    }
  }
  if (best !== undefined) return best;
  const message = failureText(nodes.length, reasons);
  return { node: undefined, code: 'pod/unschedulable', message, params: { pod: seed.key, message } };
}

/** Reasons that taking other pods away could mend; for the others preemption is not even tried. */
const PREEMPTABLE = new Set([
  'Too many pods',
  "node(s) didn't have free ports for the requested pod ports",
  "node(s) didn't match pod anti-affinity rules",
]);

/** The event's text as kube-scheduler 1.36 words it. */
function failureText(total: number, reasons: ReadonlyMap<string, number>): string {
  if (total === 0) return 'no nodes available to schedule pods';
  const histogram = (counts: Iterable<readonly [string, number]>): string =>
    [...counts]
      .filter(([, n]) => n > 0)
      .map(([reason, n]) => `${n} ${reason}`)
      .sort()
      .join(', ');
  let helpful = 0;
  for (const [reason, n] of reasons) if (PREEMPTABLE.has(reason)) helpful += n;
  const preemption = histogram([
    ['Preemption is not helpful for scheduling', total - helpful],
    ['No preemption victims found for incoming pod', helpful],
  ]);
  return `0/${total} nodes are available: ${histogram(reasons)}. no new claims to deallocate, preemption: 0/${total} nodes are available: ${preemption}.`;
}

/** Why the pod cannot run there, in kube-scheduler's words; the plug-ins' order. */
function filter(seed: PodSeed, load: NodeLoad): string | undefined {
  const { node } = load;
  const tolerations = seed.spec.tolerations ?? [];
  if (node.unschedulable && !tolerates(tolerations, UNSCHEDULABLE)) return 'node(s) were unschedulable';
  const taint = hardTaints(node).find((t) => !tolerates(tolerations, t));
  if (taint !== undefined) return 'node(s) had untolerated taint(s)';
  if (!wantsNode(seed.spec, node)) return "node(s) didn't match Pod's node affinity/selector";
  if (hostPortsOf(seed.spec).some((p) => hostPortTaken(p, load.hostPorts))) {
    return "node(s) didn't have free ports for the requested pod ports";
  }
  return load.pods.length >= MAX_PODS_PER_NODE ? 'Too many pods' : undefined;
}

function score(seed: PodSeed, load: NodeLoad): readonly number[] {
  const tolerations = seed.spec.tolerations ?? [];
  const disliked = load.node.taints.filter(
    (t) => t.effect === 'PreferNoSchedule' && !tolerates(tolerations, t),
  );
  const preferred = seed.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  let weight = 0;
  for (const p of preferred)
    if (termHolds(p.preference, load.node.name, load.node.labels)) weight += p.weight;
  return [disliked.length, -weight, load.groups.get(seed.group) ?? 0, load.pods.length, load.node.index];
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Required pod affinity and anti-affinity of the pod itself, over the pods already placed. */
function affinityOf(seed: PodSeed, all: readonly NodeLoad[]): (node: ClusterNode) => string | undefined {
  const near = seed.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const far = seed.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (near.length === 0 && far.length === 0) return () => undefined;
  const domains = (term: UpstreamPodAffinityTerm): Set<string> => {
    const found = new Set<string>();
    for (const load of all) {
      const domain = labelOf(load.node.labels, term.topologyKey);
      if (domain !== undefined && load.pods.some((p) => termSelects(term, seed, p))) found.add(domain);
    }
    return found;
  };
  const nearDomains = near.map((term) => ({ term, domains: domains(term) }));
  const farDomains = far.map((term) => ({ term, domains: domains(term) }));
  return (node) => {
    for (const { term, domains: found } of nearDomains) {
      const domain = labelOf(node.labels, term.topologyKey);
      // The first pod of a group that wants its own kind near has nobody to be near to.
      const alone = found.size === 0 && termSelects(term, seed, seed);
      if (domain === undefined || (!found.has(domain) && !alone))
        return "node(s) didn't match pod affinity rules";
    }
    for (const { term, domains: found } of farDomains) {
      const domain = labelOf(node.labels, term.topologyKey);
      if (domain !== undefined && found.has(domain)) return "node(s) didn't match pod anti-affinity rules";
    }
    return undefined;
  };
}

function termSelects(term: UpstreamPodAffinityTerm, owner: PodSeed, pod: PodSeed): boolean {
  const namespaces = term.namespaces ?? [];
  const inNamespace =
    namespaces.length === 0 ? pod.namespace === owner.namespace : namespaces.includes(pod.namespace);
  return inNamespace && term.labelSelector !== undefined && matchesSelector(term.labelSelector, pod.labels);
}
