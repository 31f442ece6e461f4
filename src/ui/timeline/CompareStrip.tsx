import { useText } from '../../i18n/messages.ts';
import type { Moment } from '../../sim/trace/align.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import { goToMoment } from '../../state/compare.ts';
import { markOf, toneOf } from '../kit/step-mark.ts';
import styles from './CompareTimeline.module.css';
import { useSize } from './use-size.ts';

const HEIGHT = 48;
const EDGE = 12;
const ROW_A = 14;
const ROW_B = 34;

/** Every moment as a tick in two rows, joined where both walks have it, coloured where they differ. */
export function CompareStrip({
  moments,
  a,
  b,
  moment,
}: {
  readonly moments: readonly Moment[];
  readonly a: Trace;
  readonly b: Trace;
  readonly moment: number;
}) {
  const { compare: t } = useText();
  const [ref, { width }] = useSize<SVGSVGElement>();
  const room = Math.max(1, width - 2 * EDGE);
  const gap = Math.min(16, room / Math.max(1, moments.length));
  const xOf = (i: number): number => EDGE + gap * (i + 0.5);
  const tone = (trace: Trace, index: number | undefined, same: boolean): string | undefined => {
    const step = index === undefined ? undefined : trace.steps[index];
    return step === undefined ? undefined : same ? styles.tick : styles[toneOf(markOf(step))];
  };
  const scrub = (clientX: number, left: number): void =>
    goToMoment(Math.max(0, Math.min(moments.length - 1, Math.floor((clientX - left - EDGE) / gap))));
  return (
    <svg
      ref={ref}
      className={styles.strip}
      height={HEIGHT}
      role="slider"
      tabIndex={0}
      aria-label={t.moments}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, moments.length)}
      aria-valuenow={moment + 1}
      aria-valuetext={t.moment({ n: moment + 1, total: moments.length })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scrub(event.clientX, event.currentTarget.getBoundingClientRect().left);
      }}
      onPointerMove={(event) => {
        if (event.buttons > 0) scrub(event.clientX, event.currentTarget.getBoundingClientRect().left);
      }}
      onKeyDown={(event) => {
        const to = keyTarget(event.key, moment, moments.length);
        if (to === undefined) return;
        event.preventDefault();
        goToMoment(to);
      }}
    >
      {moments.map(({ a: left, b: right, same }, i) => {
        const x = xOf(i);
        const h = same ? 6 : 12;
        const w = Math.max(2, Math.min(6, gap - 2));
        const up = tone(a, left, same);
        const down = tone(b, right, same);
        return (
          <g key={`${left ?? ''}/${right ?? ''}`}>
            {up !== undefined && down !== undefined && (
              <line className={styles.both} x1={x} x2={x} y1={ROW_A} y2={ROW_B} />
            )}
            {up !== undefined && <rect className={up} x={x - w / 2} y={ROW_A - h / 2} width={w} height={h} />}
            {down !== undefined && (
              <rect className={down} x={x - w / 2} y={ROW_B - h / 2} width={w} height={h} />
            )}
          </g>
        );
      })}
      {moment >= 0 && (
        <line className={styles.cursor} x1={xOf(moment)} x2={xOf(moment)} y1={2} y2={HEIGHT - 2} />
      )}
    </svg>
  );
}

function keyTarget(key: string, at: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(length - 1, at + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}
