/**
 * The small edits of CNIs' own policies that a person would try for one direction of one flow, whatever the kind: each kind says
 * how it is written (`KindSpec.edits`), and the stack says which rule decides and which came close. Ideas only, as in `candidates.ts`.
 */
import type { FieldPath } from '../../base/origin.ts';
import type { ClusterState, Labels, OwnPolicy, OwnRule, Pod } from '../../k8s/cluster-state.ts';
import { kindsThere } from '../../k8s/kinds/registry.ts';
import { refKindOf } from '../../k8s/kinds/schema.ts';
import type { EditAsk, NamedEnd, OwnPolicyEdits, YamlEdit } from '../../k8s/own-edits.ts';
import type { Flow } from '../evaluate.ts';
import { endMatcher } from '../end-set.ts';
import type { Direction, FlowEnd } from '../matching.ts';
import { flowFamily, isPod } from '../matching.ts';
import { ownRuleMisses } from '../own-misses.ts';
import {
  policyStack,
  policyWorld,
  type StackCluster,
  type StackPolicy,
  type StackTier,
  type TierVerdict,
} from '../stack.ts';
import { asksNameServer, type Candidate, type EditKind, endsOf, selectorsFor } from './candidates.ts';
import { findPiece, objectIn, type TextFile } from './document-edit.ts';
import type { PolicyEdit } from './policy-edit.ts';

interface At {
  readonly cluster: StackCluster & Pick<ClusterState, 'namespaces' | 'nodes'>;
  readonly files: readonly TextFile[];
  readonly flow: Flow;
  readonly direction: Direction;
}

interface Seen {
  readonly tier: StackTier;
  readonly policy: StackPolicy;
  readonly own: OwnPolicy;
  readonly edits: OwnPolicyEdits;
}

/** Edits that may let a flow through that a rule denies, or that nothing of an isolating policy allows. */
export function ownEditsToAllow(at: At, said: TierVerdict | undefined): readonly Candidate[] {
  const ask = askOf(at);
  const subject = endsOf(at.flow, at.direction)?.subject;
  if (ask === undefined || subject === undefined || said === undefined || said.action === 'allow') return [];
  return seenBy(at, subject).flatMap((seen): readonly Candidate[] => {
    const { policy, own } = seen;
    const denies = said.action === 'deny' && said.policy === policy ? said.rule.own : undefined;
    const isolates = said.action === 'end' && said.isolating.includes(policy);
    return [
      ...wideningsOf(at, seen, subject, ask),
      ...(denies === undefined ? [] : editsAgainst(at, seen, denies, ask)),
      ...(denies === undefined ? [] : rulesBefore(seen, denies, 'let-rule', ['pass', 'allow'], ask)),
      ...(isolates ? rulesBehind(seen, 'add-rule', 'allow', ask, own) : []),
    ];
  });
}

/** Edits that may stop a flow: of the rule that lets it through, and a rule that denies. */
export function ownEditsToBlock(at: At, said: TierVerdict | undefined): readonly Candidate[] {
  const ask = askOf(at);
  const subject = endsOf(at.flow, at.direction)?.subject;
  if (ask === undefined || subject === undefined) return [];
  return seenBy(at, subject).flatMap((seen): readonly Candidate[] => {
    const allows = said?.action === 'allow' && said.policy === seen.policy ? said.rule.own : undefined;
    const first = seen.own[at.direction][0];
    return [
      ...(allows === undefined ? [] : editsAgainst(at, seen, allows, ask)),
      ...(seen.tier.plan.how === 'first-match' && (allows ?? first) !== undefined
        ? rulesBefore(seen, (allows ?? first) as OwnRule, 'deny-rule', ['deny'], ask)
        : rulesBehind(seen, 'deny-rule', 'deny', ask, seen.own)),
    ];
  });
}

/** The policies of own kinds that select the flow's end, in order. */
function seenBy({ cluster }: At, subject: Pod): readonly Seen[] {
  const world = policyWorld(cluster);
  return policyStack(cluster).flatMap((tier) =>
    tier.of(subject.namespace).flatMap((policy): readonly Seen[] => {
      const { own } = policy;
      const edits = own && editsOf(own);
      if (edits === undefined || own === undefined || !policy.selects(subject, world)) return [];
      return [{ tier, policy, own, edits }];
    }),
  );
}

function editsOf({ origin }: OwnPolicy): OwnPolicyEdits | undefined {
  const { kind } = origin.object;
  return kindsThere().find((spec) => refKindOf(spec) === kind && spec.edits !== undefined)?.edits;
}

function askOf({ flow, direction }: At): EditAsk | undefined {
  const peer = endsOf(flow, direction)?.peer;
  if (peer === undefined) return undefined;
  const { port, protocol } = flow;
  const protocols = asksNameServer(flow) ? (['UDP', 'TCP'] as const) : [protocol];
  return {
    direction,
    end: namedEnd(peer),
    ports: protocols.flatMap((one) =>
      port === undefined || one === 'ICMP' ? [] : [{ protocol: one, port }],
    ),
    family: flowFamily(flow) ?? 4,
  };
}

function namedEnd(end: FlowEnd): NamedEnd {
  if (!isPod(end)) return { ips: [end.ip] };
  if (end.hostNetwork) return { ips: end.ips };
  const labels = selectorsFor(end).map((one) => (one['matchLabels'] ?? {}) as Labels);
  return { ips: end.ips, pod: { namespace: end.namespace, labels } };
}

/** A rule as it is written now. */
function writtenRule({ files }: At, { origin }: OwnRule): unknown {
  const found = findPiece(files, origin.object);
  let here: unknown = found && objectIn(found.piece.text, origin.object)?.manifest?.body;
  for (const step of origin.path ?? []) here = (here as Record<string, unknown> | undefined)?.[step];
  return here;
}

/** Rules that allow or pass are given the end, or the port, that they miss. */
function wideningsOf(at: At, { own, edits }: Seen, subject: Pod, ask: EditAsk): readonly Candidate[] {
  const world = policyWorld(at.cluster);
  return own[at.direction].flatMap((rule): readonly Candidate[] => {
    if (rule.action !== 'allow' && rule.action !== 'pass') return [];
    const missed = ownRuleMisses(rule, at.flow, at.direction, subject, world)?.missed;
    if (missed === undefined || (missed.peer === undefined) === (missed.port === undefined)) return [];
    const missing = missed.peer === undefined ? 'port' : 'peer';
    const written = writtenRule(at, rule);
    if (written === undefined) return [];
    return edits
      .widen(own, rule, written, ask, missing)
      .map(({ kind, edits: changes }) => candidate(own, kind, changes));
  });
}

/** Edits after which a rule may no longer decide about a flow. */
function editsAgainst(at: At, { own, edits }: Seen, rule: OwnRule, ask: EditAsk): readonly Candidate[] {
  const end = endsOf(at.flow, at.direction);
  const written = writtenRule(at, rule);
  if (end === undefined || written === undefined) return [];
  const world = policyWorld(at.cluster);
  const matching = rule.peers
    .filter((set) => endMatcher(set).matches(end.peer, world, flowFamily(at.flow), end.subject))
    .flatMap((set): readonly FieldPath[] => (set.at?.end === undefined ? [] : [set.at.end]));
  const unique = [...new Map(matching.map((path) => [path.join('.'), path])).values()];
  return [
    ...edits
      .narrow(rule, written, ask, unique)
      .map(({ kind, edits: changes }) => candidate(own, kind, changes)),
    candidate(own, 'remove-rule', [{ do: 'remove', path: rule.origin.path ?? [] }]),
  ];
}

/** Rules more, before one that decides: about this end and these ports alone. */
function rulesBefore(
  { own, tier, edits }: Seen,
  rule: OwnRule,
  kind: EditKind,
  actions: readonly ('allow' | 'deny' | 'pass')[],
  ask: EditAsk,
): readonly Candidate[] {
  const { path = [] } = rule.origin;
  if (tier.plan.how !== 'first-match') return [];
  return actions.flatMap((action) =>
    edits.rules(own, action, ask).map(({ values }) =>
      candidate(
        own,
        kind,
        values.toReversed().map((value) => ({ do: 'insert', path, value })),
      ),
    ),
  );
}

/** Rules more, at the end of a list. */
function rulesBehind(
  { edits }: Seen,
  kind: EditKind,
  action: 'allow' | 'deny',
  ask: EditAsk,
  own: OwnPolicy,
): readonly Candidate[] {
  return edits.rules(own, action, ask).map(({ path, values }) =>
    candidate(
      own,
      kind,
      values.map((value) => ({ do: 'append', path, value })),
    ),
  );
}

function candidate({ origin: { object } }: OwnPolicy, kind: EditKind, edits: readonly YamlEdit[]): Candidate {
  return { kind, policy: object, edits: edits.map((edit): PolicyEdit => ({ ...edit, policy: object })) };
}
