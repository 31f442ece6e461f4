/**
 * One Monaco model for each file, kept equal to the document store in both directions. The store holds the truth and
 * the history; a model only ever differs for as long as an input method is composing.
 */
import { useDocument } from '../../state/document.ts';
import { monaco } from './monaco-setup.ts';
import { minimalEdit, unixLines } from './text-edit.ts';

type Model = monaco.editor.ITextModel;

const models = new Map<string, Model>();
/** The text that each model and the store last agreed on: a key stroke then costs its own length, not the file's. */
const agreed = new Map<string, string>();
/** True while the store's text is being written into a model: that change is no typing. */
let applying = false;
let composing = false;
/** True while a model's text is being written into the store: nothing has to come back. */
let typing = false;
let typedAt = Number.NEGATIVE_INFINITY;
let caretOf: ((model: Model) => number) | undefined;
let moveCaret: ((model: Model, offset: number) => void) | undefined;

/** When the person last typed, on the clock of `performance.now()`. */
export function lastTyped(): number {
  return typedAt;
}

/** How the editor tells and takes the caret; undefined when there is none. */
export function connectCaret(
  read: ((model: Model) => number) | undefined,
  move: ((model: Model, offset: number) => void) | undefined,
): void {
  caretOf = read;
  moveCaret = move;
}

/** The store's text waits while an input method (Hangul) composes. */
export function setComposing(on: boolean): void {
  composing = on;
  if (!on) syncAll();
}

function uriOf(name: string): monaco.Uri {
  return monaco.Uri.from({ scheme: 'packetwalk', path: `/${name}` });
}

/** The file that a model shows. */
export function fileOf(model: Model): string {
  return model.uri.path.slice(1);
}

/** The model of a file, made from the store's text when it is not there yet. */
export function modelOf(name: string): Model | undefined {
  const known = models.get(name);
  if (known !== undefined) return known;
  const file = useDocument.getState().files.find((f) => f.name === name);
  if (file === undefined) return undefined;
  const model = monaco.editor.createModel(unixLines(file.text), 'yaml', uriOf(name));
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  model.updateOptions({
    tabSize: 2,
    indentSize: 2,
    insertSpaces: true,
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  model.onDidChangeContent((event) => {
    if (applying) return;
    typedAt = performance.now();
    typing = true;
    try {
      const text = changedText(name, model, event.changes);
      agreed.set(name, text);
      useDocument.getState().type(name, text, caretOf?.(model) ?? 0, typedAt);
    } finally {
      typing = false;
    }
  });
  models.set(name, model);
  return model;
}

/** The model's text after a change: the agreed text with the change applied, where that is known to be right. */
function changedText(
  name: string,
  model: Model,
  changes: readonly monaco.editor.IModelContentChange[],
): string {
  const before = agreed.get(name);
  const stored = useDocument.getState().files.find((f) => f.name === name)?.text;
  const [only] = changes;
  if (before !== undefined && before === stored && only !== undefined && changes.length === 1) {
    const { rangeOffset, rangeLength, text } = only;
    const after = before.slice(0, rangeOffset) + text + before.slice(rangeOffset + rangeLength);
    if (!text.includes('\r') && after.length === model.getValueLength()) return after;
  }
  return model.getValue();
}

/** All models, for markers. */
export function allModels(): readonly Model[] {
  return useDocument.getState().files.flatMap((f) => modelOf(f.name) ?? []);
}

/** Where the caret goes in a model that the store changed: it stays, to what undo brought back, or to the top. */
type Caret = 'stays' | 'follows' | 'top';

function syncAll(caret: Caret = 'stays'): void {
  const { files } = useDocument.getState();
  for (const [name, model] of models) {
    const file = files.find((f) => f.name === name);
    if (file === undefined) {
      models.delete(name);
      agreed.delete(name);
      model.dispose();
      continue;
    }
    if (agreed.get(name) === file.text && file.text.length === model.getValueLength()) continue;
    const edit = minimalEdit(model.getValue(), unixLines(file.text));
    agreed.set(name, file.text);
    if (edit === undefined) continue;
    const from = model.getPositionAt(edit.start);
    const to = model.getPositionAt(edit.end);
    applying = true;
    try {
      model.applyEdits([{ range: monaco.Range.fromPositions(from, to), text: edit.text }]);
    } finally {
      applying = false;
    }
    if (caret !== 'stays') moveCaret?.(model, caret === 'top' ? 0 : edit.start + edit.text.length);
  }
}

/** Follows the store until the returned function is called. */
export function followStore(): () => void {
  syncAll();
  return useDocument.subscribe((s, before) => {
    if (s.files === before.files || composing || typing) return;
    // Undo and redo move a state between past and future; opening empties both.
    const opened = s.past.length === 0 && s.future.length === 0;
    const moved = s.past.length !== before.past.length && s.future.length !== before.future.length;
    syncAll(opened ? 'top' : moved ? 'follows' : 'stays');
  });
}
