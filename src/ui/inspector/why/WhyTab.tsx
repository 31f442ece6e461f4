import { useText, withLaterTexts } from '../../../i18n/messages.ts';
import { usePlayback } from '../../../state/playback.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { later } from '../../kit/later.ts';
import styles from './Why.module.css';

/** The explanation of a step, fetched when there is a step or earlier. */
export const whyCard = later(() => withLaterTexts(import('./Why.tsx')));

/** Why this happened; before anything was sent, what will stand here. */
export function WhyTab() {
  const { rest } = useText();
  const walk = useSimulation((s) => s.walk);
  const index = usePlayback((s) => s.step);
  const step = walk?.trace.steps[index];
  const card = whyCard.useLoaded(step !== undefined);
  if (walk === undefined || step === undefined || card === undefined) {
    return (
      <div className={styles.why}>
        <div className={styles.headline}>
          <h2>{rest.why}</h2>
          <p>{rest.whyDetail}</p>
        </div>
      </div>
    );
  }
  return <card.Why trace={walk.trace} step={step} />;
}
