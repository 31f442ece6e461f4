import { useText } from '../../i18n/messages.ts';
import { reasonTitle, stepWhere } from '../../i18n/step-text.ts';
import { usePlayback } from '../../state/playback.ts';
import { useSimulation } from '../../state/simulation.ts';
import { useProgress } from './use-progress.ts';

/** The current step, as a screen reader says it. */
export function Announcement() {
  const { inspector, reasons } = useText();
  const progress = useProgress();
  const index = usePlayback((s) => s.step);
  const step = useSimulation((s) => s.walk?.trace.steps[index]);
  if (progress === undefined || step === undefined) return null;
  return inspector.stepAnnounce({
    n: progress.position + 1,
    total: progress.total,
    where: stepWhere(step),
    title: reasonTitle(reasons, step.reason),
  });
}
