import { Suspense } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useLook } from '../../state/selection.ts';
import { ActiveFaults, FaultButton } from '../faults/Faults.tsx';
import { ProbeBar } from '../probe/ProbeBar.tsx';
import { editFaults } from './edit-faults.ts';
import { classes } from '../kit/classes.ts';
import { Dialog } from '../kit/Dialog.tsx';
import { Mark } from '../kit/Icon.tsx';
import { Stage } from './Centre.tsx';
import { TimelinePanel } from './panels.tsx';
import styles from './PhoneShell.module.css';
import { PhoneMenu } from './PhoneMenu.tsx';
import { QuietBoundary } from './QuietBoundary.tsx';
import { Sheet } from './Sheet.tsx';
import { showFidelity, useShell } from './shell-store.ts';
import { ClusterSettings, ScenarioMenu, ShareButton } from './TopBar.tsx';

/** One column: the picture, a tabbed sheet, and the timetable with step keys within the thumb's reach. */
export function PhoneShell() {
  const all = useText();
  const t = all.app;
  const settings = useShell((s) => s.settings);
  const tab = useShell((s) => s.sheetTab);
  const view = useLook((s) => s.view);
  return (
    <div className={classes(styles.app, tab === 'yaml' && styles.writing)}>
      <header className={styles.top} aria-label={t.topBar}>
        <Mark />
        <h1 className="visually-hidden">{t.name}</h1>
        <div className={styles.title}>
          <ScenarioMenu />
        </div>
        <FaultButton edit={editFaults} />
        <ShareButton compact />
        <PhoneMenu />
      </header>
      <div className={styles.probe}>
        <ProbeBar compact />
        <ActiveFaults edit={editFaults} />
      </div>
      <main className={styles.stage} data-view={view}>
        <Stage />
      </main>
      <div className={styles.sheet}>
        <Sheet plain tabs={['why', 'packet', 'yaml', 'tables', 'cluster']} />
      </div>
      <TimelinePanel className={styles.dock} />
      <Dialog
        title={all.settings.title}
        closeLabel={t.close}
        open={settings}
        onClose={() => useShell.getState().set({ settings: false })}
      >
        <QuietBoundary>
          <Suspense fallback={null}>
            <ClusterSettings onFidelity={showFidelity} />
          </Suspense>
        </QuietBoundary>
      </Dialog>
    </div>
  );
}
