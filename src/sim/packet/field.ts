/**
 * Header field tables: one table per header drives writing, reading, byte highlighting and the keys of the fields' help.
 * Models fixed-layout fields of up to 32 bits, MAC and IP addresses. Variable parts (TCP options, DNS, HTTP) push spans of
 * their own.
 */
import { ipBytes, type Ip, type Mac } from '../base/ip.ts';

export type Layer =
  | 'ethernet'
  | 'arp'
  | 'ipv4'
  | 'ipv6'
  | 'ipv6frag'
  | 'icmp'
  | 'icmpv6'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'vxlan'
  | 'geneve'
  | 'wireguard'
  | 'dns'
  | 'http'
  | 'data';

/** One field of a fixed header. Bits count from the header's first bit, as in the RFCs' diagrams. */
export interface Field {
  readonly key: string;
  readonly bit: number;
  readonly bits: number;
  readonly as: 'uint' | 'hex' | 'mac' | 'ipv4' | 'ipv6';
  /** Says a number in words, beside the number itself: `2048` is `0x0800 IPv4`. */
  readonly show?: (value: number) => string;
}

type ValueOf<F extends Field> = F['as'] extends 'mac' | 'ipv4' | 'ipv6' ? string : number;

export type Values<T extends readonly Field[]> = {
  readonly [F in T[number] as F['key']]: ValueOf<F>;
};

/** Where a field lies in a frame, and what it says. */
export interface FieldSpan {
  readonly layer: Layer;
  /** `ttl`; with the layer it names the field's help: `ipv4.ttl`. */
  readonly key: string;
  /** 0 for the outermost headers, 1 inside a tunnel or a quoting ICMP error, and so on. */
  readonly depth: number;
  /** Byte offset in the frame and length in bytes; a field of a few bits lies inside its bytes. */
  readonly offset: number;
  readonly length: number;
  /** For fields that are not whole bytes: from the most significant bit of the first byte. */
  readonly bits?: { readonly from: number; readonly length: number };
  readonly value: string;
}

/** The bytes being read and the spans found so far. */
export interface Dissection {
  readonly bytes: Uint8Array;
  readonly fields: FieldSpan[];
}

function writeBits(out: Uint8Array, firstBit: number, bits: number, value: number): void {
  let rest = value;
  for (let i = bits - 1; i >= 0; i--) {
    const at = firstBit + i;
    const mask = 0x80 >> (at & 7);
    const byte = out[at >> 3] ?? 0;
    out[at >> 3] = rest % 2 === 1 ? byte | mask : byte & ~mask;
    rest = Math.floor(rest / 2);
  }
}

function readBits(bytes: Uint8Array, firstBit: number, bits: number): number {
  let value = 0;
  for (let at = firstBit; at < firstBit + bits; at++) {
    value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
  }
  return value;
}

export function macBytes(mac: Mac): number[] {
  return mac.split(':').map((part) => Number.parseInt(part, 16));
}

export function macText(bytes: Uint8Array): Mac {
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(':');
}

/** The canonical text (RFC 5952) of 4 or 16 bytes. */
export function ipText(bytes: Uint8Array): Ip {
  if (bytes.length === 4) return [...bytes].join('.');
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > best.length) best = { at: i, length: n };
  }
  const hex = groups.map((g) => g.toString(16));
  if (best.at < 0) return hex.join(':');
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`;
}

/** Writes a header's fields at byte `offset`. */
export function writeHeader<const T extends readonly Field[]>(
  out: Uint8Array,
  offset: number,
  table: T,
  values: Values<T>,
): void {
  for (const field of table) {
    const value = (values as Record<string, number | string>)[field.key];
    if (typeof value === 'string') {
      out.set(field.as === 'mac' ? macBytes(value) : ipBytes(value), offset + field.bit / 8);
    } else {
      writeBits(out, offset * 8 + field.bit, field.bits, value ?? 0);
    }
  }
}

/** Reads a header's fields at byte `offset` and records a span for each. */
export function readHeader<const T extends readonly Field[]>(
  d: Dissection,
  layer: Layer,
  depth: number,
  offset: number,
  table: T,
): Values<T> {
  const values: Record<string, number | string> = {};
  for (const field of table) {
    const first = offset + (field.bit >> 3);
    const length = ((field.bit + field.bits - 1) >> 3) - (field.bit >> 3) + 1;
    const slice = d.bytes.subarray(first, first + length);
    const value =
      field.as === 'mac'
        ? macText(slice)
        : field.as === 'ipv4' || field.as === 'ipv6'
          ? ipText(slice)
          : readBits(d.bytes, offset * 8 + field.bit, field.bits);
    values[field.key] = value;
    const whole = field.bit % 8 === 0 && field.bits % 8 === 0;
    d.fields.push({
      layer,
      key: field.key,
      depth,
      offset: first,
      length,
      ...(whole ? {} : { bits: { from: field.bit & 7, length: field.bits } }),
      value: typeof value === 'string' ? value : showNumber(field, value),
    });
  }
  return values as Values<T>;
}

function showNumber(field: Field, value: number): string {
  const words = field.show?.(value);
  const number = field.as === 'hex' ? hex(value, Math.ceil(field.bits / 4)) : String(value);
  return words === undefined || words === '' ? number : `${number} ${words}`;
}

/** `0x0800` */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** The byte length of a table's header. */
export function headerLength(table: readonly Field[]): number {
  return Math.max(...table.map((f) => (f.bit + f.bits) / 8));
}
