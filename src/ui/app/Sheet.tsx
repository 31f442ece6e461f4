import { useEffect } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useLook } from '../../state/selection.ts';
import { Tabs } from '../kit/Tabs.tsx';
import { InspectorPanel, YamlPanel } from './panels.tsx';
import styles from './Sheet.module.css';
import { useShell, type SheetTab } from './shell-store.ts';

/** Editor and inspector as one tabbed panel. */
export function Sheet({ plain, tabs }: { readonly plain: boolean; readonly tabs: readonly SheetTab[] }) {
  const t = useText().app;
  const tab = useShell((s) => s.sheetTab);
  const inspectorTab = useLook((s) => s.tab);
  const reveal = useLook((s) => s.reveal);
  const opened = useLook((s) => s.opened);
  const why = opened !== undefined && opened !== 'list' && opened.way === 'refused' ? opened : undefined;
  useEffect(() => {
    if (reveal !== undefined) useShell.getState().set({ sheetTab: 'yaml' });
  }, [reveal]);
  useEffect(() => {
    // Why something was refused is told there.
    if (why !== undefined) useShell.getState().set({ sheetTab: 'cluster' });
  }, [why]);
  useEffect(() => {
    // Something elsewhere asked for an inspector tab.
    if (useShell.getState().sheetTab !== 'yaml') useShell.getState().set({ sheetTab: inspectorTab });
  }, [inspectorTab]);
  const choose = (id: SheetTab): void => {
    useShell.getState().set({ sheetTab: id });
    if (id !== 'yaml') useLook.getState().set({ tab: id });
  };
  return (
    <section className={styles.sheet} aria-label={t.sheet}>
      <Tabs<SheetTab>
        label={t.sheet}
        items={tabs.map((id) => ({ id, label: id === 'yaml' ? t.editor : t.tabs[id] }))}
        value={tab}
        onChange={choose}
        idPrefix="sheet"
        stretch
      />
      <div className={styles.body} id="sheet-panel" role="tabpanel" aria-labelledby={`sheet-tab-${tab}`}>
        {tab === 'yaml' ? <YamlPanel className={styles.fill} plain={plain} /> : <InspectorPanel bare />}
      </div>
    </section>
  );
}
