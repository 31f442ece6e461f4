import { useSyncExternalStore } from 'react';

/** wide: three columns. drawer: the editor slides over. sheet: one tabbed side panel. phone: one column. */
export type LayoutKind = 'wide' | 'drawer' | 'sheet' | 'phone';

export function layoutFor(width: number): LayoutKind {
  if (width >= 1280) return 'wide';
  if (width >= 1024) return 'drawer';
  if (width >= 720) return 'sheet';
  return 'phone';
}

function subscribe(onChange: () => void): () => void {
  addEventListener('resize', onChange);
  return () => removeEventListener('resize', onChange);
}

export function useLayout(): LayoutKind {
  return useSyncExternalStore(subscribe, () => layoutFor(innerWidth));
}

/** Panel widths that fit a window when the person has not chosen any. */
export function defaultWidths(width: number): { readonly editor: number; readonly inspector: number } {
  if (width >= 1680) return { editor: 360, inspector: 384 };
  if (width >= 1440) return { editor: 312, inspector: 336 };
  if (width >= 1280) return { editor: 280, inspector: 304 };
  return { editor: 320, inspector: 320 };
}

export function useWindowWidth(): number {
  return useSyncExternalStore(subscribe, () => innerWidth);
}

export function useWindowHeight(): number {
  return useSyncExternalStore(subscribe, () => innerHeight);
}
