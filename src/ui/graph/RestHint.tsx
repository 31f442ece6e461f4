import { useText } from '../../i18n/messages.ts';
import { sendProbe } from '../../state/session.ts';
import styles from './Picture.module.css';

/** Nothing was sent yet: one line that says how, and a button for those without a keyboard. */
export function RestHint() {
  const t = useText().graph;
  return (
    <button type="button" className={styles.rest} onClick={() => void sendProbe()}>
      <span className={styles.byKey}>{t.atRest}</span>
      <span className={styles.byTouch}>{t.atRestTouch}</span>
    </button>
  );
}
