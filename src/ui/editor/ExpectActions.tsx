import { useRef, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import type { EditedText } from '../../sim/traffic/playground-entries.ts';
import { useDocument } from '../../state/document.ts';
import { useLook } from '../../state/selection.ts';
import { requestExpectWalk, requestImport } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import type { Diagnostic } from '../../sim/base/diagnostic.ts';
import { Button, IconButton } from '../kit/Button.tsx';
import { diagnosticText } from '../kit/diagnostic-text.ts';
import styles from './ExpectActions.module.css';

interface Said {
  readonly text: string;
  readonly notes: readonly Diagnostic[];
}

/** Writes the edited files, and shows the line that is new. One undo step. */
function apply({ files, file }: EditedText): void {
  const doc = useDocument.getState();
  const before = doc.files.find((one) => one.name === file)?.text.split('\n') ?? [];
  const after = files.find((one) => one.name === file)?.text.split('\n') ?? [];
  doc.replaceFiles(files, file);
  const line = after.findIndex((text, i) => text !== before[i]) + 1;
  if (line > 0) useLook.getState().showSource({ file, line, column: 1, endLine: line, endColumn: 1 });
}

/** More of what is expected: the shown walk, or policy-assistant's traffic. */
export function ExpectActions() {
  const { traffic: t, ...texts } = useText();
  const walk = useSimulation((s) => s.walk);
  const revision = useDocument((s) => s.revision);
  // What is simulated has to be what is written: the answer is text that replaces it.
  const settled = useSimulation((s) => s.revision === revision);
  const [said, setSaid] = useState<Said>();
  const input = useRef<HTMLInputElement>(null);

  const add = async (): Promise<void> => {
    if (walk === undefined) return;
    const answer = await requestExpectWalk(walk.probe);
    if (useDocument.getState().revision !== revision) return;
    if (answer.ok) apply(answer.edited);
    const text = answer.ok ? t.expected({ file: answer.edited.file }) : t.notExpected[answer.why];
    setSaid({ text, notes: [] });
  };
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const { edited, entries, diagnostics: notes } = await requestImport(file.name, await file.text());
    if (useDocument.getState().revision !== revision) return;
    if (edited !== undefined) apply(edited);
    const text =
      edited !== undefined
        ? t.imported({ count: entries.length, file: edited.file })
        : entries.length > 0
          ? t.notExpected.text
          : t.importedNone;
    setSaid({ text, notes });
  };
  const failed = (): void => setSaid({ text: t.unreadable, notes: [] });
  return (
    <div
      className={styles.actions}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        read(event.dataTransfer.files[0]).catch(failed);
      }}
    >
      <p className={styles.buttons}>
        {walk !== undefined && (
          <Button icon="plus" disabled={!settled} onClick={() => void add().catch(failed)}>
            {t.expectThis}
          </Button>
        )}
        <Button disabled={!settled} data-tip={t.openTip} onClick={() => input.current?.click()}>
          {t.openFile}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label={t.openFile}
          onChange={(event) => {
            read(event.target.files?.[0]).catch(failed);
            event.target.value = '';
          }}
        />
      </p>
      <div role="status">
        {said !== undefined && (
          <div className={styles.said}>
            <p>{said.text}</p>
            <IconButton icon="cross" label={t.dismiss} onClick={() => setSaid(undefined)} />
            {said.notes.length > 0 && (
              <ul aria-label={t.notes}>
                {said.notes.map((note, i) => (
                  <li key={i} className={note.severity === 'error' ? styles.error : undefined}>
                    <code>
                      {note.range?.line}:{note.range?.column}
                    </code>{' '}
                    {diagnosticText(note, { ...texts, traffic: t })}
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
