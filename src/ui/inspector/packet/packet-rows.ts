import { encode } from '../../../sim/packet/codec.ts';
import type { FieldSpan, Layer } from '../../../sim/packet/field.ts';
import type { Packet } from '../../../sim/packet/packet.ts';
import { fieldIds } from '../why/changes.ts';

/** A field as the Packet tab lists it: its value now, and before this step where it was another. */
export interface FieldRow {
  readonly id: string;
  readonly span: FieldSpan;
  readonly before: string | undefined;
  readonly state: 'same' | 'changed' | 'added';
}

/** One header: the fields of one layer at one depth, in wire order. */
export interface HeaderRows {
  readonly id: string;
  readonly layer: Layer;
  readonly depth: number;
  readonly rows: readonly FieldRow[];
}

export interface PacketRows {
  readonly bytes: Uint8Array;
  readonly headers: readonly HeaderRows[];
  readonly rows: readonly FieldRow[];
  /** Headers that were there before and are gone, such as a tunnel's. */
  readonly removed: readonly Layer[];
}

/** Lays a packet out as headers and fields, compared with what it was before. */
export function packetRows(packet: Packet, before: Packet | undefined): PacketRows {
  const { bytes, fields } = encode(packet);
  const ids = fieldIds(fields);
  const was = before === undefined ? [] : encode(before).fields;
  const wasIds = fieldIds(was);
  const old = new Map(wasIds.map((id, i) => [id, was[i]?.value ?? '']));
  const rows = fields.map((span, i): FieldRow => {
    const id = ids[i] ?? String(i);
    const value = old.get(id);
    const state =
      before === undefined || value === span.value ? 'same' : value === undefined ? 'added' : 'changed';
    return { id, span, before: state === 'changed' ? value : undefined, state };
  });
  const headers: HeaderRows[] = [];
  for (const row of rows) {
    const last = headers.at(-1);
    if (last !== undefined && last.layer === row.span.layer && last.depth === row.span.depth) {
      (last.rows as FieldRow[]).push(row);
    } else {
      headers.push({
        id: `${headers.length}-${row.span.layer}`,
        layer: row.span.layer,
        depth: row.span.depth,
        rows: [row],
      });
    }
  }
  const now = new Set(ids.map((id) => id.replace(/\..*/, '')));
  const removed = [
    ...new Set(was.filter((_, i) => !now.has((wasIds[i] ?? '').replace(/\..*/, ''))).map((f) => f.layer)),
  ];
  return { bytes, headers, rows, removed };
}
