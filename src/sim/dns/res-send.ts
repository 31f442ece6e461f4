/**
 * How glibc asks for both addresses of a name (resolv/res_send.c): A and AAAA leave at once from one socket, and the
 * answers come in any order. `single-request` sends the second once the first is answered, `single-request-reopen` from a
 * socket of its own; where one answer stays out, glibc itself goes over to the one and then to the other for the rest of
 * its life, and makes do with the half. Over TCP (`use-vc`, or an answer that was cut) both go over one connection; here
 * the second follows the first answer, and glibc writes both at once. Leaves out `rotate` and `ignore-tc`.
 */
import type { Ip } from '../base/ip.ts';
import { fnv32a, mix } from '../k8s/naming.ts';
import type { Process, SocketError } from '../net/process.ts';
import type { DnsMessage, DnsRecord } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import { errorOf, FAILURES, type Log, noteAnswer, queryId } from './ask.ts';
import { messageOf } from './exchange.ts';
import { query, type Question } from './message.ts';

export interface ServerSettings {
  readonly nameservers: readonly Ip[];
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly options: readonly string[];
}

/** What a program's resolver has learnt about its servers. */
export interface Manners {
  single: boolean;
  reopen: boolean;
}

export function mannersOf({ options }: Pick<ServerSettings, 'options'>): Manners {
  const reopen = options.includes('single-request-reopen');
  return { single: reopen || options.includes('single-request'), reopen };
}

export interface Pair {
  readonly answers: readonly DnsRecord[];
  readonly rcode: string;
  readonly error?: SocketError;
}

type Tried =
  | { readonly messages: readonly DnsMessage[] }
  | { readonly messages?: undefined; readonly error: SocketError }
  | { readonly messages?: undefined; readonly error?: undefined; readonly failure: string };

/** The datagram that glibc says it takes, with `options edns0`. */
const UDP_SIZE = 1200;

/** `retrans << n` seconds for the nth server, shared by all but the first. */
function patienceMs({ timeoutMs, nameservers }: ServerSettings, n: number): number {
  const seconds = (timeoutMs / 1000) * 2 ** n;
  return 1000 * Math.max(1, Math.floor(n === 0 ? seconds : seconds / nameservers.length));
}

/** A and AAAA of one name, `attempts` times round the servers. */
export function* askPair(name: string, settings: ServerSettings, manners: Manners, log: Log): Process<Pair> {
  const round = new Round(name, settings, manners, log);
  let error: SocketError = 'refused';
  let failure: string | undefined;
  for (let attempt = 0; attempt < settings.attempts; attempt++) {
    for (const [n, ip] of settings.nameservers.entries()) {
      const tried = yield* round.ask(ip, patienceMs(settings, n));
      if (tried.messages !== undefined) {
        yield* round.close();
        const rcode = tried.messages[0]?.rcode ?? 'SERVFAIL';
        return { answers: tried.messages.flatMap((m) => m.answers), rcode };
      }
      if (tried.error === undefined) failure = tried.failure;
      // Who heard nothing has got somewhere at least: an error alone is as if nobody were there.
      else if (error !== 'timeout') error = tried.error;
    }
  }
  yield* round.close();
  return failure === undefined ? { answers: [], rcode: 'SERVFAIL', error } : { answers: [], rcode: failure };
}

class Round {
  private readonly settings: ServerSettings;
  private readonly manners: Manners;
  private readonly log: Log;
  private readonly questions: readonly [Question, Question];
  private readonly messages: readonly DnsMessage[];
  /** One for each server, for as long as nothing went wrong. */
  private readonly sockets = new Map<Ip, number>();

  constructor(name: string, settings: ServerSettings, manners: Manners, log: Log) {
    this.settings = settings;
    this.manners = manners;
    this.log = log;
    this.questions = [
      { name, type: 'A' },
      { name, type: 'AAAA' },
    ];
    const edns = settings.options.includes('edns0') ? { udpSize: UDP_SIZE } : {};
    // A question that is asked again keeps its id.
    const salt = log.count++;
    this.messages = this.questions.map((q) => query(q, queryId(q, salt), edns));
  }

  *ask(ip: Ip, timeoutMs: number): Process<Tried> {
    if (this.settings.options.includes('use-vc')) return yield* this.overTcp(ip, timeoutMs);
    for (;;) {
      const tried = yield* this.overUdp(ip, timeoutMs);
      if (tried === 'cut') return yield* this.overTcp(ip, timeoutMs);
      if (tried !== 'again') return tried;
    }
  }

  /** Every socket, as `__res_iclose` does. */
  *close(): Process<void> {
    for (const socket of this.sockets.values()) yield { call: 'close', socket };
    this.sockets.clear();
  }

  private *overUdp(ip: Ip, timeoutMs: number): Process<Tried | 'again' | 'cut'> {
    const { manners } = this;
    const answers: (DnsMessage | undefined)[] = [undefined, undefined];
    const open = new Set<number>();
    let failure: string | undefined;
    let second = !manners.single;
    for (const i of second ? [0, 1] : [0]) {
      const error = yield* this.send(ip, i);
      if (error !== undefined) return { error };
      open.add(i);
    }
    for (;;) {
      const heard = yield { call: 'receive', socket: this.sockets.get(ip) ?? -1, timeoutMs };
      const message = messageOf(heard);
      if (message === undefined) {
        const error = errorOf(heard);
        for (const i of open) this.log.queries.push({ ...this.question(i), rcode: error });
        if (error !== 'timeout') {
          yield* this.close();
          return { error };
        }
        const half = answers.filter((a) => a !== undefined);
        if (half.length === 0) return { error };
        if (manners.single && manners.reopen) return { messages: half };
        // Some servers and firewalls lose the second of two questions from one socket.
        if (manners.single) {
          manners.reopen = true;
          yield* this.close();
        } else manners.single = true;
        return 'again';
      }
      const i = message.question.type === 'A' ? 0 : 1;
      open.delete(i);
      yield* noteAnswer(this.question(i), message, this.log);
      if (message.truncated === true) {
        yield { call: 'note', step: { reason: reason('process.truncated', { ...this.question(i) }) } };
        yield* this.close();
        return 'cut';
      }
      const failed = FAILURES.has(message.rcode);
      if (failed) failure = message.rcode;
      else answers[i] = message;
      // A failure alone says nothing: the other answer may still be good.
      if (second && open.size === 0) {
        const good = answers.filter((a) => a !== undefined);
        if (good.length > 0) return { messages: good };
        yield* this.close();
        return { failure: failure ?? 'SERVFAIL' };
      }
      if (!second && !failed) {
        second = true;
        if (manners.reopen) yield* this.close();
        const error = yield* this.send(ip, 1);
        if (error !== undefined) return { error };
        open.add(1);
      }
    }
  }

  private question(i: number): Question {
    return this.questions[i === 0 ? 0 : 1];
  }

  private *begin(questions: readonly Question[]): Process<void> {
    const types = questions.map((q) => q.type).join(', ');
    yield { call: 'segment', purpose: 'dns', label: `${types} ${this.question(0).name}` };
    for (const question of questions) {
      yield { call: 'note', step: { reason: reason('process.query', { ...question }) } };
    }
  }

  private *send(ip: Ip, i: number): Process<SocketError | undefined> {
    const payload = this.messages[i];
    if (payload === undefined) return undefined;
    yield* this.begin([this.question(i)]);
    const socket = this.sockets.get(ip);
    const sport = 32768 + (mix(fnv32a(`${this.question(0).name} ${this.log.count++}`)) % 28232);
    const sent = yield {
      call: 'send',
      ip,
      port: 53,
      payload,
      ...(socket === undefined ? { sport } : { socket }),
    };
    if (sent?.ok === true && 'socket' in sent) {
      this.sockets.set(ip, sent.socket);
      return undefined;
    }
    const error = errorOf(sent);
    this.log.queries.push({ ...this.question(i), rcode: error });
    return error;
  }

  private *overTcp(ip: Ip, timeoutMs: number): Process<Tried> {
    yield* this.begin(this.questions);
    const connected = yield { call: 'connect', ip, port: 53, timeoutMs };
    const answers: DnsMessage[] = [];
    if (connected?.ok !== true || !('socket' in connected))
      return { error: this.unanswered(0, errorOf(connected)) };
    const { socket } = connected;
    for (const [i, message] of this.messages.entries()) {
      const result = yield { call: 'request', socket, payload: { ...message, framed: true }, timeoutMs };
      const answer = messageOf(result);
      if (answer === undefined) return { error: this.unanswered(i, errorOf(result)) };
      yield* noteAnswer(this.question(i), answer, this.log);
      if (!FAILURES.has(answer.rcode)) answers.push(answer);
    }
    yield { call: 'close', socket };
    return answers.length > 0 ? { messages: answers } : { failure: 'SERVFAIL' };
  }

  private unanswered(from: number, error: SocketError): SocketError {
    for (const question of this.questions.slice(from)) this.log.queries.push({ ...question, rcode: error });
    return error;
  }
}
