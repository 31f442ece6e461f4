import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useText } from '../../i18n/messages.ts';
import { classes } from '../kit/classes.ts';
import { Dialog } from '../kit/Dialog.tsx';
import { Icon } from '../kit/Icon.tsx';
import { allActions, filterActions, type Action } from './actions.ts';
import styles from './CommandPalette.module.css';

/** Every action by its name: a combobox with its list, in a dialog. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const t = useText();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const actions = useMemo(() => allActions(t), [t]);
  const found = filterActions(actions, query);
  const active = Math.min(at, found.length - 1);

  const run = (action: Action | undefined): void => {
    if (action === undefined) return;
    onClose();
    // The dialog gives the focus back first; the action may then move it.
    setTimeout(action.run, 0);
  };
  const move = (to: number): void => {
    const next = (to + found.length) % Math.max(1, found.length);
    setAt(next);
    list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') move(active + 1);
    else if (event.key === 'ArrowUp') move(active - 1);
    else if (event.key === 'PageDown') move(Math.min(found.length - 1, active + 8));
    else if (event.key === 'PageUp') move(Math.max(0, active - 8));
    else if (event.key === 'Enter') run(found[active]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog
      title={t.app.palette}
      closeLabel={t.app.close}
      open
      onClose={onClose}
      bare
      className={styles.palette}
    >
      <div className={styles.search}>
        <Icon name="search" className={styles.glass} />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found[active] === undefined ? undefined : `palette-${active}`}
          aria-label={t.app.palette}
          aria-autocomplete="list"
          placeholder={t.app.paletteHint}
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div ref={list} id="palette-list" role="listbox" aria-label={t.app.palette} className={styles.list}>
        {found.map((action, i) => {
          const first = query === '' && action.group !== found[i - 1]?.group;
          return (
            <div key={action.id} role="presentation">
              {first && (
                <div className={styles.group} aria-hidden="true">
                  {action.group}
                </div>
              )}
              <button
                type="button"
                id={`palette-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === active}
                className={classes(styles.option, i === active && styles.on)}
                onPointerMove={() => setAt(i)}
                onClick={() => run(action)}
              >
                <span className={styles.label}>{action.label}</span>
                {query !== '' && <span className={styles.where}>{action.group}</span>}
                {action.keys !== undefined && <kbd>{action.keys}</kbd>}
              </button>
            </div>
          );
        })}
      </div>
      {found.length === 0 && (
        <p className={styles.none} role="status">
          {t.app.paletteNone}
        </p>
      )}
    </Dialog>
  );
}
