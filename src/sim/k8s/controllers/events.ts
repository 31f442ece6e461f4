/** What `kubectl get events` tells when all goes well: who made which pod, and where it went. */
import type { ClusterEvent, Pod } from '../cluster-state.ts';
import { memoByOwner } from '../memo.ts';
import type { MadeReplicaSet } from './workloads.ts';

const ofPod = memoByOwner<Pod, readonly ClusterEvent[]>();
const ofReplicaSet = memoByOwner<MadeReplicaSet, ClusterEvent>();

/** Events of pods and ReplicaSets that somebody wrote or caused; the built-in ones are old news. */
export function lifeEvents(
  pods: readonly Pod[],
  replicaSets: readonly MadeReplicaSet[],
): readonly ClusterEvent[] {
  const events: ClusterEvent[] = [];
  for (const set of replicaSets) {
    if (set.origin.by === 'built-in') continue;
    const make = (): ClusterEvent => ({
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      object: set.owner,
      message: `Scaled up replica set ${set.ref.name} from 0 to ${set.replicas}`,
    });
    if (set.replicas > 0) events.push(ofReplicaSet(set, '', make));
  }
  for (const pod of pods)
    if (pod.origin.by !== 'built-in') events.push(...ofPod(pod, '', () => podEvents(pod)));
  return events;
}

function podEvents(pod: Pod): readonly ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const owner = pod.owners[0];
  if (owner !== undefined) {
    const message =
      owner.kind === 'StatefulSet'
        ? `create Pod ${pod.name} in StatefulSet ${owner.name} successful`
        : `Created pod: ${pod.name}`;
    events.push({ type: 'Normal', reason: 'SuccessfulCreate', object: owner, message });
  }
  if (pod.node !== undefined) {
    events.push({
      type: 'Normal',
      reason: 'Scheduled',
      object: { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name },
      message: `Successfully assigned ${pod.namespace}/${pod.name} to ${pod.node}`,
    });
  }
  return events;
}
