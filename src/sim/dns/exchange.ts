/**
 * One DNS question to one server, by a datagram or over a connection of its own, as dig and CoreDNS' forward ask.
 * Leaves out that a server may keep the connection open.
 */
import type { Ip } from '../base/ip.ts';
import type { Process, SyscallResult } from '../net/process.ts';
import type { DnsMessage } from '../packet/packet.ts';
import type { Question } from './message.ts';
import { query } from './message.ts';

export interface ExchangeOptions {
  readonly id: number;
  readonly proto: 'tcp' | 'udp';
  readonly timeoutMs: number;
  /** EDNS' size, for a client that says one. */
  readonly udpSize?: number;
}

/** What came back: a `payload`, or the error of the call that failed. */
export function* exchange(
  question: Question,
  ip: Ip,
  { id, proto, timeoutMs, udpSize }: ExchangeOptions,
): Process<SyscallResult | undefined> {
  const edns = udpSize === undefined ? {} : { udpSize };
  if (proto === 'udp') {
    return yield {
      call: 'datagram',
      ip,
      port: 53,
      payload: query(question, id, edns),
      timeoutMs,
    };
  }
  const connected = yield { call: 'connect', ip, port: 53, timeoutMs };
  if (connected === undefined || !connected.ok || !('socket' in connected)) return connected;
  const { socket } = connected;
  const payload = query(question, id, { ...edns, framed: true });
  const result = yield { call: 'request', socket, payload, timeoutMs };
  yield { call: 'close', socket };
  return result;
}

export function messageOf(result: SyscallResult | undefined): DnsMessage | undefined {
  return result !== undefined && result.ok && 'payload' in result && result.payload.kind === 'dns'
    ? result.payload
    : undefined;
}
