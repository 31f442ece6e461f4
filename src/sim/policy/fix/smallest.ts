/**
 * The smallest edit that lets one flow through in one direction, or stops it. Each candidate is made in the text, read back and
 * evaluated: one that does not do it is no candidate. The smallest is the one after which the fewest other pairs of pods are
 * told otherwise than before; of those, the one that changes the least text.
 */
import type { ClusterState, NetworkPolicy } from '../../k8s/cluster-state.ts';
import type { Flow } from '../evaluate.ts';
import { evaluate } from '../evaluate.ts';
import type { Direction, FlowEnd } from '../matching.ts';
import { endName, policyName, rulesOf, selectsPod } from '../matching.ts';
import { reachDiff, type ReachChange } from '../reach-diff.ts';
import {
  type Candidate,
  editsAgainstRule,
  editsToAllow,
  endsOf,
  missesOf,
  policiesToBlock,
} from './candidates.ts';
import type { TextFile } from './document-edit.ts';
import { editPolicies, type Edited } from './policy-edit.ts';

type Cluster = Pick<
  ClusterState,
  'pods' | 'namespaces' | 'nodes' | 'networkPolicies' | 'clusterPolicies' | 'settings'
>;

export interface Question {
  readonly cluster: Cluster;
  readonly files: readonly TextFile[];
  readonly flow: Flow;
  /** How the CNI reads the policies. */
  readonly reading: (policies: readonly NetworkPolicy[]) => readonly NetworkPolicy[];
  /** Hosts outside that may send and be sent to. */
  readonly outside: readonly FlowEnd[];
}

/** An edit that does what it should, as far as the policies decide. */
export interface Found {
  readonly made: readonly Candidate[];
  readonly edited: Edited;
  /** The flow itself among them. */
  readonly changes: readonly ReachChange[];
}

/** Rules that may have to be changed, one after another, before nothing admits a flow. */
const MOST_RULES = 8;

export function smallestToAllow(question: Question, direction: Direction): Found | undefined {
  const { flow } = question;
  // Where the policies allow it, no edit of them would change what stopped it.
  if (!denies(question, startOf(question), direction)) return undefined;
  const tried = editsToAllow(asRead(question), flow, direction).flatMap((candidate) => {
    const found = tryOut(question, startOf(question), [candidate]);
    return found !== undefined && !denies(question, found.edited, direction) ? [found] : [];
  });
  return smallest(question, tried);
}

/** In either direction, whichever is smaller. */
export function smallestToBlock(question: Question): Found | undefined {
  const found = (['ingress', 'egress'] as const).flatMap((direction) => {
    const one = blockIn(question, direction);
    return one === undefined ? [] : [one];
  });
  return smallest(question, found);
}

/** The cluster with its policies as the CNI reads them. */
function asRead({ cluster, reading }: Question): Cluster {
  return { ...cluster, networkPolicies: reading(cluster.networkPolicies) };
}

function blockIn(question: Question, direction: Direction): Found | undefined {
  const { flow } = question;
  const cluster = asRead(question);
  const { verdict } = evaluate(cluster, flow)[direction];
  if (verdict === 'not-selected') {
    const tried = policiesToBlock(
      { ...cluster, podCidrs: cluster.settings.podSubnets },
      flow,
      direction,
    ).flatMap((candidate) => {
      const found = tryOut(question, startOf(question), [candidate]);
      return found !== undefined && denies(question, found.edited, direction) ? [found] : [];
    });
    return smallest(question, tried);
  }
  if (verdict !== 'allowed') return undefined;
  let now: Found = { made: [], edited: startOf(question), changes: [] };
  for (let rules = 0; rules < MOST_RULES; rules++) {
    const policies = question.reading(now.edited.policies);
    const said = evaluate({ ...cluster, networkPolicies: policies }, flow)[direction];
    if (said.verdict === 'denied') return now;
    const [by] = said.allowedBy;
    const policy = policies.find((one) => policyName(one) === by?.policy);
    if (by === undefined || policy === undefined) return undefined;
    const before = now;
    const admitted = admitting(question, before.edited, direction) ?? 0;
    const tried = editsAgainstRule(
      { ...cluster, networkPolicies: policies },
      policy,
      by.rule,
      flow,
      direction,
    ).flatMap((candidate) => {
      const found = tryOut(question, before.edited, [...before.made, candidate], candidate);
      const left = found && admitting(question, found.edited, direction);
      return found !== undefined && left !== undefined && left < admitted ? [found] : [];
    });
    const next = smallest(question, tried);
    if (next === undefined) return undefined;
    now = next;
  }
  return undefined;
}

function startOf({ files, cluster }: Question): Edited {
  return { files, policies: cluster.networkPolicies };
}

function tryOut(
  question: Question,
  from: Edited,
  made: readonly Candidate[],
  last: Candidate | undefined = made.at(-1),
): Found | undefined {
  const edited = last && editPolicies(from, last.edits);
  if (edited === undefined) return undefined;
  return { made, edited, changes: changesOf(question, edited.policies) };
}

function changesOf(question: Question, policies: readonly NetworkPolicy[]): readonly ReachChange[] {
  const { cluster, flow, reading, outside } = question;
  const before = { ...cluster, networkPolicies: reading(cluster.networkPolicies) };
  const after = { networkPolicies: reading(policies) };
  const also = { port: flow.port, protocol: flow.protocol };
  return reachDiff(before, after, also, outside);
}

function denies(question: Question, edited: Edited, direction: Direction): boolean {
  const networkPolicies = question.reading(edited.policies);
  return evaluate({ ...question.cluster, networkPolicies }, question.flow)[direction].verdict === 'denied';
}

/** How many rules admit the flow in one direction; undefined where nothing isolates the pod. */
function admitting(question: Question, edited: Edited, direction: Direction): number | undefined {
  const { flow, reading } = question;
  const cluster = { ...question.cluster, networkPolicies: reading(edited.policies) };
  const subject = endsOf(flow, direction)?.subject;
  const isolating = cluster.networkPolicies.filter(
    (policy) => subject !== undefined && selectsPod(policy, subject, direction),
  );
  if (isolating.length === 0) return undefined;
  const fits = (missed: readonly (readonly unknown[])[]): boolean =>
    missed.length === 0 || missed.some((one) => one.length === 0);
  return isolating
    .flatMap((policy) =>
      rulesOf(policy, direction).map((rule) => missesOf(cluster, policy, rule, flow, direction)),
    )
    .filter((misses) => fits(misses.peers) && fits(misses.ports)).length;
}

function smallest(question: Question, found: readonly Found[]): Found | undefined {
  const own = question.flow;
  const scored = found.map((one) => ({
    one,
    others: one.changes.filter((change) => !isFlow(change, own)).length,
    text: changedText(question.files, one.edited.files),
  }));
  scored.sort((a, b) => a.others - b.others || a.text - b.text);
  return scored[0]?.one;
}

/** Whether a change is the asked flow's own. */
export function isFlow(change: ReachChange, flow: Flow): boolean {
  return (
    change.from === endName(flow.from) &&
    change.to === endName(flow.to) &&
    change.port === flow.port &&
    change.protocol === flow.protocol
  );
}

/** Characters that are not what they were, from the first to the last difference of each file. */
function changedText(before: readonly TextFile[], after: readonly TextFile[]): number {
  let sum = 0;
  after.forEach(({ text: now }, i) => {
    const was = before[i]?.text ?? '';
    if (now === was) return;
    let start = 0;
    while (start < was.length && start < now.length && was[start] === now[start]) start++;
    let end = 0;
    const most = Math.min(was.length, now.length) - start;
    while (end < most && was[was.length - 1 - end] === now[now.length - 1 - end]) end++;
    sum += was.length + now.length - 2 * (start + end);
  });
  return sum;
}
