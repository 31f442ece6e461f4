import { lazy, Suspense, useEffect } from 'react';
import { useText, withLaterTexts } from '../../i18n/messages.ts';
import { usePreferences } from '../../state/preferences.ts';
import { useLook } from '../../state/selection.ts';
import { DesktopShell } from './DesktopShell.tsx';
import { EmbedShell } from './EmbedShell.tsx';
import { useLayout } from './layout.ts';
import { NoticeBar } from './NoticeBar.tsx';
import type { PageOptions } from './page-options.ts';
import { PhoneShell } from './PhoneShell.tsx';
import { QuietBoundary } from './QuietBoundary.tsx';
import { listenToShortcuts } from './shortcuts.ts';
import { useShell } from './shell-store.ts';
import { SheetShell } from './SheetShell.tsx';

const CommandPalette = lazy(() =>
  import('./CommandPalette.tsx').then((m) => ({ default: m.CommandPalette })),
);
const HelpDialog = lazy(() => import('./HelpDialog.tsx').then((m) => ({ default: m.HelpDialog })));
const FidelityDialog = lazy(() =>
  withLaterTexts(import('../fidelity/FidelityDialog.tsx')).then((m) => ({ default: m.FidelityDialog })),
);
const Tour = lazy(() => import('./Tour.tsx').then((m) => ({ default: m.Tour })));
const ShareDialog = lazy(() => import('../share/ShareDialog.tsx').then((m) => ({ default: m.ShareDialog })));

/** The tour comes when the first picture has been seen. */
const TOUR_AFTER_MS = 1200;

/** The whole page: one of four shells by the window's width, or the embed; dialogs over it. */
export function App({ options }: { readonly options: PageOptions }) {
  const layout = useLayout();
  useEffect(() => listenToShortcuts(options.embed), [options.embed]);
  useEffect(() => {
    // A phone opens in the lens that fits it.
    if (layout === 'phone') useLook.getState().set({ lens: 'service' });
  }, [layout]);
  useEffect(() => {
    if (options.embed || usePreferences.getState().tourSeen) return;
    const timer = setTimeout(() => useShell.getState().set({ tour: 0 }), TOUR_AFTER_MS);
    return () => clearTimeout(timer);
  }, [options.embed]);
  if (options.embed) return <EmbedShell />;
  return (
    <>
      {layout === 'phone' ? (
        <PhoneShell />
      ) : layout === 'sheet' ? (
        <SheetShell />
      ) : (
        <DesktopShell layout={layout} />
      )}
      <NoticeBar />
      <QuietBoundary>
        <Dialogs />
      </QuietBoundary>
    </>
  );
}

function Dialogs() {
  const t = useText().app;
  const { palette, help, fidelity, share, tour, set } = useShell();
  return (
    <Suspense
      fallback={
        <span className="visually-hidden" role="status">
          {t.loading}
        </span>
      }
    >
      {palette && <CommandPalette onClose={() => set({ palette: false })} />}
      {help && <HelpDialog onClose={() => set({ help: false })} />}
      {fidelity && <FidelityDialog onClose={() => set({ fidelity: false })} />}
      {share && <ShareDialog open onClose={() => set({ share: false })} />}
      {tour !== undefined && <Tour />}
    </Suspense>
  );
}
