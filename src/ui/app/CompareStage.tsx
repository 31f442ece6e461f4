import { useEffect, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import { momentsNow, startComparing, useCompare } from '../../state/compare.ts';
import { useDocument } from '../../state/document.ts';
import { besidePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import type { ClusterView } from '../../worker/protocol.ts';
import { Picture } from '../graph/Picture.tsx';
import { classes } from '../kit/classes.ts';
import { Segmented } from '../kit/Segmented.tsx';
import { editSettings, type SettingsChange } from '../settings/edit-settings.ts';
import { Select } from '../kit/Select.tsx';
import styles from './CompareStage.module.css';
import { useLayout } from './layout.ts';

/** The same manifests on two networks, the same probe through both, moment by moment. */
export function CompareStage() {
  const { compare: t } = useText();
  useEffect(() => startComparing(), []);
  const layout = useLayout();
  const own = useSimulation((s) => s.result?.cluster);
  const trace = useSimulation((s) => s.walk?.trace);
  const { result, problem } = useCompare();
  const [side, setSide] = useState<'a' | 'b'>('a');
  const single = layout === 'phone' || layout === 'sheet';
  const chosen = own?.settings.compare !== undefined;
  if (own === undefined) return null;
  return (
    <div className={classes(styles.compare, single && styles.single)}>
      {single && (
        <div className={styles.switch}>
          <Segmented
            label={t.moments}
            items={[
              { id: 'a', label: nameOf(own) },
              { id: 'b', label: result === undefined ? t.beside : nameOf(result.cluster) },
            ]}
            value={side}
            onChange={setSide}
          />
        </div>
      )}
      {(!single || side === 'a') && (
        <section className={styles.side} aria-label={t.yours}>
          <header className={styles.head}>
            <h2>
              <span>{t.yours}</span>
              {nameOf(own)}
            </h2>
            {trace !== undefined && <Outcome trace={trace} />}
          </header>
          <div className={styles.picture}>
            <Picture guided={chosen} />
            {chosen && result !== undefined && <Here side="a" />}
          </div>
        </section>
      )}
      {(!single || side === 'b') && (
        <section className={styles.side} aria-label={t.beside}>
          <header className={styles.head}>
            <h2>
              <span>{t.beside}</span>
              <Choices cluster={own} />
            </h2>
            {result !== undefined && <Outcome trace={result.walk.trace} />}
          </header>
          <div className={styles.picture}>
            {chosen && problem === undefined ? (
              <>
                <Picture
                  guided
                  beside={{ scene: result?.scene, walk: result?.walk, playback: besidePlayback }}
                />
                {result === undefined && trace === undefined && <p className={styles.hint}>{t.send}</p>}
                {result !== undefined && <Here side="b" />}
              </>
            ) : (
              <div className={styles.choose}>
                <h3>{chosen ? t.failed : t.choose}</h3>
                <p>{chosen ? problem : t.chooseDetail}</p>
              </div>
            )}
          </div>
        </section>
      )}
    </div>
  );
}

function nameOf({ settings }: ClusterView): string {
  return `${settings.cniLabel} · ${settings.kubeProxyMode}`;
}

/** How a walk ended, what the server saw of the client, and what it cost. */
function Outcome({ trace }: { readonly trace: Trace }) {
  const { compare: t, inspector } = useText();
  const good = trace.verdict === 'delivered';
  return (
    <p className={styles.outcome}>
      <b className={good ? styles.good : styles.bad}>
        <span aria-hidden="true">{good ? '✓' : trace.verdict === 'unknown' ? '?' : '✕'}</span>{' '}
        {inspector.verdicts[trace.verdict]}
      </b>
      {trace.server !== undefined && <span>{t.serverSees({ ip: trace.server.sees.ip })}</span>}
      <span>{t.frames({ n: trace.wire.length })}</span>
    </p>
  );
}

/** What the cluster beside has otherwise; each choice is an edit of the Playground document, one undo step. */
function Choices({ cluster }: { readonly cluster: ClusterView }) {
  const { compare: t, settings: words } = useText();
  const [cannot, setCannot] = useState<string>();
  const { offered, compare, cni, kubeProxyMode } = cluster.settings;
  const set = (change: NonNullable<SettingsChange['compare']>): void => {
    const doc = useDocument.getState();
    const edited = editSettings(doc.files, { compare: change });
    setCannot(edited.ok ? undefined : edited.file);
    if (edited.ok && edited.files !== doc.files) doc.replaceFiles(edited.files);
  };
  return (
    <span className={styles.choices}>
      <Select
        aria-label={t.cni}
        value={compare?.cni ?? ''}
        onChange={(event) => set({ cni: event.target.value })}
      >
        <option value="">{`CNI ${t.asYours}`}</option>
        {offered?.cnis
          .filter((c) => c.id !== cni || c.id === compare?.cni)
          .map((c) => (
            <option key={c.id} value={c.id}>
              {c.label}
            </option>
          ))}
      </Select>
      <Select
        aria-label={t.kubeProxyMode}
        value={compare?.kubeProxyMode ?? ''}
        onChange={(event) => set({ kubeProxyMode: event.target.value })}
      >
        <option value="">{`kube-proxy ${t.asYours}`}</option>
        {offered?.kubeProxyModes
          .filter(({ id }) => id !== kubeProxyMode || id === compare?.kubeProxyMode)
          .map(({ id, deprecated }) => (
            <option key={id} value={id}>
              {words.kubeProxy({ mode: deprecated ? words.deprecated({ mode: id }) : id })}
            </option>
          ))}
      </Select>
      {cannot !== undefined && <em role="alert">{words.cannotEdit({ file: cannot })}</em>}
    </span>
  );
}

/** Whether this moment is the same on the other side, said beside the picture. */
function Here({ side }: { readonly side: 'a' | 'b' }) {
  const { compare: t } = useText();
  useLook((s) => s.lens);
  const index = useCompare((s) => s.moment);
  const moment = momentsNow()[index];
  if (moment === undefined) return null;
  const state = moment.same
    ? 'same'
    : moment[side] === undefined
      ? 'absent'
      : moment.a === undefined || moment.b === undefined
        ? 'only'
        : 'differs';
  return (
    <p className={classes(styles.here, styles[state])} role="status">
      {t[state]}
    </p>
  );
}
