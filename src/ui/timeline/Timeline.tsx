import { useState, useSyncExternalStore } from 'react';
import { useText } from '../../i18n/messages.ts';
import { CompactTimeline } from './CompactTimeline.tsx';
import { Controls } from './Controls.tsx';
import { EventList } from './EventList.tsx';
import styles from './Timeline.module.css';
import { TimetableView } from './TimetableView.tsx';
import { useSize } from './use-size.ts';
import { Announcer } from './Announcer.tsx';
import { useWalkView } from './use-walk-view.ts';

const NARROW = '(max-width: 719px)';

function subscribe(onChange: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}

/** The walk as a train timetable, its events as a list, and the keys that move through both. */
export function Timeline() {
  const narrow = useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
  const view = useWalkView();
  const t = useText().timeline;
  const [filter, setFilter] = useState('');
  const [ref, size] = useSize<HTMLDivElement>();
  if (narrow) {
    return (
      <>
        <CompactTimeline view={view} />
        <Announcer view={view} />
      </>
    );
  }
  // Below this the list would leave the timetable no room for its marks.
  const list = size.width === 0 || size.width >= 680;
  return (
    <div className={styles.timeline} ref={ref}>
      <Announcer view={view} />
      <Controls view={view} filter={filter} onFilter={setFilter} width={size.width} list={list} />
      <div className={list ? styles.body : styles.single}>
        {view === undefined ? (
          <p className={styles.rest}>
            {t.atRest}
            <br />
            {t.empty}
          </p>
        ) : (
          <>
            <TimetableView view={view} />
            {list && <EventList view={view} filter={filter} narrow={size.width < 1000} />}
          </>
        )}
      </div>
    </div>
  );
}
