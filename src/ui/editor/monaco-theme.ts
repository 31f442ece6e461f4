import { monaco } from './monaco-setup.ts';

/** Monaco's names for the parts of YAML, and the property that colours each. */
const TOKENS = {
  type: '--ink',
  tag: '--ink',
  string: '--syntax-string',
  'string.escape': '--syntax-string',
  number: '--syntax-number',
  keyword: '--syntax-number',
  operators: '--ink-muted',
  'operators.directive.end': '--ink-muted',
  'operators.document.end': '--ink-muted',
  delimiter: '--ink-muted',
  'delimiter.bracket': '--ink-muted',
  'delimiter.comma': '--ink-muted',
  'delimiter.square': '--ink-muted',
  namespace: '--ink-muted',
  comment: '--ink-muted',
};

/** Monaco knows no short colours, and the build shortens: `#000`. */
const sixDigits = (colour: string): string =>
  /^#[\da-f]{3}$/i.test(colour) ? colour.replace(/[\da-f]/gi, (digit) => digit + digit) : colour;

/** Makes Monaco's theme from the page's tokens as they stand, and uses it. */
export function applyTheme(): void {
  const root = document.documentElement;
  const style = getComputedStyle(root);
  const token = (name: string): string => sixDigits(style.getPropertyValue(name).trim());
  const rule = (name: string): string => token(name).replace('#', '');
  const theme = root.dataset.theme ?? 'light';
  monaco.editor.defineTheme('packetwalk', {
    base: theme === 'dark' ? 'vs-dark' : theme === 'contrast' ? 'hc-light' : 'vs',
    inherit: true,
    // The base theme has rules for `string.yaml` and the like, which only equally exact ones outrank.
    rules: [{ token: '', foreground: rule('--ink') }].concat(
      Object.entries(TOKENS).flatMap(([name, property]) => [
        { token: name, foreground: rule(property) },
        { token: `${name}.yaml`, foreground: rule(property) },
      ]),
    ),
    colors: {
      'editor.background': token('--surface-1'),
      'editor.foreground': token('--ink'),
      'editorLineNumber.foreground': token('--ink-muted'),
      'editorLineNumber.activeForeground': token('--ink'),
      'editor.lineHighlightBackground': token('--surface-2'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': token('--accent-soft'),
      'editor.inactiveSelectionBackground': token('--accent-soft'),
      'editorCursor.foreground': token('--accent'),
      'editorError.foreground': token('--deny-fill'),
      'editorWarning.foreground': token('--nat-fill'),
      'editorInfo.foreground': token('--accent'),
      'editorWidget.background': token('--surface-3'),
      'editorWidget.border': token('--line-strong'),
      'editorHoverWidget.background': token('--surface-3'),
      'editorHoverWidget.border': token('--line-strong'),
      'editorSuggestWidget.background': token('--surface-3'),
      'editorSuggestWidget.border': token('--line-strong'),
      'editorSuggestWidget.foreground': token('--ink'),
      'editorSuggestWidget.selectedBackground': token('--accent-soft'),
      'editorSuggestWidget.selectedForeground': token('--ink'),
      'editorSuggestWidget.highlightForeground': token('--accent'),
      'editorSuggestWidget.focusHighlightForeground': token('--accent'),
      'editorBracketMatch.background': token('--surface-2'),
      'editorBracketMatch.border': token('--line-strong'),
      'editorGutter.foldingControlForeground': token('--ink-muted'),
      'editor.foldBackground': token('--surface-2'),
      'editor.findMatchBackground': token('--nat-soft'),
      'editor.findMatchHighlightBackground': token('--nat-soft'),
      'menu.background': token('--surface-3'),
      'menu.foreground': token('--ink'),
      'menu.border': token('--line-strong'),
      'menu.selectionBackground': token('--accent-soft'),
      'menu.selectionForeground': token('--ink'),
      'quickInput.background': token('--surface-3'),
      'quickInput.foreground': token('--ink'),
      'quickInputList.focusBackground': token('--accent-soft'),
      'quickInputList.focusForeground': token('--ink'),
      'input.background': token('--surface-1'),
      'input.foreground': token('--ink'),
      'input.border': token('--line-strong'),
      'textLink.foreground': token('--accent'),
      'textLink.activeForeground': token('--accent'),
      'widget.shadow': '#00000022',
      'scrollbar.shadow': '#00000000',
      focusBorder: token('--focus'),
    },
  });
  monaco.editor.setTheme('packetwalk');
}

/** Keeps Monaco's theme in step with the page's until the returned function is called. */
export function followTheme(): () => void {
  applyTheme();
  const observer = new MutationObserver(applyTheme);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
