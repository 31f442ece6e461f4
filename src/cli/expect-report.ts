/** A run of `expect`: JSON, a line each, TAP (version 14) or JUnit's XML. */
import type { SourceRange } from '../sim/base/origin.ts';
import type { Expectation } from '../sim/probe/expectations.ts';
import type { Simulation } from '../sim/simulate.ts';
import type { CliTexts } from './texts.ts';

export const EXPECT_FORMATS = ['text', 'tap', 'junit'] as const;
export type ExpectFormat = (typeof EXPECT_FORMATS)[number];

interface Row {
  readonly result: Expectation;
  readonly range: SourceRange | undefined;
  /** `default/client → web:80  allowed: true`. */
  readonly name: string;
  /** What came of it, or why it could not be asked. */
  readonly outcome: string;
  /** Of one that fails: what decided. */
  readonly because: string | undefined;
}

function rowsOf(
  results: readonly Expectation[],
  { parsed }: Simulation,
  texts: CliTexts,
  arrow: string,
): readonly Row[] {
  return results.map((result) => {
    const { spec, wanted, error, reason, holds, verdict, clientSees } = result;
    return {
      result,
      range: parsed.locate(spec.origin),
      name: `${spec.from} ${arrow} ${spec.to}  ${wanted.key}: ${wanted.value}`,
      outcome: error === undefined ? `${verdict}, ${clientSees}` : texts.diagnostic(error),
      because: holds || reason === undefined ? undefined : texts.reason(reason),
    };
  });
}

export function expectJson(
  results: readonly Expectation[],
  simulation: Simulation,
  texts: CliTexts,
): Record<string, unknown> {
  return {
    holds: results.every((r) => r.holds),
    results: rowsOf(results, simulation, texts, '→').map(({ result: r, range, because }) => ({
      from: r.spec.from,
      to: r.spec.to,
      [r.wanted.key]: r.wanted.value,
      holds: r.holds,
      ...(r.verdict === undefined ? {} : { verdict: r.verdict }),
      ...(r.clientSees === undefined ? {} : { sees: r.clientSees }),
      ...(because === undefined ? {} : { reason: { code: r.reason?.code, text: because } }),
      ...(r.error === undefined ? {} : { error: texts.diagnostic(r.error) }),
      ...(range === undefined ? {} : { file: range.file, line: range.line }),
    })),
  };
}

export function expectText(
  results: readonly Expectation[],
  simulation: Simulation,
  texts: CliTexts,
  format: ExpectFormat = 'text',
): string {
  if (format === 'tap') return tap(rowsOf(results, simulation, texts, '->'));
  if (format === 'junit') return junit(rowsOf(results, simulation, texts, '→'));
  const { cli } = texts.messages;
  const lines = rowsOf(results, simulation, texts, '→').flatMap(
    ({ result, range, name, outcome, because }) => {
      const place = range === undefined ? '' : ` (${range.file}:${range.line})`;
      const line = `${result.holds ? '✓' : '✗'} ${name}  ${cli.was(outcome)}${place}`;
      return because === undefined ? [line] : [line, `    ${because}`];
    },
  );
  const held = results.filter((r) => r.holds).length;
  return [...lines, cli.expectSummary({ held, total: results.length })].join('\n');
}

/** https://testanything.org/tap-version-14-specification.html */
function tap(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ result, range, name, outcome, because }, i) => {
    // A `#` begins a directive.
    const line = `${result.holds ? 'ok' : 'not ok'} ${i + 1} - ${name.replaceAll(/[\\#]/g, '\\$&').replaceAll(/\s+/g, ' ')}`;
    if (result.holds) return [line];
    const told = {
      message: because ?? outcome,
      severity: result.error === undefined ? 'fail' : 'error',
      got: result.error === undefined ? outcome : undefined,
      at: range === undefined ? undefined : `${range.file}:${range.line}`,
    };
    const block = Object.entries(told).flatMap(([key, value]) =>
      value === undefined ? [] : [`  ${key}: ${JSON.stringify(value)}`],
    );
    return [line, '  ---', ...block, '  ...'];
  });
  return ['TAP version 14', `1..${rows.length}`, ...lines].join('\n');
}

function junit(rows: readonly Row[]): string {
  const failed = rows.filter((row) => !row.result.holds && row.result.error === undefined).length;
  const errors = rows.filter((row) => row.result.error !== undefined).length;
  const counts = `tests="${rows.length}" failures="${failed}" errors="${errors}"`;
  const cases = rows.flatMap(({ result, range, name, outcome, because }) => {
    const place = range === undefined ? '' : ` file="${xml(range.file)}" line="${range.line}"`;
    const open = `    <testcase classname="${xml(range?.file ?? 'expect')}" name="${xml(name)}"${place}`;
    if (result.holds) return [`${open}/>`];
    const tag = result.error === undefined ? 'failure' : 'error';
    const detail = because === undefined ? '' : xml(because);
    return [`${open}>`, `      <${tag} message="${xml(outcome)}">${detail}</${tag}>`, '    </testcase>'];
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="packetwalk" ${counts}>`,
    `  <testsuite name="expect" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 has no way to write. */
const UNWRITABLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function xml(text: string): string {
  return text.replaceAll(UNWRITABLE, '').replaceAll(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter);
}
