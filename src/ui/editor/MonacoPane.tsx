import { useEffect, useRef, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { usePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { diagnosticText } from '../kit/diagnostic-text.ts';
import { decidingLine } from './deciding-line.ts';
import { decidingDecorations, expectationDecorations } from './decorations.ts';
import { provideFocus, useEditor } from './editor-store.ts';
import { allModels, connectCaret, fileOf, followStore, lastTyped, modelOf, setComposing } from './models.ts';
import './monaco.css';
import { registerProviders, setMarkers } from './monaco-providers.ts';
import { monaco } from './monaco-setup.ts';
import { followTheme } from './monaco-theme.ts';

type Editor = monaco.editor.IStandaloneCodeEditor;

/** While a person types, the walk does not pull the text away under the caret. */
const TYPING_MS = 1500;

/** Characters beyond which completion comes on demand only: each question carries the whole text. */
const SUGGEST_LIMIT = 1_000_000;

const viewStates = new Map<string, monaco.editor.ICodeEditorViewState | null>();

/** The text of the active file in Monaco. */
export function MonacoPane() {
  const t = useText();
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor>();
  const active = useDocument((s) => s.active);
  const exists = useDocument((s) => s.files.some((f) => f.name === s.active));

  useEffect(() => {
    if (host.current === null) return;
    registerProviders();
    const stopTheme = followTheme();
    const stopStore = followStore();
    const created = monaco.editor.create(host.current, OPTIONS);
    connectCaret(
      (model) => {
        const position = created.getModel() === model ? created.getPosition() : null;
        return position === null ? 0 : model.getOffsetAt(position);
      },
      (model, offset) => {
        if (created.getModel() !== model) return;
        const position = model.getPositionAt(offset);
        created.setPosition(position);
        created.revealPositionInCenterIfOutsideViewport(position);
      },
    );
    created.onDidChangeCursorPosition(({ position }) => {
      const model = created.getModel();
      const doc = useDocument.getState();
      if (model === null || fileOf(model) !== doc.active) return;
      const caret = model.getOffsetAt(position);
      if (caret !== doc.caret) useDocument.setState({ caret });
    });
    created.onDidCompositionStart(() => setComposing(true));
    created.onDidCompositionEnd(() => setComposing(false));
    const measure = (): void => {
      const { contentWidth, verticalScrollbarWidth } = created.getLayoutInfo();
      const edge = contentWidth - verticalScrollbarWidth + created.getScrollLeft();
      host.current?.style.setProperty('--pw-edge', `${edge}px`);
    };
    measure();
    created.onDidLayoutChange(measure);
    created.onDidScrollChange((event) => {
      if (event.scrollLeftChanged) measure();
    });
    provideFocus(() => created.focus());
    void document.fonts.ready.then(() => monaco.editor.remeasureFonts());
    setEditor(created);
    return () => {
      provideFocus(undefined);
      connectCaret(undefined, undefined);
      const model = created.getModel();
      if (model !== null) viewStates.set(fileOf(model), created.saveViewState());
      stopStore();
      stopTheme();
      created.dispose();
      setEditor(undefined);
    };
  }, []);

  useShownFile(editor, active, exists);
  useTabMode(editor);
  useMarkers(editor);
  useDecidingLine(editor, active);
  useExpectationMarks(editor, active);
  useReveal(editor);

  useEffect(() => {
    editor?.updateOptions({ ariaLabel: t.editor.text({ name: active }) });
  }, [editor, t, active]);

  return <div ref={host} className="pw-monaco" />;
}

const OPTIONS: monaco.editor.IStandaloneEditorConstructionOptions = {
  model: null,
  theme: 'packetwalk',
  automaticLayout: true,
  fontFamily: "'IBM Plex Mono', 'IBM Plex Sans KR', 'Plex Mono stand-in', ui-monospace, monospace",
  fontSize: 12,
  lineHeight: 18,
  fontLigatures: false,
  lineNumbersMinChars: 3,
  lineDecorationsWidth: 6,
  glyphMargin: false,
  folding: true,
  showFoldingControls: 'mouseover',
  foldingMaximumRegions: 2000,
  minimap: { enabled: false },
  overviewRulerLanes: 2,
  overviewRulerBorder: false,
  hideCursorInOverviewRuler: true,
  scrollBeyondLastLine: false,
  renderFinalNewline: 'on',
  padding: { top: 8, bottom: 8 },
  scrollbar: { verticalScrollbarSize: 8, horizontalScrollbarSize: 8, useShadows: false },
  renderLineHighlight: 'line',
  renderLineHighlightOnlyWhenFocus: true,
  guides: { indentation: false, bracketPairs: false },
  bracketPairColorization: { enabled: false },
  matchBrackets: 'near',
  occurrencesHighlight: 'off',
  selectionHighlight: false,
  wordBasedSuggestions: 'off',
  quickSuggestions: { other: true, strings: true, comments: false },
  acceptSuggestionOnEnter: 'smart',
  suggest: { showWords: false, showStatusBar: false, preview: false },
  links: false,
  colorDecorators: false,
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true, nonBasicASCII: false },
  stickyScroll: { enabled: false },
  fixedOverflowWidgets: true,
  tabSize: 2,
  insertSpaces: true,
  detectIndentation: false,
  contextmenu: true,
  accessibilitySupport: 'auto',
  largeFileOptimizations: true,
};

/** Shows the active file; each file keeps its own scroll and caret. */
function useShownFile(editor: Editor | undefined, active: string, exists: boolean): void {
  useEffect(() => {
    if (editor === undefined) return;
    const before = editor.getModel();
    const model = exists ? (modelOf(active) ?? null) : null;
    if (before === model) return;
    if (before !== null && !before.isDisposed()) viewStates.set(fileOf(before), editor.saveViewState());
    // Read first: the new model's own caret is told at once.
    const { caret } = useDocument.getState();
    editor.setModel(model);
    const asks = (model?.getValueLength() ?? 0) < SUGGEST_LIMIT;
    editor.updateOptions({
      quickSuggestions: asks ? OPTIONS.quickSuggestions : false,
      suggestOnTriggerCharacters: asks,
    });
    const state = viewStates.get(active);
    if (state != null && model !== null) {
      editor.restoreViewState(state);
      const restored = editor.getPosition();
      if (restored !== null) useDocument.setState({ caret: model.getOffsetAt(restored) });
    } else if (model !== null) {
      const position = model.getPositionAt(caret);
      editor.setPosition(position);
      editor.revealPositionInCenterIfOutsideViewport(position);
    }
  }, [editor, active, exists]);
}

/** The footer's button and Monaco's own command change the same thing. */
function useTabMode(editor: Editor | undefined): void {
  const tabMoves = useEditor((s) => s.tabMoves);
  useEffect(() => {
    editor?.updateOptions({ tabFocusMode: tabMoves });
  }, [editor, tabMoves]);
}

/** Problems under the text that they are about; only for the text that was simulated. */
function useMarkers(editor: Editor | undefined): void {
  const t = useText();
  const result = useSimulation((s) => s.result);
  useEffect(() => {
    if (editor === undefined || result === undefined) return;
    if (useSimulation.getState().revision !== useDocument.getState().revision) return;
    for (const model of allModels()) {
      setMarkers(model, result.diagnostics, (d) => diagnosticText(d, t));
    }
  }, [editor, result, t]);
}

/** Lights the line that decided the shown step, and goes to its file when following. */
function useDecidingLine(editor: Editor | undefined, active: string): void {
  const t = useText();
  const walk = useSimulation((s) => s.walk);
  const step = usePlayback((s) => s.step);
  const following = useEditor((s) => s.following);
  const went = useRef<string>(undefined);
  useEffect(() => {
    if (editor === undefined) return;
    // Walking the same probe again after an edit is no move.
    const shown = walk === undefined ? undefined : `${step} ${JSON.stringify(walk.probe)}`;
    const line = decidingLine(walk?.trace.steps[step]);
    // A tab that the person chose stays until the walk moves on.
    const moved = went.current !== shown;
    went.current = shown;
    if (line === undefined) return;
    const typing = performance.now() - lastTyped() < TYPING_MS;
    const follow = following && moved && !typing;
    const { keepFile } = useEditor.getState();
    if (keepFile) useEditor.setState({ keepFile: false });
    if (follow && !keepFile && line.range.file !== active && !editor.hasTextFocus()) {
      const { files, setActive } = useDocument.getState();
      if (files.some((f) => f.name === line.range.file)) {
        // The file changes first; what follows happens once it is shown.
        went.current = undefined;
        setActive(line.range.file);
        return;
      }
    }
    const model = editor.getModel();
    if (model === null || fileOf(model) !== line.range.file) return;
    const columns = editor.getLayoutInfo().viewportColumn;
    const words = line.by === 'line' ? t.editor.decided : t.editor.decidedKinds[line.by];
    const marks = editor.createDecorationsCollection(decidingDecorations(line, model, columns, words));
    editor.getContainerDomNode().style.setProperty('--pw-note', JSON.stringify(words));
    if (follow) {
      editor.revealLineInCenterIfOutsideViewport(line.range.line, monaco.editor.ScrollType.Smooth);
    }
    return () => marks.clear();
  }, [editor, walk, step, active, following, t]);
}

function useExpectationMarks(editor: Editor | undefined, active: string): void {
  const t = useText();
  const expected = useSimulation((s) => s.expected);
  useEffect(() => {
    if (editor === undefined || expected?.revision !== useDocument.getState().revision) return;
    const marks = editor.createDecorationsCollection(expectationDecorations(active, expected.entries, t));
    return () => marks.clear();
  }, [editor, expected, active, t]);
}

/** A place that something else in the page asked for. */
function useReveal(editor: Editor | undefined): void {
  const reveal = useLook((s) => s.reveal);
  const active = useDocument((s) => s.active);
  const done = useRef(0);
  useEffect(() => {
    if (editor === undefined || reveal === undefined || done.current === reveal.at) return;
    if (reveal.range.file !== active) {
      const { files, setActive } = useDocument.getState();
      if (files.some((f) => f.name === reveal.range.file)) setActive(reveal.range.file);
      return;
    }
    done.current = reveal.at;
    const { line, column, endLine, endColumn } = reveal.range;
    editor.setSelection(new monaco.Range(line, column, line, endLine === line ? endColumn : column));
    editor.revealLineInCenterIfOutsideViewport(line);
    editor.focus();
  }, [editor, reveal, active]);
}
