/**
 * DNS messages (RFC 1035, SRV of RFC 2782) over UDP and TCP: one question, answers and authority, names compressed as
 * servers do. Of the additional section only EDNS' OPT record with its size; unknown types travel as RFC 3597 hex.
 */
import { ipBytes } from '../base/ip.ts';
import { ipText, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { DnsMessage, DnsRecord } from './packet.ts';
import { utf8Decode, utf8Encode } from './text.ts';

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  ANY: 255,
};
const TYPE_NAMES = new Map(Object.entries(TYPES).map(([name, number]) => [number, name]));

export const DNS = [
  { key: 'id', bit: 0, bits: 16, as: 'hex' },
  { key: 'qr', bit: 16, bits: 1, as: 'uint', show: (v) => (v === 1 ? 'response' : 'query') },
  { key: 'opcode', bit: 17, bits: 4, as: 'uint', show: (v) => (v === 0 ? 'QUERY' : '') },
  { key: 'aa', bit: 21, bits: 1, as: 'uint' },
  { key: 'tc', bit: 22, bits: 1, as: 'uint' },
  { key: 'rd', bit: 23, bits: 1, as: 'uint' },
  { key: 'ra', bit: 24, bits: 1, as: 'uint' },
  { key: 'z', bit: 25, bits: 3, as: 'uint' },
  { key: 'rcode', bit: 28, bits: 4, as: 'uint', show: (v) => RCODES[v] ?? '' },
  { key: 'qdcount', bit: 32, bits: 16, as: 'uint' },
  { key: 'ancount', bit: 48, bits: 16, as: 'uint' },
  { key: 'nscount', bit: 64, bits: 16, as: 'uint' },
  { key: 'arcount', bit: 80, bits: 16, as: 'uint' },
] as const satisfies readonly Field[];

const DNS_HEADER_LENGTH = 12;
const POINTER = 0xc0;

function typeNumber(type: string): number {
  return TYPES[type] ?? Number(/^TYPE(\d+)$/.exec(type)?.[1] ?? 0);
}

function typeName(number: number): string {
  return TYPE_NAMES.get(number) ?? `TYPE${number}`;
}

const OPT = 41;

/** The bytes of a whole message, behind its length where it travels over TCP. */
export function dnsBytes(message: DnsMessage): Uint8Array {
  const bytes = messageBytes(message);
  if (message.framed !== true) return bytes;
  return Uint8Array.from([bytes.length >> 8, bytes.length & 0xff, ...bytes]);
}

function messageBytes(message: DnsMessage): Uint8Array {
  const out: number[] = new Array<number>(DNS_HEADER_LENGTH).fill(0);
  const known = new Map<string, number>();

  const name = (text: string, compress = true): void => {
    let rest = text.replace(/\.$/, '');
    while (rest !== '') {
      const at = known.get(rest);
      if (compress && at !== undefined) {
        out.push(POINTER | (at >> 8), at & 0xff);
        return;
      }
      if (out.length < 0x4000 && !known.has(rest)) known.set(rest, out.length);
      const dot = rest.indexOf('.');
      const label = utf8Encode(dot < 0 ? rest : rest.slice(0, dot));
      out.push(label.length, ...label);
      rest = dot < 0 ? '' : rest.slice(dot + 1);
    }
    out.push(0);
  };
  const u16 = (v: number): void => void out.push((v >> 8) & 0xff, v & 0xff);
  const u32 = (v: number): void => {
    u16(Math.floor(v / 65536));
    u16(v % 65536);
  };

  const rdata = (record: DnsRecord): void => {
    const words = record.data.split(' ');
    const at = (i: number): string => words[i] ?? '';
    switch (record.type) {
      case 'A':
      case 'AAAA':
        out.push(...ipBytes(record.data));
        return;
      case 'NS':
      case 'CNAME':
      case 'PTR':
        return name(record.data);
      case 'MX':
        u16(Number(at(0)));
        return name(at(1));
      case 'SRV':
        for (let i = 0; i < 3; i++) u16(Number(at(i)));
        // RFC 2782: the target is not compressed.
        return name(at(3), false);
      case 'SOA':
        name(at(0));
        name(at(1));
        for (let i = 2; i < 7; i++) u32(Number(at(i)));
        return;
      case 'TXT':
        for (const part of record.data.match(/"(?:[^"\\]|\\.)*"/g) ?? []) {
          const bytes = utf8Encode(part.slice(1, -1).replace(/\\(.)/g, '$1'));
          out.push(bytes.length, ...bytes);
        }
        return;
      default: {
        const digits = /^\\# \d+ ?([0-9a-f]*)$/.exec(record.data)?.[1] ?? '';
        for (let i = 0; i + 1 < digits.length; i += 2) out.push(Number.parseInt(digits.slice(i, i + 2), 16));
      }
    }
  };

  name(message.question.name);
  u16(typeNumber(message.question.type));
  u16(1);
  for (const record of [...message.answers, ...message.authority]) {
    name(record.name);
    u16(typeNumber(record.type));
    u16(1);
    u32(record.ttl);
    const lengthAt = out.length;
    u16(0);
    rdata(record);
    const length = out.length - lengthAt - 2;
    out[lengthAt] = length >> 8;
    out[lengthAt + 1] = length & 0xff;
  }

  if (message.udpSize !== undefined) {
    // The root's name, OPT, the size in place of a class, and neither flags nor options.
    out.push(0);
    u16(OPT);
    u16(message.udpSize);
    u32(0);
    u16(0);
  }

  const bytes = Uint8Array.from(out);
  writeHeader(bytes, 0, DNS, {
    id: message.id,
    qr: message.response ? 1 : 0,
    opcode: 0,
    aa: message.authoritative ? 1 : 0,
    tc: message.truncated === true ? 1 : 0,
    rd: message.recursionDesired ? 1 : 0,
    ra: message.recursionAvailable ? 1 : 0,
    z: 0,
    rcode: RCODES.indexOf(message.rcode),
    qdcount: 1,
    ancount: message.answers.length,
    nscount: message.authority.length,
    arcount: message.udpSize === undefined ? 0 : 1,
  });
  return bytes;
}

function readName(bytes: Uint8Array, start: number, at: number): { name: string; next: number } {
  const labels: string[] = [];
  let next = -1;
  let here = at;
  // A name has at most 127 labels; more means a pointer loop.
  for (let hops = 0; hops < 128; hops++) {
    const length = bytes[here] ?? 0;
    if (length === 0) {
      if (next < 0) next = here + 1;
      break;
    }
    if ((length & POINTER) === POINTER) {
      if (next < 0) next = here + 2;
      here = start + (((length & 0x3f) << 8) | (bytes[here + 1] ?? 0));
      continue;
    }
    labels.push(utf8Decode(bytes.subarray(here + 1, here + 1 + length)) ?? '');
    here += 1 + length;
  }
  return { name: labels.join('.'), next: next < 0 ? here : next };
}

function dataText(bytes: Uint8Array, start: number, type: string, at: number, length: number): string {
  const u16 = (i: number): number => ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  const u32 = (i: number): number => u16(i) * 65536 + u16(i + 2);
  switch (type) {
    case 'A':
    case 'AAAA':
      return ipText(bytes.subarray(at, at + length));
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return `${readName(bytes, start, at).name}.`;
    case 'MX':
      return `${u16(at)} ${readName(bytes, start, at + 2).name}.`;
    case 'SRV':
      return `${u16(at)} ${u16(at + 2)} ${u16(at + 4)} ${readName(bytes, start, at + 6).name}.`;
    case 'SOA': {
      const server = readName(bytes, start, at);
      const mail = readName(bytes, start, server.next);
      const numbers = [0, 4, 8, 12, 16].map((i) => u32(mail.next + i));
      return `${server.name}. ${mail.name}. ${numbers.join(' ')}`;
    }
    case 'TXT': {
      const parts: string[] = [];
      for (let i = at; i < at + length; i += 1 + (bytes[i] ?? 0)) {
        const part = utf8Decode(bytes.subarray(i + 1, i + 1 + (bytes[i] ?? 0))) ?? '';
        parts.push(`"${part.replace(/(["\\])/g, '\\$1')}"`);
      }
      return parts.join(' ');
    }
    default: {
      const digits = [...bytes.subarray(at, at + length)]
        .map((b) => b.toString(16).padStart(2, '0'))
        .join('');
      return digits === '' ? '\\# 0' : `\\# ${length} ${digits}`;
    }
  }
}

/** Reads a message; undefined when the bytes end too early to be one. */
export function readDns(d: Dissection, depth: number, offset: number, end: number): DnsMessage | undefined {
  if (end - offset < DNS_HEADER_LENGTH) return undefined;
  const v = readHeader(d, 'dns', depth, offset, DNS);
  const bytes = d.bytes;
  const u16 = (i: number): number => ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  const span = (key: string, at: number, length: number, value: string): void =>
    void d.fields.push({ layer: 'dns', key, depth, offset: at, length, value });

  let at = offset + DNS_HEADER_LENGTH;
  let question = { name: '', type: 'A' };
  if (v.qdcount > 0) {
    const q = readName(bytes, offset, at);
    question = { name: q.name, type: typeName(u16(q.next)) };
    span('question', at, q.next + 4 - at, `${question.name} IN ${question.type}`);
    at = q.next + 4;
  }
  const records = (key: string, count: number): DnsRecord[] => {
    const list: DnsRecord[] = [];
    for (let i = 0; i < count && at + 10 < end; i++) {
      const first = at;
      const owner = readName(bytes, offset, at);
      const type = typeName(u16(owner.next));
      const ttl = u16(owner.next + 4) * 65536 + u16(owner.next + 6);
      const length = u16(owner.next + 8);
      const data = dataText(bytes, offset, type, owner.next + 10, length);
      list.push({ name: owner.name, type, ttl, data });
      at = owner.next + 10 + length;
      span(key, first, at - first, `${owner.name} ${ttl} IN ${type} ${data}`);
    }
    return list;
  };
  const answers = records('answer', v.ancount);
  const authority = records('authority', v.nscount);
  const opt = v.arcount > 0 && bytes[at] === 0 && u16(at + 1) === OPT;
  const udpSize = opt ? u16(at + 3) : undefined;
  if (opt) span('opt', at, 11, `OPT udp: ${udpSize}`);
  return {
    kind: 'dns',
    id: v.id,
    response: v.qr === 1,
    authoritative: v.aa === 1,
    recursionDesired: v.rd === 1,
    recursionAvailable: v.ra === 1,
    rcode: RCODES[v.rcode] ?? 'SERVFAIL',
    question,
    answers,
    authority,
    ...(v.tc === 1 ? { truncated: true } : {}),
    ...(udpSize === undefined ? {} : { udpSize }),
  };
}
