/**
 * What the policies said of one walk, read from the steps that walked their rules. Where the CNI enforces none,
 * `notEnforced` names the policies that an enforcing CNI would have denied by.
 */
import { portsOf } from '../packet/ports.ts';
import { chosenCni } from '../cluster/assemble.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import { policyCode } from '../policy/module.ts';
import type { PolicyVerdict, Segment, Step, Trace } from '../trace/trace.ts';
import { PROTOCOLS } from './flow-of-step.ts';
import type { Source } from './target.ts';

type Walked = Pick<Trace, 'steps' | 'segments' | 'server'>;

/** Segments that the verdict is about: the probe's own, or the look-up's where the walk ended in DNS. */
function ownSegments(segments: readonly Segment[]): ReadonlySet<number> {
  const probes = segments.filter((s) => s.purpose === 'probe');
  return new Set((probes.length > 0 ? probes : segments).map((s) => s.index));
}

/** `rule` is the index of the rule that allowed, or that says Deny; -1 for a policy that isolates the pod and has no rule for this packet. */
export function policySaid(cluster: ClusterState, source: Source, walked: Walked): PolicyVerdict {
  const cni = chosenCni(cluster)?.plugin;
  const verdict: { -readonly [D in 'egress' | 'ingress']: PolicyVerdict[D] } = {
    egress: 'n/a',
    ingress: 'n/a',
  };
  if (cni === undefined) return { ...verdict, by: [] };
  if (!cni.enforcesNetworkPolicy) {
    const policies = cluster.networkPolicies.length === 0 ? [] : wouldDeny(cluster, source, walked);
    return { ...verdict, by: [], ...(policies.length > 0 && { notEnforced: { cni: cni.label, policies } }) };
  }
  const server = walked.server?.netns;
  if (source.pod !== undefined && !source.pod.hostNetwork) verdict.egress = 'not-selected';
  if (cluster.pods.some((p) => !p.hostNetwork && `${p.namespace}/${p.name}` === server)) {
    verdict.ingress = 'not-selected';
  }
  const by: PolicyVerdict['by'][number][] = [];
  const seen = new Set<string>();
  const add = (direction: 'egress' | 'ingress', policy: string, rule: number, kind?: string): void => {
    const key = `${direction} ${kind ?? ''} ${policy} ${rule}`;
    if (seen.has(key)) return;
    seen.add(key);
    const slash = policy.indexOf('/');
    const namespaced = { namespace: policy.slice(0, slash), name: policy.slice(slash + 1) };
    by.push({
      object: kind === undefined ? { kind: 'NetworkPolicy', ...namespaced } : { kind, name: policy },
      rule,
    });
  };
  const own = ownSegments(walked.segments);
  for (const step of walked.steps) {
    if (step.retry !== undefined || step.dir !== 'request' || !own.has(step.segment)) continue;
    const { code, params } = step.reason;
    if (code === 'policy.allow') {
      verdict[params.direction] = 'allowed';
      add(params.direction, params.policy, params.rule, params.kind);
    } else if (code === 'policy.deny') {
      verdict[params.direction] = 'denied';
      for (const policy of params.policies.split(', ')) {
        if (policy !== '') add(params.direction, policy, params.rule ?? -1, params.kind);
      }
    }
  }
  return { ...verdict, by };
}

/** Asks the evaluator about every packet of the client that reached a pod, look-ups included. */
function wouldDeny(cluster: ClusterState, source: Source, walked: Walked): readonly string[] {
  const from = source.pod;
  if (from === undefined) return [];
  const { evaluate } = policyCode();
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
