import { useText } from '../../i18n/messages.ts';
import type { Diagnostic, QuickFix, Severity } from '../../sim/base/diagnostic.ts';
import { useDocument } from '../../state/document.ts';
import { useLook, whyRefused } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Icon } from '../kit/Icon.tsx';
import { diagnosticText, fixTitle } from '../kit/diagnostic-text.ts';
import styles from './Problems.module.css';
import { replaceRange, unixLines } from './text-edit.ts';

const LIMIT = 200;
const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** All problems, worst first; each leads to its place, and each quick fix can be applied here. */
export function Problems() {
  const t = useText();
  const diagnostics = useSimulation((s) => s.result?.diagnostics) ?? [];
  const refused = useSimulation((s) => s.result?.scene.refused);
  const sorted = [...diagnostics].sort((a, b) => RANK[a.severity] - RANK[b.severity]).slice(0, LIMIT);
  return (
    <section className={styles.problems} aria-label={t.editor.problems} id="problems">
      <ul>
        {sorted.map((d, i) => (
          <li
            key={`${d.code} ${d.range?.file} ${d.range?.line}:${d.range?.column} ${i}`}
            className={styles.row}
          >
            <button
              type="button"
              className={styles.place}
              disabled={d.range === undefined}
              onClick={() => {
                if (d.range !== undefined) useLook.getState().showSource(d.range);
              }}
            >
              <SeverityIcon severity={d.severity} label={t.editor.severity[d.severity]} />
              <span>
                <b>
                  {d.range === undefined
                    ? d.object && titleOf(d)
                    : `${d.range.file}:${d.range.line}:${d.range.column}`}
                </b>{' '}
                {diagnosticText(d, t)}
              </span>
            </button>
            {d.fixes?.map((fix) => (
              <button
                key={`${fix.titleCode} ${fix.newText}`}
                type="button"
                className={styles.fix}
                onClick={() => applyFix(fix)}
              >
                {fixTitle(fix, t)}
              </button>
            ))}
            {isRefusal(d, refused) && (
              <button type="button" className={styles.fix} onClick={() => whyRefused(titleOf(d))}>
                {t.editor.whyRefused}
              </button>
            )}
          </li>
        ))}
      </ul>
      {diagnostics.length > LIMIT && (
        <p className={styles.more}>{t.editor.moreProblems({ count: diagnostics.length - LIMIT })}</p>
      )}
    </section>
  );
}

/** `Pod shop/web`, as `scene.refused` has it. */
function titleOf({ object }: Diagnostic): string {
  const { kind, namespace, name } = object ?? { kind: '', name: '' };
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Did the API server turn its object down, or a pod that was made of it? */
function isRefusal(d: Diagnostic, refused: readonly string[] = []): boolean {
  return d.severity === 'error' && (d.params['how'] === 'not-made' || refused.includes(titleOf(d)));
}

/** Severity told by shape as well as by colour. */
export function SeverityIcon({ severity, label }: { readonly severity: Severity; readonly label: string }) {
  return (
    <span role="img" aria-label={label} className={styles[severity]}>
      <Icon name={severity === 'error' ? 'cross' : severity === 'warning' ? 'warning' : 'info'} size={14} />
    </span>
  );
}

/** One undo step; only while the fix still fits the text that it was made for. */
function applyFix(fix: QuickFix): void {
  const doc = useDocument.getState();
  if (useSimulation.getState().revision !== doc.revision) return;
  doc.replaceFiles(
    doc.files.map((f) =>
      f.name === fix.range.file
        ? { name: f.name, text: replaceRange(unixLines(f.text), fix.range, fix.newText) }
        : f,
    ),
  );
}

/** How many problems of each severity. */
export function countProblems(diagnostics: readonly Diagnostic[]): Readonly<Record<Severity, number>> {
  const count = { error: 0, warning: 0, info: 0 };
  for (const d of diagnostics) count[d.severity]++;
  return count;
}
