import { useRef, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useLook } from '../../state/selection.ts';
import { editProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/Icon.tsx';
import { Popover } from '../kit/Popover.tsx';
import { Select } from '../kit/Select.tsx';
import styles from './Faults.module.css';
import { offersFor, type Offer } from './offers.ts';

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
        onClick={() => setOpen(!open)}
      >
        <Icon name="warning" size={16} />
      </button>
      <Popover anchor={anchor} open={open} onClose={() => setOpen(false)} align="end" label={t.title}>
        <Panel edit={(change) => void edit(change).then(setCannot)} cannot={cannot} />
      </Popover>
    </>
  );
}

function Panel({
  edit,
  cannot,
}: {
  readonly edit: (change: Parameters<EditFaults>[0]) => void;
  readonly cannot: string | undefined;
}) {
  const { faults: t } = useText();
  const result = useSimulation((s) => s.result);
  const probe = useSimulation((s) => s.probe);
  const selection = useLook((s) => s.selection);
  const pods = result?.cluster.pods;
  const selected =
    selection?.kind === 'node'
      ? selection.id
      : selection?.kind === 'device'
        ? selection.id.replace(/^node\//, '')
        : selection?.kind === 'pod'
          ? pods?.find((p) => `${p.namespace}/${p.name}` === selection.id)?.node
          : undefined;
  const [node, setNode] = useState<string | undefined>(selected);
  /** Switched here, until the simulation that follows says so itself. */
  const [asked, setAsked] = useState<{ readonly of: unknown; readonly kind: string; readonly on: boolean }>();
  if (result === undefined) return null;
  const { cluster, scene } = result;
  const offers = offersFor({
    cluster,
    scene,
    node,
    service: selection?.kind === 'service' ? selection.id : undefined,
    probe,
  });
  const onFor = (offer: Offer): number =>
    cluster.settings.faults.findIndex(
      (f) => f.kind === offer.kind && (f.node === node || f.node === undefined),
    );
  return (
    <div className={styles.panel}>
      <h2>{t.title}</h2>
      <p className={styles.intro}>{t.intro}</p>
      <label className={styles.where}>
        {t.where}
        <Select value={node ?? ''} onChange={(event) => setNode(event.target.value || undefined)}>
          <option value="">{t.everywhere}</option>
          {cluster.nodes.map((n) => (
            <option key={n.name} value={n.name}>
              {n.name}
            </option>
          ))}
        </Select>
      </label>
      <ul className={styles.list}>
        {offers.map((offer) => {
          const at = onFor(offer);
          const on = asked?.of === result && asked.kind === offer.kind ? asked.on : at >= 0;
          const impossible = !on && offer.entry === undefined;
          return (
            <li key={offer.kind}>
              <label className={classes(styles.row, on && styles.on, impossible && styles.off)}>
                <input
                  type="checkbox"
                  aria-label={t.names[offer.kind]}
                  aria-describedby={`fault-${offer.kind}`}
                  checked={on}
                  disabled={impossible}
                  onChange={() => {
                    setAsked({ of: result, kind: offer.kind, on: !on });
                    edit(on ? { remove: at } : { add: offer.entry });
                    if (!on && offer.probe !== undefined) editProbe(offer.probe);
                  }}
                />
                <span aria-hidden="true">
                  <b>{t.names[offer.kind]}</b>
                  <span id={`fault-${offer.kind}`}>
                    {impossible && offer.lacks !== undefined ? t[offer.lacks] : t.notes[offer.kind]}
                  </span>
                </span>
              </label>
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
