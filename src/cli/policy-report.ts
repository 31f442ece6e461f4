/** Near misses and fixes of policies as JSON that people script against, and as text. */
import { missText, portText } from '../i18n/policy-text.ts';
import type { LocatedOrigin } from '../sim/base/origin.ts';
import type { Fix, FixAnswer } from '../sim/fix.ts';
import type { ClosestRule, NearMiss } from '../sim/policy/near-miss.ts';
import type { CliTexts } from './texts.ts';

function placeJson({ range }: LocatedOrigin): object {
  return range === undefined ? {} : { file: range.file, line: range.line, column: range.column };
}

/** The document's `policy.nearMiss`. */
export function nearMissJson(near: NearMiss, texts: CliTexts): object {
  const { policies, ...rest } = near;
  return {
    ...rest,
    policies: policies.map(({ policy, origin, rules, closest }) => ({
      policy,
      ...placeJson(origin),
      rules,
      ...(closest === undefined ? {} : { closest: closestJson(closest, near, texts) }),
    })),
  };
}

function closestJson(closest: ClosestRule, near: NearMiss, texts: CliTexts): object {
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
  return {
    rule: closest.rule,
    ...placeJson(closest.origin),
    peer: item(closest.peer),
    port: item(closest.port),
    ...(closest.servicePort === undefined ? {} : { servicePort: closest.servicePort }),
  };
}

/** A policy a line, what its closest rule missed below it. */
export function nearMissText(near: NearMiss, texts: CliTexts): string {
  const t = texts.messages.policy;
  const at = ({ range }: LocatedOrigin): string =>
    range === undefined ? '' : ` (${range.file}:${range.line})`;
  const lines = [`${t.closest[near.direction]}:`];
  for (const { policy, origin, closest } of near.policies) {
    if (closest === undefined) {
      lines.push(`  ${policy} ${t.noRules[near.direction]}${at(origin)}`);
      continue;
    }
    lines.push(`  ${policy}, ${t.ruleOf(closest)}${at(closest.origin)}`);
    for (const miss of [...(closest.peer?.misses ?? []), ...(closest.port?.misses ?? [])]) {
      lines.push(`    ✗ ${missText(t, miss, near)}${at(miss.origin)}`);
    }
    if (closest.peer === undefined) lines.push(`    ✓ ${t.peerFits({ peer: near.peer })}`);
    if (closest.port === undefined) lines.push(`    ✓ ${t.portFits({ port: portText(near) })}`);
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
