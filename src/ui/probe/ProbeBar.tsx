import { useMemo, type FormEvent } from 'react';
import { useText } from '../../i18n/messages.ts';
import type { ProbeTool } from '../../sim/k8s/cluster-state.ts';
import { editProbe, sendProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Button } from '../kit/Button.tsx';
import { BurstButton } from './BurstButton.tsx';
import { classes } from '../kit/classes.ts';
import { Combobox } from '../kit/Combobox.tsx';
import { fromChoices, retarget, targetChoices } from './choices.ts';
import styles from './ProbeBar.module.css';
import { shortPlace } from './probe-label.ts';
import { RecentProbes } from './RecentProbes.tsx';

const TOOLS: readonly ProbeTool[] = ['curl', 'nc', 'ping', 'dig'];

/** Who asks whom with what; Enter or Send walks it. `compact`: two rows, for phones. */
export function ProbeBar({ compact }: { readonly compact?: boolean }) {
  const t = useText().probe;
  const probe = useSimulation((s) => s.probe);
  const cluster = useSimulation((s) => s.result?.cluster);
  const senders = useMemo(() => (cluster === undefined ? [] : fromChoices(cluster, t)), [cluster, t]);
  const targets = useMemo(
    () => (cluster === undefined ? [] : targetChoices(cluster, probe, t)),
    [cluster, probe, t],
  );
  const known =
    probe.from === '' ||
    senders.length === 0 ||
    senders.some((c) => c.value === probe.from || sameWorkload(c.value, probe.from));
  const sender = senders.find((c) => c.value === probe.from);
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    void sendProbe();
  };
  return (
    <form
      className={classes(styles.bar, compact === true && styles.compact)}
      aria-label={t.bar}
      data-tour="probe"
      onSubmit={send}
    >
      <Combobox
        label={t.fromLabel}
        before={t.from}
        icon={compact === true ? undefined : (sender?.icon ?? 'pod')}
        value={probe.from}
        show={(v) => senders.find((c) => c.value === v)?.label ?? shortPlace(v)}
        choices={senders}
        free={false}
        nothing={t.noMatch}
        invalid={known ? undefined : t.unknownFrom({ from: probe.from })}
        onChange={(from) => editProbe({ from })}
        onEnter={send}
        className={styles.from}
      />
      <div className={styles.tool}>
        <select
          aria-label={t.tool}
          value={probe.tool}
          onChange={(event) => {
            const tool = event.target.value as ProbeTool;
            editProbe({
              tool,
              to: retarget(probe.to, tool),
              type: undefined,
              proto: undefined,
              port: undefined,
              method: undefined,
              headers: undefined,
              resolve: undefined,
            });
          }}
        >
          {TOOLS.map((tool) => (
            <option key={tool}>{tool}</option>
          ))}
        </select>
      </div>
      <Combobox
        label={t.target}
        value={probe.to}
        choices={targets}
        free
        mono
        placeholder={t.targetHint[probe.tool]}
        nothing={t.noMatchTarget}
        onChange={(to) => editProbe({ to, port: undefined })}
        onEnter={send}
        className={styles.target}
        inputProps={TARGET_MARK}
      />
      {probe.count !== undefined && (
        <button
          type="button"
          className={styles.count}
          aria-label={t.once({ count: probe.count })}
          data-tip={t.once({ count: probe.count })}
          onClick={() => editProbe({ count: undefined, interval: undefined })}
        >
          {t.inARow({ count: probe.count })}
        </button>
      )}
      <Button
        type="submit"
        kind="primary"
        disabled={probe.from === '' || probe.to === ''}
        className={styles.send}
      >
        {t.send}
      </Button>
      <BurstButton />
      {compact !== true && <RecentProbes />}
    </form>
  );
}

const TARGET_MARK = { 'data-probe-target': '' } as const;

/** `default/web` names the first pod of a Deployment `web`. */
function sameWorkload(pod: string, from: string): boolean {
  return pod.startsWith(`${from}-`);
}
