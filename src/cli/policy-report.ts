/** Near misses and fixes of policies as JSON that people script against, and as text. */
import { lateText, missText, portText, ruleNotes, wouldText } from '../i18n/policy-text.ts';
import type { LocatedOrigin } from '../sim/base/origin.ts';
import type { Fix, FixAnswer } from '../sim/fix.ts';
import type { ClosestRule, NearMiss } from '../sim/policy/near-miss.ts';
import type { DeniedByRule, NamedRule } from '../sim/policy/near-miss-tiers.ts';
import type { CliTexts } from './texts.ts';

function placeJson({ range }: LocatedOrigin): object {
  return range === undefined ? {} : { file: range.file, line: range.line, column: range.column };
}

/** The document's `policy.nearMiss`. */
export function nearMissJson(near: NearMiss, texts: CliTexts): object {
  const { policies, byRule, ...rest } = near;
  return {
    ...rest,
    ...(byRule === undefined ? {} : { byRule: byRuleJson(byRule, near, texts) }),
    policies: policies.map(({ policy, kind, origin, rules, closest }) => ({
      policy,
      ...(kind === undefined ? {} : { kind }),
      ...placeJson(origin),
      rules,
      ...(closest === undefined ? {} : { closest: closestJson(closest, near, texts) }),
    })),
  };
}

function byRuleJson(byRule: DeniedByRule, near: NearMiss, texts: CliTexts): object {
  const { denied, own, isolated, before, late, denialWins } = byRule;
  const named = ({ origin, ...rule }: NamedRule): object => ({ ...rule, ...placeJson(origin) });
  return {
    denied: named(denied),
    own,
    isolated,
    before: before.map(({ peer, port, ...rule }) => ({
      ...named(rule),
      ...missesJson({ peer, port }, near, texts),
    })),
    late: late.map(named),
    ...(denialWins === true ? { denialWins } : {}),
  };
}

type Misses = Pick<ClosestRule, 'peer' | 'port'>;

function missesJson({ peer, port }: Misses, near: NearMiss, texts: CliTexts): object {
  const item = (missed: ClosestRule['peer'] | ClosestRule['port']): object | null =>
    missed === undefined
      ? null
      : {
          index: missed.index,
          of: missed.of,
          misses: missed.misses.map(({ origin, path, ...miss }) => ({
            ...miss,
            path: path.join('.'),
            text: missText(texts.messages.policy, miss as never, near),
            ...placeJson(origin),
          })),
        };
  return { peer: item(peer), port: item(port) };
}

function closestJson(closest: ClosestRule, near: NearMiss, texts: CliTexts): object {
  return {
    rule: closest.rule,
    ...placeJson(closest.origin),
    ...missesJson(closest, near, texts),
    ...(closest.servicePort === undefined ? {} : { servicePort: closest.servicePort }),
  };
}

/** A policy a line, what its closest rule missed below it. */
export function nearMissText(near: NearMiss, texts: CliTexts): string {
  const t = texts.messages.policy;
  const at = ({ range }: LocatedOrigin): string =>
    range === undefined ? '' : ` (${range.file}:${range.line})`;
  const halves = ({ peer, port }: Misses): readonly string[] => [
    ...[...(peer?.misses ?? []), ...(port?.misses ?? [])].map(
      (miss) => `    ✗ ${missText(t, miss, near)}${at(miss.origin)}`,
    ),
    ...(peer === undefined ? [`    ✓ ${t.peerFits({ peer: near.peer })}`] : []),
    ...(port === undefined ? [`    ✓ ${t.portFits({ port: portText(near) })}`] : []),
  ];
  const { byRule } = near;
  if (byRule !== undefined) {
    const { denied, before, late } = byRule;
    return [
      `${t.stopped}:`,
      `  ${t.deniedByRule(denied)}${at(denied.origin)}`,
      ...ruleNotes(t, byRule, near.pod).map((note) => `  ${note}`),
      ...(before.length === 0 ? [] : [`${t.before}:`]),
      ...before.flatMap((rule) => [`  ${wouldText(t, rule)}${at(rule.origin)}`, ...halves(rule)]),
      ...late.map((rule) => `  ${lateText(t, rule, byRule)}${at(rule.origin)}`),
    ].join('\n');
  }
  const lines = [`${t.closest[near.direction]}:`];
  for (const { policy, kind, origin, rules, closest } of near.policies) {
    if (closest === undefined) {
      const said = kind === undefined ? t.noRules[near.direction] : t.ownIsolates({ kind, rules });
      lines.push(`  ${policy} ${said}${at(origin)}`);
      continue;
    }
    const called = kind === undefined ? policy : `${kind} ${policy}`;
    lines.push(`  ${called}, ${t.ruleOf(closest)}${at(closest.origin)}`, ...halves(closest));
    if (closest.servicePort !== undefined) lines.push(`    ${t.servicePort(closest.servicePort)}`);
  }
  for (const open of near.leftOpen) lines.push(`  ${t.dependsOnCni}: ${t.leftOpen[open]}`);
  return lines.join('\n');
}

export function fixJson(answer: FixAnswer): Record<string, unknown> {
  if (!answer.ok) return { found: false, why: answer.why };
  const { want, steps, files, opens, closes, walked } = answer.fix;
  return { found: true, want, steps, opens, closes, walked, files, diff: diffText(answer.fix) };
}

export function fixText(answer: FixAnswer, texts: CliTexts): string {
  const t = texts.messages.policy;
  if (!answer.ok) return t.fixNone[answer.why];
  const { fix } = answer;
  const changes = [...fix.opens, ...fix.closes].map(
    (change) =>
      `  ${change.opens ? t.fixOpens : t.fixCloses} ${change.from} → ${change.to} ${portText(change)}`,
  );
  return [
    t.fixTitle[fix.want],
    ...fix.steps.map(({ kind, policy }) => t.fixKinds[kind]({ policy })),
    diffText(fix),
    t.opensCloses({ opens: fix.opens.length, closes: fix.closes.length }),
    ...changes,
    t.fixCounted,
    `${t.fixProved} ${texts.messages.inspector.verdicts[fix.walked.verdict]}`,
  ].join('\n');
}

/** As `diff -u` prints it, without its numbers. */
function diffText(fix: Fix): string {
  const mark = { same: ' ', removed: '-', added: '+', gap: '@@' } as const;
  return fix.diff
    .flatMap(({ file, changes }) => [
      `--- ${file}`,
      `+++ ${file}`,
      ...changes.map((change) => `${mark[change.kind]}${change.text}`),
    ])
    .join('\n');
}
