import { lazy, Suspense, type ReactNode } from 'react';
import { useText, withLaterTexts } from '../../i18n/messages.ts';
import { useLook } from '../../state/selection.ts';
import { EditorPanel } from '../editor/EditorPanel.tsx';
import { PanelBoundary } from './PanelBoundary.tsx';
import styles from './panels.module.css';

const Timeline = lazy(() => import('../timeline/Timeline.tsx').then((m) => ({ default: m.Timeline })));
const CompareTimeline = lazy(() =>
  withLaterTexts(import('../timeline/CompareTimeline.tsx')).then((m) => ({ default: m.CompareTimeline })),
);
const Inspector = lazy(() => import('../inspector/Inspector.tsx').then((m) => ({ default: m.Inspector })));

function Guarded({ children }: { readonly children: ReactNode }) {
  return (
    <PanelBoundary>
      <Suspense fallback={null}>{children}</Suspense>
    </PanelBoundary>
  );
}

interface PanelProps {
  readonly className?: string;
  /** The movable border of the panel. */
  readonly splitter?: ReactNode;
}

export function TimelinePanel({ className, splitter }: PanelProps) {
  const t = useText().app;
  const comparing = useLook((s) => s.view === 'compare');
  return (
    <section className={className} aria-label={t.timeline} data-tour="timeline">
      {splitter}
      <div className={styles.fill}>
        <Guarded>{comparing ? <CompareTimeline /> : <Timeline />}</Guarded>
      </div>
    </section>
  );
}

/** `bare` leaves the tab strip to the sheet around it, which is the landmark then. */
export function InspectorPanel({ className, splitter, bare }: PanelProps & { readonly bare?: boolean }) {
  const t = useText().app;
  const inside = (
    <Guarded>
      <Inspector bare={bare} />
    </Guarded>
  );
  if (bare === true) {
    return (
      <div className={styles.fill} data-tour="why">
        {inside}
      </div>
    );
  }
  return (
    <aside className={className} aria-label={t.inspector} data-tour="why">
      {splitter}
      <div className={styles.fill}>{inside}</div>
    </aside>
  );
}

export function YamlPanel({
  className,
  splitter,
  plain,
  onCollapse,
}: PanelProps & { readonly plain?: boolean; readonly onCollapse?: () => void }) {
  const t = useText().app;
  return (
    <section className={className} aria-label={t.editor} data-tour="yaml">
      {splitter}
      <div className={styles.fill}>
        <PanelBoundary>
          <EditorPanel plain={plain} onCollapse={onCollapse} collapseLabel={t.closeEditor} />
        </PanelBoundary>
      </div>
    </section>
  );
}
