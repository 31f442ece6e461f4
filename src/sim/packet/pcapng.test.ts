import { describe, expect, it } from 'vitest';
import { type CaptureFile, pcapng } from './pcapng.ts';

/** Blocks as type and body, with both lengths checked. */
function blocks(bytes: Uint8Array): { readonly type: number; readonly body: DataView }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    expect(length % 4).toBe(0);
    expect(view.getUint32(at + length - 4, true)).toBe(length);
    found.push({
      type: view.getUint32(at, true),
      body: new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - 12),
    });
    at += length;
  }
  return found;
}

/** Options from `at` on: code and text. */
function options(body: DataView, at: number): Record<number, Uint8Array> {
  const found: Record<number, Uint8Array> = {};
  for (let i = at; i < body.byteLength; ) {
    const code = body.getUint16(i, true);
    const length = body.getUint16(i + 2, true);
    if (code === 0) break;
    found[code] = new Uint8Array(body.buffer, body.byteOffset + i + 4, length);
    i += 4 + length + ((4 - (length % 4)) % 4);
  }
  return found;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

const frame = new Uint8Array([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 1]);
const file: CaptureFile = {
  comment: 'a walk',
  application: 'Packetwalk',
  devices: [
    { name: 'default/client:eth0', description: 'eth0 in client' },
    { name: 'node/kind-worker:cni0' },
  ],
  frames: [
    { device: 1, timeUs: 5_000_000_000, at: 'out', bytes: frame, comment: '이유 1\nwhy 2' },
    { device: 0, timeUs: 5_000_000_001, at: 'in', bytes: new Uint8Array(14) },
  ],
  names: [
    { ip: '10.96.0.1', name: 'kubernetes.default.svc' },
    { ip: 'fd00::1', name: 'web.default.svc' },
  ],
};

describe('pcapng', () => {
  const [section, first, second, names, out, into] = blocks(pcapng(file));

  it('begins with a section of its byte order', () => {
    expect(section?.type).toBe(0x0a0d0d0a);
    expect(section?.body.getUint32(0, true)).toBe(0x1a2b3c4d);
    expect(section?.body.getUint16(4, true)).toBe(1);
    expect(text(options(section!.body, 16)[1])).toBe('a walk');
  });

  it('describes each device, in microseconds', () => {
    expect([first?.type, second?.type]).toEqual([1, 1]);
    expect(first?.body.getUint16(0, true)).toBe(1);
    const described = options(first!.body, 8);
    expect(text(described[2])).toBe('default/client:eth0');
    expect(text(described[3])).toBe('eth0 in client');
    expect([...(described[9] ?? [])]).toEqual([6]);
    expect(options(second!.body, 8)[3]).toBeUndefined();
  });

  it('names addresses of both families', () => {
    expect(names?.type).toBe(4);
    expect(names?.body.getUint16(0, true)).toBe(1);
    expect(names?.body.getUint16(2, true)).toBe(4 + 'kubernetes.default.svc'.length + 1);
    expect([...new Uint8Array(names!.body.buffer, names!.body.byteOffset + 4, 4)]).toEqual([10, 96, 0, 1]);
  });

  it('holds each frame with its moment, direction and reasons', () => {
    expect([out?.type, into?.type]).toEqual([6, 6]);
    expect(out?.body.getUint32(0, true)).toBe(1);
    // 5,000,000,000 microseconds take more than 32 bits.
    expect([out?.body.getUint32(4, true), out?.body.getUint32(8, true)]).toEqual([1, 705_032_704]);
    expect([out?.body.getUint32(12, true), out?.body.getUint32(16, true)]).toEqual([15, 15]);
    const told = options(out!.body, 20 + 16);
    expect(text(told[1])).toBe('이유 1\nwhy 2');
    // Outbound and broadcast; inbound and unicast.
    expect(told[2]?.[0]).toBe(0b01110);
    expect(options(into!.body, 20 + 16)[2]?.[0]).toBe(0b00101);
    expect(options(into!.body, 20 + 16)[1]).toBeUndefined();
  });

  it('cuts a comment that no option can hold, at a character', () => {
    const long = pcapng({ ...file, comment: '가'.repeat(50_000) });
    const comment = text(options(blocks(long)[0]!.body, 16)[1]);
    expect(comment).toMatch(/^가+…?$/);
    expect(new TextEncoder().encode(comment).length).toBeLessThanOrEqual(65_000);
  });
});
