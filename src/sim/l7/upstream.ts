/**
 * How a process that ended one connection opens another: its word in the walk, a segment of its own for each connection, the
 * tries that it takes, and what it makes of them. Who may ask whom, with which headers, is for each proxy to say.
 * Connections stay open for the next request, as Envoy's and nginx' pools keep them, so they are not closed within a walk.
 */
import { ipPort, type Ip } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { Process, SocketError, Syscall, SyscallResult } from '../net/process.ts';
import type { HttpRequest, HttpResponse } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';

type ConnectOptions = Pick<
  Extract<Syscall, { readonly call: 'connect' }>,
  'mark' | 'source' | 'sport' | 'transparent'
>;

export interface UpstreamServer {
  readonly ip: Ip;
  readonly port: number;
  /** `namespace/name:port` of the Service whose endpoint it is; absent: the address that the client asked for. */
  readonly service?: string;
  readonly origin?: Origin;
}

export interface UpstreamWays {
  readonly process: string;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** How often it asks in all. */
  readonly tries: number;
  /** An answer after which it asks again. */
  readonly retryOn?: (status: number) => boolean;
  /** Asks again for a request that it sent and got no answer to. Absent: yes. */
  readonly retrySent?: boolean;
  /** No more tries where one waited in vain: the time was that of the whole request. */
  readonly timeoutEnds?: boolean;
  readonly connect?: ConnectOptions;
}

export type UpstreamResult = { readonly answer: HttpResponse } | UpstreamFailure;

export interface UpstreamFailure {
  readonly failure: SocketError | 'protocol';
  /** There was a connection, and the request was sent. */
  readonly sent: boolean;
  readonly server: UpstreamServer;
  readonly tries: number;
}

/** `serverOf`: whom the n-th try asks, from 0. */
export function* askUpstream(
  ways: UpstreamWays,
  serverOf: (tried: number) => UpstreamServer,
  request: HttpRequest,
): Process<UpstreamResult> {
  const { process, connect = {}, connectTimeoutMs, readTimeoutMs } = ways;
  let asked: UpstreamServer | undefined;
  let server = serverOf(0);
  let failure: SocketError | 'protocol' = 'refused';
  let answer: HttpResponse | undefined;
  let socket: number | undefined;
  let tries = 0;
  let sent = false;
  while (tries < ways.tries) {
    server = serverOf(tries++);
    const address = ipPort(server.ip, server.port);
    if (asked?.ip !== server.ip || asked.port !== server.port) {
      asked = server;
      socket = undefined;
      const { service, origin } = server;
      const as = connect.source === undefined ? '' : ipPort(connect.source, connect.sport ?? 0);
      const about = { process, method: request.method, path: request.path, address, as };
      const said = reason('proxy.forward', { ...about, ...(service !== undefined && { service }) });
      yield { call: 'note', step: { reason: said, ...(origin && { origin }) } };
    }
    if (socket === undefined) {
      yield { call: 'segment', purpose: 'upstream', label: address };
      const connected: SyscallResult | undefined = yield {
        call: 'connect',
        ip: server.ip,
        port: server.port,
        timeoutMs: connectTimeoutMs,
        ...connect,
      };
      if (connected?.ok !== true || !('socket' in connected)) {
        failure = connected?.ok === false ? connected.error : 'reset';
        sent = false;
        if (failure === 'timeout' && ways.timeoutEnds === true) break;
        continue;
      }
      ({ socket } = connected);
    }
    sent = true;
    const got: SyscallResult | undefined = yield {
      call: 'request',
      socket,
      payload: request,
      timeoutMs: readTimeoutMs,
    };
    if (got?.ok === true && 'payload' in got) {
      // Not HTTP: the proxy gives up on the connection.
      if (got.payload.kind !== 'http-response') return { failure: 'protocol', sent: true, server, tries };
      answer = got.payload;
      if (ways.retryOn?.(answer.status) !== true) break;
    } else {
      failure = got?.ok === false ? got.error : 'reset';
      socket = undefined;
      if (ways.retrySent === false || (failure === 'timeout' && ways.timeoutEnds === true)) break;
    }
  }
  if (answer === undefined) return { failure, sent, server, tries };
  yield { call: 'note', step: { reason: reason('proxy.answered', { process, status: answer.status }) } };
  return { answer };
}

/** Says that the server was not reached, and with which status the client hears of it. */
export function failedNote(
  process: string,
  { failure, server, tries }: UpstreamFailure,
  status: number,
): Extract<Syscall, { readonly call: 'note' }> {
  const address = ipPort(server.ip, server.port);
  const said = reason('proxy.failed', { process, address, status, why: failure, tries });
  return { call: 'note', step: { reason: said, ...(server.origin && { origin: server.origin }) } };
}
