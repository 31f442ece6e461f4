import { useEffect, useRef } from 'react';
import { useText } from '../../i18n/messages.ts';
import { goToStep } from '../../state/session.ts';
import { classes } from '../kit/classes.ts';
import type { Lane } from './lanes.ts';
import styles from './Timetable.module.css';
import type { WalkView } from './use-walk-view.ts';

/** The whole probe in the hand of the timetable: one V for each exchange; the frame is what the rows below show. */
export function Overview({
  view,
  left,
  right,
}: {
  readonly view: WalkView;
  readonly left: number;
  readonly right: number;
}) {
  const t = useText().timeline;
  const lanes = view.lanes;
  return (
    <div className={styles.overview}>
      <span className={styles.whole} style={{ width: left - 4 }}>
        {t.wholeProbe}
      </span>
      <div
        className={styles.lanes}
        role="group"
        aria-label={t.exchanges}
        style={{ width: Math.max(0, right - left + 8) }}
      >
        {lanes.map((lane) => (
          <LaneButton key={lane.id} lane={lane} view={view} />
        ))}
      </div>
    </div>
  );
}

export function laneLabel(lane: Lane, t: ReturnType<typeof useText>['timeline']): string {
  switch (lane.word.kind) {
    case 'plain':
      return lane.word.text;
    case 'again':
      return t.again({ word: lane.word.text, seconds: lane.word.seconds });
    case 'timeout':
      return t.timeout({ seconds: lane.word.seconds });
  }
}

function LaneButton({ lane, view }: { readonly lane: Lane; readonly view: WalkView }) {
  const t = useText().timeline;
  const label = laneLabel(lane, t);
  // A try of the same packet stands beside it: its time is enough.
  const short =
    lane.word.kind === 'again' && lane.word.text === 'SYN' ? t.later({ seconds: lane.word.seconds }) : label;
  const never = lane.outcome === 'never';
  const on = view.lane?.id === lane.id;
  const state = never ? t.notSent : lane.outcome === 'ok' ? t.laneOk : t.laneFailed;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (on) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [on]);
  const jump = (): void => {
    const first = view.shown.find((i) => lane.steps.has(i)) ?? lane.firstStep;
    goToStep(first);
  };
  return (
    <button
      ref={button}
      type="button"
      className={classes(styles.exchange, on && styles.framed)}
      style={{ flex: `${short.length + (lane.hasReply ? 4 : 0)} 0 auto` }}
      disabled={never}
      aria-current={on ? 'true' : undefined}
      aria-label={t.laneState({ label, state })}
      data-tip={t.laneState({ label, state })}
      onClick={jump}
    >
      <span className={styles.word}>{short}</span>
      {never ? (
        <span className={styles.never}>{t.notSent}</span>
      ) : (
        <svg
          className={classes(
            styles.stroke,
            lane.family === 'dns' && styles.dns,
            lane.outcome === 'failed' && styles.failed,
          )}
          viewBox="0 0 100 12"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {lane.word.kind === 'timeout' ? null : lane.hasReply ? (
            <path d="M4 1L49 11M51 11L96 1" vectorEffect="non-scaling-stroke" />
          ) : (
            <path d="M4 1L60 11" vectorEffect="non-scaling-stroke" />
          )}
        </svg>
      )}
      {lane.outcome === 'failed' && (
        <svg className={styles.cross} width="8" height="8" viewBox="-5 -5 10 10" aria-hidden="true">
          <path d="M-4-4L4 4M4-4L-4 4" />
        </svg>
      )}
    </button>
  );
}
