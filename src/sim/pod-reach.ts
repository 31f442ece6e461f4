/** Whom a pod may talk to and who may talk to it: apart from the pipeline, because it is loaded when somebody asks. */
import type { LocatedOrigin, Origin } from './base/origin.ts';
import { asEnforced, enforcesPolicy } from './enforced.ts';
import { type PodReach, podReach, type PeerReach, type PortQuestion } from './policy/pod-reach.ts';
import { diagnosticOf, ProbeError } from './probe/problem.ts';
import { findPod } from './probe/target.ts';
import type { Simulation } from './simulate.ts';

/** Of `namespace/pod`, or of the first pod of `namespace/workload`. */
export function podReachOf(
  { cluster: settled, parsed }: Pick<Simulation, 'cluster' | 'parsed'>,
  name: string,
  question: PortQuestion,
): PodReach {
  const cluster = asEnforced(settled);
  const pod = findPod(cluster, name);
  if (pod === undefined) throw new ProbeError(diagnosticOf('probe/unknown-pod', { name }).problem);
  // Many pairs are decided by one rule.
  const located = new Map<Origin, LocatedOrigin>();
  const placed = <T extends { readonly origin: LocatedOrigin }>(one: T): T => {
    let origin = located.get(one.origin);
    if (origin === undefined) {
      origin = { ...one.origin, range: parsed.locate(one.origin) };
      located.set(one.origin, origin);
    }
    return { ...one, origin };
  };
  const peersAt = (peers: readonly PeerReach[]): readonly PeerReach[] =>
    peers.map((peer) => ({
      ...peer,
      ports: peer.ports.map((port) => ({ ...port, by: port.by.map(placed) })),
    }));
  const { to, from, selectedBy, ...rest } = podReach(cluster, pod, question, enforcesPolicy(settled));
  return {
    ...rest,
    selectedBy: { ingress: selectedBy.ingress.map(placed), egress: selectedBy.egress.map(placed) },
    to: peersAt(to),
    from: peersAt(from),
  };
}
