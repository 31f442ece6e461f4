import { useLayoutEffect, useMemo, type KeyboardEvent, type MouseEvent } from 'react';
import { useText } from '../../i18n/messages.ts';
import { packetEnds, shortPlace, stepDeviceShort, stepInfo } from '../../i18n/step-text.ts';
import type { ReasonText } from '../../i18n/reasons.en.ts';
import type { Packet } from '../../sim/packet/packet.ts';
import type { Step } from '../../sim/trace/trace.ts';
import { goToStep } from '../../state/session.ts';
import { classes } from '../kit/classes.ts';
import { markOf, toneOf } from '../kit/step-mark.ts';
import { useVirtual } from '../kit/use-virtual.ts';
import styles from './EventList.module.css';
import { useSize } from './use-size.ts';
import type { WalkView } from './use-walk-view.ts';

const ROW = 20;
/** The sticky head of the list, in pixels. */
const HEAD = 21;

interface EventRow {
  readonly step: Step;
  /** 1-based among the shown steps. */
  readonly number: number;
  readonly place: string;
  readonly device: string;
  readonly src: string;
  readonly dst: string;
  readonly srcChanged: boolean;
  readonly dstChanged: boolean;
  readonly info: string;
  readonly words: string;
}

function eventRow(step: Step, number: number, reasons: ReasonText): EventRow {
  const ends = packetEnds(step.packet);
  const before = sameLevel(step.before, step.packet);
  const place = shortPlace(step.place);
  const device = stepDeviceShort(step);
  const info = stepInfo(reasons, step);
  return {
    step,
    number,
    place,
    device,
    src: ends.src,
    dst: ends.dst,
    srcChanged: before !== undefined && before.src !== ends.src,
    dstChanged: before !== undefined && before.dst !== ends.dst,
    info,
    words: `${place} ${device} ${ends.src} ${ends.dst} ${info} ${step.place}`.toLowerCase(),
  };
}

/** The ends before a rewriting step; wrapping and unwrapping change the packet, not its addresses. */
function sameLevel(
  before: Packet | undefined,
  after: Packet | undefined,
): { src: string; dst: string } | undefined {
  if (before === undefined || after === undefined) return undefined;
  return (before.inner === undefined) === (after.inner === undefined) ? packetEnds(before) : undefined;
}

/** Every shown step as a line, as a packet list shows captures: filterable, and a click or an arrow key goes there. */
export function EventList({
  view,
  filter,
  narrow,
}: {
  readonly view: WalkView;
  readonly filter: string;
  /** Leaves the source column out. */
  readonly narrow: boolean;
}) {
  const { timeline: t, reasons } = useText();
  const [scroller, size] = useSize<HTMLDivElement>();
  const rows = useMemo(
    () =>
      view.shown.flatMap((i, n) => {
        const step = view.trace.steps[i];
        return step === undefined ? [] : [eventRow(step, n + 1, reasons)];
      }),
    [view.trace, view.shown, reasons],
  );
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const visible = words.length === 0 ? rows : rows.filter((r) => words.every((w) => r.words.includes(w)));
  const current = visible.findLastIndex((r) => r.step.index <= view.step);
  const exact = visible[current]?.step.index === view.shown[view.position];
  const virtual = useVirtual({ count: visible.length, scroller, size: ROW, overscan: 12 });

  // The current row is in view whatever changed: the step, the rows, or the room for them.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || current < 0) return;
    const top = current * ROW;
    const room = (size.height || element.clientHeight) - HEAD;
    if (room < ROW) return;
    // One row more below, so that the next step is seen coming.
    const bottom = Math.min(current + 2, visible.length) * ROW;
    if (top < element.scrollTop) element.scrollTo({ top });
    else if (bottom > element.scrollTop + room) element.scrollTo({ top: Math.min(top, bottom - room) });
  }, [scroller, current, visible.length, size.height]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = target(event.key, current, visible.length);
    const row = to === undefined ? undefined : visible[to];
    if (row === undefined) return;
    event.preventDefault();
    goToStep(row.step.index);
  };

  const onClick = (event: MouseEvent): void => {
    const row = (event.target as Element).closest<HTMLElement>('[data-step]');
    if (row?.dataset['step'] !== undefined) goToStep(Number(row.dataset['step']));
  };

  return (
    <div className={classes(styles.events, narrow && styles.narrow)}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        tabIndex={0}
        aria-label={t.events}
        aria-rowcount={visible.length + 1}
        aria-activedescendant={exact ? `event-${visible[current]?.step.index}` : undefined}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div role="row" aria-rowindex={1} className={styles.head}>
          <span role="columnheader">#</span>
          <span role="columnheader">{t.where}</span>
          {!narrow && <span role="columnheader">{t.source}</span>}
          <span role="columnheader">{t.destination}</span>
          <span role="columnheader">{t.info}</span>
        </div>
        <div className={styles.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = visible[item.index];
            if (row === undefined) return null;
            const on = exact && item.index === current;
            const tone = toneOf(markOf(row.step));
            return (
              <div
                key={row.step.index}
                id={`event-${row.step.index}`}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={on}
                className={classes(styles.row, styles[tone], on && styles.on)}
                style={{ transform: `translateY(${item.start}px)` }}
                data-step={row.step.index}
              >
                <span role="gridcell" className={styles.number}>
                  {row.number}
                </span>
                <span role="gridcell" title={`${row.step.place} ${row.device}`}>
                  <b>{row.place}</b> {row.device}
                </span>
                {!narrow && (
                  <span role="gridcell" className={classes(row.srcChanged && styles.changed)}>
                    {row.src}
                  </span>
                )}
                <span role="gridcell" className={classes(row.dstChanged && styles.changed)}>
                  {row.dst}
                </span>
                <span role="gridcell" title={row.info}>
                  {row.info}
                </span>
              </div>
            );
          })}
        </div>
        {visible.length === 0 && <p className={styles.none}>{t.noMatch}</p>}
      </div>
      {words.length > 0 && (
        <p className="visually-hidden" role="status">
          {t.found({ n: visible.length, total: rows.length })}
        </p>
      )}
    </div>
  );
}

function target(key: string, current: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(length - 1, current + 1);
    case 'ArrowUp':
      return Math.max(0, current - 1);
    case 'PageDown':
      return Math.min(length - 1, current + 8);
    case 'PageUp':
      return Math.max(0, current - 8);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}
