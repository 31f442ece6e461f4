import { lazy, Suspense } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useLook, type InspectorTab } from '../../state/selection.ts';
import { Tabs } from '../kit/Tabs.tsx';
import styles from './Inspector.module.css';
import { Why } from './why/Why.tsx';

const PacketTab = lazy(() => import('./packet/PacketTab.tsx').then((m) => ({ default: m.PacketTab })));
const TablesTab = lazy(() => import('./tables/TablesTab.tsx').then((m) => ({ default: m.TablesTab })));
const ClusterTab = lazy(() => import('./cluster/ClusterTab.tsx').then((m) => ({ default: m.ClusterTab })));

const TABS: readonly InspectorTab[] = ['why', 'packet', 'tables', 'cluster'];

/** `bare`: without its own tab strip; the sheet around it (phone, tablet) shows the tabs and sets `useLook.tab`. */
export function Inspector({ bare }: { readonly bare?: boolean }) {
  const { app, inspector } = useText();
  const tab = useLook((s) => s.tab);
  const content = (
    <Suspense fallback={null}>
      {tab === 'why' ? (
        <Why />
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
        label={inspector.name}
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
