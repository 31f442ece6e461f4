/** DNS messages as data: questions, answers, and the SOA that goes with "no". Names are lower case without the last dot. */
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

export function query(question: Question, id: number): DnsMessage {
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
    answers: answer.answers,
    authority: answer.authority,
  };
}

/** `3.1.244.10.in-addr.arpa` -> `10.244.1.3`. */
export function reverseAddress(name: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (match === null) return undefined;
  const parts = [match[4], match[3], match[2], match[1]];
  return parts.every((p) => Number(p) < 256) ? parts.join('.') : undefined;
}

/** `10.244.1.3` -> `3.1.244.10.in-addr.arpa`: what `dig -x` asks. */
export function reverseName(ip: string): string {
  return `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
}
