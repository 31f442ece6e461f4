import { Centre } from './Centre.tsx';
import { TimelinePanel } from './panels.tsx';
import { Sheet } from './Sheet.tsx';
import styles from './SheetShell.module.css';
import { TopBar } from './TopBar.tsx';

/** Tablets: picture and timetable, with editor and inspector as one tabbed sheet at the side. */
export function SheetShell() {
  return (
    <div className={styles.app}>
      <TopBar />
      <div className={styles.centre}>
        <Centre />
      </div>
      <TimelinePanel className={styles.timeline} />
      <div className={styles.sheet}>
        <Sheet plain={false} tabs={['why', 'packet', 'yaml', 'tables', 'cluster']} />
      </div>
    </div>
  );
}
