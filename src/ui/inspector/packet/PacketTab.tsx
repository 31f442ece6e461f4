import { useMemo, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { useText } from '../../../i18n/messages.ts';
import { packetWord, stepWhere } from '../../../i18n/step-text.ts';
import { usePlayback } from '../../../state/playback.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { classes } from '../../kit/classes.ts';
import { Segmented } from '../../kit/Segmented.tsx';
import { HexView } from './HexView.tsx';
import styles from './Packet.module.css';
import { packetRows, type FieldRow, type HeaderRows } from './packet-rows.ts';

/** The header stack with what changed, and the bytes: pointing at one lights the other. */
export function PacketTab() {
  const { inspector: t, packet: words } = useText();
  const trace = useSimulation((s) => s.walk?.trace);
  const index = usePlayback((s) => s.step);
  const [side, setSide] = useState<'before' | 'after'>('after');
  const [picked, setPicked] = useState<string | undefined>(undefined);
  const step = trace?.steps[index];
  const packet = step?.packet;
  const before = step?.before;
  const shown = side === 'before' && before !== undefined ? before : packet;
  const view = useMemo(
    () => (shown === undefined ? undefined : packetRows(shown, shown === packet ? before : undefined)),
    [shown, packet, before],
  );
  if (step === undefined || view === undefined || packet === undefined) {
    return (
      <div className={styles.empty}>
        <p>{step === undefined ? t.noPacketYet : t.noPacket}</p>
      </div>
    );
  }
  const at = view.rows.findIndex((r) => r.id === picked);
  const row = view.rows[at];
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = listTarget(event.key, at, view.rows.length);
    const next = to === undefined ? undefined : view.rows[to];
    if (next === undefined) return;
    event.preventDefault();
    setPicked(next.id);
    document.getElementById(`field-${next.id}`)?.scrollIntoView({ block: 'nearest' });
  };
  const pickUnder = (event: SyntheticEvent): void => {
    const field = (event.target as Element).closest<HTMLElement>('[data-field]');
    if (field?.dataset['field'] !== undefined) setPicked(field.dataset['field']);
  };
  const key = row === undefined ? undefined : `${row.span.layer}.${row.span.key}`;
  return (
    <div className={styles.frame}>
      <div className={styles.packet}>
        <header className={styles.head}>
          <p className={styles.where}>{stepWhere(step)}</p>
          <h2>{packetWord(packet)}</h2>
          <p className={styles.count}>
            {before === undefined ? t.onlyAfter : t.beforeAfter} · {t.bytesCount({ n: view.bytes.length })}
          </p>
          {before !== undefined && (
            <Segmented
              label={t.show}
              items={[
                { id: 'before', label: t.bytesBefore },
                { id: 'after', label: t.bytesAfter },
              ]}
              value={side}
              onChange={setSide}
            />
          )}
        </header>
        <div
          className={styles.fields}
          role="listbox"
          tabIndex={0}
          aria-label={t.headers}
          aria-activedescendant={row === undefined ? undefined : `field-${row.id}`}
          onKeyDown={onKeyDown}
          onPointerLeave={() => setPicked(undefined)}
          onPointerOver={pickUnder}
          onClick={pickUnder}
        >
          {view.removed.length > 0 && (
            <p className={styles.removed}>
              {t.removed}: {view.removed.map((l) => words.layers[l]).join(', ')}
            </p>
          )}
          {view.headers.map((header) => (
            <Header key={header.id} header={header} picked={picked} deepest={maxDepth(view.headers)} />
          ))}
        </div>
        <div className={styles.bottom}>
          <p className={styles.help} aria-live="polite">
            {row === undefined || key === undefined ? (
              t.pickField
            ) : (
              <>
                <b>{words.fields[key]?.name ?? key}</b> {words.fields[key]?.help}
              </>
            )}
          </p>
          <HexView bytes={view.bytes} rows={view.rows} picked={row} onPick={setPicked} />
        </div>
      </div>
    </div>
  );
}

function maxDepth(headers: readonly HeaderRows[]): number {
  return Math.max(0, ...headers.map((h) => h.depth));
}

function Header({
  header,
  picked,
  deepest,
}: {
  readonly header: HeaderRows;
  readonly picked: string | undefined;
  readonly deepest: number;
}) {
  const { inspector: t, packet: words } = useText();
  const tunnelled = deepest > 0;
  const name = words.layers[header.layer];
  const about = !tunnelled ? undefined : header.depth === 0 ? t.outer : t.inner;
  return (
    <div
      role="group"
      aria-label={about === undefined ? name : `${name}, ${about}`}
      className={classes(styles.header, styles[layerTone(header.layer, tunnelled && header.depth === 0)])}
      style={{ marginLeft: header.depth * 12 }}
    >
      <p className={styles.layer} aria-hidden="true">
        {name}
        {about !== undefined && <small>{about}</small>}
      </p>
      {header.rows.map((row) => (
        <Field key={row.id} row={row} on={row.id === picked} />
      ))}
    </div>
  );
}

function Field({ row, on }: { readonly row: FieldRow; readonly on: boolean }) {
  const { inspector: t, packet: words } = useText();
  const key = `${row.span.layer}.${row.span.key}`;
  return (
    <div
      id={`field-${row.id}`}
      role="option"
      aria-selected={on}
      className={classes(styles.field, on && styles.on, row.state !== 'same' && styles.changed)}
      data-field={row.id}
      tabIndex={-1}
    >
      <span className={styles.name}>{words.fields[key]?.name ?? key}</span>
      <span className={styles.value}>
        {row.before !== undefined && (
          <>
            <s aria-label={`${t.before} ${row.before}`}>{row.before}</s>{' '}
          </>
        )}
        {row.state === 'same' ? (
          row.span.value
        ) : (
          <b aria-label={`${row.state === 'added' ? t.added : t.changedMark} ${row.span.value}`}>
            {row.span.value}
          </b>
        )}
      </span>
    </div>
  );
}

function layerTone(layer: string, outer: boolean): 'l2' | 'l3' | 'l4' | 'l7' | 'tunnel' {
  if (outer || layer === 'vxlan' || layer === 'geneve' || layer === 'wireguard') return 'tunnel';
  switch (layer) {
    case 'ethernet':
    case 'arp':
      return 'l2';
    case 'ipv4':
    case 'ipv6':
    case 'icmp':
    case 'icmpv6':
      return 'l3';
    case 'tcp':
    case 'udp':
    case 'sctp':
      return 'l4';
    default:
      return 'l7';
  }
}

function listTarget(key: string, at: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(length - 1, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}
