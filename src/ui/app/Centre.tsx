import { lazy, Suspense, type ReactNode } from 'react';
import { useText, withLaterTexts } from '../../i18n/messages.ts';
import { useLook } from '../../state/selection.ts';
import type { View } from '../../state/preferences.ts';
import { Segmented } from '../kit/Segmented.tsx';
import { ActiveFaults, FaultButton } from '../faults/Faults.tsx';
import { ProbeBar } from '../probe/ProbeBar.tsx';
import { editFaults } from './edit-faults.ts';
import styles from './Centre.module.css';
import { PanelBoundary } from './PanelBoundary.tsx';
import { WorkState } from './WorkState.tsx';

const Picture = lazy(() => import('../graph/Picture.tsx').then((m) => ({ default: m.Picture })));
const Matrix = lazy(() =>
  withLaterTexts(import('../inspector/Matrix.tsx')).then((m) => ({ default: m.Matrix })),
);
const CompareStage = lazy(() =>
  withLaterTexts(import('./CompareStage.tsx')).then((m) => ({ default: m.CompareStage })),
);
const WalkText = lazy(() =>
  withLaterTexts(import('../inspector/WalkText.tsx')).then((m) => ({ default: m.WalkText })),
);

/** Picture, matrix or text of the walk, with what the simulation is doing over it. */
export function Stage() {
  const t = useText().app;
  const view = useLook((s) => s.view);
  return (
    <div className={styles.stage} id="stage" tabIndex={-1} role="region" aria-label={t.views[view]}>
      <WorkState />
      <PanelBoundary key={view}>
        <Suspense fallback={null}>
          {view === 'picture' ? (
            <Picture />
          ) : view === 'compare' ? (
            <CompareStage />
          ) : view === 'matrix' ? (
            <Matrix />
          ) : (
            <WalkText />
          )}
        </Suspense>
      </PanelBoundary>
    </div>
  );
}

export function ViewSwitch() {
  const t = useText().app;
  const view = useLook((s) => s.view);
  return (
    <Segmented<View>
      label={t.view}
      items={(['picture', 'compare', 'matrix', 'text'] as const).map((id) => ({ id, label: t.views[id] }))}
      value={view}
      onChange={(id) => useLook.getState().set({ view: id })}
    />
  );
}

/** The middle of the screen: the probe bar above the stage. */
export function Centre({ before }: { readonly before?: ReactNode }) {
  return (
    <main className={styles.centre}>
      <div className={styles.bar}>
        {before}
        <ProbeBar />
        <span className={styles.rule} />
        <FaultButton edit={editFaults} />
        <ViewSwitch />
      </div>
      <ActiveFaults edit={editFaults} />
      <Stage />
    </main>
  );
}
