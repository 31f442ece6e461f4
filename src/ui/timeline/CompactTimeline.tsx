import { useText } from '../../i18n/messages.ts';
import { usePlayback } from '../../state/playback.ts';
import { goToStart, stepBack, stepForward, togglePlay } from '../../state/session.ts';
import { Icon } from '../kit/Icon.tsx';
import styles from './CompactTimeline.module.css';
import type { Progress } from './use-progress.ts';
import { walkParts } from './walk-parts.ts';

/** For a phone: the timetable as one small chart, and step keys of 48 pixels within the thumb's reach. */
export function CompactTimeline({ progress }: { readonly progress: Progress | undefined }) {
  const t = useText().timeline;
  const playing = usePlayback((s) => s.playing);
  const none = progress === undefined;
  const parts = walkParts.useLoaded(!none);
  return (
    <div className={styles.dock}>
      {none || parts === undefined ? <p className={styles.rest}>{t.atRest}</p> : <parts.CompactWalk />}
      <div className={styles.keys} role="group" aria-label={t.controls}>
        <button type="button" aria-label={t.toStart} disabled={none} onClick={goToStart}>
          <Icon name="first" size={20} />
        </button>
        <button type="button" aria-label={t.back} disabled={none} onClick={stepBack}>
          <Icon name="previous" size={20} />
        </button>
        <button
          type="button"
          className={styles.play}
          aria-label={playing ? t.pause : t.play}
          onClick={togglePlay}
        >
          <Icon name={playing ? 'pause' : 'play'} size={20} />
        </button>
        <button type="button" aria-label={t.forward} onClick={stepForward}>
          <Icon name="next" size={20} />
        </button>
        <p className={styles.count}>
          <b>{none ? 0 : progress.position + 1}</b> / {progress?.total ?? 0}
        </p>
      </div>
    </div>
  );
}
