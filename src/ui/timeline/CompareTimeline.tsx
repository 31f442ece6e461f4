import { useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { momentsNow, useCompare } from '../../state/compare.ts';
import { useLook } from '../../state/selection.ts';
import { CompareList } from './CompareList.tsx';
import { CompareStrip } from './CompareStrip.tsx';
import styles from './CompareTimeline.module.css';
import { Controls } from './Controls.tsx';
import timeline from './Timeline.module.css';
import { useSize } from './use-size.ts';

/** The scrubber of both walks, and their steps side by side: what is the same is dim, what differs is lit. */
export function CompareTimeline() {
  const { compare: t, timeline: words } = useText();
  useLook((s) => s.lens);
  const result = useCompare((s) => s.result);
  const walk = useCompare((s) => s.walk);
  const moment = useCompare((s) => s.moment);
  const [onlyDifferences, setOnlyDifferences] = useState(false);
  const [ref, size] = useSize<HTMLDivElement>();
  const moments = momentsNow();
  const ready = result !== undefined && walk !== undefined;
  const same = moments.filter((m) => m.same).length;
  return (
    <div className={timeline.timeline} ref={ref}>
      <Controls
        progress={ready ? { position: moment, total: moments.length } : undefined}
        width={size.width}
        firstChange={t.firstDifference}
        keysFrom={1140}
      >
        {ready && (
          <>
            <span className={styles.summary}>{t.summary({ same, differ: moments.length - same })}</span>
            <label className={styles.only}>
              <input
                type="checkbox"
                checked={onlyDifferences}
                onChange={(event) => setOnlyDifferences(event.target.checked)}
              />
              {t.onlyDifferences}
            </label>
          </>
        )}
      </Controls>
      {ready ? (
        <div className={styles.body}>
          <CompareStrip moments={moments} a={walk.trace} b={result.walk.trace} moment={moment} />
          <CompareList
            moments={moments}
            a={walk.trace}
            b={result.walk.trace}
            moment={moment}
            onlyDifferences={onlyDifferences}
          />
        </div>
      ) : (
        <p className={timeline.rest}>{walk === undefined ? words.atRest : t.waits}</p>
      )}
    </div>
  );
}
