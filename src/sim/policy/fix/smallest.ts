/**
 * The smallest edit that lets one flow through in one direction, or stops it. Each candidate is made in the text, read back and
 * evaluated: one that does not do it is no candidate. The smallest is the one after which the fewest other pairs of pods are
 * told otherwise than before; of those, the one that changes the least text.
 */
import { objectKey } from '../../base/origin.ts';
import type { ClusterState } from '../../k8s/cluster-state.ts';
import { isClusterPolicyKind } from '../../k8s/controllers/cluster-policies.ts';
import type { Flow } from '../evaluate.ts';
import { deciding, evaluate } from '../evaluate.ts';
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
import { clusterEditsToAllow, clusterEditsToBlock } from './cluster-candidates.ts';
import type { TextFile } from './document-edit.ts';
import { ownEditsToAllow, ownEditsToBlock } from './own-candidates.ts';
import { editPolicies, type Edited, type Surroundings } from './policy-edit.ts';

type Policies = Pick<ClusterState, 'networkPolicies' | 'clusterPolicies'>;
type Cluster = Policies &
  Pick<ClusterState, 'pods' | 'namespaces' | 'nodes' | 'ownPolicies' | 'policyTiers' | 'settings'>;

export interface Question {
  /** With its policies as they are written. */
  readonly cluster: Cluster;
  readonly files: readonly TextFile[];
  readonly flow: Flow;
  /** How the CNI reads the policies. */
  readonly reading: (policies: Policies) => Policies;
  readonly around: Surroundings;
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
  const start = startOf(question);
  const { verdict, deniedRule } = said(question, start, direction);
  // Where the policies allow it, no edit of them would change what stopped it.
  if (verdict !== 'denied') return undefined;
  const cluster = asRead(question, start);
  const written = { ...question.cluster, clusterPolicies: enforcedOf(question, cluster) };
  const denying =
    deniedRule !== undefined && isClusterPolicyKind(deniedRule.kind ?? '') ? deniedRule : undefined;
  const candidates = [
    ...(denying === undefined ? [] : clusterEditsToAllow({ cluster: written, flow, direction }, denying)),
    ...ownEditsToAllow(
      { cluster, files: question.files, flow, direction },
      deciding(cluster, direction, flow),
    ),
    ...editsToAllow(cluster, flow, direction),
  ];
  const does = (edited: Edited): boolean => said(question, edited, direction).verdict !== 'denied';
  return smallest(
    question,
    candidates.flatMap((candidate) => tryOut(question, start, [candidate], does)),
  );
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
function asRead({ cluster, reading }: Question, edited: Edited): Cluster {
  return { ...cluster, ownPolicies: edited.ownPolicies, ...reading(edited) };
}

/** The cluster-wide policies that the CNI enforces, with their rules as they are written. */
function enforcedOf({ cluster }: Question, read: Policies): Policies['clusterPolicies'] {
  const known = new Set(read.clusterPolicies.map((policy) => objectKey(policy.origin.object)));
  return cluster.clusterPolicies.filter((policy) => known.has(objectKey(policy.origin.object)));
}

function said(
  question: Question,
  edited: Edited,
  direction: Direction,
): ReturnType<typeof evaluate>[Direction] {
  return evaluate(asRead(question, edited), question.flow)[direction];
}

function blockIn(question: Question, direction: Direction): Found | undefined {
  const { flow } = question;
  const start = startOf(question);
  const cluster = asRead(question, start);
  const { verdict, allowedBy } = said(question, start, direction);
  if (verdict !== 'not-selected' && verdict !== 'allowed') return undefined;
  const [by] = allowedBy;
  const allowing = by !== undefined && isClusterPolicyKind(by.kind ?? '') ? by : undefined;
  const written = { ...question.cluster, clusterPolicies: enforcedOf(question, cluster) };
  const candidates = [
    ...clusterEditsToBlock({ cluster: written, flow, direction }, allowing),
    ...ownEditsToBlock(
      { cluster, files: question.files, flow, direction },
      deciding(cluster, direction, flow),
    ),
    ...(verdict === 'not-selected'
      ? policiesToBlock({ ...cluster, podCidrs: cluster.settings.podSubnets }, flow, direction)
      : []),
  ];
  const does = (edited: Edited): boolean => said(question, edited, direction).verdict === 'denied';
  const tried = candidates.flatMap((candidate) => tryOut(question, start, [candidate], does));
  const rules = by !== undefined && by.kind === undefined ? withoutRules(question, direction) : undefined;
  return smallest(question, rules === undefined ? tried : [rules, ...tried]);
}

/** Rules of NetworkPolicies are changed one after another, until none admits the flow. */
function withoutRules(question: Question, direction: Direction): Found | undefined {
  const { flow } = question;
  let now: Found = { made: [], edited: startOf(question), changes: [] };
  for (let rules = 0; rules < MOST_RULES; rules++) {
    const cluster = asRead(question, now.edited);
    const { verdict, allowedBy } = evaluate(cluster, flow)[direction];
    if (verdict === 'denied') return now;
    const [by] = allowedBy;
    const policy =
      by?.kind === undefined
        ? cluster.networkPolicies.find((one) => policyName(one) === by?.policy)
        : undefined;
    if (by === undefined || policy === undefined) return undefined;
    const before = now;
    const admitted = admitting(question, before.edited, direction) ?? 0;
    const does = (edited: Edited): boolean => {
      const left = admitting(question, edited, direction);
      return left !== undefined && left < admitted;
    };
    const tried = editsAgainstRule(cluster, policy, by.rule, flow, direction).flatMap((candidate) =>
      tryOut(question, before.edited, [...before.made, candidate], does),
    );
    const next = smallest(question, tried);
    if (next === undefined) return undefined;
    now = next;
  }
  return undefined;
}

function startOf({ files, cluster }: Question): Edited {
  const { networkPolicies, clusterPolicies, ownPolicies } = cluster;
  return { files, networkPolicies, clusterPolicies, ownPolicies };
}

/** The last of the edits made on what the ones before it left; nothing where it does not do what it should. */
function tryOut(
  question: Question,
  from: Edited,
  made: readonly Candidate[],
  does: (edited: Edited) => boolean,
): readonly Found[] {
  const last = made.at(-1);
  const edited = last && editPolicies(from, last.edits, question.around);
  if (edited === undefined || !does(edited)) return [];
  return [{ made, edited, changes: changesOf(question, edited) }];
}

/** What the edits change in who can talk to whom. */
function changesOf(question: Question, edited: Edited): readonly ReachChange[] {
  const { cluster, flow, reading, outside } = question;
  const also = { port: flow.port, protocol: flow.protocol };
  const after = { ...reading(edited), ownPolicies: edited.ownPolicies };
  return reachDiff({ ...cluster, ...reading(cluster) }, after, also, outside);
}

/** How many rules admit the flow in one direction; undefined where nothing isolates the pod. */
function admitting(question: Question, edited: Edited, direction: Direction): number | undefined {
  const { flow } = question;
  const cluster = asRead(question, edited);
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
