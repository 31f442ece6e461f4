/**
 * The tools a person probes with, as programs in the client's namespace: they resolve, open sockets, send and wait like
 * curl, nc, ping and dig. What they return is what the tool would report.
 */
import { ipPort, type Ip } from '../base/ip.ts';
import { lookUp, queryOnce, type Lookup, type ResolverConfig } from '../dns/resolver.ts';
import type { PmtuDiscovery, Process, SocketError, SyscallResult } from '../net/process.ts';
import type { HttpResponse, Payload } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import type { ClientSees } from '../trace/trace.ts';
import { PMTU_DISCOVERY, type ProbeQuestion, readResolve } from './options.ts';
import type { Target } from './target.ts';

/** nc and curl give up after this long here unless told otherwise (CONTRACT: 5 s); ping waits 5 s for one answer. */
const TOOL_TIMEOUT_MS = 5000;

export interface ProgramResult {
  readonly clientSees: ClientSees;
  readonly http?: HttpResponse;
  readonly lookup?: Lookup;
  /** The last call that failed, for the verdict. */
  readonly error?: SocketError;
  /** The name could not be resolved: the verdict is that of the DNS packets. */
  readonly failedInDns?: boolean;
  /** The address that was finally tried. */
  readonly ip?: Ip;
  readonly port?: number;
  /** The program stopped at something that is not modelled. */
  readonly unknown?: string;
}

export interface ProgramInput {
  readonly spec: ProbeQuestion;
  readonly target: Target;
  readonly resolver: ResolverConfig;
}

function* note(text: Reason): Process<void> {
  yield { call: 'note', step: { reason: text } };
}

/** Reports a socket error as the program would, and what its user sees. `waitedMs`: how long it waited in all. */
function* fail(
  error: SocketError,
  address: string,
  mtu?: number,
  waitedMs = TOOL_TIMEOUT_MS,
): Process<ClientSees> {
  switch (error) {
    case 'refused':
      yield* note(reason('process.refused', { address }));
      return 'refused';
    case 'reset':
      yield* note(reason('process.reset', { address }));
      return 'reset';
    case 'timeout':
      yield* note(reason('process.timeout', { seconds: waitedMs / 1000 }));
      return 'timeout';
    case 'unreachable':
      yield* note(reason('process.unreachable', { address }));
      return 'unreachable';
    case 'too-big':
      yield* note(reason('process.too-big', { mtu: mtu ?? 0 }));
      return 'too-big';
  }
}

/** Names that curl asks nobody about, and what it takes them for (RFC 6761; lib/hostip.c; 7.88 had 127.0.0.1 first). */
const CURL_LOCALHOST = /^(?:.+\.)?localhost\.?$/i;
const LOOPBACK = ['::1', '127.0.0.1'] as const;

type Address =
  /** Every address of the name, in the order in which the tool tries them; the first is `ip`. */
  | { readonly ip: Ip; readonly all: readonly Ip[]; readonly lookup?: Lookup }
  | { readonly ip: undefined; readonly failed: ProgramResult };

/** The target's address: literal, from curl's --resolve, or by name through the client's own resolver. */
function* address(input: ProgramInput): Process<Address> {
  const { target, spec } = input;
  if (target.ip !== undefined) return { ip: target.ip, all: [target.ip] };
  for (const entry of spec.resolve ?? []) {
    const pinned = readResolve(entry);
    const named = pinned?.host === target.host.toLowerCase() || pinned?.host === '*';
    if (pinned !== undefined && named && pinned.port === (target.port ?? 80))
      return { ip: pinned.ip, all: [pinned.ip] };
  }
  yield* note(reason('process.resolve', { tool: spec.tool, name: target.host }));
  if (spec.tool === 'curl' && CURL_LOCALHOST.test(target.host)) {
    const [ip] = LOOPBACK;
    yield* note(reason('process.resolved', { name: target.host, address: ip }));
    return { ip, all: LOOPBACK };
  }
  const lookup = yield* lookUp(input.resolver, target.host);
  const ip = lookup.addresses[0];
  if (ip !== undefined) {
    yield* note(reason('process.resolved', { name: target.host, address: ip }));
    return { ip, all: lookup.addresses, lookup };
  }
  if (lookup.rcode === 'NXDOMAIN' || lookup.rcode === 'NOERROR') {
    yield* note(reason('process.nxdomain', { name: target.host }));
    return { ip: undefined, failed: { clientSees: 'nxdomain', lookup, failedInDns: true } };
  }
  yield* note(reason('process.dns-failed', { name: target.host, rcode: lookup.rcode }));
  const clientSees =
    lookup.error === 'refused' ? 'refused' : lookup.error === undefined ? 'servfail' : 'timeout';
  return { ip: undefined, failed: { clientSees, lookup, error: lookup.error, failedInDns: true } };
}

function hostHeader(target: Target): string {
  const isDefault = target.port === undefined || target.port === (target.scheme === 'https' ? 443 : 80);
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return isDefault ? host : `${host}:${target.port}`;
}

function httpRequest(input: ProgramInput): Payload {
  const headers: [string, string][] = [
    ['Host', hostHeader(input.target)],
    ['User-Agent', 'curl/8.14.1'],
    ['Accept', '*/*'],
  ];
  for (const line of input.spec.headers ?? []) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    const at = headers.findIndex(([known]) => known.toLowerCase() === name.toLowerCase());
    // `-H 'Accept:'` takes away what curl would send by itself.
    if (value === '') {
      if (at >= 0) headers.splice(at, 1);
    } else if (at >= 0) headers[at] = [name, value];
    else headers.push([name, value]);
  }
  const { bytes } = input.spec;
  const head = { kind: 'http-request', method: methodOf(input.spec), path: input.target.path } as const;
  if (bytes === undefined) return { ...head, headers };
  // curl --data: a form, whatever it holds.
  const given = (name: string): boolean => headers.some(([known]) => known.toLowerCase() === name);
  if (!given('content-length')) headers.push(['Content-Length', String(bytes)]);
  if (!given('content-type')) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  return { ...head, headers, body: 'x'.repeat(bytes) };
}

/** --data makes it a POST unless --request says otherwise. */
function methodOf({ method, bytes }: ProbeQuestion): string {
  return method ?? (bytes === undefined ? 'GET' : 'POST');
}

function receivedPayload(result: SyscallResult | undefined): Payload | undefined {
  return result !== undefined && result.ok && 'payload' in result ? result.payload : undefined;
}

function errorOf(result: SyscallResult | undefined): { readonly error: SocketError; readonly mtu?: number } {
  return result !== undefined && !result.ok ? result : { error: 'timeout' };
}

type Handshake =
  | { readonly socket: number }
  | { readonly socket: undefined; readonly failed: Pick<ProgramResult, 'clientSees' | 'error'> };

function* now(): Process<number> {
  const told = yield { call: 'clock' };
  return told?.ok === true && 'ms' in told ? told.ms : 0;
}

/** What is left of `--max-time`; without it each wait has its own time. */
function* patience({ maxTime }: ProbeQuestion, since: number): Process<number> {
  if (maxTime === undefined) return TOOL_TIMEOUT_MS;
  return Math.max(0, maxTime * 1000 - ((yield* now()) - since));
}

/** A TCP connection to the address, reported as the tool would. */
function* handshake({ spec }: ProgramInput, ip: Ip, port: number, since: number): Process<Handshake> {
  const at = ipPort(ip, port);
  const timeoutMs = yield* patience(spec, since);
  const connected = yield {
    call: 'connect',
    ...(spec.proto === 'sctp' ? { proto: spec.proto } : {}),
    ip,
    port,
    timeoutMs,
    source: spec.source,
    ttl: spec.ttl,
  };
  if (connected === undefined || !connected.ok || !('socket' in connected)) {
    const { error, mtu } = errorOf(connected);
    const waited = spec.maxTime === undefined ? timeoutMs : spec.maxTime * 1000;
    return { socket: undefined, failed: { clientSees: yield* fail(error, at, mtu, waited), error } };
  }
  yield* note(reason('process.connected', { address: at }));
  return { socket: connected.socket };
}

/**
 * One address after the other until one connects, as nc does; curl also begins with the next family while it waits
 * (happy eyeballs, 200 ms), which is left out. Waiting uses up the tool's time.
 */
function* connectAny(
  input: ProgramInput,
  addresses: readonly Ip[],
  port: number,
  since: number,
): Process<{ readonly ip: Ip; readonly connected: Handshake }> {
  const [first = '', ...rest] = addresses;
  const at = ipPort(first, port);
  yield { call: 'segment', purpose: 'probe', label: at };
  yield* note(reason('process.connect', { tool: input.spec.tool, address: at }));
  const connected = yield* handshake(input, first, port, since);
  const over =
    connected.socket !== undefined || rest.length === 0 || connected.failed.clientSees === 'timeout';
  return over ? { ip: first, connected } : yield* connectAny(input, rest, port, since);
}

/** curl: name, handshake, one HTTP/1.1 request, close. Whatever the status, the packet was delivered. */
export function* curl(input: ProgramInput): Process<ProgramResult> {
  const { target, spec } = input;
  const since = yield* now();
  const found = yield* address(input);
  if (found.ip === undefined) return found.failed;
  const port = target.port ?? 80;
  const { ip, connected } = yield* connectAny(input, found.all, port, since);
  const at = ipPort(ip, port);
  const base = { ip, port, lookup: found.lookup };
  if (connected.socket === undefined) return { ...base, ...connected.failed };
  if (target.scheme === 'https') return { ...base, clientSees: 'connected', unknown: 'TLS' };
  yield* note(
    reason('process.request', {
      method: methodOf(spec),
      url: `http://${hostHeader(target)}${target.path}`,
    }),
  );
  const timeoutMs = yield* patience(spec, since);
  const answer = yield {
    call: 'request',
    socket: connected.socket,
    payload: httpRequest(input),
    timeoutMs,
  };
  const payload = receivedPayload(answer);
  if (payload === undefined) {
    const { error, mtu } = errorOf(answer);
    const waited = spec.maxTime === undefined ? timeoutMs : spec.maxTime * 1000;
    return { ...base, clientSees: yield* fail(error, at, mtu, waited), error };
  }
  const http = payload.kind === 'http-response' ? payload : undefined;
  if (http !== undefined) yield* note(reason('process.response', { status: http.status }));
  yield { call: 'close', socket: connected.socket };
  yield* note(reason('process.closed', {}));
  return { ...base, clientSees: http === undefined ? 'connected' : 'http', http };
}

/** nc: `nc -vz` over TCP and `ncat --sctp -z` (handshake, close), or one datagram over UDP. */
export function* nc(input: ProgramInput): Process<ProgramResult> {
  const { target, spec } = input;
  const found = yield* address(input);
  if (found.ip === undefined) return found.failed;
  const port = target.port ?? 0;
  if (spec.proto === 'udp') {
    const at = ipPort(found.ip, port);
    const base = { ip: found.ip, port, lookup: found.lookup };
    yield { call: 'segment', purpose: 'probe', label: at };
    yield* note(reason('process.connect', { tool: 'nc', address: at }));
    const answer = yield {
      call: 'datagram',
      ip: found.ip,
      port,
      payload:
        spec.bytes === undefined
          ? { kind: 'bytes', length: 6, text: 'hello\n' }
          : { kind: 'bytes', length: spec.bytes },
      sport: spec.sport,
      timeoutMs: TOOL_TIMEOUT_MS,
      source: spec.source,
      ttl: spec.ttl,
      pmtudisc: pmtudiscOf(spec),
    };
    if (receivedPayload(answer) !== undefined) return { ...base, clientSees: 'answered' };
    const { error, mtu } = errorOf(answer);
    return { ...base, clientSees: yield* fail(error, at, mtu), error };
  }
  const { ip, connected } = yield* connectAny(input, found.all, port, yield* now());
  const base = { ip, port, lookup: found.lookup };
  if (connected.socket === undefined) return { ...base, ...connected.failed };
  yield { call: 'close', socket: connected.socket };
  yield* note(reason('process.closed', {}));
  return { ...base, clientSees: 'connected' };
}

function pmtudiscOf({ pmtudisc }: ProbeQuestion): PmtuDiscovery | undefined {
  return PMTU_DISCOVERY.find((known) => known === pmtudisc);
}

/** ping -c 1: one echo request, of 56 data bytes unless told otherwise. */
export function* ping(input: ProgramInput): Process<ProgramResult> {
  const found = yield* address(input);
  if (found.ip === undefined) return found.failed;
  const base = { ip: found.ip, lookup: found.lookup };
  yield { call: 'segment', purpose: 'probe', label: found.ip };
  yield* note(reason('process.echo', { address: found.ip }));
  const answer = yield {
    call: 'ping',
    ip: found.ip,
    bytes: input.spec.bytes ?? 56,
    timeoutMs: TOOL_TIMEOUT_MS,
    source: input.spec.source,
    ttl: input.spec.ttl,
    pmtudisc: pmtudiscOf(input.spec),
  };
  if (answer?.ok === true) return { ...base, clientSees: 'answered' };
  const { error, mtu } = errorOf(answer);
  return { ...base, clientSees: yield* fail(error, found.ip, mtu), error };
}

/** dig: one question to the first nameserver, no search list, three tries. */
export function* dig(input: ProgramInput): Process<ProgramResult> {
  const type = (input.spec.type ?? 'A').toUpperCase();
  const lookup = yield* queryOnce(input.resolver, input.target.host, type);
  if (lookup.error !== undefined) {
    const clientSees = yield* fail(lookup.error, input.target.host, undefined, lookup.waitedMs);
    return { clientSees, lookup, error: lookup.error };
  }
  return {
    clientSees:
      lookup.rcode === 'NXDOMAIN' ? 'nxdomain' : lookup.rcode === 'SERVFAIL' ? 'servfail' : 'answered',
    lookup,
  };
}

/** What is not modelled ends before a packet is sent: it says so, and nothing else is known. */
export function* notModelled(what: string, to: string): Process<ProgramResult> {
  yield { call: 'segment', purpose: 'probe', label: to };
  yield* note(reason('unknown.field', { field: what, object: to }));
  return { clientSees: 'timeout', unknown: what };
}
