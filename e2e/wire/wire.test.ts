import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerCapture, answerExport, answerWalk } from '../../src/cli/answers.ts';
import { cliTexts } from '../../src/cli/texts.ts';
import { type CaptureFile, pcapng } from '../../src/sim/packet/pcapng.ts';
import type { Trace } from '../../src/sim/trace/trace.ts';
import { type WireCase, wireCases } from './cases.ts';
import { dissectedText, wireText } from './entries.ts';
import { capinfos, type Dissected, dissect, faults, lacking } from './tshark.ts';

const why = lacking();
if (why !== undefined) console.warn(`e2e/wire is skipped: ${why}`);

const folder = mkdtempSync(join(tmpdir(), 'packetwalk-wire-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'walk.pcapng');
const cases = why === undefined ? wireCases() : [];

interface Exported {
  readonly trace: Trace;
  readonly frames: readonly Dissected[];
  readonly devices: number;
}

/** Walks one after the other in one file, so that one tshark reads them all: each with devices of its own. */
function joined(captures: readonly CaptureFile[]): CaptureFile {
  const devices: CaptureFile['devices'][number][] = [];
  const frames: CaptureFile['frames'][number][] = [];
  let begin = 0;
  for (const capture of captures) {
    const first = devices.length;
    devices.push(...capture.devices);
    for (const frame of capture.frames) {
      frames.push({ ...frame, device: frame.device + first, timeUs: frame.timeUs + begin });
    }
    begin = (frames.at(-1)?.timeUs ?? 0) + 1_000_000;
  }
  const [any] = captures;
  return { comment: '', application: '', names: any?.names ?? [], devices, frames };
}

function exportAll({ simulation, questions }: WireCase): readonly Exported[] {
  const texts = cliTexts('en');
  const walks = questions.map(({ question }) => ({
    trace: answerWalk(simulation, question),
    capture: answerCapture(simulation, question, texts),
  }));
  const all = joined(walks.map(({ capture }) => capture));
  writeFileSync(file, pcapng(all));
  const seen = dissect(file);
  const info = capinfos(file);
  expect(seen.length).toBe(all.frames.length);
  expect({ frames: info.frames, devices: info.devices }).toEqual({
    frames: all.frames.length,
    devices: all.devices.length,
  });
  let at = 0;
  return walks.map(({ trace, capture }) => {
    at += capture.frames.length;
    return { trace, frames: seen.slice(at - capture.frames.length, at), devices: capture.devices.length };
  });
}

describe.skipIf(why !== undefined).each([...cases])('$name', (wireCase) => {
  let all: readonly Exported[] = [];
  beforeAll(() => {
    all = exportAll(wireCase);
  });

  it.each(wireCase.questions.map(({ title }, index) => ({ title, index })))('$title', ({ index }) => {
    const { trace, frames, devices } = all[index] ?? { trace: undefined, frames: [], devices: 0 };
    expect(frames.map(dissectedText)).toEqual(trace?.wire.map(wireText));
    expect(frames.flatMap((frame, i) => faults(frame).map((fault) => `frame ${i + 1}: ${fault}`))).toEqual(
      [],
    );
    expect(devices).toBe(new Set(trace?.wire.map((w) => `${w.netns}:${w.iface}`)).size);
    if (frames.length === 0) return;
    // Virtual time never stands still or runs back.
    const times = frames.map((frame) => Number(frame['frame.time_epoch'][0]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
    expect(frames.some((frame) => frame['frame.comment'].length > 0)).toBe(true);
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
