import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useText } from '../../i18n/messages.ts';
import { packetWord, reasonTitle, shortPlace, stepWhere } from '../../i18n/step-text.ts';
import { goToStep } from '../../state/session.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/Icon.tsx';
import { MarkShape } from '../kit/StepMark.tsx';
import { markOf } from '../kit/step-mark.ts';
import { geometryOf, linePath, nearestStop, placeWord, rowIcon, turns, wordWidth } from './geometry.ts';
import type { Lane } from './lanes.ts';
import { Overview } from './Overview.tsx';
import styles from './Timetable.module.css';
import { stopAt } from './timetable.ts';
import { useSize } from './use-size.ts';
import type { WalkView } from './use-walk-view.ts';

const LABEL = 120;
const TOP = 44;
const BOTTOM = 24;
/** Below this distance neighbouring marks would touch; they shrink to ticks. */
const DENSE = 8;

/** Rows are places, the line is the packet: down with the request, up with the reply. A slider over its stops. */
export function TimetableView({ view }: { readonly view: WalkView }) {
  const { timeline: t, reasons } = useText();
  const [ref, size] = useSize<HTMLDivElement>();
  const dragging = useRef(false);
  const { rows, stops } = view.timetable;
  const g = geometryOf(
    {
      width: Math.max(size.width, 200),
      height: Math.max(size.height, 120),
      label: LABEL,
      top: TOP,
      bottom: BOTTOM,
    },
    rows.length,
    stops.length,
  );
  const at = stopAt(stops, view.step);
  const current = view.trace.steps[view.step];
  const started = view.step >= (stops[0]?.step ?? 0);
  const now = stops[at];
  const failed = current !== undefined && markOf(current) === 'deny';
  const dense = stops.length > 1 && g.x(1) - g.x(0) < DENSE;

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
    <div className={styles.timetable} ref={ref}>
      <Overview view={view} left={g.left} right={g.right} />
      <svg
        className={styles.chart}
        width={size.width}
        height={g.height}
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
          if (e.button !== 0) return;
          const box = e.currentTarget.getBoundingClientRect();
          if (e.clientY - box.top < TOP) return;
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
          <g key={row.id} transform={`translate(0 ${g.top + i * g.rowHeight})`}>
            <rect
              x="8"
              width={Math.max(0, g.right - 4)}
              height={g.rowHeight}
              className={classes(styles.lane, row.kind === 'node' && styles.node)}
            />
            <path d={`M8 .5H${g.right + 4}`} className={styles.ruled} />
            <g transform={`translate(14 ${g.rowHeight / 2 - 7})`} className={styles.icon}>
              <RowIcon kind={row.kind} />
            </g>
            <text x="34" y={g.rowHeight / 2 + 4} className={styles.place}>
              <title>{row.kind === 'underlay' ? t.underlay : row.id}</title>
              {row.kind === 'underlay' ? t.underlay : shorten(shortPlace(row.id))}
            </text>
            {!row.reached && (
              <text x={g.left + 24} y={g.rowHeight / 2 + 4} className={styles.note}>
                {t.notReached}
              </text>
            )}
          </g>
        ))}
        <path d={`M8 ${g.top + rows.length * g.rowHeight + 0.5}H${g.right + 4}`} className={styles.ruled} />
        <Halves view={view} g={g} flag={started ? g.x(at) : undefined} />
        <path d={linePath(g, stops, started ? at : 0, stops.length - 1)} className={styles.ahead} />
        {started && <path d={linePath(g, stops, 0, at)} className={styles.walked} />}
        {started && now !== undefined && (
          <path
            d={`M${g.x(at)} ${g.top - 4}V${g.top + rows.length * g.rowHeight + 3}`}
            className={classes(styles.playhead, failed && styles.failed)}
          />
        )}
        {stops.map((stop, i) => (
          <g
            key={stop.step}
            transform={`translate(${g.x(i)} ${g.y(stop.row)})${dense && stop.mark !== 'deny' ? ' scale(.6)' : ''}`}
            className={classes(styles.mark, (!started || i > at) && styles.later)}
          >
            <MarkShape mark={stop.mark} />
          </g>
        ))}
        {started && now !== undefined && (
          <>
            <circle
              cx={g.x(at)}
              cy={g.y(now.row)}
              r="10"
              className={classes(styles.ring, failed && styles.failed)}
            />
            <Flag
              x={g.x(at)}
              y={g.top + rows.length * g.rowHeight + 3}
              text={String(view.position + 1)}
              failed={failed}
            />
          </>
        )}
        <Silence
          view={view}
          lane={view.lane}
          from={g.x(stops.length - 1) + 18}
          to={g.right}
          y={g.y(rows.findIndex((r) => r.reached))}
        />
      </svg>
    </div>
  );
}

/** Where a key leads on the slider; undefined for keys that are not its own. */
export function sliderTarget(key: string, view: WalkView): number | undefined {
  const { shown, position } = view;
  const page = 10;
  const to = (i: number): number | undefined => shown[Math.max(0, Math.min(shown.length - 1, i))];
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return to(position + 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return to(position - 1);
    case 'PageDown':
      return to(position + page);
    case 'PageUp':
      return to(position - page);
    case 'Home':
      return to(0);
    case 'End':
      return to(shown.length - 1);
    default:
      return undefined;
  }
}

function shorten(name: string): string {
  return name.length <= 13 ? name : `${name.slice(0, 5)}…${name.slice(-7)}`;
}

export function RowIcon({ kind }: { readonly kind: Parameters<typeof rowIcon>[0] }) {
  const icon = rowIcon(kind);
  return icon === 'wire' ? (
    <path d="M1 5h12M1 9.500h12" fill="none" stroke="currentColor" strokeWidth="1.4" />
  ) : (
    <Icon name={icon} size={14} />
  );
}

function Halves({
  view,
  g,
  flag,
}: {
  readonly view: WalkView;
  readonly g: ReturnType<typeof geometryOf>;
  /** Where the step's flag stands; a word steps aside for it. */
  readonly flag: number | undefined;
}) {
  const { timeline: t } = useText();
  const { rows, stops } = view.timetable;
  const bottom = g.top + rows.length * g.rowHeight;
  const starts = [0, ...turns(stops)];
  return (
    <>
      {starts.map((i, k) => {
        const stop = stops[i];
        const step =
          stop === undefined
            ? undefined
            : view.trace.steps.slice(stop.step).find((s) => s.packet !== undefined);
        if (stop === undefined) return null;
        const x = i === 0 ? g.x(0) : (g.x(i - 1) + g.x(i)) / 2;
        const dir = stop.dir === 'reply' ? t.reply : t.request;
        const word = step?.packet === undefined ? '' : `, ${packetWord(inside(step.packet))}`;
        const next = starts[k + 1];
        const half = {
          from: x + (k > 0 ? 6 : -4),
          until: next === undefined ? g.right + 8 : (g.x(next - 1) + g.x(next)) / 2 - 4,
        };
        const said = placeWord(half, `${dir}${word}`, flag) ?? placeWord(half, dir, flag);
        return (
          <g key={i}>
            {k > 0 && <path d={`M${x} ${g.top}V${bottom + 4}`} className={styles.half} />}
            {said !== undefined && (
              <text x={said.x} y={bottom + 16} className={styles.note}>
                {said.text}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

function inside(packet: Parameters<typeof packetWord>[0]): Parameters<typeof packetWord>[0] {
  return packet.inner === undefined ? packet : inside(packet.inner);
}

function Flag({
  x,
  y,
  text,
  failed,
}: {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly failed: boolean;
}) {
  const width = 10 + text.length * 7;
  return (
    <g className={classes(styles.flag, failed && styles.failedFlag)}>
      <rect x={x - width / 2} y={y} width={width} height="16" rx="3" />
      <text x={x} y={y + 12} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}

/** Beside a packet that nobody answered: how often it is sent again, and when the client gives up. */
function Silence({
  view,
  lane,
  from,
  to,
  y,
}: {
  readonly view: WalkView;
  readonly lane: Lane | undefined;
  /** The room beside the packet's line, which may be too little. */
  readonly from: number;
  readonly to: number;
  readonly y: number;
}) {
  const { timeline: t } = useText();
  if (lane?.exchange === undefined || lane.outcome !== 'failed' || lane.hasReply) return null;
  const exchange = view.trace.exchanges[lane.exchange];
  const own = view.trace.steps.filter((s) => s.exchange === exchange?.index);
  const timeout = own.find((s) => s.reason.code === 'process.timeout');
  if (timeout?.reason.code !== 'process.timeout') return null;
  const retries = Math.max(0, ...own.map((s) => s.retry ?? 0));
  const words = t.hearsNothing({ retries, seconds: timeout.reason.params.seconds });
  const wide = wordWidth(words);
  // Where it does not fit beside the line it ends at the edge: the client's own row is empty there.
  if (to - 190 < wide) return null;
  const beside = to - from > wide;
  return (
    <text
      x={beside ? from : to}
      y={y + 4}
      textAnchor={beside ? 'start' : 'end'}
      className={classes(styles.note, styles.halo)}
    >
      {words}
    </text>
  );
}
