import { useState } from 'react';
import { endText, shareText } from '../../i18n/burst-text.ts';
import { useText } from '../../i18n/messages.ts';
import { placeName } from '../../i18n/step-text.ts';
import type { Burst, BurstGroup } from '../../sim/probe/burst.ts';
import { sendBurst, stopBurst, useBurst } from '../../state/burst.ts';
import { sendProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Button } from '../kit/Button.tsx';
import { classes } from '../kit/classes.ts';
import { diagnosticText } from '../kit/diagnostic-text.ts';
import { Icon } from '../kit/Icon.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import styles from './BurstPanel.module.css';
import { probeLabel } from './probe-label.ts';

const SIZES = [10, 100, 1000] as const;

/** One request many times: how each ended and who answered, as it comes in. A row shows the walk of its first request. */
export function BurstPanel({ onSeen }: { readonly onSeen: () => void }) {
  const texts = useText();
  const t = texts.burst;
  const [requests, setRequests] = useState<(typeof SIZES)[number]>(100);
  const asked = useSimulation((s) => s.probe);
  const revision = useSimulation((s) => s.revision);
  const { probe, result, running, problem, revision: of } = useBurst();
  // Of another cluster: it says nothing about this one.
  const shown = of === revision ? result : undefined;
  const { count: _count, interval: _interval, ...one } = asked;
  return (
    <div className={styles.panel}>
      <h2>{t.title}</h2>
      <p className={styles.intro}>{t.intro}</p>
      <div className={styles.controls}>
        <Segmented
          label={t.howMany}
          items={SIZES.map((id) => ({ id, label: id.toLocaleString('en') }))}
          value={requests}
          onChange={setRequests}
        />
        {running ? (
          <Button kind="line" icon="stop" onClick={stopBurst}>
            {t.stop}
          </Button>
        ) : (
          <Button
            kind="primary"
            disabled={one.from === '' || one.to === ''}
            onClick={() => void sendBurst(one, requests)}
          >
            {t.send({ requests })}
          </Button>
        )}
      </div>
      {problem !== undefined && (
        <p role="alert" className={styles.problem}>
          {typeof problem === 'string' ? problem : diagnosticText(problem, texts)}
        </p>
      )}
      {shown !== undefined && probe !== undefined && (
        <section aria-label={t.ends}>
          <p className={styles.said}>
            <code>{probeLabel(probe, 'full')}</code>
            <span role="status">{t.sent({ done: shown.order.length, asked: shown.asked })}</span>
          </p>
          <ul className={styles.groups}>
            {shown.groups.map((group, index) => (
              <GroupRow
                key={group.first}
                burst={shown}
                group={group}
                index={index}
                onSee={() => {
                  onSeen();
                  void sendProbe({ ...probe, count: group.first + 1, interval: 0 });
                }}
              />
            ))}
          </ul>
          <p className={styles.order}>{t.inOrder}</p>
        </section>
      )}
    </div>
  );
}

function GroupRow({
  burst,
  group,
  index,
  onSee,
}: {
  readonly burst: Burst;
  readonly group: BurstGroup;
  readonly index: number;
  readonly onSee: () => void;
}) {
  const texts = useText();
  const t = texts.burst;
  const good = group.verdict === 'delivered' && (group.status ?? 200) < 400;
  const to = group.server === undefined ? t.nobody : placeName(group.server.netns);
  const end = endText(group, texts);
  const share = shareText(group.count, burst.order.length);
  const { count } = group;
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-label={t.row({ to, end, count, share, request: group.first + 1 })}
        data-tip={t.firstOf}
        onClick={onSee}
      >
        <Icon name={good ? 'check' : 'cross'} size={14} className={good ? styles.ok : styles.bad} />
        <span className={styles.to}>
          <b>{to}</b>
          <span>{end}</span>
        </span>
        <span className={styles.share}>
          <b>{share}</b>
          <span>{count}</span>
        </span>
        <Ticks burst={burst} index={index} className={classes(styles.ticks, good ? styles.ok : styles.bad)} />
      </button>
    </li>
  );
}

/** A tick for each request of a group, where it stands in the order of all. */
function Ticks({
  burst: { order, asked },
  index,
  className,
}: {
  readonly burst: Burst;
  readonly index: number;
  readonly className: string;
}) {
  const ticks = order.flatMap((group, i) => (group === index ? [`M${i + 0.5} 0v1`] : [])).join('');
  return (
    <svg className={className} viewBox={`0 0 ${asked} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={ticks} stroke="currentColor" strokeWidth={asked > 200 ? 1 : 0.7} />
    </svg>
  );
}
