/** Sentences for the simulator's codes, in the catalog at hand. */
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import type { Reason } from '../sim/trace/reasons.ts';
import type { Messages } from './en.ts';

/** The sentence of a diagnostic; a code without a text (a plug-in's oversight) shows itself and its parameters. */
export function diagnosticMessage(messages: Messages, d: Pick<Diagnostic, 'code' | 'params'>): string {
  const entry = messages.diagnostics[d.code];
  return entry === undefined ? `${d.code} ${JSON.stringify(d.params)}` : entry(d.params);
}

export interface ReasonSentences {
  readonly title: string;
  readonly info: string;
  readonly detail?: string;
}

type AnyReasonText = {
  readonly title: (p: Reason['params']) => string;
  readonly info: (p: Reason['params']) => string;
  readonly detail?: (p: Reason['params']) => string;
};

/** Headline, short form and explanation of a step's reason. */
export function reasonText(messages: Messages, reason: Reason): ReasonSentences {
  // The mapped type pairs each code with its own parameters; TypeScript cannot follow the pair through the index.
  const entry = messages.reasons[reason.code] as unknown as AnyReasonText | undefined;
  if (entry === undefined) return { title: reason.code, info: reason.code };
  return {
    title: entry.title(reason.params),
    info: entry.info(reason.params),
    detail: entry.detail?.(reason.params),
  };
}
