/**
 * WireGuard messages: the two of a handshake and the one with data. All that they hide (keys, time stamp, the packet
 * inside) and what proves them (tags, MACs) is zero here: there is no cryptography. Leaves out cookie replies.
 */
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { WireguardMessage } from './packet.ts';
import { readBytes } from './payload.ts';

const NAMES = ['', 'initiation', 'response', 'cookie reply', 'data'];
const TYPE = { initiation: 1, response: 2, data: 4 } as const;

/** Numbers are little-endian, so an index is written with its bytes turned round. */
const HEAD = [
  { key: 'type', bit: 0, bits: 8, as: 'uint', show: (v) => NAMES[v] ?? '' },
  { key: 'reserved', bit: 8, bits: 24, as: 'uint' },
] as const satisfies readonly Field[];
const INITIATION = [
  ...HEAD,
  { key: 'sender', bit: 32, bits: 32, as: 'hex' },
] as const satisfies readonly Field[];
const RESPONSE = [
  ...INITIATION,
  { key: 'receiver', bit: 64, bits: 32, as: 'hex' },
] as const satisfies readonly Field[];
const DATA = [
  ...HEAD,
  { key: 'receiver', bit: 32, bits: 32, as: 'hex' },
  { key: 'counter', bit: 64, bits: 32, as: 'hex' },
  { key: 'counterHigh', bit: 96, bits: 32, as: 'hex' },
] as const satisfies readonly Field[];

export const WIREGUARD_HEADER = headerLength(DATA);
/** Poly1305's tag behind the encrypted packet. */
export const WIREGUARD_TAG = 16;
const INITIATION_LENGTH = 148;
const RESPONSE_LENGTH = 92;
const PAD_TO = 16;
/** What flannel listens on, for IPv4 and IPv6; WireGuard itself has no port of its own. */
export const WIREGUARD_PORTS: readonly number[] = [51820, 51821];

/** Bytes of a packet once it is padded: to a multiple of 16, though never beyond the device's MTU (`calculate_skb_padding`). */
export function sealedLength(length: number, mtu: number): number {
  const last = length > mtu ? length % mtu : length;
  return length - last + Math.min(mtu, Math.ceil(last / PAD_TO) * PAD_TO);
}

export function wireguardLength(message: WireguardMessage): number {
  if (message.message === 'initiation') return INITIATION_LENGTH;
  if (message.message === 'response') return RESPONSE_LENGTH;
  return WIREGUARD_HEADER + message.sealed + WIREGUARD_TAG;
}

export function writeWireguard(out: Uint8Array, at: number, message: WireguardMessage): void {
  const head = { type: TYPE[message.message], reserved: 0 };
  switch (message.message) {
    case 'initiation':
      writeHeader(out, at, INITIATION, { ...head, sender: turned(message.sender) });
      break;
    case 'response': {
      const receiver = turned(message.receiver);
      writeHeader(out, at, RESPONSE, { ...head, sender: turned(message.sender), receiver });
      break;
    }
    case 'data': {
      const counter = turned(message.counter);
      writeHeader(out, at, DATA, { ...head, receiver: turned(message.receiver), counter, counterHigh: 0 });
    }
  }
}

/** Reads `at..end`; undefined for what is no message that is modelled. */
export function readWireguard(
  d: Dissection,
  depth: number,
  at: number,
  end: number,
): WireguardMessage | undefined {
  const length = end - at;
  const type = d.bytes[at];
  const hidden = (from: number): void => {
    readBytes(d, depth, from, end);
  };
  if (type === TYPE.initiation && length === INITIATION_LENGTH) {
    const v = readHeader(d, 'wireguard', depth, at, INITIATION);
    hidden(at + headerLength(INITIATION));
    return { message: 'initiation', sender: turned(v.sender) };
  }
  if (type === TYPE.response && length === RESPONSE_LENGTH) {
    const v = readHeader(d, 'wireguard', depth, at, RESPONSE);
    hidden(at + headerLength(RESPONSE));
    return { message: 'response', sender: turned(v.sender), receiver: turned(v.receiver) };
  }
  if (type !== TYPE.data || length < WIREGUARD_HEADER + WIREGUARD_TAG) return undefined;
  const v = readHeader(d, 'wireguard', depth, at, DATA);
  hidden(at + WIREGUARD_HEADER);
  const sealed = length - WIREGUARD_HEADER - WIREGUARD_TAG;
  return { message: 'data', receiver: turned(v.receiver), counter: turned(v.counter), sealed };
}

/** The four bytes of a number in the other order. */
function turned(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return view.getUint32(0, true);
}
