/**
 * The walk as a capture for Wireshark: every frame of `wire` with its bytes, on a device of its own for each interface,
 * and the steps that led to it as its comment.
 */
import { encode } from '../sim/packet/codec.ts';
import type { Packet } from '../sim/packet/packet.ts';
import type { CapturedDevice, CapturedFrame, CaptureFile } from '../sim/packet/pcapng.ts';
import type { Step, StepKind, Trace, WireEntry } from '../sim/trace/trace.ts';
import type { Messages } from './en.ts';
import { placeName, reasonTitle, stepDevice } from './step-text.ts';

/** What of the language the capture needs. */
export type CaptureTexts = Pick<Messages, 'reasons'> & { readonly capture: Messages['capture'] };

const NO_MAC = '00:00:00:00:00:00';

/** What has an address: pods, Services, nodes and outside hosts, as the page and the command line know them. */
export interface Addressed {
  readonly nodes: readonly { readonly name: string; readonly ips: readonly string[] }[];
  readonly pods: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly ips: readonly string[];
    readonly hostNetwork?: boolean;
  }[];
  readonly services: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly ips: readonly string[];
  }[];
  readonly external: readonly { readonly name: string; readonly ips: readonly string[] }[];
}

/** A name for each address: `web.default.svc` for a Service, `web-1.default.pod` for a pod, a host's own name. */
export function captureNames({ nodes, pods, services, external }: Addressed): CaptureFile['names'] {
  const names = new Map<string, string>();
  const add = (ips: readonly string[], name: string): void => {
    for (const ip of ips) if (ip !== '' && ip !== 'None' && !names.has(ip)) names.set(ip, name);
  };
  for (const { name, ips } of nodes) add(ips, name);
  for (const { namespace, name, ips } of pods) add(ips, `${name}.${namespace}.pod`);
  for (const { namespace, name, ips } of services) add(ips, `${name}.${namespace}.svc`);
  for (const { name, ips } of external) add(ips, name);
  return [...names].map(([ip, name]) => ({ ip, name }));
}

/** Steps that end what happens to a packet: they are told of the frame before them, the others of the one after. */
const ENDS: ReadonlySet<StepKind> = new Set(['deliver', 'drop', 'reject']);

/** Tunnels of IP packets have no Ethernet header. */
function isRaw(packet: Packet, entry: WireEntry): boolean {
  return packet.eth === undefined && entry.iface !== 'lo';
}

/** A loopback device's frames have an Ethernet header without addresses. */
function onTheWire(packet: Packet, entry: WireEntry): Packet {
  return packet.eth === undefined && !isRaw(packet, entry)
    ? { ...packet, eth: { src: NO_MAC, dst: NO_MAC } }
    : packet;
}

function sentences(steps: readonly Step[], texts: CaptureTexts): string[] {
  return steps
    .filter(({ kind }) => kind !== 'transmit' && kind !== 'receive')
    .map((step) => {
      const device = stepDevice(step);
      const where = device === '' ? placeName(step.place) : `${placeName(step.place)} ${device}`;
      return `${where}: ${reasonTitle(texts.reasons, step.reason)}`;
    });
}

export function walkCapture(trace: Trace, names: CaptureFile['names'], texts: CaptureTexts): CaptureFile {
  const devices: CapturedDevice[] = [];
  const indexes = new Map<string, number>();
  const frames: (CapturedFrame & { readonly lines: string[] })[] = [];
  let waiting: Step[] = [];
  let lastUs = -1;
  for (const step of trace.steps) {
    const entry = step.wire === undefined ? undefined : trace.wire[step.wire];
    if (entry === undefined || step.packet === undefined) {
      waiting.push(step);
      continue;
    }
    const ended = waiting.findLastIndex(({ kind }) => ENDS.has(kind)) + 1;
    frames.at(-1)?.lines.push(...sentences(waiting.slice(0, ended), texts));
    // Every frame has a moment of its own, so that a reader keeps the order.
    lastUs = Math.max(lastUs + 1, Math.round(step.timeMs * 1000));
    frames.push({
      device: deviceOf(entry, isRaw(step.packet, entry), devices, indexes, texts),
      timeUs: lastUs,
      at: entry.at,
      bytes: encode(onTheWire(step.packet, entry)).bytes,
      lines: sentences(waiting.slice(frames.length === 0 ? 0 : ended), texts),
    });
    waiting = [];
  }
  frames.at(-1)?.lines.push(...sentences(waiting, texts));
  return {
    comment: texts.capture.about,
    application: 'Packetwalk',
    devices,
    frames: frames.map(({ lines, ...frame }) => ({ ...frame, comment: lines.join('\n') })),
    names,
  };
}

function deviceOf(
  { netns, iface, peer }: WireEntry,
  raw: boolean,
  devices: CapturedDevice[],
  indexes: Map<string, number>,
  texts: CaptureTexts,
): number {
  const name = `${netns}:${iface}`;
  const known = indexes.get(name);
  if (known !== undefined) return known;
  indexes.set(name, devices.length);
  const place = placeName(netns);
  const description =
    peer === undefined
      ? texts.capture.device({ iface, place })
      : texts.capture.cable({ iface, place, peer: placeName(peer) });
  devices.push({ name, description, ...(raw ? { raw } : {}) });
  return devices.length - 1;
}
