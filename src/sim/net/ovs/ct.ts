/**
 * The action `ct` (`net/openvswitch/conntrack.c`): a packet is tracked in a zone, what was translated before is translated
 * again, and a commit decides on a translation, keeps the connection and writes its mark and label.
 * Leaves out helpers, timeouts, `force` and the label's upper half.
 */
import { masked, labelHalves } from './classifier.ts';
import { confirm, track } from '../conntrack.ts';
import type { Box, Machine } from '../machine.ts';
import { decide, translateSide, type Side } from '../nat.ts';
import type { Skb } from '../skb.ts';
import type { ConntrackEntry } from '../state.ts';
import type { OvsAction, OvsFlow } from './config.ts';
import { CT_STATE, type Metadata } from './fields.ts';

type Ct = Extract<OvsAction, { act: 'ct' }>;

export function runCt(
  m: Machine,
  box: Box,
  iface: string,
  skb: Skb,
  meta: Metadata,
  ct: Ct,
  from: { readonly flow: OvsFlow; readonly row: string },
): void {
  // A packet that was tracked in another zone, the host's own among them, begins anew.
  if (skb.ct?.orig.zone !== ct.zone) {
    skb.ct = undefined;
    skb.ctState = undefined;
    skb.ctDir = 'original';
  }
  track(m, box, undefined, skb, iface, ct.zone);
  const entry = skb.ct;
  if (entry !== undefined && ct.nat !== undefined) nat(m, box, iface, skb, entry, ct, from);
  if (entry !== undefined && ct.commit === true) {
    for (const write of ct.exec ?? []) writeEntry(entry, write, meta);
    confirm(box, skb);
  }
  meta.ctState = stateBits(skb);
}

/** `ovs_ct_nat`: only a commit may decide; after that, whatever was decided is done to every packet. */
function nat(
  m: Machine,
  box: Box,
  iface: string,
  skb: Skb,
  entry: ConntrackEntry,
  ct: Ct,
  { flow, row }: { readonly flow: OvsFlow; readonly row: string },
): void {
  if (entry.confirmed || skb.ctState !== 'NEW') {
    translateSide(m, box, undefined, 'dst', skb, iface);
    translateSide(m, box, undefined, 'src', skb, iface);
    return;
  }
  if (ct.commit !== true) return;
  const one = (side: Side, text: string | undefined): void => {
    if (text === undefined) return;
    const [ip = '', port] = text.split(':');
    decide(m, box, undefined, skb, entry, side, {
      ip,
      ...(port !== undefined && { port: Number(port) }),
      kind: side === 'dst' ? 'dnat' : 'snat',
      iface,
      origin: flow.origin,
      rows: [row],
    });
  };
  one('dst', ct.nat?.dst);
  one('src', ct.nat?.src);
}

function writeEntry(entry: ConntrackEntry, write: NonNullable<Ct['exec']>[number], meta: Metadata): void {
  if (write.to === 'ct_label') {
    if (!('value' in write)) return;
    const [value = '0', mask = '0xffffffffffffffff'] = write.value.split('/');
    const labels = new Set(entry.labels);
    for (const [half, base] of [
      [0, 0],
      [1, 32],
    ] as const) {
      for (let bit = 0; bit < 32; bit++) {
        if (Math.floor(labelHalves(mask)[half] / 2 ** bit) % 2 === 0) continue;
        if (Math.floor(labelHalves(value)[half] / 2 ** bit) % 2 === 1) labels.add(base + bit);
        else labels.delete(base + bit);
      }
    }
    entry.labels = labels;
    return;
  }
  const { value, mask = 0xffffffff } =
    'fromReg' in write
      ? { value: meta.reg[write.fromReg] ?? 0, mask: 2 ** write.bits - 1 }
      : masked(write.value);
  entry.mark = ((entry.mark & ~mask) | (value & mask)) >>> 0;
}

/** `ovs_ct_get_state` */
function stateBits(skb: Skb): number {
  const bit = (name: string): number => CT_STATE[name] ?? 0;
  let bits = bit('trk');
  if (skb.ctState === 'INVALID') return bits | bit('inv');
  const { ct } = skb;
  if (ct === undefined) return bits;
  if (skb.ctState === 'NEW') bits |= bit('new');
  if (skb.ctState === 'ESTABLISHED') bits |= bit('est');
  if (skb.ctState === 'RELATED') bits |= bit('rel');
  if (skb.ctDir === 'reply') bits |= bit('rpl');
  if (ct.srcNat) bits |= bit('snat');
  if (ct.dstNat) bits |= bit('dnat');
  return bits;
}
