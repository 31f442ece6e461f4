import { useLayoutEffect, type KeyboardEvent } from 'react';
import { useText } from '../../i18n/messages.ts';
import { packetEnds, shortPlace, stepDeviceShort, stepInfo } from '../../i18n/step-text.ts';
import type { Moment } from '../../sim/trace/align.ts';
import type { Step, Trace } from '../../sim/trace/trace.ts';
import { goToMoment } from '../../state/compare.ts';
import { classes } from '../kit/classes.ts';
import { StepMark } from '../kit/StepMark.tsx';
import { markOf } from '../kit/step-mark.ts';
import { useVirtual } from '../kit/use-virtual.ts';
import styles from './CompareTimeline.module.css';
import { useSize } from './use-size.ts';

const ROW = 20;

/** Both walks as two columns; a row is a moment. What is the same stands dim, what differs stands out. */
export function CompareList({
  moments,
  a,
  b,
  moment,
  onlyDifferences,
}: {
  readonly moments: readonly Moment[];
  readonly a: Trace;
  readonly b: Trace;
  readonly moment: number;
  readonly onlyDifferences: boolean;
}) {
  const { compare: t } = useText();
  const [scroller, size] = useSize<HTMLDivElement>();
  const rows = moments.map((m, index) => ({ ...m, index })).filter((m) => !onlyDifferences || !m.same);
  const current = rows.findLastIndex((r) => r.index <= moment);
  const virtual = useVirtual({ count: rows.length, scroller, size: ROW, overscan: 12 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || current < 0) return;
    const top = current * ROW;
    const room = size.height || element.clientHeight;
    if (room < ROW) return;
    const bottom = Math.min(current + 2, rows.length) * ROW;
    if (top < element.scrollTop) element.scrollTo({ top });
    else if (bottom > element.scrollTop + room) element.scrollTo({ top: Math.min(top, bottom - room) });
  }, [scroller, current, rows.length, size.height]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined;
    const to =
      event.key === 'Home'
        ? rows[0]
        : event.key === 'End'
          ? rows.at(-1)
          : by === undefined
            ? undefined
            : rows[current + by];
    if (to === undefined) return;
    event.preventDefault();
    goToMoment(to.index);
  };

  return (
    <div
      ref={scroller}
      className={styles.list}
      role="grid"
      tabIndex={0}
      aria-label={t.list}
      aria-rowcount={rows.length}
      aria-activedescendant={current < 0 ? undefined : `moment-${rows[current]?.index}`}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const row = (event.target as Element).closest<HTMLElement>('[data-moment]');
        if (row?.dataset['moment'] !== undefined) goToMoment(Number(row.dataset['moment']));
      }}
    >
      <div className={styles.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const left = row.a === undefined ? undefined : a.steps[row.a];
          const right = row.b === undefined ? undefined : b.steps[row.b];
          const on = row.index === moment;
          const state = row.same ? t.same : left === undefined || right === undefined ? t.only : t.differs;
          return (
            <div
              key={row.index}
              id={`moment-${row.index}`}
              role="row"
              aria-rowindex={item.index + 1}
              aria-selected={on}
              className={classes(styles.row, row.same ? styles.equal : styles.differ, on && styles.on)}
              style={{ transform: `translateY(${item.start}px)` }}
              data-moment={row.index}
            >
              <StepCell step={left} differs={row.differs} />
              <span role="gridcell" className={styles.sign} title={state} aria-label={state}>
                {row.same ? '=' : left === undefined ? '→' : right === undefined ? '←' : '≠'}
              </span>
              <StepCell step={right} differs={row.differs} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A step in one column; of what differs, the part that does is lit. */
function StepCell({
  step,
  differs,
}: {
  readonly step: Step | undefined;
  readonly differs: Moment['differs'];
}) {
  const { compare: t, reasons } = useText();
  if (step === undefined) {
    return <span role="gridcell" className={styles.none} aria-label={t.absent} />;
  }
  const { src, dst } = packetEnds(step.packet);
  const info = stepInfo(reasons, step);
  const lit = (part: keyof NonNullable<Moment['differs']>): string | undefined =>
    differs?.[part] === true ? styles.changed : undefined;
  return (
    <span role="gridcell" className={styles.step}>
      <StepMark mark={markOf(step)} />
      <span title={step.place}>
        <b>{shortPlace(step.place)}</b> <i className={lit('device')}>{stepDeviceShort(step)}</i>
      </span>
      <span className={lit('ends')}>{src === '' ? '' : `${src} → ${dst}`}</span>
      <span className={lit('rest')} title={info}>
        {info}
      </span>
    </span>
  );
}
