/** The VXLAN header (RFC 7348): a flag byte and the network identifier. Leaves out group policy and GPE. */
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { VxlanHeader } from './packet.ts';

export const VXLAN = [
  { key: 'flags', bit: 0, bits: 8, as: 'hex', show: (v) => ((v & 0x08) !== 0 ? 'I' : '') },
  { key: 'reserved1', bit: 8, bits: 24, as: 'uint' },
  { key: 'vni', bit: 32, bits: 24, as: 'uint' },
  { key: 'reserved2', bit: 56, bits: 8, as: 'uint' },
] as const satisfies readonly Field[];

export const VXLAN_LENGTH = headerLength(VXLAN);

/** Linux' default (flannel, Cilium) and the port that IANA gave (Calico). */
export const VXLAN_PORTS: readonly number[] = [8472, 4789];

export function writeVxlan(out: Uint8Array, offset: number, vxlan: VxlanHeader): void {
  writeHeader(out, offset, VXLAN, { flags: 0x08, reserved1: 0, vni: vxlan.vni, reserved2: 0 });
}

export function readVxlan(d: Dissection, depth: number, offset: number): VxlanHeader {
  return { vni: readHeader(d, 'vxlan', depth, offset, VXLAN).vni };
}
