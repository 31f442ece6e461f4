import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useText } from '../../i18n/messages.ts';
import { reasonTitle, stepWhere } from '../../i18n/step-text.ts';
import { goToStep } from '../../state/session.ts';
import { classes } from '../kit/classes.ts';
import { MarkShape } from '../kit/StepMark.tsx';
import { markOf } from '../kit/step-mark.ts';
import styles from './CompactTimeline.module.css';
import { linePath, nearestStop, type Geometry } from './geometry.ts';
import { stopAt } from './timetable.ts';
import { sliderTarget } from './TimetableView.tsx';
import { useSize } from './use-size.ts';
import type { WalkView } from './use-walk-view.ts';

const HEIGHT = 56;

/** The timetable as one small chart. */
export function CompactChart({ view }: { readonly view: WalkView }) {
  const { timeline: t, reasons } = useText();
  const [ref, size] = useSize<HTMLDivElement>();
  const dragging = useRef(false);
  const { rows, stops } = view.timetable;
  const width = Math.max(size.width, 100);
  const pad = 16;
  const rowGap = rows.length <= 1 ? 0 : (HEIGHT - 20) / (rows.length - 1);
  const gap = stops.length <= 1 ? 0 : (width - 2 * pad) / (stops.length - 1);
  const g: Geometry = {
    left: pad,
    right: width - pad,
    top: 10,
    rowHeight: rowGap,
    height: HEIGHT,
    x: (i) => pad + i * gap,
    y: (row) => 10 + row * rowGap,
  };
  const at = stopAt(stops, view.step);
  const now = stops[at];
  const current = view.trace.steps[view.step];
  const failed = current !== undefined && markOf(current) === 'deny';
  const scrub = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const stop = stops[nearestStop(g, stops, event.clientX - box.left)];
    if (stop !== undefined) goToStep(stop.step);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = sliderTarget(event.key, view);
    if (to === undefined) return;
    event.preventDefault();
    goToStep(to);
  };
  return (
    <div ref={ref} className={styles.chart}>
      <svg
        width={width}
        height={HEIGHT}
        role="slider"
        tabIndex={0}
        aria-label={t.timetable}
        aria-valuemin={1}
        aria-valuemax={view.shown.length}
        aria-valuenow={Math.max(1, view.position + 1)}
        aria-valuetext={
          current === undefined ? t.atRest : `${stepWhere(current)}: ${reasonTitle(reasons, current.reason)}`
        }
        onKeyDown={onKeyDown}
        onPointerDown={(e) => {
          dragging.current = true;
          e.currentTarget.setPointerCapture(e.pointerId);
          scrub(e);
        }}
        onPointerMove={(e) => {
          if (dragging.current) scrub(e);
        }}
        onPointerUp={() => {
          dragging.current = false;
        }}
        onPointerCancel={() => {
          dragging.current = false;
        }}
      >
        {rows.map((row, i) => (
          <path key={row.id} d={`M0 ${g.y(i) + 0.5}H${width}`} className={styles.ruled} />
        ))}
        <path d={linePath(g, stops, at, stops.length - 1)} className={styles.ahead} />
        <path d={linePath(g, stops, 0, at)} className={styles.walked} />
        {stops.map((stop, i) => (
          <g
            key={stop.step}
            transform={`translate(${g.x(i)} ${g.y(stop.row)})${gap < 10 ? ' scale(.55)' : ' scale(.85)'}`}
            className={classes(i > at && styles.later, quiet(stop.mark) && styles.hidden)}
          >
            <MarkShape mark={stop.mark} />
          </g>
        ))}
        {now !== undefined && (
          <>
            <path
              d={`M${g.x(at)} 2V${HEIGHT - 2}`}
              className={classes(styles.playhead, failed && styles.failed)}
            />
            <circle
              cx={g.x(at)}
              cy={g.y(now.row)}
              r="9"
              className={classes(styles.ring, failed && styles.failed)}
            />
          </>
        )}
      </svg>
    </div>
  );
}

/** Marks that say nothing at this size. */
function quiet(mark: string): boolean {
  return mark === 'wire' || mark === 'process' || mark === 'bridge' || mark === 'neighbour';
}
