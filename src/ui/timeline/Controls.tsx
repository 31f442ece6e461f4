import type { ReactNode } from 'react';
import { useText } from '../../i18n/messages.ts';
import { usePlayback } from '../../state/playback.ts';
import {
  goToEnd,
  goToFirstChange,
  goToStart,
  goToVerdict,
  stepBack,
  stepForward,
  togglePlay,
} from '../../state/session.ts';
import { Button, IconButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { Menu } from '../kit/Menu.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import styles from './Timeline.module.css';
import type { Progress } from './use-progress.ts';

const SPEEDS = [
  { id: 0.5, label: '½×' },
  { id: 1, label: '1×' },
  { id: 2, label: '2×' },
  { id: 4, label: '4×' },
] as const;

/** Narrower than this the speeds are a menu. */
const NARROW = 760;
/** Narrower than this the ends of the walk are left to the keys and the time line itself. */
const TIGHT = 600;

/** Step keys, jumps and speed. */
export function Controls({
  progress,
  width,
  firstChange,
  keysFrom = 940,
  children,
}: {
  readonly progress: Progress | undefined;
  readonly width: number;
  /** What the jump to the first change is called, where it goes to another kind of change. */
  readonly firstChange?: string;
  /** Narrower than this the keys are not said. */
  readonly keysFrom?: number;
  /** What stands at the right. */
  readonly children?: ReactNode;
}) {
  const t = useText().timeline;
  const playing = usePlayback((s) => s.playing);
  const speed = usePlayback((s) => s.speed);
  const none = progress === undefined;
  const setSpeed = (id: (typeof SPEEDS)[number]['id']): void => usePlayback.getState().set({ speed: id });
  return (
    <div className={styles.controls} role="group" aria-label={t.controls}>
      {width >= TIGHT && (
        <IconButton icon="first" label={t.toStart} keys="Home" disabled={none} onClick={goToStart} />
      )}
      <IconButton icon="previous" label={t.back} keys="←" disabled={none} onClick={stepBack} />
      <button
        type="button"
        className={styles.play}
        aria-label={playing ? t.pause : t.play}
        data-tip={playing ? t.pause : t.play}
        data-tip-keys={t.keySpace}
        onClick={togglePlay}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <IconButton icon="next" label={t.forward} keys="→" onClick={stepForward} />
      {width >= TIGHT && (
        <IconButton icon="last" label={t.toEnd} keys="End" disabled={none} onClick={goToEnd} />
      )}
      <p className={styles.count}>
        {t.count({ n: none ? 0 : progress.position + 1 })}
        <span> / {progress?.total ?? 0}</span>
      </p>
      {width >= TIGHT && <span className={styles.rule} />}
      <Button disabled={none} onClick={goToFirstChange}>
        {firstChange ?? t.firstChange}
      </Button>
      <Button disabled={none} onClick={goToVerdict}>
        {t.verdict}
      </Button>
      {width >= NARROW ? (
        <Segmented label={t.speed} items={SPEEDS} value={speed} onChange={setSpeed} />
      ) : (
        <Menu
          label={t.speed}
          content={
            <>
              <span className="visually-hidden">{t.speed} </span>
              {SPEEDS.find((s) => s.id === speed)?.label ?? `${speed}×`}
            </>
          }
          align="end"
          width={96}
          groups={[
            {
              id: 'speed',
              label: t.speed,
              entries: SPEEDS.map(({ id, label }) => ({
                id: String(id),
                label,
                checked: id === speed,
                onSelect: () => setSpeed(id),
              })),
            },
          ]}
        />
      )}
      {width >= keysFrom && (
        <p className={styles.keys} aria-hidden="true">
          <kbd>←</kbd>
          <kbd>→</kbd> {t.keyStep} <kbd>{t.keySpace}</kbd> {t.keyPlay}
        </p>
      )}
      <span className={styles.space} />
      {children}
    </div>
  );
}
