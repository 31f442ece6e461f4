import { useText } from '../../i18n/messages.ts';
import { Mark } from '../kit/Icon.tsx';
import { Stage } from './Centre.tsx';
import styles from './EmbedShell.module.css';
import { TimelinePanel } from './panels.tsx';

/** Picture and timeline only, for a frame in another page. */
export function EmbedShell() {
  const t = useText().app;
  const full = new URL(location.href);
  full.searchParams.delete('embed');
  return (
    <div className={styles.app}>
      <main className={styles.stage}>
        <h1 className="visually-hidden">{t.name}</h1>
        <Stage />
        <a className={styles.brand} href={full.href} target="_blank" rel="noopener" title={t.openInFull}>
          <Mark width={18} /> {t.name}
        </a>
      </main>
      <TimelinePanel className={styles.timeline} />
    </div>
  );
}
