import type { Lang, Theme } from '../../state/preferences.ts';

/** What the address says about how to show the page; the scenario itself is in the fragment. */
export interface PageOptions {
  /** Picture and timeline only. */
  readonly embed: boolean;
  readonly theme: Theme | undefined;
  readonly lang: Lang | undefined;
}

/** Reads `?embed&theme=dark&lang=ko`; anything else in the query is ignored. */
export function readPageOptions(search: string): PageOptions {
  const query = new URLSearchParams(search);
  const theme = query.get('theme');
  const lang = query.get('lang');
  return {
    embed: query.has('embed') && query.get('embed') !== 'false' && query.get('embed') !== '0',
    theme:
      theme === 'light' || theme === 'dark' || theme === 'contrast' || theme === 'system' ? theme : undefined,
    lang: lang === 'en' || lang === 'ko' ? lang : undefined,
  };
}
