import { useText } from '../../i18n/messages.ts';
import { usePreferences } from '../../state/preferences.ts';
import { Button } from '../kit/Button.tsx';
import { Dialog } from '../kit/Dialog.tsx';
import styles from './HelpDialog.module.css';
import { useShell } from './shell-store.ts';

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** What the product is, all shortcuts, and whether single keys act. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText().app;
  const single = usePreferences((s) => s.singleKeyShortcuts);
  const mod = isMac ? '⌘' : 'Ctrl';
  const page: readonly (readonly [string, string])[] = [
    [t.keys.space, t.actions.playPause],
    ['← →', `${t.actions.stepBack}, ${t.actions.stepForward}`],
    ['Home End', `${t.actions.toStart}, ${t.actions.toEnd}`],
    ['↑ ↓', t.keys.eventList],
    ['/', t.actions.focusProbe],
    ['?', t.actions.help],
    [`${mod}+K`, t.actions.palette],
    [`${mod}+Z`, t.undo],
    [`${mod}+Shift+Z`, t.redo],
  ];
  const editor: readonly (readonly [string, string])[] = [
    [`${mod}+Space`, t.keys.complete],
    [`${mod}+.`, t.keys.quickFix],
    ['F8', t.keys.nextProblem],
    [`${mod}+F`, t.keys.find],
    [isMac ? 'Ctrl+Shift+M' : 'Ctrl+M', t.keys.tabFocus],
    ['F1', t.keys.editorCommands],
  ];
  return (
    <Dialog
      title={t.helpTitle}
      closeLabel={t.close}
      open
      onClose={onClose}
      className={styles.help}
      footer={
        <Button
          kind="line"
          onClick={() => {
            onClose();
            useShell.getState().set({ tour: 0 });
          }}
        >
          {t.actions.tour}
        </Button>
      }
    >
      <div className={styles.body} tabIndex={-1}>
        <p>{t.helpIntro}</p>
        <h3>{t.helpKeys}</h3>
        <Keys rows={page} />
        <label className={styles.switch}>
          <input
            type="checkbox"
            checked={single}
            onChange={(event) => usePreferences.getState().set({ singleKeyShortcuts: event.target.checked })}
          />
          <span>
            {t.helpSingleKeys}
            <small>{single ? t.helpTyping : t.helpSingleKeysOff}</small>
          </span>
        </label>
        <h3>{t.helpMonaco}</h3>
        <Keys rows={editor} />
        <h3>{t.helpSources}</h3>
        <p>{t.helpHonest}</p>
        <Button
          kind="line"
          className={styles.verified}
          onClick={() => {
            onClose();
            useShell.getState().set({ fidelity: true });
          }}
        >
          {t.actions.fidelity}
        </Button>
        <p className={styles.small}>{t.helpLanguage}</p>
        <p className={styles.small}>{t.helpMadeWith}</p>
      </div>
    </Dialog>
  );
}

function Keys({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <dl className={styles.keys}>
      {rows.map(([keys, does]) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
