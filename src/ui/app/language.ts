import { loadLanguage } from '../../i18n/messages.ts';
import { usePreferences, type Lang } from '../../state/preferences.ts';
import { monacoLanguage } from '../editor/load-monaco.ts';
import { loadFonts } from './fonts.ts';

/**
 * Changes the language of the interface. When Monaco is loaded in another language the page loads again, with
 * everything as it was; where that is not possible, only Monaco's own menus keep the old language.
 */
export async function switchLanguage(lang: Lang): Promise<void> {
  const { lang: before } = usePreferences.getState();
  if (lang === before) return;
  usePreferences.getState().set({ lang });
  const bound = monacoLanguage();
  if (bound !== undefined && bound !== lang && (await import('./handoff.ts')).writeHandoff()) {
    const url = new URL(location.href);
    // The new choice outranks what the address asked for.
    url.searchParams.delete('lang');
    // A link in the fragment would be opened again over the work.
    url.hash = '';
    history.replaceState(null, '', url);
    location.reload();
    return;
  }
  loadFonts(lang);
  await loadLanguage(lang);
}
