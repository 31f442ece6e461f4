import { useText } from '../../i18n/messages.ts';
import type { Lens } from '../../state/preferences.ts';
import { useLook } from '../../state/selection.ts';
import { Segmented } from '../kit/Segmented.tsx';
import { CLASS_PREFIX } from './patch.ts';
import styles from './Picture.module.css';
import { ZoomButtons } from './ZoomButtons.tsx';

/** How much is drawn, and what the lines mean. */
export function LensBar({ onFit }: { readonly onFit: () => void }) {
  const t = useText().graph;
  const lens = useLook((s) => s.lens);
  const items: readonly { readonly id: Lens; readonly label: string }[] = [
    { id: 'app', label: t.lensApp },
    { id: 'service', label: t.lensService },
    { id: 'pod-network', label: t.lensPodNetwork },
    { id: 'overlay', label: t.lensOverlay },
    { id: 'wire', label: t.lensWire },
  ];
  return (
    <div className={styles.strip}>
      <Segmented
        label={t.lens}
        items={items}
        value={lens}
        onChange={(id) => useLook.getState().set({ lens: id })}
      />
      <ul className={styles.legend} aria-label={t.legend}>
        <li>
          <Line name="trail" />
          {t.walked}
        </li>
        <li>
          <Line name="ahead" />
          {t.ahead}
        </li>
        <li>
          <Line name="virtual" />
          {t.selection}
        </li>
      </ul>
      <ZoomButtons onFit={onFit} />
    </div>
  );
}

function Line({ name }: { readonly name: 'trail' | 'ahead' | 'virtual' }) {
  return (
    <svg width="24" height="8" aria-hidden="true">
      <path className={CLASS_PREFIX + name} d="M1 4H23" />
    </svg>
  );
}
