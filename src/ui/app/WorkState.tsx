import { useEffect, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { cancelWork } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Button, IconButton } from '../kit/Button.tsx';
import { diagnosticText } from '../kit/diagnostic-text.ts';
import { Icon } from '../kit/Icon.tsx';
import { say } from './notices.ts';
import styles from './WorkState.module.css';

/** Work that ends sooner is not mentioned. */
const QUIET_MS = 150;
const OFFER_STOP_MS = 1500;

/** A thin line while the simulator works, a way to stop long work, and a banner when it failed. */
export function WorkState() {
  const all = useText();
  const t = all.app;
  const problem = useSimulation((s) => s.problem);
  const busy = useSimulation((s) => s.busy);
  const progress = useSimulation((s) => s.progress);
  const failure = useSimulation((s) => s.failure);
  const [long, setLong] = useState<'no' | 'visible' | 'stoppable'>('no');
  useEffect(() => {
    if (!busy) return;
    const a = setTimeout(() => setLong('visible'), QUIET_MS);
    const b = setTimeout(() => setLong('stoppable'), OFFER_STOP_MS);
    return () => {
      clearTimeout(a);
      clearTimeout(b);
      setLong('no');
    };
  }, [busy]);
  const share = progress === undefined || progress.total === 0 ? undefined : progress.done / progress.total;
  const words =
    progress === undefined
      ? t.loading
      : t.progress({ stage: t.stages[progress.stage], done: progress.done, total: progress.total });
  return (
    <div className={styles.over}>
      {long !== 'no' && (
        <div
          role="progressbar"
          aria-label={words}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
          className={styles.line}
        >
          <span style={{ width: `${Math.round((share ?? 0.3) * 100)}%` }} />
        </div>
      )}
      {long === 'stoppable' && (
        <div className={styles.long}>
          <span>{words}</span>
          <Button
            kind="line"
            icon="stop"
            onClick={() => {
              cancelWork();
              say({ kind: 'stopped' });
            }}
          >
            {t.stop}
          </Button>
        </div>
      )}
      {problem !== undefined && (
        <div role="alert" className={styles.failure}>
          <Icon name="cross" className={styles.cross} />
          <p>{diagnosticText(problem, all)}</p>
          <IconButton
            icon="cross"
            label={t.dismiss}
            onClick={() => useSimulation.getState().set({ problem: undefined })}
          />
        </div>
      )}
      {failure !== undefined && (
        <div role="alert" className={styles.failure}>
          <Icon name="cross" className={styles.cross} />
          <div>
            <p>{t.failed}</p>
            <details>
              <summary>{t.failedDetail}</summary>
              <pre>{failure}</pre>
            </details>
          </div>
          <IconButton
            icon="cross"
            label={t.dismiss}
            onClick={() => useSimulation.getState().set({ failure: undefined })}
          />
        </div>
      )}
    </div>
  );
}
