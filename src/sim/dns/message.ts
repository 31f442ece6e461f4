/** DNS messages as data: questions, answers, and the SOA that goes with "no". Names have no last dot, and are lower case but for a question's own. */
import { ipBytes, parseIp, type Ip } from '../base/ip.ts';
import type { AppSelf } from '../net/process.ts';
import { dnsBytes } from '../packet/dns.ts';
import type { DnsMessage, DnsRecord } from '../packet/packet.ts';

type Rcode = DnsMessage['rcode'];

export interface Question {
  readonly name: string;
  readonly type: string;
}

/** What a server came to, before it is put into a message. */
export interface Answer {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
}

export function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** As it goes into a question: in the letters that were typed, which servers keep. */
export function typedName(name: string): string {
  return name.replace(/\.$/, '');
}

/** Whether `name` is `zone` or below it; everything is below the root zone, ''. */
export function inZone(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`);
}

export function record(name: string, type: string, ttl: number, data: string): DnsRecord {
  return { name, type, ttl, data };
}

export function found(answers: readonly DnsRecord[], authoritative = true): Answer {
  return { rcode: 'NOERROR', authoritative, answers, authority: [] };
}

/** NODATA and NXDOMAIN carry the zone's SOA, so that "no" can be cached. */
export function nothing(
  rcode: 'NOERROR' | 'NXDOMAIN',
  soa: DnsRecord | undefined,
  authoritative = true,
): Answer {
  return { rcode, authoritative, answers: [], authority: soa === undefined ? [] : [soa] };
}

export function failure(rcode: 'SERVFAIL' | 'REFUSED' | 'NOTIMP'): Answer {
  return { rcode, authoritative: false, answers: [], authority: [] };
}

export function query(
  question: Question,
  id: number,
  form: Pick<DnsMessage, 'framed' | 'udpSize'> = {},
): DnsMessage {
  return {
    kind: 'dns',
    id,
    response: false,
    authoritative: false,
    recursionDesired: true,
    recursionAvailable: false,
    rcode: 'NOERROR',
    question,
    answers: [],
    authority: [],
    ...form,
  };
}

export function reply(request: DnsMessage, answer: Answer): DnsMessage {
  return {
    kind: 'dns',
    id: request.id,
    response: true,
    authoritative: answer.authoritative,
    recursionDesired: request.recursionDesired,
    recursionAvailable: true,
    rcode: answer.rcode,
    question: request.question,
    answers: answer.answers.map((r) => inLettersOf(request.question.name, r)),
    authority: answer.authority,
  };
}

/** A record of the name that was asked for repeats the name as it was asked. */
function inLettersOf(asked: string, answer: DnsRecord): DnsRecord {
  return answer.name !== asked && answer.name === normalName(asked) ? { ...answer, name: asked } : answer;
}

/** What a client without EDNS takes in one datagram (RFC 1035). */
const UDP_SIZE = 512;

/**
 * The answer as it travels: behind its length over TCP, and over UDP without the records that the datagram has no room
 * for (TC), as CoreDNS' ScrubWriter cuts it.
 */
export function fit(answer: DnsMessage, request: DnsMessage, proto: AppSelf['proto']): DnsMessage {
  const udpSize = request.udpSize === undefined ? {} : { udpSize: request.udpSize };
  if (proto !== 'udp') return { ...answer, ...udpSize, framed: true };
  const whole = { ...answer, ...udpSize };
  const limit = Math.max(UDP_SIZE, request.udpSize ?? 0);
  if (dnsBytes(whole).length <= limit) return whole;
  const { answers, authority } = whole;
  const sized = (kept: number, said: number): DnsMessage => ({
    ...whole,
    answers: answers.slice(0, kept),
    authority: authority.slice(0, said),
    truncated: kept < answers.length,
  });
  // Answers come first; what is left goes to the other sections, whose loss is no truncation.
  for (let kept = answers.length; kept >= 0; kept--) {
    for (let said = authority.length; said >= 0; said--) {
      const message = sized(kept, said);
      if (dnsBytes(message).length <= limit) return message;
    }
  }
  return sized(0, 0);
}

const NIBBLES = /^((?:[0-9a-f]\.){32})ip6\.arpa$/;

/** `3.1.244.10.in-addr.arpa` -> `10.244.1.3`, and 32 hex digits under ip6.arpa to an IPv6 address. */
export function reverseAddress(name: string): Ip | undefined {
  const nibbles = NIBBLES.exec(name)?.[1];
  if (nibbles !== undefined) {
    const digits = nibbles.split('.').reverse().join('');
    return parseIp(digits.replace(/.{4}(?=.)/g, '$&:'));
  }
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (match === null) return undefined;
  const parts = [match[4], match[3], match[2], match[1]];
  return parts.every((p) => Number(p) < 256) ? parts.join('.') : undefined;
}

/** `10.244.1.3` -> `3.1.244.10.in-addr.arpa`: what `dig -x` asks. */
export function reverseName(ip: Ip): string {
  if (!ip.includes(':')) return `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
  const digits = ipBytes(ip).map((byte) => byte.toString(16).padStart(2, '0'));
  return `${[...digits.join('')].reverse().join('.')}.ip6.arpa`;
}
