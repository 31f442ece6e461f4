/**
 * pcapng (draft-ietf-opsawg-pcapng): a section with the names of hosts, one interface description for each device, and
 * one enhanced packet for each frame, with its direction and a comment. Time stamps are microseconds since the walk
 * began: a virtual clock's, so that a reader shows 1970. Leaves out statistics, secrets and truncated packets.
 */
import { ipBytes, type Ip } from '../base/ip.ts';
import { utf8Encode } from './text.ts';

export interface CapturedDevice {
  /** As a capture tool lists it: `node/kind-worker:cni0`. */
  readonly name: string;
  readonly description?: string;
  /** Its packets begin with their IP headers. */
  readonly raw?: boolean;
}

export interface CapturedFrame {
  /** Index into `devices`. */
  readonly device: number;
  readonly timeUs: number;
  readonly at: 'in' | 'out';
  /** From the Ethernet header on, or from the IP header on a raw device. */
  readonly bytes: Uint8Array;
  readonly comment?: string;
}

export interface CaptureFile {
  readonly comment: string;
  readonly application: string;
  readonly devices: readonly CapturedDevice[];
  readonly frames: readonly CapturedFrame[];
  /** Names of addresses, as Wireshark shows them when it resolves names. */
  readonly names: readonly { readonly ip: Ip; readonly name: string }[];
}

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const NAME_RESOLUTION = 4;
const ENHANCED_PACKET = 6;
const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const NRB_RECORD_IPV4 = 1;
const NRB_RECORD_IPV6 = 2;
/** An option's length is a 16-bit number. */
const LONGEST_TEXT = 65_000;

type Part = Uint8Array | number[];

const u16 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];

function padding(length: number): number[] {
  return new Array<number>((4 - (length % 4)) % 4).fill(0);
}

function join(parts: readonly Part[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function block(type: number, parts: readonly Part[]): Uint8Array {
  const body = join(parts);
  const length = u32(body.length + padding(body.length).length + 12);
  return join([u32(type), length, body, padding(body.length), length]);
}

function option(code: number, value: Part): Part[] {
  return [u16(code), u16(value.length), value, padding(value.length)];
}

/** Cut at a character, so that it stays UTF-8. */
function text(value: string): number[] {
  let shown = value;
  let bytes = utf8Encode(shown);
  while (bytes.length > LONGEST_TEXT) {
    shown = shown.slice(0, Math.floor(shown.length * 0.9));
    bytes = utf8Encode(`${shown}…`);
  }
  return bytes;
}

const END_OF_OPTIONS = [...u16(0), ...u16(0)];

export function pcapng(file: CaptureFile): Uint8Array {
  const section = block(SECTION_HEADER, [
    u32(BYTE_ORDER),
    u16(1),
    u16(0),
    // The section's length is not given.
    [...u32(0xffffffff), ...u32(0xffffffff)],
    ...option(OPT_COMMENT, text(file.comment)),
    ...option(SHB_USERAPPL, text(file.application)),
    END_OF_OPTIONS,
  ]);
  return join([
    section,
    ...file.devices.map(deviceBlock),
    ...(file.names.length === 0 ? [] : [nameBlock(file.names)]),
    ...file.frames.map(frameBlock),
  ]);
}

function deviceBlock({ name, description, raw }: CapturedDevice): Uint8Array {
  return block(INTERFACE_DESCRIPTION, [
    u16(raw === true ? LINKTYPE_RAW : LINKTYPE_ETHERNET),
    u16(0),
    // No limit on a packet's length.
    u32(0),
    ...option(IF_NAME, text(name)),
    ...(description === undefined ? [] : option(IF_DESCRIPTION, text(description))),
    ...option(IF_TSRESOL, [6]),
    END_OF_OPTIONS,
  ]);
}

function nameBlock(names: CaptureFile['names']): Uint8Array {
  const records = names.flatMap(({ ip, name }) => {
    const value = join([ipBytes(ip), utf8Encode(name), [0]]);
    const type = ip.includes(':') ? NRB_RECORD_IPV6 : NRB_RECORD_IPV4;
    return [u16(type), u16(value.length), value, padding(value.length)];
  });
  return block(NAME_RESOLUTION, [...records, [...u16(0), ...u16(0)], END_OF_OPTIONS]);
}

function frameBlock({ device, timeUs, at, bytes, comment }: CapturedFrame): Uint8Array {
  const broadcast = bytes.slice(0, 6).every((byte) => byte === 0xff);
  // Bits 0-1: inbound or outbound; bits 2-4: unicast or broadcast.
  const flags = (at === 'in' ? 1 : 2) | ((broadcast ? 3 : 1) << 2);
  return block(ENHANCED_PACKET, [
    u32(device),
    u32(Math.floor(timeUs / 2 ** 32)),
    u32(timeUs % 2 ** 32),
    u32(bytes.length),
    u32(bytes.length),
    bytes,
    padding(bytes.length),
    ...option(EPB_FLAGS, u32(flags)),
    ...(comment === undefined || comment === '' ? [] : option(OPT_COMMENT, text(comment))),
    END_OF_OPTIONS,
  ]);
}
