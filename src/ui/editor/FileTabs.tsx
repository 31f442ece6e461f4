import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { useSimulation } from '../../state/simulation.ts';
import { IconButton } from '../kit/Button.tsx';
import { classes } from '../kit/classes.ts';
import { Menu } from '../kit/Menu.tsx';
import { nextIndex } from '../kit/Tabs.tsx';
import { useEditor } from './editor-store.ts';
import { addFile, nameFault } from './file-names.ts';
import styles from './FileTabs.module.css';

function setRenaming(renaming: string | undefined): void {
  useEditor.setState({ renaming });
}

/** The files as tabs: arrows choose, F2 or a double click renames, Delete deletes (and can be undone). */
export function FileTabs() {
  const t = useText().editor;
  const files = useDocument((s) => s.files);
  const active = useDocument((s) => s.active);
  const diagnostics = useSimulation((s) => s.result?.diagnostics);
  const renaming = useEditor((s) => s.renaming);
  const list = useRef<HTMLDivElement>(null);
  /** The tab takes the focus that a name field or a deleted tab had. */
  const [refocus, setRefocus] = useState(0);
  useEffect(() => {
    if (refocus > 0) list.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }, [refocus]);
  const remove = (): void => {
    useDocument.getState().removeFile(active);
    setRefocus((n) => n + 1);
  };

  useEffect(() => {
    document.getElementById(`files-tab-${active}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (renaming !== undefined) return;
    if (event.key === 'F2') setRenaming(active);
    else if (event.key === 'Delete') remove();
    else {
      const next = nextIndex(
        event.key,
        files.findIndex((f) => f.name === active),
        files.length,
      );
      const file = next === undefined ? undefined : files[next];
      if (file === undefined || next === undefined) return;
      useDocument.getState().setActive(file.name);
      (list.current?.querySelectorAll('[role="tab"]')[next] as HTMLElement | undefined)?.focus();
    }
    event.preventDefault();
  };
  const worst = (name: string): 'error' | 'warning' | undefined => {
    const own = diagnostics?.filter((d) => d.range?.file === name);
    if (own?.some((d) => d.severity === 'error') === true) return 'error';
    return own?.some((d) => d.severity === 'warning') === true ? 'warning' : undefined;
  };

  return (
    <div className={styles.row}>
      <div ref={list} role="tablist" aria-label={t.files} className={styles.tabs}>
        {files.map((file) =>
          renaming === file.name ? (
            <RenameField
              key={file.name}
              name={file.name}
              onDone={(byKey) => {
                setRenaming(undefined);
                if (byKey) setRefocus((n) => n + 1);
              }}
            />
          ) : (
            <button
              key={file.name}
              type="button"
              role="tab"
              id={`files-tab-${file.name}`}
              aria-selected={file.name === active}
              aria-controls="files-panel"
              tabIndex={file.name === active ? 0 : -1}
              className={classes(styles.tab, file.name === active && styles.on)}
              onClick={() => useDocument.getState().setActive(file.name)}
              onDoubleClick={() => setRenaming(file.name)}
              onKeyDown={onKeyDown}
            >
              <span>{file.name}</span>
              {worst(file.name) !== undefined && (
                <span
                  className={classes(
                    styles.mark,
                    worst(file.name) === 'error' ? styles.error : styles.warning,
                  )}
                  aria-label={t.severity[worst(file.name) ?? 'error']}
                  role="img"
                />
              )}
            </button>
          ),
        )}
      </div>
      <IconButton
        icon="plus"
        label={t.addFile}
        className={styles.add}
        onClick={() => setRenaming(addFile(t.newName))}
      />
      <span className={styles.space} />
      {active !== '' && (
        <Menu
          label={t.fileMenu({ name: active })}
          icon="more"
          iconOnly
          align="end"
          groups={[
            {
              id: 'file',
              entries: [
                {
                  id: 'add',
                  label: t.addFile,
                  icon: 'plus',
                  onSelect: () => setRenaming(addFile(t.newName)),
                },
                { id: 'rename', label: t.rename, keys: 'F2', onSelect: () => setRenaming(active) },
                {
                  id: 'remove',
                  label: t.remove,
                  onSelect: remove,
                },
              ],
            },
          ]}
        />
      )}
    </div>
  );
}

function RenameField({ name, onDone }: { readonly name: string; readonly onDone: (byKey: boolean) => void }) {
  const t = useText().editor;
  const [value, setValue] = useState(name);
  const input = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  const files = useDocument((s) => s.files);
  const others = files.flatMap((f) => (f.name === name ? [] : [f.name]));
  const fault = nameFault(value.trim(), others);
  useEffect(() => {
    const dot = name.lastIndexOf('.');
    input.current?.focus();
    input.current?.setSelectionRange(0, dot > 0 ? dot : name.length);
  }, [name]);
  const finish = (keep: boolean, byKey: boolean): void => {
    if (left.current) return;
    left.current = true;
    const wanted = value.trim();
    if (keep && fault === undefined && wanted !== name) useDocument.getState().renameFile(name, wanted);
    onDone(byKey);
  };
  return (
    <input
      ref={input}
      className={styles.rename}
      aria-label={t.renameFile({ name })}
      aria-invalid={fault !== undefined}
      data-tip={fault === undefined ? undefined : t[fault]}
      value={value}
      size={Math.max(8, value.length)}
      spellCheck={false}
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => finish(true, false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter' && fault === undefined) finish(true, true);
        else if (event.key === 'Escape') finish(false, true);
      }}
    />
  );
}
