/** The Geneve header (RFC 8926) without options, around an Ethernet frame. */
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { GeneveHeader } from './packet.ts';

export const GENEVE = [
  { key: 'version', bit: 0, bits: 2, as: 'uint' },
  { key: 'optionsLength', bit: 2, bits: 6, as: 'uint' },
  { key: 'flags', bit: 8, bits: 8, as: 'hex' },
  { key: 'protocol', bit: 16, bits: 16, as: 'hex', show: (v) => (v === 0x6558 ? 'Ethernet' : '') },
  { key: 'vni', bit: 32, bits: 24, as: 'uint' },
  { key: 'reserved', bit: 56, bits: 8, as: 'uint' },
] as const satisfies readonly Field[];

export const GENEVE_LENGTH = headerLength(GENEVE);
export const GENEVE_PORT = 6081;

/** Trans Ether Bridging: what follows is an Ethernet frame. */
const ETHERNET_INSIDE = 0x6558;

export function writeGeneve(out: Uint8Array, offset: number, { vni }: GeneveHeader): void {
  const fixed = { version: 0, optionsLength: 0, flags: 0, protocol: ETHERNET_INSIDE, reserved: 0 };
  writeHeader(out, offset, GENEVE, { ...fixed, vni });
}

export function readGeneve(d: Dissection, depth: number, offset: number): GeneveHeader {
  return { vni: readHeader(d, 'geneve', depth, offset, GENEVE).vni };
}
