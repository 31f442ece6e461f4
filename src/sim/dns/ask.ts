/** One question to one server, what is written down of it, and TCP where the answer was cut (TC). */
import type { Ip } from '../base/ip.ts';
import { fnv32a, mix } from '../k8s/naming.ts';
import type { Process, SocketError, SyscallResult } from '../net/process.ts';
import type { DnsMessage } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import { exchange, messageOf } from './exchange.ts';
import type { Question } from './message.ts';

export interface Log {
  readonly queries: { name: string; type: string; rcode: string }[];
  /** Query ids and source ports come from here: the same lookup gives the same packets. */
  count: number;
}

/** Answers that say nothing about the name: another server is asked. */
export const FAILURES: ReadonlySet<string> = new Set(['SERVFAIL', 'REFUSED', 'NOTIMP']);

export function queryId({ name, type }: Question, salt: number): number {
  return mix(fnv32a(`${name} ${type} ${salt}`)) & 0xffff;
}

export function* noteAnswer(question: Question, message: DnsMessage, log: Log): Process<void> {
  const { rcode } = message;
  log.queries.push({ ...question, rcode });
  const count = message.answers.length;
  yield { call: 'note', step: { reason: reason('process.answer', { ...question, rcode, count }) } };
}

export function errorOf(result: SyscallResult | undefined): SocketError {
  return result !== undefined && !result.ok ? result.error : 'timeout';
}

interface AskOptions {
  readonly timeoutMs: number;
  readonly udpSize?: number;
}

type Asked = { readonly message: DnsMessage; readonly error?: undefined } | { readonly error: SocketError };

/** As dig asks: a socket of its own for each try. */
export function* ask(question: Question, ip: Ip, log: Log, options: AskOptions): Process<Asked> {
  const asked = yield* askBy('udp', question, ip, log, options);
  if (asked.error !== undefined || asked.message.truncated !== true) return asked;
  yield { call: 'note', step: { reason: reason('process.truncated', { ...question }) } };
  return yield* askBy('tcp', question, ip, log, options);
}

function* askBy(
  proto: 'tcp' | 'udp',
  question: Question,
  ip: Ip,
  log: Log,
  { timeoutMs, udpSize }: AskOptions,
): Process<Asked> {
  const id = queryId(question, log.count++);
  yield { call: 'segment', purpose: 'dns', label: `${question.type} ${question.name}` };
  yield { call: 'note', step: { reason: reason('process.query', { ...question }) } };
  const result = yield* exchange(question, ip, { id, proto, timeoutMs, udpSize });
  const message = messageOf(result);
  if (message !== undefined) {
    yield* noteAnswer(question, message, log);
    return { message };
  }
  const error = errorOf(result);
  log.queries.push({ ...question, rcode: error });
  return { error };
}
