import { useRef, useState } from 'react';
import { useText, withLaterTexts } from '../../i18n/messages.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Icon } from '../kit/Icon.tsx';
import { later } from '../kit/later.ts';
import { Popover } from '../kit/Popover.tsx';
import styles from './Faults.module.css';
import type { Offer } from './offers.ts';

/** Fetched when a person first reaches for the button. */
const panelParts = later(() => withLaterTexts(import('./FaultPanel.tsx')));

/** Edits `Playground.faults`; resolves to the file that cannot be edited, if so. The settings' editor belongs to another feature. */
export type EditFaults = (change: {
  readonly add?: Offer['entry'];
  readonly remove?: number;
}) => Promise<string | undefined>;

/** The faults that are on, each with its way out; nothing while all is well. */
export function ActiveFaults({ edit }: { readonly edit: EditFaults }) {
  const { faults: t, graph } = useText();
  const active = useSimulation((s) => s.result?.cluster.settings.faults) ?? [];
  const [cannot, setCannot] = useState<string>();
  if (active.length === 0) return null;
  return (
    <div className={styles.strip}>
      <ul className={styles.active} aria-label={t.active}>
        {active.map((fault, i) => {
          const name = `${graph.faultSigns[fault.kind]}${fault.node === undefined ? '' : ` · ${fault.node}`}`;
          return (
            // An entry has no name of its own but its place in the list.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={`${i} ${name}`}>
              <button
                type="button"
                className={styles.chip}
                aria-label={t.off({ name })}
                onClick={() => void edit({ remove: i }).then(setCannot)}
              >
                <Icon name="warning" size={12} />
                {name}
                <Icon name="cross" size={12} />
              </button>
            </li>
          );
        })}
      </ul>
      {cannot !== undefined && (
        <p role="alert" className={styles.cannot}>
          {t.cannot({ file: cannot })}
        </p>
      )}
    </div>
  );
}

/** The button behind which everything is that can be broken on purpose. */
export function FaultButton({ edit }: { readonly edit: EditFaults }) {
  const { faults: t } = useText();
  const [open, setOpen] = useState(false);
  const [cannot, setCannot] = useState<string>();
  const anchor = useRef<HTMLButtonElement>(null);
  const parts = panelParts.useLoaded(open);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={styles.button}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={t.button}
        data-tip={t.button}
        onPointerEnter={() => void panelParts.fetch().catch(() => undefined)}
        onClick={() => setOpen(!open)}
      >
        <Icon name="warning" size={16} />
      </button>
      <Popover anchor={anchor} open={open} onClose={() => setOpen(false)} align="end" label={t.title}>
        {parts !== undefined && (
          <parts.FaultPanel edit={(change) => void edit(change).then(setCannot)} cannot={cannot} />
        )}
      </Popover>
    </>
  );
}
