/**
 * ICMP (RFC 792) and ICMPv6 (RFC 4443): echo and errors, and neighbour discovery (RFC 4861) with its one option, the
 * sender's Ethernet address. An error quotes the packet from its IP header on; Linux quotes what fits in 576 bytes (1280
 * for IPv6). Leaves out redirects, router discovery, MLD and other options.
 */
import type { Ip } from '../base/ip.ts';
import { readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { IcmpHeader } from './packet.ts';

const TYPES_V4: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  8: 'echo request',
  11: 'time exceeded',
};

const TYPES_V6: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  128: 'echo request',
  129: 'echo reply',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
};

const HEAD = [
  { key: 'type', bit: 0, bits: 8, as: 'uint', show: (v) => TYPES_V4[v] ?? '' },
  { key: 'code', bit: 8, bits: 8, as: 'uint' },
  { key: 'checksum', bit: 16, bits: 16, as: 'hex' },
] as const satisfies readonly Field[];

const HEAD_V6 = [
  { key: 'type', bit: 0, bits: 8, as: 'uint', show: (v) => TYPES_V6[v] ?? '' },
  HEAD[1],
  HEAD[2],
] as const satisfies readonly Field[];

const ECHO = [
  { key: 'id', bit: 32, bits: 16, as: 'uint' },
  { key: 'seq', bit: 48, bits: 16, as: 'uint' },
] as const satisfies readonly Field[];

const UNUSED = [{ key: 'unused', bit: 32, bits: 32, as: 'uint' }] as const satisfies readonly Field[];

/** RFC 1191: the next hop's MTU in the second half of what was unused. */
const MTU_V4 = [
  { key: 'unused', bit: 32, bits: 16, as: 'uint' },
  { key: 'mtu', bit: 48, bits: 16, as: 'uint' },
] as const satisfies readonly Field[];

const MTU_V6 = [{ key: 'mtu', bit: 32, bits: 32, as: 'uint' }] as const satisfies readonly Field[];

const TARGET = [{ key: 'target', bit: 64, bits: 128, as: 'ipv6' }] as const satisfies readonly Field[];

const SOLICITATION = [UNUSED[0], TARGET[0]] as const satisfies readonly Field[];

const ADVERTISEMENT = [
  { key: 'router', bit: 32, bits: 1, as: 'uint' },
  { key: 'solicited', bit: 33, bits: 1, as: 'uint' },
  { key: 'override', bit: 34, bits: 1, as: 'uint' },
  { key: 'unused', bit: 35, bits: 29, as: 'uint' },
  TARGET[0],
] as const satisfies readonly Field[];

/** Type 1: the source's link-layer address, 2: the target's. Its length counts units of 8 bytes. */
const LINK_ADDRESS = [
  { key: 'optionType', bit: 192, bits: 8, as: 'uint' },
  { key: 'optionLength', bit: 200, bits: 8, as: 'uint', show: (v) => `(${v * 8} B)` },
  { key: 'linkAddress', bit: 208, bits: 48, as: 'mac' },
] as const satisfies readonly Field[];

export const SOLICITATION_TYPE = 135;
export const ADVERTISEMENT_TYPE = 136;

export const ICMP_LENGTH = 8;
const ND_LENGTH = 24;
const ND_OPTION_LENGTH = 8;

/** Bytes of the header with what belongs to it: the target and the option of neighbour discovery. */
export function icmpHeaderLength(icmp: IcmpHeader): number {
  if (icmp.target === undefined) return ICMP_LENGTH;
  return ND_LENGTH + (icmp.linkAddress === undefined ? 0 : ND_OPTION_LENGTH);
}

/** How much of the offending packet an error quotes: the whole error stays within 576 (IPv6: 1280) bytes. */
export function quoteLimit(version: 4 | 6): number {
  return version === 4 ? 576 - 20 - ICMP_LENGTH : 1280 - 40 - ICMP_LENGTH;
}

function kindOf(v6: boolean, type: number, code: number): 'echo' | 'mtu' | 'error' | 'neighbour' | 'other' {
  if (v6) {
    if (type === SOLICITATION_TYPE || type === ADVERTISEMENT_TYPE) return 'neighbour';
    if (type === 128 || type === 129) return 'echo';
    if (type === 2) return 'mtu';
    return type < 128 ? 'error' : 'other';
  }
  if (type === 0 || type === 8) return 'echo';
  if (type === 3 && code === 4) return 'mtu';
  return type === 3 || type === 11 ? 'error' : 'other';
}

export function writeIcmp(out: Uint8Array, offset: number, icmp: IcmpHeader): void {
  const v6 = icmp.proto === 'icmpv6';
  writeHeader(out, offset, HEAD, { type: icmp.type, code: icmp.code, checksum: 0 });
  switch (kindOf(v6, icmp.type, icmp.code)) {
    case 'echo':
      writeHeader(out, offset, ECHO, { id: icmp.id ?? 0, seq: icmp.seq ?? 0 });
      break;
    case 'mtu':
      if (v6) writeHeader(out, offset, MTU_V6, { mtu: icmp.mtu ?? 0 });
      else writeHeader(out, offset, MTU_V4, { unused: 0, mtu: icmp.mtu ?? 0 });
      break;
    case 'neighbour':
      if (icmp.target === undefined) writeHeader(out, offset, UNUSED, { unused: 0 });
      else writeNeighbour(out, offset, icmp, icmp.target);
      break;
    case 'error':
    case 'other':
      writeHeader(out, offset, UNUSED, { unused: 0 });
  }
}

function writeNeighbour(out: Uint8Array, offset: number, icmp: IcmpHeader, target: Ip): void {
  const solicitation = icmp.type === SOLICITATION_TYPE;
  if (solicitation) writeHeader(out, offset, SOLICITATION, { unused: 0, target });
  else {
    writeHeader(out, offset, ADVERTISEMENT, {
      router: icmp.router === true ? 1 : 0,
      solicited: icmp.solicited === true ? 1 : 0,
      override: icmp.override === true ? 1 : 0,
      unused: 0,
      target,
    });
  }
  if (icmp.linkAddress === undefined) return;
  writeHeader(out, offset, LINK_ADDRESS, {
    optionType: solicitation ? 1 : 2,
    optionLength: 1,
    linkAddress: icmp.linkAddress,
  });
}

function readNeighbour(
  d: Dissection,
  depth: number,
  offset: number,
  end: number,
  head: IcmpHeader,
): IcmpHeader {
  let l4: IcmpHeader;
  if (head.type === SOLICITATION_TYPE) {
    l4 = { ...head, target: readHeader(d, 'icmpv6', depth, offset, SOLICITATION).target };
  } else {
    const v = readHeader(d, 'icmpv6', depth, offset, ADVERTISEMENT);
    const flags = { router: v.router === 1, solicited: v.solicited === 1, override: v.override === 1 };
    l4 = { ...head, ...flags, target: v.target };
  }
  if (end - offset < ND_LENGTH + ND_OPTION_LENGTH) return l4;
  return { ...l4, linkAddress: readHeader(d, 'icmpv6', depth, offset, LINK_ADDRESS).linkAddress };
}

/** `quotes`: whether an offending packet follows. The message ends before byte `end`. */
export function readIcmp(
  d: Dissection,
  depth: number,
  offset: number,
  end: number,
  proto: 'icmp' | 'icmpv6',
): { l4: IcmpHeader; quotes: boolean } {
  const v6 = proto === 'icmpv6';
  const v = readHeader(d, proto, depth, offset, v6 ? HEAD_V6 : HEAD);
  const head = { proto, type: v.type, code: v.code } as const;
  switch (kindOf(v6, v.type, v.code)) {
    case 'echo':
      return { l4: { ...head, ...readHeader(d, proto, depth, offset, ECHO) }, quotes: false };
    case 'mtu': {
      const { mtu } = v6
        ? readHeader(d, proto, depth, offset, MTU_V6)
        : readHeader(d, proto, depth, offset, MTU_V4);
      return { l4: { ...head, mtu }, quotes: true };
    }
    case 'neighbour':
      if (end - offset < ND_LENGTH) break;
      return { l4: readNeighbour(d, depth, offset, end, head), quotes: false };
    case 'error':
      readHeader(d, proto, depth, offset, UNUSED);
      return { l4: head, quotes: true };
    case 'other':
      break;
  }
  readHeader(d, proto, depth, offset, UNUSED);
  return { l4: head, quotes: false };
}
