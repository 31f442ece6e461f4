import { useText } from '../../i18n/messages.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/Icon.tsx';
import { useEditor } from './editor-store.ts';
import styles from './EditorFooter.module.css';
import { countProblems, SeverityIcon } from './Problems.tsx';

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** Problems in a count, whether the text follows the walk, and what Tab does. */
export function EditorFooter({
  plain,
  onCollapse,
  collapseLabel,
}: {
  readonly plain: boolean;
  readonly onCollapse: (() => void) | undefined;
  readonly collapseLabel: string;
}) {
  const t = useText().editor;
  const diagnostics = useSimulation((s) => s.result?.diagnostics);
  const { following, tabMoves, problemsOpen, set } = useEditor();
  const count = countProblems(diagnostics ?? []);
  const none = diagnostics === undefined || diagnostics.length === 0;
  const summary = [
    t.problems,
    count.error > 0 && t.errors({ count: count.error }),
    count.warning > 0 && t.warnings({ count: count.warning }),
    count.info > 0 && t.notes({ count: count.info }),
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <div className={styles.footer}>
      <button
        type="button"
        className={styles.item}
        aria-label={none ? t.noProblems : summary}
        aria-expanded={problemsOpen && !none}
        aria-controls="problems"
        disabled={none}
        onClick={() => set({ problemsOpen: !problemsOpen })}
      >
        {none ? (
          <>
            <Icon name="check" size={14} className={styles.ok} />
            <span>{t.noProblems}</span>
          </>
        ) : (
          (['error', 'warning', 'info'] as const).map(
            (severity) =>
              count[severity] > 0 && (
                <span key={severity} className={styles.count}>
                  <SeverityIcon severity={severity} label={t.severity[severity]} />
                  <span className={styles.number}>{count[severity]}</span>
                  <span className={styles.words}>
                    {severity === 'error'
                      ? t.errors({ count: count.error })
                      : severity === 'warning'
                        ? t.warnings({ count: count.warning })
                        : t.notes({ count: count.info })}
                  </span>
                </span>
              ),
          )
        )}
        {!none && <Icon name={problemsOpen ? 'down' : 'up'} size={12} />}
      </button>
      <span className={styles.space} />
      {!plain && (
        <span role="status" className="visually-hidden">
          {tabMoves ? t.tabMoves : ''}
        </span>
      )}
      {!plain && (
        <button
          type="button"
          className={classes(styles.item, styles.tab)}
          aria-pressed={tabMoves}
          data-tip={isMac ? t.tabHintMac : t.tabHint}
          onClick={() => set({ tabMoves: !tabMoves })}
        >
          <span>{tabMoves ? t.tabMoves : t.tabIndents}</span>
          <kbd>{isMac ? '⌃⇧M' : 'Ctrl+M'}</kbd>
        </button>
      )}
      <button
        type="button"
        className={classes(styles.item, following && styles.on)}
        aria-pressed={following}
        aria-label={t.follow}
        data-tip={t.follow}
        onClick={() => set({ following: !following })}
      >
        <Icon name="follow" size={14} />
      </button>
      {onCollapse !== undefined && (
        <button
          type="button"
          className={styles.item}
          aria-label={collapseLabel}
          data-tip={collapseLabel}
          onClick={onCollapse}
        >
          <Icon name="panel" size={14} />
        </button>
      )}
    </div>
  );
}
