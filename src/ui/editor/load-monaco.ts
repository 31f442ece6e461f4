import { usePreferences } from '../../state/preferences.ts';
import type { MonacoPane } from './MonacoPane.tsx';

let loadedIn: string | undefined;

/** The language that Monaco's own strings were bound in; undefined while it is not loaded. */
export function monacoLanguage(): string | undefined {
  return loadedIn;
}

/** Loads the editor. Its own strings bind when its modules load, so the language has to come first. */
export async function loadMonacoPane(): Promise<{ readonly default: typeof MonacoPane }> {
  const { lang } = usePreferences.getState();
  if (lang === 'ko') await import('monaco-editor/nls/lang/ko');
  const { MonacoPane: pane } = await import('./MonacoPane.tsx');
  loadedIn = lang;
  return { default: pane };
}
