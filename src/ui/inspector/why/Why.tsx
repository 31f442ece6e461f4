import { useMemo } from 'react';
import { useText } from '../../../i18n/messages.ts';
import { reasonDetail, reasonTitle, stepWhere } from '../../../i18n/step-text.ts';
import type { Step, Trace } from '../../../sim/trace/trace.ts';
import { classes } from '../../kit/classes.ts';
import { StepMark } from '../../kit/StepMark.tsx';
import { markOf, toneOf } from '../../kit/step-mark.ts';
import { ChangedFields } from './ChangedFields.tsx';
import { Ending, NotEnforced, Remembered } from './Cards.tsx';
import { PhaseList } from './PhaseList.tsx';
import { PhaseDetail } from './PhaseDetail.tsx';
import { RouteCard } from './RouteCard.tsx';
import { BlockCard, PolicyCard } from './policy/PolicyCard.tsx';
import { belongsTo, currentPhase, passes, phasesOf } from './phases.ts';
import styles from './Why.module.css';

/** Whether a translation came from memory instead of from rules that were asked now. */
export function fromMemory(step: Step): boolean {
  return step.kind === 'nat' && step.rows.every((key) => key.startsWith('conntrack/'));
}

/** What happened at this step and why: the sentence, what changed, the phases, what is remembered, how it ends. */
export function Why({ trace, step }: { readonly trace: Trace; readonly step: Step }) {
  const { inspector: t, reasons } = useText();
  const segment = useMemo(() => segmentOf(trace.steps, step), [trace, step]);
  const phases = useMemo(() => phasesOf(trace, segment), [trace, segment]);
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
          <PhaseDetail step={step} trace={trace} />
        </div>
      )}
      <PhaseList phases={phases} step={step} trace={trace} />
      <RouteCard trace={trace} step={step} />
      <PolicyCard trace={trace} step={step} />
      <Remembered trace={trace} step={step} />
      <NotEnforced trace={trace} step={step} />
      <Ending trace={trace} />
      <BlockCard trace={trace} step={step} />
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
