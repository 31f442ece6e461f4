import { useEffect, useMemo, useRef } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { usePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { decidingLine } from './deciding-line.ts';
import { useEditor } from './editor-store.ts';
import styles from './PlainText.module.css';
import { offsetAt } from './text-edit.ts';

const LINE_PX = 18;

function useActiveText(): string {
  return useDocument((s) => s.files.find((f) => f.name === s.active)?.text ?? '');
}

/** The text as it will stand in the editor, while that is still loading. */
export function QuietText() {
  const t = useText().editor;
  const text = useActiveText();
  const lines = text.split('\n').slice(0, 400);
  return (
    <div className={styles.quiet} aria-busy="true" aria-label={t.loading}>
      <div className={styles.numbers} aria-hidden="true">
        {lines.map((_, i) => (
          <div key={i}>{i + 1}</div>
        ))}
      </div>
      <pre>{lines.join('\n')}</pre>
    </div>
  );
}

/** A text area for touch screens, with the deciding line lit behind the text. */
export function PlainText() {
  const t = useText().editor;
  const active = useDocument((s) => s.active);
  const text = useActiveText();
  const area = useRef<HTMLTextAreaElement>(null);
  const light = useRef<HTMLDivElement>(null);
  const walk = useSimulation((s) => s.walk);
  const step = usePlayback((s) => s.step);
  const reveal = useLook((s) => s.reveal);
  const following = useEditor((s) => s.following);
  const found = useMemo(() => decidingLine(walk?.trace.steps[step]), [walk, step]);
  const line = found?.range.file === active ? found : undefined;

  // A tab that the person chose stays until the walk moves on; walking again after an edit is no move.
  const moment = walk === undefined ? undefined : `${step} ${JSON.stringify(walk.probe)}`;
  const went = useRef<string>(undefined);
  useEffect(() => {
    const moved = went.current !== moment;
    went.current = moment;
    if (!moved) return;
    if (!following || found === undefined || document.activeElement === area.current) return;
    const { files, setActive } = useDocument.getState();
    if (files.some((f) => f.name === found.range.file)) setActive(found.range.file);
  }, [found, following, moment]);

  useEffect(() => {
    if (line !== undefined) area.current?.scrollTo({ top: (line.range.line - 4) * LINE_PX });
  }, [line]);

  useEffect(() => {
    if (reveal === undefined) return;
    const { range } = reveal;
    const { files, setActive } = useDocument.getState();
    const file = files.find((f) => f.name === range.file);
    if (file === undefined) return;
    setActive(range.file);
    requestAnimationFrame(() => {
      const at = offsetAt(file.text, range.line, range.column);
      area.current?.setSelectionRange(at, offsetAt(file.text, range.endLine, range.endColumn));
      area.current?.scrollTo({ top: (range.line - 4) * LINE_PX });
    });
  }, [reveal]);

  return (
    <div className={styles.plain}>
      {line !== undefined && (
        <div
          ref={light}
          className={styles.light}
          style={{
            top: 8 + (line.range.line - 1) * LINE_PX,
            background: `var(--${line.tone}-soft)`,
            boxShadow: `inset 3px 0 0 var(--${line.tone}-fill)`,
          }}
          aria-hidden="true"
        />
      )}
      <textarea
        ref={area}
        aria-label={t.text({ name: active })}
        value={text}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        wrap="off"
        onScroll={(event) => {
          if (light.current !== null) {
            light.current.style.transform = `translateY(${-event.currentTarget.scrollTop}px)`;
          }
        }}
        onChange={(event) =>
          useDocument
            .getState()
            .type(active, event.target.value, event.target.selectionStart, performance.now())
        }
        onKeyDown={(event) => {
          const key = event.key.toLowerCase();
          if (!(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return;
          event.preventDefault();
          if (key === 'y' || event.shiftKey) useDocument.getState().redo();
          else useDocument.getState().undo();
        }}
      />
    </div>
  );
}
