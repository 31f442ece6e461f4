import { describe, expect, it } from 'vitest';
import { decode, encode } from './codec.ts';
import { crc32c } from './crc32c.ts';
import type { Packet, SctpChunk } from './packet.ts';

it('CRC32c of RFC 3720 and the classic check value', () => {
  expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a9136aa);
  expect(crc32c(new TextEncoder().encode('123456789'), 0, 9)).toBe(0xe3069283);
});

const init = { initTag: 0xdeadbeef, window: 106496, outStreams: 10, inStreams: 65535, tsn: 7 };
export const chunks: readonly SctpChunk[] = [
  { chunk: 'INIT', ...init },
  { chunk: 'INIT ACK', ...init, cookie: 0xcafe0001, cookieLength: 256 },
  { chunk: 'COOKIE ECHO', cookie: 0xcafe0001, cookieLength: 256 },
  { chunk: 'COOKIE ACK' },
  { chunk: 'SACK', tsn: 8, window: 106496 },
  { chunk: 'SHUTDOWN', tsn: 8 },
  { chunk: 'SHUTDOWN ACK' },
  { chunk: 'SHUTDOWN COMPLETE', reflected: false },
  { chunk: 'ABORT', reflected: true },
];

describe('every chunk comes back as it went', () => {
  const packet = (list: readonly SctpChunk[], more: Partial<Packet> = {}): Packet => ({
    ip: { version: 4, src: '10.244.1.2', dst: '10.244.2.2', ttl: 64, id: 0, df: true, tos: 2 },
    l4: { proto: 'sctp', sport: 40000, dport: 5060, vtag: 1, chunks: list },
    ...more,
  });
  it.each(chunks.map((chunk) => [chunk.chunk, chunk] as const))('%s', (_, chunk) => {
    const one = packet([chunk]);
    expect(decode(encode(one).bytes, 'ip')).toEqual(one);
  });
  it('DATA with its content', () => {
    const one = packet([{ chunk: 'DATA', tsn: 1, stream: 0, ssn: 0 }], {
      payload: { kind: 'bytes', length: 6, text: 'hello\n' },
    });
    const { bytes, fields } = encode(one);
    expect(bytes.length).toBe(20 + 12 + 16 + 8);
    expect(decode(bytes, 'ip')?.l4).toEqual(one.l4);
    expect(decode(bytes, 'ip')?.payload).toMatchObject({ kind: 'bytes', length: 6 });
    expect(fields.find((f) => f.key === 'chunk')?.value).toBe('DATA');
  });
  it('a truncated packet is no packet of ours, and does not throw', () => {
    const { bytes } = encode(packet([{ chunk: 'INIT', ...init }]));
    for (let end = 20; end < bytes.length; end++) decode(bytes.subarray(0, end), 'ip');
  });
});
