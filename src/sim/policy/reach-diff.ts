/**
 * What a change of policies changes in who can reach whom. Only pods that a changed policy selects, before or after, can be
 * asked differently; of those, pods that no policy tells apart are asked once.
 */
import type { ClusterState, Pod, Protocol } from '../k8s/cluster-state.ts';
import { classify } from './classes.ts';
import { evaluate, whatPoliciesSay } from './evaluate.ts';
import type { Direction, FlowEnd } from './matching.ts';
import { endName, isPod, policyName } from './matching.ts';
import { hasSay, policyStack, policyWorld, type StackCluster } from './stack.ts';

/** One pair that can talk on a port after the change and could not before, or the other way round. */
export interface ReachChange {
  /** `namespace/pod`, or the address of a host outside. */
  readonly from: string;
  readonly to: string;
  readonly port?: number;
  readonly protocol: Protocol | 'ICMP';
  readonly opens: boolean;
}

type Cluster = StackCluster & Pick<ClusterState, 'pods' | 'namespaces' | 'nodes'>;

interface Asked {
  readonly port?: number;
  readonly protocol: Protocol | 'ICMP';
}

/** The pods of which the policies of a cluster and those of another may say different things, by direction. */
export function affectedPods(
  before: StackCluster,
  after: StackCluster & Pick<ClusterState, 'namespaces' | 'nodes'>,
  pods: readonly Pod[],
): Readonly<Record<Direction, ReadonlySet<Pod>>> {
  const read = [before, after].map(
    (cluster) => new Set(policyStack(cluster).flatMap((tier) => tier.policies)),
  );
  const [was = new Set(), is = new Set()] = read;
  const changed = [...was].filter((p) => !is.has(p)).concat([...is].filter((p) => !was.has(p)));
  const world = policyWorld(after);
  const selected = (direction: Direction): ReadonlySet<Pod> => {
    const saying = changed.filter((policy) => hasSay(policy, direction));
    return new Set(pods.filter((pod) => saying.some((policy) => policy.selects(pod, world))));
  };
  return { ingress: selected('ingress'), egress: selected('egress') };
}

/** Pods that send and receive. */
export function livePods(cluster: Pick<ClusterState, 'pods'>): readonly Pod[] {
  return cluster.pods.filter(
    (pod) => (pod.phase === 'Pending' || pod.phase === 'Running') && pod.ips.length > 0,
  );
}

/**
 * Every pair of pods on each port that the target listens on, and on `also`; hosts outside are asked on `also` as targets.
 * Clusters differ in their policies alone.
 */
export function reachDiff(
  before: Cluster,
  after: Pick<StackCluster, 'networkPolicies' | 'clusterPolicies' | 'ownPolicies'>,
  also: Asked,
  outside: readonly FlowEnd[] = [],
): readonly ReachChange[] {
  const pods = livePods(before);
  // A list of its own: a stack is remembered by it, and both are asked in turn.
  const later = {
    ...before,
    networkPolicies: [...after.networkPolicies],
    clusterPolicies: after.clusterPolicies,
    ...(after.ownPolicies === undefined ? {} : { ownPolicies: after.ownPolicies }),
  };
  const affected = affectedPods(before, later, pods);
  if (affected.egress.size === 0 && affected.ingress.size === 0) return [];
  const classOf = classesOf(before, later, pods);
  const known = new Map<string, boolean | undefined>();
  const changes: ReachChange[] = [];
  const ask = (from: FlowEnd, to: FlowEnd, asked: Asked): void => {
    const key = `${classOf(from)} ${classOf(to)} ${asked.port}/${asked.protocol}`;
    let opens = known.get(key);
    if (!known.has(key)) {
      opens = changeOf(before, later, from, to, asked);
      known.set(key, opens);
    }
    if (opens === undefined) return;
    changes.push({ from: endName(from), to: endName(to), ...asked, opens });
  };
  for (const from of [...pods, ...outside]) {
    const sends = isPod(from) && affected.egress.has(from);
    for (const to of sends ? [...pods, ...outside] : affected.ingress) {
      if (from === to || (!isPod(from) && !isPod(to))) continue;
      for (const asked of questions(to, also)) ask(from, to, asked);
    }
  }
  return changes;
}

function questions(to: FlowEnd, also: Asked): readonly Asked[] {
  if (!isPod(to)) return [also];
  const own = to.listening.filter((l) => l.port !== also.port || l.protocol !== also.protocol);
  return [also, ...own.map(({ port, protocol }) => ({ port, protocol }))];
}

/** True where it opens, false where it closes, undefined where it stays. */
function changeOf(
  before: Cluster,
  after: Cluster,
  from: FlowEnd,
  to: FlowEnd,
  asked: Asked,
): boolean | undefined {
  // What is sent from a node's own network always reaches the pods of that node.
  const say = isPod(from) && from.hostNetwork ? evaluate : whatPoliciesSay;
  const was = say(before, { from, to, ...asked }).allowed;
  const is = say(after, { from, to, ...asked }).allowed;
  return was === is ? undefined : is;
}

/** A name for what neither list of policies can tell apart. */
function classesOf(before: Cluster, after: Cluster, pods: readonly Pod[]): (end: FlowEnd) => string {
  const networkPolicies = [...before.networkPolicies, ...after.networkPolicies];
  const clusterPolicies = [...before.clusterPolicies, ...after.clusterPolicies];
  const ownPolicies = [...(before.ownPolicies ?? []), ...(after.ownPolicies ?? [])];
  const classes = classify({ ...before, networkPolicies, clusterPolicies, ownPolicies }, pods, {
    protocol: 'TCP',
    enforced: true,
  });
  const index = new Map(pods.map((pod, i) => [policyName(pod), classes.of[i]]));
  return (end) => (isPod(end) && !end.hostNetwork ? `class ${index.get(policyName(end))}` : endName(end));
}
