import type { Messages } from '../../i18n/en.ts';
import type { ExpectationResult } from '../../worker/protocol.ts';
import type { DecidingLine } from './deciding-line.ts';
import { expectationText } from './expectation-text.ts';
import { exactRange } from './monaco-providers.ts';
import { monaco } from './monaco-setup.ts';

/** Longer objects are lit at their first line only. */
const KIN_LIMIT = 14;

/** The lit line, its note, and the rest of the range in a lighter tint. */
export function decidingDecorations(
  line: DecidingLine,
  model: monaco.editor.ITextModel,
  columns: number,
  note: string,
): monaco.editor.IModelDeltaDecoration[] {
  const { range, tone } = line;
  if (range.line > model.getLineCount()) return [];
  const noteFits = model.getLineLength(range.line) + noteColumns(note) <= columns;
  const last = range.endColumn === 1 && range.endLine > range.line ? range.endLine - 1 : range.endLine;
  const kin =
    last > range.line && last - range.line <= KIN_LIMIT
      ? [
          {
            range: new monaco.Range(range.line + 1, 1, last, 1),
            options: {
              isWholeLine: true,
              className: `pw-kin pw-${tone}`,
              marginClassName: `pw-kin-margin pw-${tone}`,
            },
          },
        ]
      : [];
  return [
    {
      range: new monaco.Range(range.line, 1, range.line, 1),
      options: {
        isWholeLine: true,
        className: `pw-hit pw-${tone}${noteFits ? ' pw-note' : ''}`,
        marginClassName: `pw-hit-margin pw-${tone}`,
        zIndex: 5,
      },
    },
    ...(range.line === range.endLine && range.endColumn > range.column
      ? [{ range: exactRange(range), options: { inlineClassName: 'pw-hit-text' } }]
      : []),
    ...kin,
  ];
}

/** How many columns of code the note at the right edge takes; it is set smaller, Hangul is wider. */
function noteColumns(note: string): number {
  let width = 2;
  for (const letter of note) width += letter > '\u1100' ? 1.6 : 0.8;
  return Math.ceil(width);
}

/** A check or a cross beside each `expect` entry. */
export function expectationDecorations(
  file: string,
  expectations: readonly ExpectationResult[],
  t: Messages,
): monaco.editor.IModelDeltaDecoration[] {
  return expectations.flatMap((e) =>
    e.range?.file !== file
      ? []
      : [
          {
            range: new monaco.Range(e.range.line, 1, e.range.line, 1),
            options: {
              linesDecorationsClassName: `pw-expect ${e.holds ? 'pw-holds' : 'pw-fails'}`,
              linesDecorationsTooltip: expectationText(e, t),
            },
          },
        ],
  );
}
