import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answerExport, answerWalk } from '../../src/cli/answers.ts';
import { cliTexts } from '../../src/cli/texts.ts';
import { wireCases } from './cases.ts';
import { dissectedText, wireText } from './entries.ts';
import { capinfos, dissect, faults, lacking } from './tshark.ts';

const why = lacking();
if (why !== undefined) console.warn(`e2e/wire is skipped: ${why}`);

const folder = mkdtempSync(join(tmpdir(), 'packetwalk-wire-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'walk.pcapng');
const cases = why === undefined ? wireCases() : [];

describe.skipIf(why !== undefined).each([...cases])('$name', ({ simulation, questions }) => {
  it.each([...questions])('$title', ({ question }) => {
    const trace = answerWalk(simulation, question);
    const { bytes, frames, devices } = answerExport(simulation, question, cliTexts('en'));
    writeFileSync(file, bytes);
    const seen = dissect(file);
    expect(seen.map(dissectedText)).toEqual(trace.wire.map(wireText));
    expect(seen.flatMap((frame, i) => faults(frame).map((fault) => `frame ${i + 1}: ${fault}`))).toEqual([]);
    expect(frames).toBe(trace.wire.length);
    if (frames === 0) return;
    const info = capinfos(file);
    expect({ frames: info.frames, devices: info.devices }).toEqual({ frames, devices });
    expect(devices).toBe(new Set(trace.wire.map((w) => `${w.netns}:${w.iface}`)).size);
    // Virtual time never stands still or runs back.
    const times = seen.map((frame) => Number(frame['frame.time_relative'][0]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
    expect(seen.some((frame) => frame['frame.comment'].length > 0)).toBe(true);
  });
});

describe.skipIf(why !== undefined)('the checks themselves', () => {
  const [first] = cases.filter(({ name }) => name.startsWith('flannel'));
  const question = { from: 'default/client', to: 'http://far/', tool: 'curl' };

  it('see VXLAN, and checksums that are good', () => {
    if (first === undefined) throw new Error('no flannel');
    writeFileSync(file, answerExport(first.simulation, question, cliTexts('en')).bytes);
    const seen = dissect(file);
    expect(seen.filter((frame) => frame['vxlan.vni'][0] === '1').length).toBeGreaterThan(10);
    // Both UDP headers: the tunnel's own, and DNS inside it.
    const good = (column: 'tcp.checksum.status' | 'udp.checksum.status'): number =>
      seen.flatMap((frame) => frame[column]).filter((status) => status === '1' || status === 'Good').length;
    expect(good('tcp.checksum.status')).toBeGreaterThan(10);
    expect(good('udp.checksum.status')).toBeGreaterThan(10);
  });

  it.each([
    ['an address of the IP header', 'ip.checksum.status is bad', 26],
    ['a byte of the TCP sequence number', 'tcp.checksum.status is bad', 38],
  ])('find %s that was changed', (_, fault, offset) => {
    if (first === undefined) throw new Error('no flannel');
    const bytes = new Uint8Array(
      answerExport(
        first.simulation,
        { ...question, to: '10.244.2.2', port: 8080, tool: 'nc' },
        cliTexts('en'),
      ).bytes,
    );
    writeFileSync(file, bytes);
    const clean = dissect(file);
    const victim = clean.findIndex(
      (frame) => frame['tcp.flags'].length > 0 && frame['vxlan.vni'].length === 0,
    );
    const at = packetAt(bytes, victim) + offset;
    bytes[at] = (bytes[at] ?? 0) ^ 0x01;
    writeFileSync(file, bytes);
    expect(dissect(file).map(faults)[victim]).toContain(fault);
  });

  it('read the names of pods and Services', () => {
    if (first === undefined) throw new Error('no flannel');
    const text = new TextDecoder('latin1').decode(
      answerExport(first.simulation, question, cliTexts('en')).bytes,
    );
    expect(text).toContain('far.default.svc');
    expect(text).toContain('client.default.pod');
  });

  it('read the sentences of the chosen language', () => {
    if (first === undefined) throw new Error('no flannel');
    writeFileSync(file, answerExport(first.simulation, question, cliTexts('ko')).bytes);
    expect(
      dissect(file)
        .flatMap((frame) => frame['frame.comment'])
        .join(' '),
    ).toMatch(/[가-힣]{2}/);
  });
});

/** Where the bytes of the n-th enhanced packet begin. */
function packetAt(bytes: Uint8Array, n: number): number {
  const view = new DataView(bytes.buffer);
  let seen = 0;
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 6) continue;
    if (seen === n) return at + 28;
    seen++;
  }
  throw new Error(`no frame ${n}`);
}
