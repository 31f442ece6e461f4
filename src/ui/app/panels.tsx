import { lazy, Suspense, type ReactNode } from 'react';
import { useText } from '../../i18n/messages.ts';
import { EditorPanel } from '../editor/EditorPanel.tsx';
import { PanelBoundary } from './PanelBoundary.tsx';

const Timeline = lazy(() => import('../timeline/Timeline.tsx').then((m) => ({ default: m.Timeline })));
const Inspector = lazy(() => import('../inspector/Inspector.tsx').then((m) => ({ default: m.Inspector })));

function Guarded({ children }: { readonly children: ReactNode }) {
  return (
    <PanelBoundary>
      <Suspense fallback={null}>{children}</Suspense>
    </PanelBoundary>
  );
}

export function TimelinePanel({ className }: { readonly className?: string }) {
  const t = useText().app;
  return (
    <section className={className} aria-label={t.timeline} data-tour="timeline">
      <Guarded>
        <Timeline />
      </Guarded>
    </section>
  );
}

/** `bare` leaves the tab strip to the sheet around it. */
export function InspectorPanel({
  className,
  bare,
}: {
  readonly className?: string;
  readonly bare?: boolean;
}) {
  const t = useText().app;
  return (
    <aside className={className} aria-label={t.inspector} data-tour="why">
      <Guarded>
        <Inspector bare={bare} />
      </Guarded>
    </aside>
  );
}

export function YamlPanel({
  className,
  plain,
  onCollapse,
}: {
  readonly className?: string;
  readonly plain?: boolean;
  readonly onCollapse?: () => void;
}) {
  const t = useText().app;
  return (
    <section className={className} aria-label={t.editor} data-tour="yaml">
      <PanelBoundary>
        <EditorPanel plain={plain} onCollapse={onCollapse} collapseLabel={t.closeEditor} />
      </PanelBoundary>
    </section>
  );
}
