/** The way of objects through the API server as JSON that people script against, and as text. */
import { admissionStepText } from '../i18n/admission-text.ts';
import type { AdmissionBy, AdmissionStep, AdmissionWalk } from '../sim/admission/steps.ts';
import type { FieldChange } from '../sim/admission/field-changes.ts';
import { objectName, type ObjectRef, type SourceRange } from '../sim/base/origin.ts';
import type { CliTexts } from './texts.ts';

function placeJson(range: SourceRange | undefined): object {
  return range === undefined ? {} : { file: range.file, line: range.line, column: range.column };
}

export function admissionJson(walks: readonly AdmissionWalk[]): Record<string, unknown> {
  return {
    objects: walks.map(({ range, steps, ...walk }) => ({
      ...walk,
      ...placeJson(range),
      steps: steps.map(({ places, by, ...step }) => ({
        ...step,
        ...(places === undefined
          ? {}
          : { places: places.map((place) => ({ path: place.path, ...placeJson(place.range) })) }),
        ...(by && { by: by.map(({ range: where, ...ground }) => ({ ...ground, ...placeJson(where) })) }),
      })),
    })),
  };
}

const titleOf = (ref: ObjectRef): string => `${ref.kind} ${objectName(ref)}`;

const MARKS: Readonly<Record<AdmissionStep['answer'], string>> = {
  passed: '✓',
  changed: '±',
  remarked: '!',
  refused: '✗',
  nothing: '·',
  'not-asked': '·',
  'not-modelled': '○',
  'not-reached': ' ',
};

/** One object: every step. Several: a line each, and the steps of those that were refused. */
export function admissionText(walks: readonly AdmissionWalk[], texts: CliTexts): string {
  const [only] = walks;
  if (only !== undefined && walks.length === 1) return walkLines(only, texts, true).join('\n');
  return walks.flatMap((walk) => walkLines(walk, texts, false)).join('\n');
}

function headline(
  { object, outcome, user, owners = [], range }: AdmissionWalk,
  { messages }: CliTexts,
): string {
  const t = messages.admission;
  const who = [t.asks({ user }), ...(owners[0] ? [t.madeFor({ owners: titleOf(owners[0]) })] : [])];
  const place = range === undefined ? '' : ` (${range.file}:${range.line})`;
  const mark = outcome === 'refused' ? '✗' : outcome === 'stored' ? '✓' : '·';
  return `${mark} ${titleOf(object)}${place}  ${t.outcome[outcome]}, ${who.join(', ')}`;
}

/** `whole`: also of who said nothing, and why; without it an object that was not refused is one line. */
function walkLines(walk: AdmissionWalk, texts: CliTexts, whole: boolean): readonly string[] {
  const t = texts.messages.admission;
  const lines = [headline(walk, texts)];
  if (!whole && walk.outcome !== 'refused') return lines;
  if (walk.outcome === 'before') lines.push(`    ${t.before}`);
  for (const [i, step] of walk.steps.entries()) {
    const { title, answer, detail } = admissionStepText(t, step);
    const silent = step.answer === 'not-modelled' || step.answer === 'not-reached';
    const last = walk.steps[i - 1];
    if (!whole && silent && last?.answer === step.answer && last.plugin && step.plugin) {
      // Several that have nothing to say share a line.
      lines.push((lines.pop() ?? '').replace(/: [^:]*$/, `, ${title}: ${answer}`));
      continue;
    }
    const inside = step.plugin === undefined ? '' : '  ';
    const say = (text: string): void => void lines.push(`      ${inside}${text}`);
    lines.push(`  ${inside}${MARKS[step.answer]} ${title}: ${answer}`);
    if (whole && step.answer === 'not-modelled' && detail !== undefined) say(detail);
    if (step.message !== undefined) say(step.message);
    if (step.warning !== undefined) say(`${t.warning}: ${step.warning}`);
    if (step.audit !== undefined) say(`${t.audit}: ${step.audit}`);
    for (const change of step.changes ?? []) say(changeLine(change, t.nothingThere));
    for (const { path, range } of step.places ?? []) {
      if (range !== undefined) say(`${path === '' ? '' : `${path} `}(${range.file}:${range.line})`);
    }
    if (step.unknown !== undefined) say(`${t.unknown}: ${step.unknown}`);
    for (const ground of step.by ?? []) say(`${t.by} ${groundText(ground)}`);
  }
  return lines;
}

function groundText({ object, path, range }: AdmissionBy): string {
  const place = range === undefined ? '' : ` (${range.file}:${range.line})`;
  return `${titleOf(object)}${path === '' ? '' : ` ${path}`}${place}`;
}

function changeLine({ path, before, after }: FieldChange, nothing: string): string {
  const value = (json: unknown): string => (json === undefined ? nothing : JSON.stringify(json));
  return `${path}: ${value(before)} → ${value(after)}`;
}
