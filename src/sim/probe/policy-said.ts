/**
 * What the policies said of one walk, read from the steps that walked their rules. Where the CNI enforces none,
 * `notEnforced` names the policies that an enforcing CNI would have denied by.
 */
import { chosenCni } from '../cluster/assemble.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { PolicyVerdict, Segment, Trace } from '../trace/trace.ts';
import { policyCode } from './policy-code.ts';
import type { Source } from './target.ts';

export type Walked = Pick<Trace, 'steps' | 'segments' | 'server'>;

/** Segments that the verdict is about: the probe's own with what a proxy did for it, or the look-up's where the walk ended in DNS. */
function ownSegments(segments: readonly Segment[]): ReadonlySet<number> {
  const probes = segments.filter((s) => s.purpose === 'probe' || s.purpose === 'upstream');
  return new Set((probes.length > 0 ? probes : segments).map((s) => s.index));
}

type Said = { -readonly [D in 'egress' | 'ingress']: PolicyVerdict[D] } & { http?: PolicyVerdict['http'] };

/** `rule` is the index of the rule that allowed, or that says Deny; -1 for a policy that isolates the pod and has no rule for this packet. */
export function policySaid(cluster: ClusterState, source: Source, walked: Walked): PolicyVerdict {
  const cni = chosenCni(cluster)?.plugin;
  const verdict: Said = {
    egress: 'n/a',
    ingress: 'n/a',
  };
  if (cni === undefined) return { ...verdict, by: [] };
  if (!cni.enforcesNetworkPolicy) {
    const policies =
      cluster.networkPolicies.length === 0 ? [] : policyCode().wouldDeny(cluster, source, walked);
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
    const name = slash < 0 ? { name: policy } : namespaced;
    by.push({ object: { kind: kind ?? 'NetworkPolicy', ...name }, rule });
  };
  const own = ownSegments(walked.segments);
  for (const step of walked.steps) {
    if (step.retry !== undefined || step.dir !== 'request' || !own.has(step.segment)) continue;
    const { code, params } = step.reason;
    if (code === 'policy.allow') {
      verdict[params.direction] = 'allowed';
      add(params.direction, params.policy, params.rule, params.kind);
    } else if (code === 'policy.http-allow' || code === 'policy.http-deny') {
      verdict.http = code === 'policy.http-deny' ? 'denied' : (verdict.http ?? 'allowed');
      verdict[params.direction] = 'allowed';
      if (params.policy !== '') add(params.direction, params.policy, params.rule, params.kind);
    } else if (code === 'policy.deny') {
      verdict[params.direction] = 'denied';
      const kinds = params.kinds?.split(', ');
      params.policies.split(', ').forEach((policy, i) => {
        if (policy !== '') add(params.direction, policy, params.rule ?? -1, kinds?.[i] ?? params.kind);
      });
    }
  }
  return { ...verdict, by };
}
