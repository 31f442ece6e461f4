import type { FieldPath, ObjectRef, SourceRange } from './origin.ts';

/** error: the API server or the plug-in would refuse it. warning: accepted, probably a mistake. info: a note. */
export type Severity = 'error' | 'warning' | 'info';

/** A change of text that mends a diagnostic: replace `range` with `newText`. `titleCode` names it in i18n. */
export interface QuickFix {
  readonly titleCode: string;
  readonly params: MessageParams;
  readonly range: SourceRange;
  readonly newText: string;
}

export type MessageParams = Readonly<Record<string, string | number | boolean>>;

/**
 * A user's mistake or a note about the input: a value, never an exception. `code` is a key of the closed list in
 * `k8s/diagnostics.ts` (or brought by a plug-in); the sentence lives in i18n under that code.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly params: MessageParams;
  readonly range?: SourceRange;
  readonly object?: ObjectRef;
  readonly path?: FieldPath;
  readonly fixes?: readonly QuickFix[];
}
