import { useState, useSyncExternalStore } from 'react';
import { useText } from '../../i18n/messages.ts';
import { CompactTimeline } from './CompactTimeline.tsx';
import { Controls } from './Controls.tsx';
import styles from './Timeline.module.css';
import { useSize } from './use-size.ts';
import { Announcer } from './Announcer.tsx';
import { useProgress } from './use-progress.ts';
import { walkParts } from './walk-parts.ts';

const NARROW = '(max-width: 719px)';

function subscribe(onChange: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}

/** The walk as a train timetable, its events as a list, and the keys that move through both. */
export function Timeline() {
  const narrow = useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
  const progress = useProgress();
  const walked = progress !== undefined;
  const parts = walkParts.useLoaded(walked);
  const t = useText().timeline;
  const [filter, setFilter] = useState('');
  const [ref, size] = useSize<HTMLDivElement>();
  if (narrow) {
    return (
      <>
        <CompactTimeline progress={progress} />
        <Announcer walked={walked} />
      </>
    );
  }
  // Below this the list would leave the timetable no room for its marks.
  const list = size.width === 0 || size.width >= 680;
  return (
    <div className={styles.timeline} ref={ref}>
      <Announcer walked={walked} />
      <Controls progress={progress} width={size.width}>
        {list && (
          <input
            type="search"
            className={styles.filter}
            placeholder={t.filter}
            aria-label={t.filterName}
            value={filter}
            onChange={(e) => setFilter(e.target.value)}
            onKeyDown={(e) => {
              if (e.key === 'Escape' && filter !== '') {
                e.stopPropagation();
                setFilter('');
              }
            }}
          />
        )}
      </Controls>
      <div className={list ? styles.body : styles.single}>
        {!walked || parts === undefined ? (
          <p className={styles.rest}>
            {t.atRest}
            <br />
            {t.empty}
          </p>
        ) : (
          <parts.Walk filter={filter} list={list} narrow={size.width < 1000} />
        )}
      </div>
    </div>
  );
}
