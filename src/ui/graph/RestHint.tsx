import { useText } from '../../i18n/messages.ts';
import { sendProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import styles from './Picture.module.css';

/** Nothing was sent yet: one line that says how, a button for those without a keyboard; or that nobody is there to send. */
export function RestHint() {
  const t = useText().graph;
  const asks = useSimulation((s) => s.probe.from !== '');
  if (!asks) return <p className={classes(styles.rest, styles.nobody)}>{t.nobody}</p>;
  return (
    <button type="button" className={styles.rest} onClick={() => void sendProbe()}>
      <span className={styles.byKey}>{t.atRest}</span>
      <span className={styles.byTouch}>{t.atRestTouch}</span>
    </button>
  );
}
