/**
 * IBM Plex: the Latin cuts at once, the Korean slices only when Korean is shown (the browser then fetches the slices
 * that the text needs).
 */
import '@fontsource/ibm-plex-sans/latin-400.css';
import '@fontsource/ibm-plex-sans/latin-500.css';
import '@fontsource/ibm-plex-sans/latin-600.css';
import '@fontsource/ibm-plex-mono/latin-400.css';
import '@fontsource/ibm-plex-mono/latin-600.css';
import type { Lang } from '../../state/preferences.ts';

export function loadFonts(lang: Lang): void {
  if (lang !== 'ko') return;
  void import('@fontsource/ibm-plex-sans-kr/400.css');
  void import('@fontsource/ibm-plex-sans-kr/600.css');
}
