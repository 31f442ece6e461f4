/**
 * TCP (RFC 9293) with the options that Linux writes on a SYN and after it. Leaves out urgent data, SACK blocks, ECN bits
 * and fast open; the urgent pointer is zero.
 */
import { hex, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { TcpFlag, TcpHeader, TcpOption } from './packet.ts';

const FLAG_BITS: readonly (readonly [TcpFlag, number])[] = [
  ['FIN', 0x01],
  ['SYN', 0x02],
  ['RST', 0x04],
  ['PSH', 0x08],
  ['ACK', 0x10],
];

export const TCP = [
  { key: 'sport', bit: 0, bits: 16, as: 'uint' },
  { key: 'dport', bit: 16, bits: 16, as: 'uint' },
  { key: 'seq', bit: 32, bits: 32, as: 'uint' },
  { key: 'ack', bit: 64, bits: 32, as: 'uint' },
  { key: 'dataOffset', bit: 96, bits: 4, as: 'uint', show: (v) => `(${v * 4} B)` },
  { key: 'reserved', bit: 100, bits: 4, as: 'uint' },
  { key: 'flags', bit: 104, bits: 8, as: 'hex', show: (v) => flagsOf(v).join(',') },
  { key: 'window', bit: 112, bits: 16, as: 'uint' },
  { key: 'checksum', bit: 128, bits: 16, as: 'hex' },
  { key: 'urgent', bit: 144, bits: 16, as: 'uint' },
] as const satisfies readonly Field[];

/** Without options. */
export const TCP_MIN_LENGTH = 20;

/** Byte offset of the checksum in the header. */
export const TCP_CHECKSUM_AT = 16;

/** The flags in the order in which the wire JSON prints them: `SYN,ACK`, `PSH,ACK`, `FIN,ACK`. */
export function flagsOf(value: number): TcpFlag[] {
  return FLAG_BITS.filter(([, bit]) => (value & bit) !== 0).map(([name]) => name);
}

function optionBytes(option: TcpOption): number[] {
  switch (option.kind) {
    case 'nop':
      return [1];
    case 'mss':
      return [2, 4, option.value >> 8, option.value & 0xff];
    case 'window-scale':
      return [3, 3, option.shift];
    case 'sack-permitted':
      return [4, 2];
    case 'sack':
      return [
        5,
        2 + 8 * option.blocks.length,
        ...option.blocks.flatMap((b) => [...uint32(b.from), ...uint32(b.to)]),
      ];
    case 'timestamps':
      return [8, 10, ...uint32(option.value), ...uint32(option.echo)];
  }
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

const OPTION_LENGTH: Readonly<Record<Exclude<TcpOption['kind'], 'sack'>, number>> = {
  nop: 1,
  mss: 4,
  'window-scale': 3,
  'sack-permitted': 2,
  timestamps: 10,
};

export function tcpLength(tcp: TcpHeader): number {
  let options = 0;
  for (const option of tcp.options) {
    options += option.kind === 'sack' ? 2 + 8 * option.blocks.length : OPTION_LENGTH[option.kind];
  }
  return TCP_MIN_LENGTH + Math.ceil(options / 4) * 4;
}

export function writeTcp(out: Uint8Array, offset: number, tcp: TcpHeader): void {
  let flags = 0;
  for (const [name, bit] of FLAG_BITS) if (tcp.flags.includes(name)) flags |= bit;
  writeHeader(out, offset, TCP, {
    sport: tcp.sport,
    dport: tcp.dport,
    seq: tcp.seq,
    ack: tcp.ack,
    dataOffset: tcpLength(tcp) / 4,
    reserved: 0,
    flags,
    window: tcp.window,
    checksum: 0,
    urgent: 0,
  });
  let at = offset + TCP_MIN_LENGTH;
  for (const option of tcp.options) {
    const bytes = optionBytes(option);
    out.set(bytes, at);
    at += bytes.length;
  }
}

function readOption(bytes: Uint8Array, at: number): { option: TcpOption | undefined; length: number } {
  const kind = bytes[at] ?? 0;
  if (kind === 1) return { option: { kind: 'nop' }, length: 1 };
  const length = Math.max(2, bytes[at + 1] ?? 2);
  const u16 = (i: number): number => ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  const u32 = (i: number): number => u16(i) * 65536 + u16(i + 2);
  switch (kind) {
    case 2:
      return { option: { kind: 'mss', value: u16(at + 2) }, length };
    case 3:
      return { option: { kind: 'window-scale', shift: bytes[at + 2] ?? 0 }, length };
    case 4:
      return { option: { kind: 'sack-permitted' }, length };
    case 5: {
      const blocks = [];
      for (let i = at + 2; i + 8 <= at + length; i += 8) blocks.push({ from: u32(i), to: u32(i + 4) });
      return { option: { kind: 'sack', blocks }, length };
    }
    case 8:
      return { option: { kind: 'timestamps', value: u32(at + 2), echo: u32(at + 6) }, length };
    default:
      return { option: undefined, length };
  }
}

function showOption(option: TcpOption): { key: string; value: string } {
  switch (option.kind) {
    case 'nop':
      return { key: 'optNop', value: 'NOP' };
    case 'mss':
      return { key: 'optMss', value: String(option.value) };
    case 'window-scale':
      return { key: 'optWindowScale', value: `${option.shift} (× ${2 ** option.shift})` };
    case 'sack-permitted':
      return { key: 'optSack', value: 'SACK permitted' };
    case 'sack':
      return { key: 'optSackBlocks', value: option.blocks.map((b) => `${b.from}–${b.to}`).join(', ') };
    case 'timestamps':
      return { key: 'optTimestamps', value: `${option.value}, echo ${option.echo}` };
  }
}

export function readTcp(
  d: Dissection,
  depth: number,
  offset: number,
): { l4: TcpHeader; headerLength: number } {
  const v = readHeader(d, 'tcp', depth, offset, TCP);
  const headerLength = Math.max(TCP_MIN_LENGTH, v.dataOffset * 4);
  const end = Math.min(offset + headerLength, d.bytes.length);
  const options: TcpOption[] = [];
  let at = offset + TCP_MIN_LENGTH;
  while (at < end && d.bytes[at] !== 0) {
    const { option, length } = readOption(d.bytes, at);
    const shown =
      option === undefined ? { key: 'optOther', value: hex(d.bytes[at] ?? 0, 2) } : showOption(option);
    if (option !== undefined) options.push(option);
    d.fields.push({ layer: 'tcp', depth, offset: at, length: Math.min(length, end - at), ...shown });
    at += length;
  }
  if (at < end)
    d.fields.push({ layer: 'tcp', key: 'optEnd', depth, offset: at, length: end - at, value: '0' });
  return {
    l4: {
      proto: 'tcp',
      sport: v.sport,
      dport: v.dport,
      seq: v.seq,
      ack: v.ack,
      flags: flagsOf(v.flags),
      window: v.window,
      options,
    },
    headerLength,
  };
}
