/** What a CNI that enforces no policy leaves undone: the policies that would have denied a walk. */
import { portsOf } from '../packet/ports.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Step } from '../trace/trace.ts';
import { PROTOCOLS } from './flow-of-step.ts';
import type { Walked } from './policy-said.ts';
import type { Source } from './target.ts';

/** Asks the evaluator about every packet of the client that reached a pod, look-ups included. */
export function wouldDeny(cluster: ClusterState, source: Source, walked: Walked): readonly string[] {
  const from = source.pod;
  if (from === undefined) return [];
  const denied = new Set<string>();
  const asked = new Set<string>();
  const ask = (step: Step): void => {
    const segment = walked.segments[step.segment];
    const protocol = PROTOCOLS[step.packet?.l4?.proto ?? ''];
    if (segment === undefined || segment.purpose === 'upstream-dns' || protocol === undefined) return;
    const l4 = step.packet?.l4;
    const port = portsOf(l4)?.dport;
    const key = `${step.place} ${protocol} ${port}`;
    if (asked.has(key)) return;
    asked.add(key);
    const to = cluster.pods.find((p) => !p.hostNetwork && `${p.namespace}/${p.name}` === step.place);
    const ip = step.packet?.ip?.dst;
    const end = to ?? (ip === undefined ? undefined : { ip });
    if (end === undefined) return;
    const { egress, ingress } = evaluate(cluster, { from, to: end, port, protocol });
    for (const policy of [...egress.deniedBy, ...ingress.deniedBy]) denied.add(policy);
  };
  for (const step of walked.steps) {
    if (step.dir === 'request' && REACHED.has(step.reason.code)) ask(step);
  }
  return [...denied];
}

/** The packet came as far as the other end's sockets, whatever they said to it. */
const REACHED: ReadonlySet<string> = new Set([
  'socket.deliver',
  'socket.echo-reply',
  'socket.no-listener-tcp',
  'socket.no-listener-udp',
  'socket.no-listener-sctp',
]);
