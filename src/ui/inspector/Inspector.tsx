import { lazy, Suspense } from 'react';
import { useText, withLaterTexts } from '../../i18n/messages.ts';
import { useLook, type InspectorTab } from '../../state/selection.ts';
import { Tabs } from '../kit/Tabs.tsx';
import styles from './Inspector.module.css';
import { WhyTab } from './why/WhyTab.tsx';

const PacketTab = lazy(() =>
  withLaterTexts(import('./packet/PacketTab.tsx')).then((m) => ({ default: m.PacketTab })),
);
const TablesTab = lazy(() =>
  withLaterTexts(import('./tables/TablesTab.tsx')).then((m) => ({ default: m.TablesTab })),
);
const ClusterTab = lazy(() =>
  withLaterTexts(import('./cluster/ClusterTab.tsx')).then((m) => ({ default: m.ClusterTab })),
);

const TABS: readonly InspectorTab[] = ['why', 'packet', 'tables', 'cluster'];

/** `bare`: without its own tab strip; the sheet around it (phone, tablet) shows the tabs and sets `useLook.tab`. */
export function Inspector({ bare }: { readonly bare?: boolean }) {
  const { app } = useText();
  const tab = useLook((s) => s.tab);
  const content = (
    <Suspense fallback={null}>
      {tab === 'why' ? (
        <WhyTab />
      ) : tab === 'packet' ? (
        <PacketTab />
      ) : tab === 'tables' ? (
        <TablesTab />
      ) : (
        <ClusterTab />
      )}
    </Suspense>
  );
  if (bare === true) return <div className={styles.bare}>{content}</div>;
  return (
    <div className={styles.inspector}>
      <Tabs<InspectorTab>
        label={app.inspector}
        items={TABS.map((id) => ({ id, label: app.tabs[id] }))}
        value={tab}
        onChange={(id) => useLook.getState().set({ tab: id })}
        idPrefix="inspector"
      />
      <div
        className={styles.panel}
        id="inspector-panel"
        role="tabpanel"
        aria-labelledby={`inspector-tab-${tab}`}
      >
        {content}
      </div>
    </div>
  );
}
