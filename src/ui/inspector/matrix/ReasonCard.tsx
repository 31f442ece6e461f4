import { useEffect, useState } from 'react';
import { useText } from '../../../i18n/messages.ts';
import type { SourceRange } from '../../../sim/base/origin.ts';
import type { ReasonPolicy } from '../../../sim/policy/reach-reasons.ts';
import { useLook } from '../../../state/selection.ts';
import { requestReach } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { Button } from '../../kit/Button.tsx';
import { classes } from '../../kit/classes.ts';
import { CellMark } from './CellMark.tsx';
import type { Cell, Group } from './groups.ts';
import styles from './Matrix.module.css';

const SHOWN_POLICIES = 12;

/** Why a cell is what it is, and the packet that would show it. */
export function ReasonCard({
  from,
  to,
  cell,
  port,
  protocol,
  ends,
  onSend,
}: {
  readonly from: Group | undefined;
  readonly to: Group | undefined;
  readonly cell: Cell | undefined;
  readonly port: number | undefined;
  readonly protocol: string;
  /** The pair of pods that the cell's reason is of, and the port that it is asked on. */
  readonly ends: Ends | undefined;
  readonly onSend: (() => void) | undefined;
}) {
  const { matrix: t } = useText();
  const places = usePlaces(ends);
  if (from === undefined || to === undefined || cell === undefined) {
    return (
      <aside className={styles.reason} aria-live="polite">
        <h3>{t.pick}</h3>
        <p>{t.pickDetail}</p>
        <Both />
      </aside>
    );
  }
  const { reason } = cell;
  return (
    <aside className={styles.reason} aria-live="polite">
      <p className={classes(styles.question, styles[cell.state])}>
        <CellMark state={cell.state} size={14} />
        {t.question({
          from: from.name,
          to: to.name,
          port: port === undefined ? protocol : `${port}/${protocol}`,
        })}
      </p>
      {reason !== undefined && (
        <>
          <h3>
            {cell.state === 'some'
              ? t.some({ allowed: cell.allowed, total: cell.total })
              : t.titles[reason.code]}
          </h3>
          <p>{t.details[reason.code]}</p>
          {reason.by.length > 0 && (
            <dl className={styles.policies}>
              <dt>{t.policies}</dt>
              {reason.by.slice(0, SHOWN_POLICIES).map((by) => (
                <dd key={keyOf(by)}>
                  <code>{by.kind === 'NetworkPolicy' ? by.policy : `${by.kind} ${by.policy}`}</code>
                  <small>
                    {by.rule === undefined ? t.sides[by.direction] : t.rule({ ...by, rule: by.rule })}
                  </small>
                  <Line range={places.get(keyOf(by))} />
                </dd>
              ))}
            </dl>
          )}
        </>
      )}
      {onSend !== undefined && (
        <Button kind="primary" onClick={onSend}>
          {t.send}
        </Button>
      )}
      <Both />
    </aside>
  );
}

export interface Ends {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Policies of two kinds may have one name, and one policy may decide about both ends. */
function keyOf({ direction, kind, policy }: Pick<ReasonPolicy, 'direction' | 'kind' | 'policy'>): string {
  return `${direction} ${kind} ${policy}`;
}

/** By `keyOf`. */
type Places = ReadonlyMap<string, SourceRange>;
const NOWHERE: Places = new Map();

/** Where what each policy says of a pair is written: the rule, or what selects the pod. */
function usePlaces(ends: Ends | undefined): Places {
  const simulated = useSimulation((s) => s.result);
  const [known, setKnown] = useState<{ readonly of: string; readonly places: Places }>();
  const { from, to, port, protocol } = ends ?? {};
  const key = `${from} ${to} ${port}/${protocol}`;
  useEffect(() => {
    if (simulated === undefined || from === undefined || to === undefined) return;
    let live = true;
    requestReach(from, { port, protocol, peer: to }).then(
      (reach) => {
        if (!live) return;
        const by = reach.to.flatMap((peer) => peer.ports.flatMap((one) => one.by));
        const places = by.flatMap(({ origin: { range }, ...one }) =>
          range === undefined ? [] : [[keyOf(one), range] as const],
        );
        setKnown({ of: key, places: new Map(places) });
      },
      // The card is whole without them.
      () => undefined,
    );
    return () => {
      live = false;
    };
  }, [simulated, key, from, to, port, protocol]);
  return known?.of === key ? known.places : NOWHERE;
}

function Line({ range }: { readonly range: SourceRange | undefined }) {
  if (range === undefined) return null;
  return (
    <button type="button" className={styles.line} onClick={() => useLook.getState().showSource(range)}>
      {range.file}:{range.line}
    </button>
  );
}

function Both() {
  const { matrix: t } = useText();
  return (
    <section className={styles.both}>
      <h4>{t.bothWays}</h4>
      <p>{t.bothWaysDetail}</p>
    </section>
  );
}
