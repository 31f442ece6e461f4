/** What the word under the cursor is: its field, type, support and help. */
import type { SourceRange } from '../../base/origin.ts';
import { refKindOf, type Support, typeName } from '../kinds/schema.ts';
import { cursorContext } from './context.ts';
import { targetOf, typeAt } from './fields.ts';
import { helpKey } from './help-key.ts';

interface EditorFile {
  readonly name: string;
  readonly text: string;
}

export interface FieldHover {
  readonly path: string;
  readonly kind: string;
  readonly type: string;
  readonly required: boolean;
  readonly support: Support | 'unknown';
  readonly help?: string;
  readonly range: SourceRange;
}

/** Undefined where there is nothing to say. Never throws on any text. */
export function hover(input: {
  readonly files: readonly EditorFile[];
  readonly file: string;
  readonly line: number;
  readonly column: number;
}): FieldHover | undefined {
  const text = input.files.find((f) => f.name === input.file)?.text;
  if (text === undefined) return undefined;
  const context = cursorContext(text, input.line, input.column);
  if (context.position === 'none' || context.key === '' || context.to === context.from) return undefined;
  const { spec, path } = targetOf(context);
  if (spec === undefined) return undefined;
  const full = context.key === '[]' ? path : [...path, context.key];
  const range: SourceRange = {
    file: input.file,
    line: input.line,
    column: context.from,
    endLine: input.line,
    endColumn: context.to,
  };
  const shown = full.filter((step) => step !== '[]').join('.');
  const base = { path: shown, kind: spec.kind, range };
  const at = typeAt(spec, full) ?? typeAt(spec, [...full, '[]']);
  if (at?.field === undefined) {
    return spec.type === undefined
      ? {
          ...base,
          type: 'any',
          required: false,
          support: spec.effect === 'none' ? 'accepted' : 'unsupported',
        }
      : { ...base, type: 'any', required: false, support: 'unknown' };
  }
  const { field } = at;
  const isLabel = field.path === 'metadata.labels' && spec.labels?.[context.key] !== undefined;
  const support =
    field.path === 'apiVersion' || field.path === 'kind' || field.path === 'metadata'
      ? 'simulated'
      : field.support;
  return {
    ...base,
    type: typeName(field.type),
    required: field.required,
    support,
    help: isLabel ? `Label.${context.key}` : helpKey(refKindOf(spec), field.path),
  };
}
