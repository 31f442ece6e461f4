import { useText } from '../../../i18n/messages.ts';
import { CellMark } from './CellMark.tsx';
import styles from './Matrix.module.css';

const STATES = ['allowed', 'denied', 'some', 'unknown', 'self'] as const;

export function Legend() {
  const { matrix: t } = useText();
  return (
    <ul className={styles.legend}>
      {STATES.map((state) => (
        <li key={state} className={styles[state]}>
          <CellMark state={state} size={14} />
          {t.legend[state]}
        </li>
      ))}
      <li className={styles.hint}>{t.gridHint}</li>
    </ul>
  );
}
