import { loadLanguage } from '../../i18n/messages.ts';
import { usePreferences, type Lang } from '../../state/preferences.ts';
import { loadFonts } from './fonts.ts';

/** Changes the language of the interface. */
export async function switchLanguage(lang: Lang): Promise<void> {
  loadFonts(lang);
  await loadLanguage(lang);
  usePreferences.getState().set({ lang });
}
