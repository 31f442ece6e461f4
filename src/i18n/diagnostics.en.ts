import type { MessageParams } from '../sim/base/diagnostic.ts';

/** One sentence for each diagnostic code, worded as the API server words the fact where it has a wording. */
export type DiagnosticText = Readonly<Record<string, (p: MessageParams) => string>>;

export const diagnostics: DiagnosticText = {};
