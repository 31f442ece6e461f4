import { useText } from '../../../i18n/messages.ts';
import { classes } from '../../kit/classes.ts';
import { ScrollRegion } from '../../kit/ScrollRegion.tsx';
import type { FieldRow } from './packet-rows.ts';
import styles from './Packet.module.css';

const PER_ROW = 8;
/** More than this is content nobody reads byte by byte. */
const LIMIT = 1024;

/** The bytes with their text; the picked field's are lit, changed ones tinted, and a byte picks its field. */
export function HexView({
  bytes,
  rows,
  picked,
  onPick,
}: {
  readonly bytes: Uint8Array;
  readonly rows: readonly FieldRow[];
  readonly picked: FieldRow | undefined;
  readonly onPick: (id: string) => void;
}) {
  const { inspector: t } = useText();
  const owner = new Array<FieldRow | undefined>(bytes.length);
  for (const row of rows) {
    for (let i = row.span.offset; i < row.span.offset + row.span.length; i++) owner[i] ??= row;
  }
  const lines: number[] = [];
  for (let at = 0; at < Math.min(bytes.length, LIMIT); at += PER_ROW) lines.push(at);
  const lit = (i: number): boolean =>
    picked !== undefined && i >= picked.span.offset && i < picked.span.offset + picked.span.length;
  return (
    <ScrollRegion className={styles.hex} label={t.hexName}>
      {lines.map((at) => (
        <div key={at} className={styles.line}>
          <span className={styles.offset}>{at.toString(16).padStart(4, '0')}</span>
          {[...bytes.subarray(at, at + PER_ROW)].map((byte, i) => (
            <span
              key={at + i}
              className={classes(
                styles.byte,
                lit(at + i) && styles.lit,
                owner[at + i]?.state !== 'same' && owner[at + i] !== undefined && styles.dirty,
              )}
              onPointerEnter={() => {
                const row = owner[at + i];
                if (row !== undefined) onPick(row.id);
              }}
            >
              {byte.toString(16).padStart(2, '0')}
            </span>
          ))}
          <span className={styles.ascii}>
            {[...bytes.subarray(at, at + PER_ROW)].map((byte, i) => (
              <span key={at + i} className={classes(lit(at + i) && styles.lit)}>
                {byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'}
              </span>
            ))}
          </span>
        </div>
      ))}
      {bytes.length > LIMIT && <p className={styles.offset}>…</p>}
    </ScrollRegion>
  );
}
