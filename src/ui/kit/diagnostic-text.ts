import type { Messages } from '../../i18n/en.ts';
import type { Diagnostic, QuickFix } from '../../sim/base/diagnostic.ts';

/** The sentence of a diagnostic; its code and parameters where a sentence is missing. */
export function diagnosticText(diagnostic: Pick<Diagnostic, 'code' | 'params'>, t: Messages): string {
  const sentence = t.diagnostics[diagnostic.code];
  if (sentence !== undefined) return sentence(diagnostic.params);
  const params = Object.entries(diagnostic.params).map(([key, value]) => `${key}: ${value}`);
  return params.length === 0 ? diagnostic.code : `${diagnostic.code} (${params.join(', ')})`;
}

/** What a quick fix would do, in a few words. */
export function fixTitle(fix: QuickFix, t: Messages): string {
  const title = t.diagnostics[fix.titleCode];
  if (title !== undefined) return title(fix.params);
  const text = fix.newText.trim();
  if (text === '') return t.editor.removeText;
  const line = text.split('\n')[0] ?? text;
  return t.editor.replaceWith({ text: line.length > 40 ? `${line.slice(0, 39)}…` : line });
}
