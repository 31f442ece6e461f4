import { useText } from '../../i18n/messages.ts';
import type { Fidelity } from '../../sim/plugin.ts';
import styles from './FidelityMark.module.css';

/** How sure: a disc that is full, half full or only outlined, and always the word. */
export function FidelityMark({ fidelity }: { readonly fidelity: Fidelity }) {
  const t = useText().settings.fidelity;
  return (
    <span className={styles.mark}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.5" strokeDasharray={fidelity === 'sketched' ? '2.4 2' : undefined} />
        {fidelity === 'exact' && <circle className={styles.full} cx="8" cy="8" r="5.5" />}
        {fidelity === 'modelled' && <path className={styles.full} d="M8 2.5a5.5 5.5 0 0 0 0 11z" />}
      </svg>
      {t[fidelity]}
    </span>
  );
}
