import type { Messages } from '../../i18n/en.ts';
import type { ExpectationResult } from '../../worker/protocol.ts';
import { diagnosticText } from '../kit/diagnostic-text.ts';

/** What came of an expectation, as the client saw it. */
export function outcome(e: ExpectationResult, t: Messages): string {
  if (e.verdict === undefined || e.clientSees === undefined) return t.editor.notRun;
  return t.editor.clientSees[e.clientSees] ?? t.editor.verdicts[e.verdict] ?? e.verdict;
}

/** What was expected, in a word. */
export function wantedText(e: ExpectationResult, t: Messages): string {
  const { key, value } = e.wanted;
  if (key === 'allowed') return value === true ? t.editor.wanted.allowed : t.editor.wanted.denied;
  const words = key === 'verdict' ? t.editor.verdicts : t.editor.clientSees;
  return words[String(value)] ?? String(value);
}

/** `Fails: expected denied, got connects`. */
export function expectationText(e: ExpectationResult, t: Messages): string {
  if (e.error !== undefined) return diagnosticText(e.error, t);
  return e.holds
    ? t.editor.expectHolds({ result: outcome(e, t) })
    : t.editor.expectFails({ wanted: wantedText(e, t), result: outcome(e, t) });
}

/** `client` for `default/client`; other namespaces keep theirs. */
export function placeText(place: string): string {
  return place.replace(/^(default|node|external)\//, '');
}
