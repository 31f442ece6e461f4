import { clientSeesText } from '../../../i18n/transcript.ts';
import { useText } from '../../../i18n/messages.ts';
import { packetEnds } from '../../../i18n/step-text.ts';
import type { Step, Trace } from '../../../sim/trace/trace.ts';
import { goToVerdict } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/Icon.tsx';
import styles from './Why.module.css';

/** The connection as conntrack keeps it on this node: what goes out, and what will come back. */
export function Remembered({ trace, step }: { readonly trace: Trace; readonly step: Step }) {
  const { inspector: t } = useText();
  if (step.kind !== 'nat' && step.kind !== 'conntrack') return null;
  const own = trace.steps.filter(
    (s) => s.kind === 'nat' && s.place === step.place && s.segment === step.segment && s.dir === 'request',
  );
  const first = own[0];
  const last = own.filter((s) => s.exchange === first?.exchange).at(-1);
  if (first?.before === undefined || last?.packet === undefined) return null;
  const was = packetEnds(first.before);
  const is = packetEnds(last.packet);
  return (
    <section className={styles.card}>
      <h3>
        {t.remembered}
        <small>conntrack</small>
      </h3>
      <dl className={styles.memory}>
        <dt>{t.out}</dt>
        <dd>
          <code>
            {was.src} → {was.dst}
          </code>
        </dd>
        <dt>{t.back}</dt>
        <dd>
          <code>
            {is.dst} → {is.src}
          </code>
        </dd>
      </dl>
    </section>
  );
}

/** Policies that exist while nothing acts on them. */
export function NotEnforced({ trace, step }: { readonly trace: Trace; readonly step: Step }) {
  const { inspector: t } = useText();
  const cluster = useSimulation((s) => s.result?.cluster);
  if (cluster === undefined || cluster.settings.enforcesPolicy || cluster.policies.length === 0) return null;
  if (trace.segments[step.segment]?.purpose !== 'probe') return null;
  const cni = cluster.settings.cniLabel;
  const would = trace.policy.notEnforced?.policies;
  return (
    <section className={classes(styles.card, styles.caution)}>
      <h3>
        <Icon name="warning" size={14} />
        {t.notEnforced({ cni })}
      </h3>
      <p>
        {would === undefined
          ? t.notEnforcedNone({ cni, count: cluster.policies.length })
          : t.notEnforcedDetail({ cni, policies: would.join(', ') })}
      </p>
    </section>
  );
}

/** How it ended, twice: what became of the packet, and what the client sees of it. */
export function Ending({ trace }: { readonly trace: Trace }) {
  const texts = useText();
  const t = texts.inspector;
  const { verdict } = trace;
  const good = verdict === 'delivered';
  const open = verdict === 'unknown';
  const pleased = ['connected', 'answered', 'http'].includes(trace.clientSees);
  return (
    <section className={styles.card}>
      <dl className={styles.ending}>
        <dt>{t.packetWas}</dt>
        <dd>
          <button
            type="button"
            className={classes(styles.verdict, good && styles.allowInk, !good && !open && styles.denyInk)}
            onClick={goToVerdict}
          >
            <Icon name={good ? 'check' : open ? 'question' : 'cross'} size={14} />
            {t.verdicts[verdict]}
          </button>
        </dd>
        <dt>{t.clientSees}</dt>
        <dd>
          <span className={classes(styles.verdict, pleased && styles.allowInk, !pleased && styles.denyInk)}>
            <Icon name={pleased ? 'check' : 'cross'} size={14} />
            {clientSeesText(trace, texts)}
          </span>
        </dd>
      </dl>
    </section>
  );
}
