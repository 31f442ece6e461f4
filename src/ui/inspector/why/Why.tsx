import { useMemo } from 'react';
import { useText } from '../../../i18n/messages.ts';
import { reasonDetail, reasonTitle, stepWhere } from '../../../i18n/step-text.ts';
import type { Step } from '../../../sim/trace/trace.ts';
import { usePlayback } from '../../../state/playback.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { classes } from '../../kit/classes.ts';
import { StepMark } from '../../kit/StepMark.tsx';
import { markOf, toneOf } from '../../kit/step-mark.ts';
import { ChangedFields } from './ChangedFields.tsx';
import { Ending, NotEnforced, Remembered } from './Cards.tsx';
import { PhaseList } from './PhaseList.tsx';
import { PhaseDetail } from './PhaseDetail.tsx';
import { belongsTo, currentPhase, passes, phasesOf } from './phases.ts';
import styles from './Why.module.css';

/** Whether a translation came from memory instead of from rules that were asked now. */
export function fromMemory(step: Step): boolean {
  return step.kind === 'nat' && step.rows.every((key) => key.startsWith('conntrack/'));
}

/** What happened at this step and why: the sentence, what changed, the phases, what is remembered, how it ends. */
export function Why() {
  const { inspector: t, reasons } = useText();
  const walk = useSimulation((s) => s.walk);
  const index = usePlayback((s) => s.step);
  const step = walk?.trace.steps[index];
  const segment = useMemo(
    () => (walk === undefined || step === undefined ? -1 : segmentOf(walk.trace.steps, step)),
    [walk, step],
  );
  const phases = useMemo(() => (walk === undefined ? [] : phasesOf(walk.trace, segment)), [walk, segment]);
  if (walk === undefined || step === undefined) {
    return (
      <div className={styles.why}>
        <div className={styles.headline}>
          <h2>{t.atRest}</h2>
          <p>{t.atRestDetail}</p>
        </div>
      </div>
    );
  }
  const mark = markOf(step);
  const detail = fromMemory(step) ? t.sameDecision : reasonDetail(reasons, step.reason);
  return (
    <div className={styles.why}>
      <div className={styles.headline}>
        <p className={classes(styles.at, styles[toneOf(mark)])}>
          <StepMark mark={mark} />
          {stepWhere(step)}
        </p>
        <h2>{reasonTitle(reasons, step.reason)}</h2>
        {detail !== undefined && <p>{detail}</p>}
      </div>
      <ChangedFields step={step} />
      {!belongsTo(currentPhase(phases, step.index), step) && !passes(step) && (
        <div className={classes(styles.alone, styles[toneOf(mark)])}>
          <PhaseDetail step={step} trace={walk.trace} />
        </div>
      )}
      <PhaseList phases={phases} step={step} trace={walk.trace} />
      <Remembered trace={walk.trace} step={step} />
      <NotEnforced trace={walk.trace} step={step} />
      <Ending trace={walk.trace} />
    </div>
  );
}

/** The connection a step belongs to; ARP belongs to none, so it counts for the one that waits for it. */
function segmentOf(steps: readonly Step[], step: Step): number {
  if (step.segment >= 0) return step.segment;
  for (let i = step.index - 1; i >= 0; i--) {
    const before = steps[i];
    if (before !== undefined && before.segment >= 0) return before.segment;
  }
  return steps.find((s) => s.segment >= 0)?.segment ?? -1;
}
