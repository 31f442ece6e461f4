import { useReactFlow } from '@xyflow/react';
import { useText } from '../../i18n/messages.ts';
import styles from './Picture.module.css';

export function ZoomButtons({ onFit }: { readonly onFit: () => void }) {
  const t = useText().graph;
  const { zoomIn, zoomOut } = useReactFlow();
  const buttons = [
    { name: t.zoomIn, d: 'M8 3.5v9M3.5 8h9', run: () => void zoomIn() },
    { name: t.zoomOut, d: 'M3.5 8h9', run: () => void zoomOut() },
    { name: t.fit, d: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10', run: onFit },
  ];
  return (
    <div className={styles.zoom}>
      {buttons.map((b) => (
        <button
          key={b.name}
          type="button"
          className={styles.zoomButton}
          aria-label={b.name}
          title={b.name}
          onClick={b.run}
        >
          <svg width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
            <path d={b.d} />
          </svg>
        </button>
      ))}
    </div>
  );
}
