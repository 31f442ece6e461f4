import { useEffect, useRef, useState } from 'react';
import { becauseText, deciders, decidingText } from '../../../i18n/reach-text.ts';
import { useText } from '../../../i18n/messages.ts';
import type { LocatedOrigin } from '../../../sim/base/origin.ts';
import type { NamedPolicy, PeerReach, PodReach as Reach, PortReach } from '../../../sim/policy/pod-reach.ts';
import { useLook } from '../../../state/selection.ts';
import { requestReach, sendProbe } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/Icon.tsx';
import styles from './PodReach.module.css';

/** Groups shown at once, those with a denial first. */
const SHOWN = 40;
const AGAIN_MS = 300;

type Answer = 'allowed' | 'denied' | 'unknown';

const answerOf = ({ allowed }: PortReach): Answer =>
  allowed === 'unknown' ? 'unknown' : allowed ? 'allowed' : 'denied';

const ICONS = { allowed: 'check', denied: 'cross', unknown: 'question' } as const;

function useReach(pod: string, port: number | undefined): { readonly reach?: Reach; readonly failed?: true } {
  const simulated = useSimulation((s) => s.result);
  const [answer, setAnswer] = useState<{
    readonly of: string;
    readonly reach?: Reach;
    readonly failed?: true;
  }>();
  const asked = useRef<string>(undefined);
  useEffect(() => {
    if (simulated === undefined) return;
    let live = true;
    const question = `${pod} ${port}`;
    // While somebody types, what is shown may be a moment old.
    const delay = asked.current === question ? AGAIN_MS : 0;
    asked.current = question;
    const timer = setTimeout(() => {
      requestReach(pod, port === undefined ? {} : { port }).then(
        (reach) => {
          if (live) setAnswer({ of: pod, reach });
        },
        () => {
          if (live) setAnswer({ of: pod, failed: true });
        },
      );
    }, delay);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [simulated, pod, port]);
  return answer?.of === pod ? answer : {};
}

/** Whom a pod may talk to and who may talk to it: groups of alike pods, per port, with who decides. */
export function PodReach({ pod }: { readonly pod: string }) {
  const { reach: t } = useText();
  const [text, setText] = useState('');
  const number = Number(text);
  const valid = text === '' || (Number.isInteger(number) && number >= 1 && number <= 65535);
  const port = text === '' || !valid ? undefined : number;
  const { reach, failed } = useReach(pod, port);
  return (
    <section className={styles.reach} aria-label={t.title}>
      <h3>
        {t.title}
        <label className={styles.port}>
          <span>{t.portLabel}</span>
          <input
            inputMode="numeric"
            aria-label={t.port}
            aria-invalid={!valid}
            data-tip={t.port}
            value={text}
            onChange={(e) => setText(e.target.value.trim())}
          />
        </label>
      </h3>
      {failed === true ? (
        <p className={styles.quiet}>{t.failed}</p>
      ) : reach === undefined ? (
        <p className={styles.quiet}>{t.asking}</p>
      ) : (
        <>
          <Selects title={t.selects.egress} policies={reach.selectedBy.egress} />
          <Selects title={t.selects.ingress} policies={reach.selectedBy.ingress} />
          <Peers title={t.to} peers={reach.to} send={(peer, asked) => send(pod, peer, asked)} />
          <Peers title={t.from} peers={reach.from} send={(peer, asked) => send(peer, pod, asked)} />
        </>
      )}
    </section>
  );
}

function send(from: string, to: string, { port, protocol }: PortReach): void {
  useLook.getState().set({ view: 'picture', tab: 'why' });
  const proto = ({ TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const)[protocol];
  void sendProbe({ from, to, tool: 'nc', port, proto });
}

function Selects({ title, policies }: { readonly title: string; readonly policies: readonly NamedPolicy[] }) {
  const { reach: t } = useText();
  return (
    <p className={styles.selects}>
      <span>{title}</span>{' '}
      {policies.length === 0
        ? t.none
        : policies.map((one) => (
            <Place key={`${one.kind} ${one.policy}`} origin={one.origin}>
              {one.policy}
            </Place>
          ))}
    </p>
  );
}

/** A name that leads to its line, where it has one. */
function Place({
  origin: { range },
  children,
}: {
  readonly origin: LocatedOrigin;
  readonly children: string;
}) {
  if (range === undefined) return <b>{children}</b>;
  return (
    <button
      type="button"
      className={styles.link}
      title={`${range.file}:${range.line}`}
      onClick={() => useLook.getState().showSource(range)}
    >
      {children}
    </button>
  );
}

function Peers({
  title,
  peers,
  send: sendTo,
}: {
  readonly title: string;
  readonly peers: readonly PeerReach[];
  readonly send: (peer: string, asked: PortReach) => void;
}) {
  const { reach: t } = useText();
  const counted = { allowed: 0, denied: 0, unknown: 0 };
  for (const { pods, ports } of peers) for (const port of ports) counted[answerOf(port)] += pods.length;
  const denies = (peer: PeerReach): boolean => peer.ports.some((port) => port.allowed === false);
  const sorted = [...peers.filter(denies), ...peers.filter((peer) => !denies(peer))];
  return (
    <div className={styles.peers}>
      <h4>
        {title} <small>{t.count(counted)}</small>
      </h4>
      {peers.length === 0 && <p className={styles.quiet}>{t.nobody}</p>}
      <ul>
        {sorted.slice(0, SHOWN).map((peer) => (
          <li key={`${peer.pods[0]}`}>
            <b title={peer.pods.slice(0, 20).join('\n')}>
              {peer.pods.length === 1 ? peer.pods[0] : `${peer.namespace}/${peer.workload}`}
              {peer.pods.length > 1 && <small>{t.pods({ n: peer.pods.length })}</small>}
            </b>
            {peer.ports.length === 0 && <p className={styles.quiet}>{t.nothing}</p>}
            {alike(peer.ports).map((ports) => (
              <Ports
                key={`${ports[0].port}/${ports[0].protocol}`}
                ports={ports}
                send={(port) => sendTo(peer.pods[0] ?? '', port)}
              />
            ))}
          </li>
        ))}
      </ul>
      {sorted.length > SHOWN && <p className={styles.quiet}>{t.more({ n: sorted.length - SHOWN })}</p>}
    </div>
  );
}

type Alike = readonly [PortReach, ...PortReach[]];

/** Ports of which the same is said, together. */
function alike(ports: readonly PortReach[]): readonly Alike[] {
  const groups = new Map<string, [PortReach, ...PortReach[]]>();
  for (const one of ports) {
    const { port: _port, protocol: _protocol, ...said } = one;
    const key = JSON.stringify(said);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function Ports({ ports, send: sendTo }: { readonly ports: Alike; readonly send: (port: PortReach) => void }) {
  const { reach: t } = useText();
  const [said] = ports;
  const answer = answerOf(said);
  const because = becauseText(t, said);
  return (
    <div className={classes(styles.said, styles[answer])}>
      <Icon name={ICONS[answer]} size={14} />
      <p className={styles.answer}>
        <span>{t.answers[answer]}</span>
        {ports.map((one) => {
          const name = `${one.port}/${one.protocol}`;
          if (one.because === 'no-address') return <code key={name}>{name}</code>;
          return (
            <button
              key={name}
              type="button"
              aria-label={t.send({ port: name })}
              data-tip={t.send({ port: name })}
              onClick={() => sendTo(one)}
            >
              {name}
            </button>
          );
        })}
      </p>
      <p className={styles.why}>
        {deciders(said).map((by) => (
          <Place key={`${by.direction} ${by.policy} ${by.rule}`} origin={by.origin}>
            {decidingText(t, by)}
          </Place>
        ))}
        {because !== undefined && <span>{because}</span>}
      </p>
    </div>
  );
}
