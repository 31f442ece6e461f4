import { usePreferences } from '../../state/preferences.ts';
import { useLook } from '../../state/selection.ts';
import { usePlayback } from '../../state/playback.ts';
import { useSimulation } from '../../state/simulation.ts';
import type { PaletteTheme } from './palette.ts';
import { pictureSvg } from './svg.ts';

/** What is on screen now, as a standalone SVG; undefined before there is a picture. */
export function currentPictureSvg(): string | undefined {
  const { result, walk } = useSimulation.getState();
  if (result === undefined) return undefined;
  const { step } = usePlayback.getState();
  const { lens, dragged, selection } = useLook.getState();
  return pictureSvg(result.scene, walk === undefined ? undefined : { trace: walk.trace, step }, {
    theme: themeNow(),
    lang: usePreferences.getState().lang,
    lens,
    dragged,
    selection,
  });
}

function themeNow(): PaletteTheme {
  const theme = document.documentElement.dataset.theme;
  if (theme === 'dark' || theme === 'contrast' || theme === 'light') return theme;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
