import { usePreferences, type Theme } from '../../state/preferences.ts';

export type ResolvedTheme = Exclude<Theme, 'system'>;

const dark = matchMedia('(prefers-color-scheme: dark)');
const contrast = matchMedia('(prefers-contrast: more)');

/** What `system` means at this moment. */
export function resolveTheme(theme: Theme): ResolvedTheme {
  if (theme !== 'system') return theme;
  if (contrast.matches) return 'contrast';
  return dark.matches ? 'dark' : 'light';
}

/** Keeps `data-theme` on the root in step with the preference, or with what the address demands. */
export function followTheme(forced: Theme | undefined): void {
  const apply = (): void => {
    document.documentElement.dataset.theme = resolveTheme(forced ?? usePreferences.getState().theme);
  };
  apply();
  usePreferences.subscribe(apply);
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
}
