import { useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useLook } from '../../state/selection.ts';
import { editProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import { Select } from '../kit/Select.tsx';
import type { EditFaults } from './Faults.tsx';
import styles from './Faults.module.css';
import { offersFor, type Offer } from './offers.ts';

/** What can be broken on purpose, one switch each, and on which node. */
export function FaultPanel({
  edit,
  cannot,
}: {
  readonly edit: (change: Parameters<EditFaults>[0]) => void;
  readonly cannot: string | undefined;
}) {
  const { faults, faultList: t } = useText();
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
      <h2>{faults.title}</h2>
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
          {faults.cannot({ file: cannot })}
        </p>
      )}
    </div>
  );
}
