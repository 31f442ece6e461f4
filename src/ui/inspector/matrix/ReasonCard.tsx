import { useText } from '../../../i18n/messages.ts';
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
  onSend,
}: {
  readonly from: Group | undefined;
  readonly to: Group | undefined;
  readonly cell: Cell | undefined;
  readonly port: number | undefined;
  readonly protocol: string;
  readonly onSend: (() => void) | undefined;
}) {
  const { matrix: t } = useText();
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
          {reason.policies.length > 0 && (
            <dl className={styles.policies}>
              <dt>{t.policies}</dt>
              {reason.policies.slice(0, SHOWN_POLICIES).map((policy, i) => (
                <dd key={policy}>
                  <code>{policy}</code>
                  {i === 0 && reason.rule !== undefined && <small>{t.rule({ rule: reason.rule })}</small>}
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

function Both() {
  const { matrix: t } = useText();
  return (
    <section className={styles.both}>
      <h4>{t.bothWays}</h4>
      <p>{t.bothWaysDetail}</p>
    </section>
  );
}
