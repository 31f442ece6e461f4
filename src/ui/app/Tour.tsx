import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { usePreferences } from '../../state/preferences.ts';
import { Button } from '../kit/Button.tsx';
import { useShell } from './shell-store.ts';
import styles from './Tour.module.css';

const STOPS = ['yaml', 'probe', 'timeline', 'why'] as const;

interface Spot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function finish(): void {
  useShell.getState().set({ tour: undefined });
  usePreferences.getState().set({ tourSeen: true });
}

/** Points at four things, one after the other. Not modal: everything stays usable, Escape ends it. */
export function Tour() {
  const t = useText().app;
  const step = useShell((s) => s.tour) ?? 0;
  const stop = STOPS[step] ?? 'yaml';
  const card = useRef<HTMLDivElement>(null);
  const [spot, setSpot] = useState<Spot>();

  useLayoutEffect(() => {
    const measure = (): void => {
      const target = document.querySelector(`[data-tour="${stop}"]`);
      const r = target?.getBoundingClientRect();
      setSpot(r === undefined ? undefined : { left: r.left, top: r.top, width: r.width, height: r.height });
    };
    measure();
    addEventListener('resize', measure);
    const again = setTimeout(measure, 250);
    return () => {
      removeEventListener('resize', measure);
      clearTimeout(again);
    };
  }, [stop]);

  useEffect(() => {
    const escape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') finish();
    };
    document.addEventListener('keydown', escape);
    return () => document.removeEventListener('keydown', escape);
  }, []);

  const words = t.tourSteps[stop];
  const width = Math.min(264, innerWidth - 24);
  const at = cardPlace(spot, width);
  return (
    <>
      {spot !== undefined && (
        <div
          className={styles.ring}
          style={{ left: spot.left, top: spot.top, width: spot.width, height: spot.height }}
          aria-hidden="true"
        />
      )}
      <div
        ref={card}
        className={styles.card}
        style={{ ...at, width }}
        role="region"
        aria-label={t.tour}
        aria-live="polite"
      >
        <p className={styles.count}>{t.tourStep({ step: step + 1, total: STOPS.length })}</p>
        <h2>{words.title}</h2>
        <p>{words.body}</p>
        <div className={styles.keys}>
          <Button onClick={finish}>{t.tourSkip}</Button>
          <Button
            kind="line"
            onClick={() => (step + 1 < STOPS.length ? useShell.getState().set({ tour: step + 1 }) : finish())}
          >
            {step + 1 < STOPS.length ? t.tourNext : t.tourDone}
          </Button>
        </div>
      </div>
    </>
  );
}

/** Beside its target, where there is room. */
function cardPlace(spot: Spot | undefined, width: number): { left: number; top: number } {
  const height = 150;
  if (spot === undefined) return { left: innerWidth - width - 12, top: 56 };
  const clampTop = (top: number): number => Math.max(48, Math.min(top, innerHeight - height - 12));
  if (spot.left > width + 24) return { left: spot.left - width - 12, top: clampTop(spot.top + 56) };
  if (innerWidth - (spot.left + spot.width) > width + 24) {
    return { left: spot.left + spot.width + 12, top: clampTop(spot.top + 56) };
  }
  const left = Math.max(12, Math.min(spot.left + 24, innerWidth - width - 12));
  const below = spot.top + spot.height + 12;
  return { left, top: below + height < innerHeight ? below : clampTop(spot.top - height - 12) };
}
