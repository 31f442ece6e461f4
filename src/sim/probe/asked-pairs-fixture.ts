/** For tests: every pair of a random cluster's pods (`policy/random-fixture.ts`), asked of the evaluator and walked. */
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import { evaluate, type Outcome } from '../policy/evaluate.ts';
import { type Simulation, walk } from '../simulate.ts';
import type { Trace } from '../trace/trace.ts';

export interface AskedPair {
  readonly from: Pod;
  readonly to: Pod;
  /** Both names, for messages. */
  readonly pair: string;
  readonly outcome: Outcome;
  readonly trace: Trace;
}

/** `read`: the cluster as its CNI reads it, for the evaluator. */
export function* askedPairs(
  simulation: Simulation,
  protocol: 'TCP' | 'UDP',
  read: ClusterState = simulation.cluster,
): Generator<AskedPair> {
  const pods = read.pods.filter((pod) => /^p\d$/.test(pod.name));
  for (const from of pods) {
    for (const to of pods) {
      if (from === to) continue;
      const outcome = evaluate(read, { from, to, port: 80, protocol });
      const trace = walk(simulation, {
        from: `${from.namespace}/${from.name}`,
        to: to.ips[0] ?? '',
        tool: 'nc',
        port: 80,
        proto: protocol === 'TCP' ? 'tcp' : 'udp',
      });
      yield { from, to, pair: `${from.name} ${to.name} ${protocol}`, outcome, trace };
    }
  }
}

/** The rule whose word denies, where one does: egress is asked first. */
export function denyingRule({ egress, ingress }: Outcome): Outcome['egress']['deniedRule'] {
  return egress.verdict === 'denied' ? egress.deniedRule : ingress.deniedRule;
}
