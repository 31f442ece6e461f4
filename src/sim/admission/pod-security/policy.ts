/** A namespace's labels, or the cluster's defaults, as a policy; and the complaints about labels (api/helpers.go). */
import type { FieldPath } from '../../base/origin.ts';
import type { Labels } from '../../k8s/cluster-state.ts';
import { LABEL_PREFIX } from './about.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
/** From the laxest to the strictest. */
export const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'] satisfies Level[];

export interface LevelVersion {
  readonly level: Level;
  /** The minor version of `v1.x`. */
  readonly version: number | 'latest';
}

export type Mode = 'enforce' | 'audit' | 'warn';
export const MODES: readonly Mode[] = ['enforce', 'audit', 'warn'];

export type Policy = Readonly<Record<Mode, LevelVersion>>;

export interface LabelProblem {
  readonly path: FieldPath;
  readonly message: string;
}

export function isLevel(text: string): text is Level {
  return LEVELS.includes(text);
}

/** `v1.24` -> 24; undefined for what is no version. */
export function parseVersion(text: string): number | 'latest' | undefined {
  if (text === 'latest') return 'latest';
  const match = /^v1\.(0|[1-9]\d*)$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

export function levelVersionText({ level, version }: LevelVersion): string {
  return `${level}:${version === 'latest' ? version : `v1.${version}`}`;
}

const PRIVILEGED: LevelVersion = { level: 'privileged', version: 'latest' };
const NOTHING: Policy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED };

/**
 * Reads `enforce`, `enforce-version`, ... behind `prefix`, each mode falling back on `defaults`. What cannot be read is
 * told, and counts as upstream counts it: `restricted` for enforce, nothing for audit and warn.
 */
export function readPolicy(
  values: Labels,
  prefix: string,
  defaults: Policy = NOTHING,
): { readonly policy: Policy; readonly problems: readonly LabelProblem[] } {
  const problems: LabelProblem[] = [];
  const complain = (label: string, value: string, why: string): void => {
    problems.push({
      path: ['metadata', 'labels', label],
      message: `metadata.labels[${label}]: Invalid value: ${JSON.stringify(value)}: ${why}`,
    });
  };
  const read = (mode: Mode): LevelVersion => {
    let { level, version } = defaults[mode];
    const levelLabel = `${prefix}${mode}`;
    const levelText = values[levelLabel];
    if (levelText !== undefined) {
      if (isLevel(levelText)) level = levelText;
      else {
        level = mode === 'enforce' ? 'restricted' : 'privileged';
        complain(levelLabel, levelText, `must be one of ${LEVELS.join(', ')}`);
      }
    }
    const versionLabel = `${prefix}${mode}-version`;
    const versionText = values[versionLabel];
    if (versionText !== undefined) {
      const parsed = parseVersion(versionText);
      version = parsed ?? 'latest';
      if (parsed === undefined) complain(versionLabel, versionText, 'must be "latest" or "v1.x"');
    }
    return { level, version };
  };
  const [enforce, audit, warn] = MODES.map(read) as [LevelVersion, LevelVersion, LevelVersion];
  return { policy: { enforce, audit, warn }, problems };
}

export function namespacePolicy(labels: Labels, defaults?: Policy): ReturnType<typeof readPolicy> {
  return readPolicy(labels, LABEL_PREFIX, defaults);
}
