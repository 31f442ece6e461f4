/** What Monaco asks: completion and hover are answered by the simulation worker, quick fixes by its diagnostics. */
import { text } from '../../i18n/messages.ts';
import type { Diagnostic } from '../../sim/base/diagnostic.ts';
import type { SourceRange } from '../../sim/base/origin.ts';
import { useDocument } from '../../state/document.ts';
import { askCompletion, askHover } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import type { CompletionItem } from '../../worker/protocol.ts';
import { fixTitle } from '../kit/diagnostic-text.ts';
import { useEditor } from './editor-store.ts';
import { fieldHelp } from './field-help.ts';
import { fileOf, modelOf } from './models.ts';
import { monaco } from './monaco-setup.ts';

/** Beyond this a file's problems are only in the list. */
const MARKER_LIMIT = 300;

export function toRange(r: SourceRange): monaco.IRange {
  return {
    startLineNumber: r.line,
    startColumn: r.column,
    endLineNumber: r.endLine,
    endColumn: r.line === r.endLine && r.column === r.endColumn ? r.endColumn + 1 : r.endColumn,
  };
}

function toKind(kind: CompletionItem['kind']): monaco.languages.CompletionItemKind {
  const kinds = monaco.languages.CompletionItemKind;
  switch (kind) {
    case 'field':
      return kinds.Field;
    case 'value':
      return kinds.EnumMember;
    case 'reference':
      return kinds.Reference;
    case 'snippet':
      return kinds.Snippet;
  }
}

function severityOf(severity: Diagnostic['severity']): monaco.MarkerSeverity {
  switch (severity) {
    case 'error':
      return monaco.MarkerSeverity.Error;
    case 'warning':
      return monaco.MarkerSeverity.Warning;
    case 'info':
      return monaco.MarkerSeverity.Info;
  }
}

/** Shows a file's diagnostics in its text. */
export function setMarkers(
  model: monaco.editor.ITextModel,
  diagnostics: readonly Diagnostic[],
  sentence: (d: Diagnostic) => string,
): void {
  const file = fileOf(model);
  const own = diagnostics.filter((d) => d.range?.file === file).slice(0, MARKER_LIMIT);
  monaco.editor.setModelMarkers(
    model,
    'packetwalk',
    own.flatMap((d) =>
      d.range === undefined
        ? []
        : [{ ...toRange(d.range), severity: severityOf(d.severity), message: sentence(d), code: d.code }],
    ),
  );
}

const completion: monaco.languages.CompletionItemProvider = {
  triggerCharacters: [' ', ':', '"', '/', '-', ','],
  provideCompletionItems: async (model, position) => {
    const items = await askCompletion(fileOf(model), position.lineNumber, position.column).catch(() => []);
    const t = text();
    const helps = await fieldHelp();
    return {
      suggestions: items.map((item, i) => ({
        label: item.label,
        kind: toKind(item.kind),
        insertText: item.insertText,
        insertTextRules: item.insertText.includes('$')
          ? monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet
          : undefined,
        detail: item.detail ?? t.editor.completion[item.kind],
        documentation: item.help === undefined ? undefined : helps[item.help],
        range: {
          startLineNumber: position.lineNumber,
          endLineNumber: position.lineNumber,
          startColumn: item.replaceFrom,
          endColumn: item.replaceTo,
        },
        // The worker's order is the order of the API's documentation.
        sortText: String(i).padStart(4, '0'),
        command: item.insertText.endsWith(': ')
          ? { id: 'editor.action.triggerSuggest', title: '' }
          : undefined,
      })),
    };
  },
};

const hover: monaco.languages.HoverProvider = {
  provideHover: async (model, position) => {
    const info = await askHover(fileOf(model), position.lineNumber, position.column).catch(() => undefined);
    if (info === undefined) return null;
    const t = text();
    const help = info.help === undefined ? undefined : (await fieldHelp())[info.help];
    const head = `**${info.path.split('.').at(-1) ?? info.path}** \`${info.type}\`${info.required ? `, ${t.editor.required}` : ''}`;
    return {
      range: toRange(info.range),
      contents: [
        { value: `${head}  \n${info.kind} \`${info.path}\`` },
        ...(help === undefined ? [] : [{ value: help }]),
        { value: `*${t.editor.support[info.support]}*` },
      ],
    };
  },
};

const fixes: monaco.languages.CodeActionProvider = {
  provideCodeActions: (model, range) => {
    const t = text();
    const file = fileOf(model);
    const near = (useSimulation.getState().result?.diagnostics ?? []).filter(
      (d) => d.range?.file === file && monaco.Range.areIntersectingOrTouching(toRange(d.range), range),
    );
    const actions = near.flatMap((d) =>
      (d.fixes ?? []).flatMap((fix): monaco.languages.CodeAction[] => {
        const target = modelOf(fix.range.file);
        if (target === undefined) return [];
        return [
          {
            title: fixTitle(fix, t),
            kind: 'quickfix',
            isPreferred: d.fixes?.length === 1,
            diagnostics: monaco.editor
              .getModelMarkers({ resource: model.uri })
              .filter((m) => m.code === d.code && m.startLineNumber === d.range?.line),
            edit: {
              edits: [
                {
                  resource: target.uri,
                  versionId: undefined,
                  textEdit: { range: exactRange(fix.range), text: fix.newText },
                },
              ],
            },
          },
        ];
      }),
    );
    return { actions, dispose: () => {} };
  },
};

/** A range as it is, even when empty. */
export function exactRange(r: SourceRange): monaco.IRange {
  return {
    startLineNumber: r.line,
    startColumn: r.column,
    endLineNumber: r.endLine,
    endColumn: r.endColumn,
  };
}

/** Undo and redo anywhere in Monaco go to the one history; in its own input fields they stay with the field. */
function historyCommand(id: 'undo' | 'redo', run: () => void): void {
  monaco.editor.addCommand({
    id,
    run: () => {
      const focused = document.activeElement;
      const field = focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement;
      if (field && !focused.classList.contains('inputarea')) document.execCommand(id);
      else run();
    },
  });
}

let registered = false;

/** Registers everything once for the life of the page. */
export function registerProviders(): void {
  if (registered) return;
  registered = true;
  monaco.languages.registerCompletionItemProvider('yaml', completion);
  monaco.languages.registerHoverProvider('yaml', hover);
  monaco.languages.registerCodeActionProvider('yaml', fixes, { providedCodeActionKinds: ['quickfix'] });
  historyCommand('undo', () => useDocument.getState().undo());
  historyCommand('redo', () => useDocument.getState().redo());
  // Ctrl+M: the footer shows the state, so the store keeps it.
  monaco.editor.addCommand({
    id: 'editor.action.toggleTabFocusMode',
    run: () => useEditor.setState((s) => ({ tabMoves: !s.tabMoves })),
  });
}
