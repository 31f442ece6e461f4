/** What the API server finds wrong in the expressions of an object that it stores. */
import type { FieldPath } from '../../base/origin.ts';
import type { AdmissionNote, AdmissionRemark, AdmissionReview } from '../../k8s/controllers/admission.ts';
import { pathText } from '../../k8s/diagnostics.ts';
import type { Compiled } from './compile.ts';

interface Expression {
  readonly expression: string;
  readonly compiled: Compiled;
  readonly path: FieldPath;
}

/** As Go quotes a text. */
const quoted = (text: string): string => JSON.stringify(text);

/** What the API server finds in the expressions, and what nobody here can evaluate. */
export function expressionFaults(expressions: readonly Expression[]): AdmissionReview {
  const faults = expressions.flatMap(({ compiled, path, expression }): AdmissionRemark[] =>
    compiled.kind === 'error'
      ? [
          {
            message: `${pathText(path)}: Invalid value: ${quoted(expression)}: ${compiled.message}`,
            paths: [path],
          },
        ]
      : [],
  );
  const notes = expressions.flatMap(({ compiled, path }): AdmissionNote[] =>
    compiled.kind === 'unknown' ? [{ how: 'unknown', message: compiled.what, paths: [path] }] : [],
  );
  const [first] = faults;
  if (first === undefined) return notes.length === 0 ? {} : { notes };
  const message = faults.length === 1 ? first.message : `[${faults.map((f) => f.message).join(', ')}]`;
  return { denied: { reason: 'Invalid', message, paths: faults.flatMap((f) => f.paths) }, notes };
}
