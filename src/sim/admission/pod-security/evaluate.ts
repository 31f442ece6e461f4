/** Which checks a level has in a version, in which order, and their findings as one sentence (policy/registry.go, checks.go). */
import { BASELINE } from './baseline.ts';
import type { LevelVersion } from './policy.ts';
import type { CheckPod, Finding, PodToCheck } from './pod.ts';
import { RESTRICTED } from './restricted.ts';

export interface Check {
  readonly id: string;
  /** Each counts from its minor version of Kubernetes until the next. */
  readonly versions: readonly { readonly since: number; readonly check: CheckPod }[];
  /** The check of `baseline` that this one stands for, from its first version on. */
  readonly overrides?: string;
}

/** Newer versions, and `latest`, are judged as this one: nothing changed since. */
export const NEWEST = Math.max(
  ...[...BASELINE, ...RESTRICTED].flatMap((c) => c.versions.map((v) => v.since)),
);

function inVersion(check: Check, minor: number): CheckPod | undefined {
  return check.versions.findLast((v) => v.since <= minor)?.check;
}

/** The ids and checks of a level in a version, in the message's order. */
export function checksOf({ level, version }: LevelVersion): readonly { id: string; check: CheckPod }[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? NEWEST : Math.min(version, NEWEST);
  const upper = level === 'restricted' ? RESTRICTED.filter((c) => inVersion(c, minor) !== undefined) : [];
  const replaced = new Set(upper.map((c) => c.overrides));
  return [...BASELINE.filter((c) => !replaced.has(c.id)), ...upper].flatMap((c) => {
    const check = inVersion(c, minor);
    return check === undefined ? [] : [{ id: c.id, check }];
  });
}

export function evaluate(pod: PodToCheck, policy: LevelVersion): readonly Finding[] {
  return checksOf(policy).flatMap(({ check }) => check(pod) ?? []);
}

/** `host namespaces (hostNetwork=true), privileged (container "a" must not set ...)`. */
export function findingsText(findings: readonly Finding[]): string {
  return findings.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}
