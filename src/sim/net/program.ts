/** Runs programs: takes their system calls, starts what they ask for, and lets them continue with the result. */
import type { Chooser } from '../base/chooser.ts';
import { ipPort, type Ip } from '../base/ip.ts';
import type { Payload } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import type { Flow } from '../trace/recorder.ts';
import type { Exchange, Segment, Step, Verdict } from '../trace/trace.ts';
import type { ListenerConfig, OwnAppId, ProcessOwner } from './config.ts';
import { stableHash } from './hash.ts';
import { echoRequest } from './icmp.ts';
import { echoRequest6 } from './icmp6.ts';
import { ipHeaderLength } from './ip-header.ts';
import { localOut, outDevice } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import {
  ROOT,
  type AppHandler,
  type Process,
  type SocketError,
  type Syscall,
  type SyscallResult,
} from './process.ts';
import { bpf } from './program/module.ts';
import { pathMtu } from './path-mtu.ts';
import { leadsNowhere, routeRows, type Route } from './route.ts';
import { sctp } from './sctp-module.ts';
import { closeTcp, connectTcp } from './tcp.ts';
import { sendTcp } from './tcp-data.ts';
import type { Skb } from './skb.ts';
import type { PingWaiter, SctpSocket, TcpSocket, UdpWaiter } from './socket.ts';
import { datagram } from './udp.ts';
import { UdpSocket, type Asked } from './udp-socket.ts';

/** A destination of 0.0.0.0 or `::` is this host: its output route is looked up as the loopback's (net/ipv4/route.c). */
function toAnyHost<C extends { readonly ip: string }>(call: C): C {
  if (call.ip === '::') return { ...call, ip: '::1' };
  return call.ip === '0.0.0.0' ? { ...call, ip: '127.0.0.1' } : call;
}

/** net.ipv4.ip_local_port_range; connect() takes even ports as long as there are some. */
const PORT_MIN = 32768;
const PORT_COUNT = 28232;
const ICMP_HEADER = 8;

/** `about`: the exchanges that a result ends, where that is not the current one. */
type Finish = (result: SyscallResult, about?: readonly Asked[]) => void;

export class Program<R> {
  private readonly m: Machine;
  private readonly box: Box;
  private readonly process: Process<R>;
  private readonly done: (result: R) => void;
  private readonly sockets = new Map<number, TcpSocket>();
  private readonly associations = new Map<number, SctpSocket>();
  private readonly datagrams = new Map<number, UdpSocket>();
  private segment: number;
  private exchange: number;
  private readonly owner: ProcessOwner;
  /** The request that it serves. */
  private readonly cause: Segment['cause'];
  private nextSocket = 3;

  constructor(
    m: Machine,
    box: Box,
    process: Process<R>,
    start: { readonly segment: number; readonly exchange: number; readonly owner?: ProcessOwner },
    done: (result: R) => void,
  ) {
    this.m = m;
    this.box = box;
    this.process = process;
    this.segment = start.segment;
    this.exchange = start.exchange;
    this.owner = start.owner ?? ROOT;
    this.cause = start.segment < 0 ? undefined : { segment: start.segment, exchange: start.exchange };
    this.done = done;
  }

  /** Continues the program with the result of its last call. */
  resume(result?: SyscallResult): void {
    let next = this.process.next(result);
    for (;;) {
      if (next.done === true) {
        for (const socket of this.datagrams.values()) socket.close();
        this.done(next.value);
        return;
      }
      const call = next.value;
      if (call.call === 'note') {
        this.note(call.step);
      } else if (call.call === 'segment') {
        this.segment = this.m.recorder.beginSegment(this.box.id, call.purpose, call.label, this.cause).index;
        this.exchange = -1;
      } else if (call.call === 'choose') {
        next = this.process.next({ ok: true, index: this.choose(call) });
        continue;
      } else if (call.call === 'clock') {
        next = this.process.next({ ok: true, ms: this.m.nowMs });
        continue;
      } else if (call.call === 'source') {
        next = this.process.next(this.source(call.ip));
        continue;
      } else {
        this.start(call);
        return;
      }
      next = this.process.next(undefined);
    }
  }

  private note(step: Extract<Syscall, { call: 'note' }>['step']): void {
    this.m.recorder.step(this.flow(), { place: this.box.id, kind: 'process', ...step });
  }

  private choose({ service, options }: Extract<Syscall, { call: 'choose' }>): number {
    const { forceChoice, chooser } = this.m.options;
    const chosen = forceChoice?.(service, options) ?? byWeight(chooser, options, `${this.box.id} ${service}`);
    const step = this.m.recorder.steps.length;
    this.m.recorder.choices.push({ at: this.box.id, service, options, chosen, step });
    return chosen;
  }

  private flow(): Flow {
    return { segment: this.segment, exchange: this.exchange, dir: 'request' };
  }

  /** Starts a call that takes time; the program continues when it is finished, once. */
  private start(call: Exclude<Syscall, { call: 'note' | 'segment' | 'source' | 'choose' | 'clock' }>): void {
    let finished = false;
    const timer =
      'timeoutMs' in call && call.call !== 'receive'
        ? this.m.queue.after(call.timeoutMs, () => finish({ ok: false, error: 'timeout' }), 'program')
        : undefined;
    const finish: Finish = (result, about) => {
      if (finished) return;
      finished = true;
      if (timer !== undefined) timer.cancelled = true;
      for (const { segment, exchange } of about ?? [this.flow()]) {
        this.segment = segment;
        this.exchange = exchange;
        this.m.recorder.endExchange(exchange, result.ok);
        this.judge(call, result);
      }
      this.m.queue.program(() => this.resume(result));
    };
    switch (call.call) {
      case 'connect':
        this.connect(toAnyHost(call), finish);
        break;
      case 'request':
        this.request(call, finish);
        break;
      case 'close':
        this.close(call, finish);
        break;
      case 'datagram':
        this.datagram(toAnyHost(call), finish);
        break;
      case 'send':
        this.send(toAnyHost(call), finish);
        break;
      case 'receive': {
        const socket = this.datagrams.get(call.socket);
        if (socket === undefined) finish({ ok: false, error: 'reset' });
        else socket.receive(call.timeoutMs, (heard) => finish(heard.result, heard.about));
        break;
      }
      case 'ping':
        this.ping(toAnyHost(call), finish);
        break;
    }
  }

  private begin(kind: Exchange['kind'], label: string, proto: Segment['proto']): void {
    if (this.segment < 0) {
      this.segment = this.m.recorder.beginSegment(this.box.id, 'probe', label).index;
    }
    const segment = this.m.recorder.segments[this.segment];
    if (segment !== undefined) segment.proto = proto;
    this.exchange = this.m.recorder.beginExchange(this.segment, kind, label);
  }

  /** What became of the segment so far; a later call may change it. */
  private judge(call: Syscall, result: SyscallResult): void {
    if (call.call === 'close') return;
    this.m.recorder.setVerdict(this.segment, this.verdict(result));
  }

  private verdict(result: SyscallResult): Verdict {
    if (result.ok) return 'delivered';
    const own = this.m.recorder.steps.filter(
      (s) => s.segment === this.segment && s.exchange === this.exchange,
    );
    const drops = own.filter((s) => s.kind === 'drop' || s.kind === 'reject');
    if (drops.some((s) => s.reason.code === 'link.loop')) return 'looped';
    if (drops.some((s) => s.reason.code.startsWith('unknown.'))) return 'unknown';
    switch (result.error) {
      case 'refused':
      case 'reset':
        return 'rejected';
      case 'too-big':
        return 'dropped';
      case 'unreachable':
        if (drops.some((s) => s.kind === 'reject')) return 'rejected';
        if (!drops.some((s) => s.reason.code === 'route.ttl-expired')) return 'unroutable';
        return goesRound(own) ? 'looped' : 'dropped';
      case 'timeout':
        break;
    }
    if (drops.length === 0) return 'delivered';
    const last = drops.find((s) => s.retry === undefined) ?? drops[0];
    const code = last?.reason.code ?? '';
    if (code === 'route.none' || code === 'route.unreachable' || code === 'neighbour.failed') {
      return 'unroutable';
    }
    // Refused, and the program did not take it for an answer.
    return drops.every((s) => s.kind === 'reject') ? 'rejected' : 'dropped';
  }

  /** The route and source of a new flow; undefined after recording that there is none. */
  private route(
    dst: Ip,
    source: Ip | undefined,
    mark?: number,
  ): { readonly route: Route; readonly src: Ip } | undefined {
    const { fib } = this.box.net;
    const first = fib.lookup(dst, { src: source, mark });
    // ip_route_connect asks twice: for a source, then for the route with it, which `from` rules may change.
    const chosen = source ?? (first === undefined ? undefined : fib.sourceFor(first, dst));
    const route = chosen === undefined ? first : fib.lookup(dst, { src: chosen, mark });
    if (route === undefined) {
      this.m.recorder.step(this.flow(), {
        place: this.box.id,
        kind: 'drop',
        reason: reason('route.none', { ip: dst }),
      });
      return undefined;
    }
    if (leadsNowhere(route)) {
      this.m.recorder.step(this.flow(), {
        place: this.box.id,
        kind: 'drop',
        reason: reason(route.type === 'unreachable' ? 'route.unreachable' : 'route.blackhole', {
          prefix: route.prefix,
        }),
        rows: routeRows(route),
        origin: route.origin,
      });
      return undefined;
    }
    const src = chosen ?? fib.sourceFor(route, dst);
    if (src === undefined) {
      this.m.recorder.step(this.flow(), {
        place: this.box.id,
        kind: 'drop',
        reason: reason('route.none', { ip: dst }),
      });
      return undefined;
    }
    return { route, src };
  }

  /** What a program on the namespace's socket calls makes of an address; undefined where the call fails. */
  private socketHook(
    call: 'connect' | 'getpeername',
    proto: 'tcp' | 'udp',
    { ip, port }: { readonly ip: Ip; readonly port: number },
    socket: number,
  ): { readonly ip: Ip; readonly port: number } | undefined {
    if (this.box.net.socketProgram(ip) === undefined) return { ip, port };
    const cookie = `${this.box.id} ${this.segment} ${socket}`;
    return bpf().socket.runSocketHook(this.m, this.box, this.flow(), { call, proto, ip, port, cookie });
  }

  /** connect() of a datagram socket sends nothing: it only chooses. */
  private source(ip: Ip): SyscallResult {
    const { fib } = this.box.net;
    const route = fib.lookup(ip);
    const source = route === undefined || leadsNowhere(route) ? undefined : fib.sourceFor(route, ip);
    return source === undefined ? { ok: false, error: 'unreachable' } : { ok: true, source };
  }

  private connect(call: Extract<Syscall, { call: 'connect' }>, finish: Finish): void {
    this.begin('handshake', ipPort(call.ip, call.port), call.proto ?? 'tcp');
    const id = this.nextSocket++;
    // Only TCP and UDP ask a program before they connect (`sk_prot->pre_connect`).
    const to = call.proto === 'sctp' ? call : this.socketHook('connect', 'tcp', call, id);
    const way = to === undefined ? undefined : this.route(to.ip, call.source, call.mark);
    if (to === undefined || way === undefined || way.route.type === 'broadcast') {
      finish({ ok: false, error: 'unreachable' });
      return;
    }
    if (call.proto === 'sctp') {
      this.associate(call, way, id, finish);
      return;
    }
    const free = (): number =>
      PORT_MIN + this.m.options.chooser.pick(PORT_COUNT / 2, `source port tcp ${this.box.id}`) * 2;
    const socket = connectTcp(this.m, this.box, {
      local: way.src,
      localPort: call.sport ?? free(),
      mark: call.mark ?? 0,
      transparent: call.transparent ?? false,
      owner: this.owner,
      remote: to.ip,
      remotePort: to.port,
      route: way.route,
      mtu: pathMtu(this.m, this.box, way.route, to.ip),
      ttl: call.ttl ?? 64,
      segment: this.segment,
      exchange: this.exchange,
      done: (made, error) => {
        if (error !== undefined) finish({ ok: false, error });
        else finish({ ok: true, socket: id, local: { ip: made.local, port: made.localPort } });
      },
    });
    this.sockets.set(id, socket);
    // A program that gives up closes its socket: no SYN follows.
    this.m.queue.after(
      call.timeoutMs,
      () => {
        if (socket.state === 'SYN_SENT') this.box.sockets.removeTcp(socket);
      },
      'program',
    );
  }

  private associate(
    call: Extract<Syscall, { call: 'connect' }>,
    { route, src }: { readonly route: Route; readonly src: Ip },
    id: number,
    finish: Finish,
  ): void {
    const { chooser } = this.m.options;
    const socket = sctp().connectSctp(this.m, this.box, {
      local: src,
      localPort: PORT_MIN + chooser.pick(PORT_COUNT, `source port sctp ${this.box.id}`),
      remote: call.ip,
      remotePort: call.port,
      route,
      ttl: call.ttl ?? 64,
      segment: this.segment,
      exchange: this.exchange,
      done: (made, error) => {
        if (error !== undefined) finish({ ok: false, error });
        else finish({ ok: true, socket: id, local: { ip: made.local, port: made.localPort } });
      },
    });
    this.associations.set(id, socket);
    this.m.queue.after(
      call.timeoutMs,
      () => {
        if (socket.state === 'COOKIE_WAIT') this.box.sockets.removeSctp(socket);
      },
      'program',
    );
  }

  private request(call: Extract<Syscall, { call: 'request' }>, finish: Finish): void {
    this.begin('request', requestLabel(call.payload), 'tcp');
    const socket = this.sockets.get(call.socket);
    if (socket === undefined || socket.state === 'CLOSED') {
      finish({ ok: false, error: 'reset' });
      return;
    }
    socket.exchange = this.exchange;
    const peer = { ip: socket.remote, port: socket.remotePort };
    socket.onData = (payload) =>
      finish({ ok: true, payload, from: this.socketHook('getpeername', 'tcp', peer, call.socket) ?? peer });
    socket.onError = (error: SocketError) => finish({ ok: false, error });
    sendTcp(this.m, this.box, socket, call.payload);
  }

  private close(call: Extract<Syscall, { call: 'close' }>, finish: Finish): void {
    const silent = this.datagrams.get(call.socket);
    if (silent !== undefined) {
      silent.close();
      this.datagrams.delete(call.socket);
      finish({ ok: true }, []);
      return;
    }
    const association = this.associations.get(call.socket);
    this.begin('close', '', association === undefined ? 'tcp' : 'sctp');
    if (association !== undefined) {
      association.exchange = this.exchange;
      sctp().closeSctp(this.m, this.box, association);
    }
    const socket = this.sockets.get(call.socket);
    if (socket !== undefined) {
      socket.exchange = this.exchange;
      closeTcp(this.m, this.box, socket);
    }
    finish({ ok: true });
  }

  private send(call: Extract<Syscall, { call: 'send' }>, finish: Finish): void {
    this.beginDatagram(call);
    const id = call.socket ?? this.nextSocket++;
    let socket = this.datagrams.get(id);
    const local = { ip: '', port: call.sport ?? this.udpPort() };
    if (socket === undefined) {
      const to = this.socketHook('connect', 'udp', call, id);
      const way = to === undefined ? undefined : this.route(to.ip, undefined);
      if (to === undefined || way === undefined) {
        finish({ ok: false, error: 'unreachable' });
        return;
      }
      socket = new UdpSocket(this.m, this.box, {
        route: way.route,
        local: way.src,
        port: local.port,
        remote: to.ip,
        remotePort: to.port,
        peer: (ip, port) => this.socketHook('getpeername', 'udp', { ip, port }, id) ?? { ip, port },
      });
      this.datagrams.set(id, socket);
    }
    socket.send(call.payload, this.flow());
    finish({ ok: true, socket: id, local }, []);
  }

  private udpPort(): number {
    return PORT_MIN + this.m.options.chooser.pick(PORT_COUNT, `source port udp ${this.box.id}`);
  }

  private beginDatagram({ payload, ip, port }: Extract<Syscall, { call: 'datagram' | 'send' }>): void {
    if (payload.kind === 'dns') this.begin('dns', `${payload.question.type} ${payload.question.name}`, 'udp');
    else this.begin('datagram', ipPort(ip, port), 'udp');
  }

  private datagram(call: Extract<Syscall, { call: 'datagram' }>, finish: Finish): void {
    const { payload } = call;
    this.beginDatagram(call);
    const id = this.nextSocket++;
    const to = this.socketHook('connect', 'udp', call, id);
    const way = to === undefined ? undefined : this.route(to.ip, call.source);
    if (to === undefined || way === undefined) {
      finish({ ok: false, error: 'unreachable' });
      return;
    }
    const { sockets } = this.box;
    const port = call.sport ?? this.udpPort();
    const end: Finish = (result) => {
      sockets.udp.delete(waiter);
      finish(result);
    };
    const waiter: UdpWaiter = {
      local: way.src,
      port,
      remote: to.ip,
      remotePort: to.port,
      answered: (answer, ip, from) => {
        const peer = { ip, port: from };
        const name = this.socketHook('getpeername', 'udp', peer, id) ?? peer;
        end({ ok: true, payload: answer, from: name });
      },
      failed: (error, mtu) => end({ ok: false, error, mtu }),
    };
    sockets.udp.add(waiter);
    this.m.queue.after(call.timeoutMs, () => sockets.udp.delete(waiter));
    const mtu = pathMtu(this.m, this.box, way.route, to.ip);
    const ends = { src: way.src, sport: port, dst: to.ip, dport: to.port, ttl: call.ttl ?? 64 };
    const skb = datagram(call.pmtudisc === 'dont' ? 0 : mtu, ends, payload, this.flow());
    skb.ignoreDf = call.pmtudisc !== 'do';
    if (!skb.ignoreDf && skb.length > mtu) {
      sockets.udp.delete(waiter);
      this.tooLong(skb, way.route, mtu, finish);
      return;
    }
    this.m.step(this.box, skb, 'originate', reason('socket.originate', { proto: 'udp', flags: '' }));
    localOut(this.m, this.box, skb, way.route);
  }

  /** The socket refuses before anything is sent: "message too long". */
  private tooLong(skb: Skb, route: Route, mtu: number, finish: Finish): void {
    this.m.step(this.box, skb, 'drop', reason('link.mtu', { mtu, length: skb.length }), {
      rows: outDevice(this.box, route)?.row,
    });
    finish({ ok: false, error: 'too-big', mtu });
  }

  private ping(call: Extract<Syscall, { call: 'ping' }>, finish: Finish): void {
    const six = call.ip.includes(':');
    this.begin('echo', call.ip, six ? 'icmpv6' : 'icmp');
    const way = this.route(call.ip, call.source);
    if (way === undefined) {
      finish({ ok: false, error: 'unreachable' });
      return;
    }
    const mtu = pathMtu(this.m, this.box, way.route, call.ip);
    const length = call.bytes + ICMP_HEADER + ipHeaderLength(call.ip);
    const { pmtudisc } = call;
    const df = pmtudisc === 'do' || (pmtudisc !== 'dont' && length <= mtu);
    const id = stableHash(`ping ${this.box.id} ${this.exchange} ${this.m.nowMs}`) & 0xffff;
    const { pings } = this.box.sockets;
    const echo = { src: way.src, dst: call.ip, id, bytes: call.bytes, ttl: call.ttl ?? 64 };
    const skb = six ? echoRequest6(echo, this.flow()) : echoRequest(this.box, { ...echo, df }, this.flow());
    skb.ignoreDf = pmtudisc !== 'do';
    if (!skb.ignoreDf && length > mtu) {
      this.tooLong(skb, way.route, mtu, finish);
      return;
    }
    const end: Finish = (result) => {
      pings.delete(id);
      finish(result);
    };
    const waiter: PingWaiter = {
      answered: (from) =>
        end({ ok: true, payload: { kind: 'bytes', length: call.bytes }, from: { ip: from, port: 0 } }),
      failed: (error, limit) => end({ ok: false, error, mtu: limit }),
    };
    pings.set(id, waiter);
    const what = six ? { proto: 'icmpv6', flags: '128/0' } : { proto: 'icmp', flags: '8/0' };
    this.m.step(this.box, skb, 'originate', reason('socket.originate', what));
    localOut(this.m, this.box, skb, way.route);
  }
}

/** Whether one host forwarded the packet again and again before its TTL ran out. */
function goesRound(steps: readonly Step[]): boolean {
  const forwarded = new Map<string, number>();
  for (const step of steps) {
    if (step.reason.code !== 'route.ttl' || step.retry !== undefined || step.dir !== 'request') continue;
    forwarded.set(step.place, (forwarded.get(step.place) ?? 0) + 1);
  }
  return [...forwarded.values()].some((times) => times > 2);
}

function byWeight(
  chooser: Chooser,
  options: readonly { readonly probability: number }[],
  label: string,
): number {
  let left = 1;
  for (const [i, { probability }] of options.entries()) {
    if (i === options.length - 1 || chooser.chance(Math.min(1, probability / left), label)) return i;
    left -= probability;
  }
  return 0;
}

function requestLabel(payload: Payload): string {
  if (payload.kind === 'dns') return `DNS ${payload.question.type}`;
  return payload.kind === 'http-request' ? `${payload.method} ${payload.path}` : '';
}

function appOf({ world }: Machine, app: ListenerConfig['app']): AppHandler {
  const found = isOwn(app) ? world.ownApps?.[app] : world.apps[app];
  if (found === undefined) throw new Error(`no program ${app}`);
  return found;
}

function isOwn(app: ListenerConfig['app']): app is OwnAppId {
  return app.startsWith('own/');
}

/** Starts the program behind a listener on one request; `done` gets its answer. */
export function serve(
  m: Machine,
  box: Box,
  listener: ListenerConfig,
  request: Payload,
  peer: { readonly ip: Ip; readonly port: number },
  self: {
    readonly local: Ip;
    readonly localPort: number;
    readonly segment: number;
    readonly exchange: number;
    readonly originalDst?: { readonly ip: Ip; readonly port: number };
  },
  done: (answer: Payload | undefined) => void,
): void {
  const handler = appOf(m, listener.app);
  const program = new Program(
    m,
    box,
    handler(request, peer, {
      netns: box.id,
      ip: self.local,
      port: self.localPort,
      process: listener.process,
      proto: listener.proto,
      originalDst: self.originalDst,
      settings: listener.settings,
    }),
    { segment: self.segment, exchange: self.exchange, owner: listener.owner },
    done,
  );
  m.queue.program(() => program.resume());
}
