/**
 * Where packets meet IPVS (net/netfilter/ipvs/ip_vs_core.c): a request is given to a real server, all further packets
 * of its connection follow, replies get the virtual server's address back, ICMP errors are turned round like the packets
 * that they quote. Leaves out firewall-mark services, tunnelling and direct routing, application helpers, the
 * overload defence, and requests that a real server begins.
 */
import type { Packet } from '../../packet/packet.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { NetfilterHook } from '../../trace/trace.ts';
import { ipPort } from '../../base/ip.ts';
import type { IpvsServiceConfig } from '../config.ts';
import { invertTuple, tupleOf } from '../conntrack.ts';
import { ICMP_PORT_UNREACHABLE, isIcmpError, sendUnreachable } from '../icmp.ts';
import type { Box, Machine } from '../machine.ts';
import { ipvsConnectionRow, ipvsRow, ipvsServerRow } from '../row-key.ts';
import { endText, rewrite, type Skb } from '../skb.ts';
import type { ConntrackTuple } from '../state.ts';
import {
  advance,
  balanced,
  findTemplate,
  forget,
  fromClient,
  fromServer,
  remember,
  templateKey,
} from './connection.ts';
import type { IpvsConnection } from './memory.ts';
import { schedule } from './scheduler.ts';
import { findService } from './table.ts';
import { sendOn } from './xmit.ts';

/** `ip_vs_in_hook`. False: the packet went on to a real server by another way, or no further. */
export function ipvsRequest(m: Machine, box: Box, hook: NetfilterHook, skb: Skb): boolean {
  if (skb.ipvs || (hook === 'INPUT' && skb.pktType !== 'host')) return true;
  if (isIcmpError(skb.packet.l4)) return ipvsError(m, box, hook, skb);
  const tuple = balanced(skb.packet);
  if (tuple === undefined) return true;
  const { l4 } = skb.packet;
  let known = fromClient(m, box, tuple);
  const opens = l4?.proto === 'tcp' && l4.flags.includes('SYN');
  if (known !== undefined && opens && known.state === 'TIME_WAIT' && known.control === undefined) {
    // conn_reuse_mode 1: the client's port came round again.
    forget(box, known);
    known = undefined;
  }
  if (known !== undefined && !isServed(box, known)) {
    if (!serverGone(m, box, hook, skb, known)) return false;
    known = undefined;
  }
  if (known !== undefined) {
    const connection = known;
    advance(m, box, connection, 'in', skb.packet);
    return sendOn(m, box, hook, skb, connection, (before, after) => ({
      kind: 'nat',
      why: reason('ipvs.dnat', { from: endText(before, 'dst'), to: endText(after, 'dst') }),
      rows: [ipvsConnectionRow(connection.id)],
      origin: serverOrigin(box, connection),
    }));
  }
  if (l4?.proto === 'tcp' && !opens) return true;
  const service = findService(box.net.config.ipvs, tuple.proto, tuple.dst, tuple.dport);
  return service === undefined || open(m, box, hook, skb, service, tuple);
}

/** `ip_vs_schedule`: a new connection. */
function open(
  m: Machine,
  box: Box,
  hook: NetfilterHook,
  skb: Skb,
  service: IpvsServiceConfig,
  tuple: ConntrackTuple,
): boolean {
  const virtual = { ip: service.ip, port: service.port };
  const key = templateKey(tuple.proto, tuple.src, virtual);
  const persistent = service.persistentSeconds;
  let template = persistent === undefined ? undefined : findTemplate(m, box, key);
  if (template !== undefined && !isServed(box, template)) {
    forget(box, template);
    template = undefined;
  }
  let index: number | undefined;
  let why: Reason | undefined;
  const from = ipPort(virtual.ip, virtual.port);
  if (template !== undefined && persistent !== undefined) {
    const { real } = template;
    index = service.servers.findIndex((s) => s.ip === real.ip && s.port === real.port);
    why = reason('ipvs.persistent', { hook, from, to: ipPort(real.ip, real.port), seconds: persistent });
  } else {
    const options = optionsOf(service);
    const forced =
      service.service === undefined ? undefined : m.options.forceChoice?.(service.service, options);
    index = schedule(m, box, service, { ip: tuple.src, port: tuple.sport }, forced);
    if (index !== undefined) {
      const { scheduler, servers } = service;
      why = reason('ipvs.schedule', {
        hook,
        from,
        to: options[index]?.to ?? '',
        scheduler,
        servers: servers.length,
      });
      if (service.service !== undefined) {
        m.recorder.choices.push({
          at: box.id,
          service: service.service,
          options,
          chosen: index,
          step: m.recorder.steps.length,
        });
      }
    }
  }
  const server = index === undefined ? undefined : service.servers[index];
  if (server === undefined || why === undefined) {
    // ip_vs_leave: nobody to hand it to, so the virtual server itself says so.
    m.step(box, skb, 'reject', reason('ipvs.no-server', { virtual: from }), {
      hook,
      rows: [ipvsRow(service)],
      origin: service.origin,
    });
    sendUnreachable(m, box, skb, ICMP_PORT_UNREACHABLE);
    return false;
  }
  const real = { ip: server.ip, port: server.port };
  if (persistent !== undefined) {
    const until = m.nowMs + persistent * 1000;
    const client = { ip: tuple.src, port: 0 };
    if (template === undefined) {
      remember(box, { proto: tuple.proto, client, virtual, real, template: true, conntrack: false }, until);
    } else template.expiresAtMs = until;
  }
  const connection = remember(
    box,
    {
      proto: tuple.proto,
      client: { ip: tuple.src, port: tuple.sport },
      virtual,
      real,
      template: false,
      ...(persistent === undefined ? {} : { control: key }),
      conntrack: box.net.config.sysctls.vsConntrack ?? false,
    },
    0,
  );
  advance(m, box, connection, 'in', skb.packet);
  const said = why;
  return sendOn(m, box, hook, skb, connection, () => ({
    kind: 'nat',
    why: said,
    rows: [ipvsRow(service), ipvsServerRow(service, server), ipvsConnectionRow(connection.id)],
    origin: server.origin ?? service.origin,
  }));
}

type Options = readonly { readonly to: string; readonly pod?: string; readonly probability: number }[];

const knownOptions = new WeakMap<IpvsServiceConfig, Options>();

/** A fresh list gives each server the first place equally likely; see scheduler.ts. */
function optionsOf(service: IpvsServiceConfig): Options {
  let options = knownOptions.get(service);
  if (options === undefined) {
    options = listOptions(service);
    knownOptions.set(service, options);
  }
  return options;
}

function listOptions(service: IpvsServiceConfig): Options {
  const usable = service.servers.filter((s) => s.weight > 0);
  return service.servers.map((s) => ({
    to: ipPort(s.ip, s.port),
    ...(s.pod === undefined ? {} : { pod: s.pod }),
    probability: s.weight > 0 ? 1 / usable.length : 0,
  }));
}

function isServed(box: Box, c: IpvsConnection): boolean {
  const service = findService(box.net.config.ipvs, c.proto, c.virtual.ip, c.virtual.port);
  const server = service?.servers.find((s) => s.ip === c.real.ip && s.port === c.real.port);
  // expire_quiescent_template: a template to a server of weight 0 is as good as none.
  const quiescent = c.template && (box.net.config.sysctls.vsExpireQuiescentTemplate ?? false);
  return server !== undefined && !(quiescent && server.weight === 0);
}

function serverOrigin(box: Box, c: IpvsConnection): IpvsServiceConfig['origin'] {
  const service = findService(box.net.config.ipvs, c.proto, c.virtual.ip, c.virtual.port);
  return (
    service?.servers.find((s) => s.ip === c.real.ip && s.port === c.real.port)?.origin ?? service?.origin
  );
}

/**
 * The server of a known connection was taken away. With expire_nodest_conn the connection is forgotten and a packet that
 * netfilter has not tied to it yet may open a new one; true says so.
 */
function serverGone(m: Machine, box: Box, hook: NetfilterHook, skb: Skb, c: IpvsConnection): boolean {
  const expires = box.net.config.sysctls.vsExpireNodestConn ?? false;
  if (expires) {
    forget(box, c);
    if (skb.ct?.confirmed !== true) return true;
  }
  m.step(
    box,
    skb,
    'drop',
    reason('ipvs.server-gone', {
      virtual: ipPort(c.virtual.ip, c.virtual.port),
      real: ipPort(c.real.ip, c.real.port),
    }),
    { hook, rows: [ipvsConnectionRow(c.id)] },
  );
  return false;
}

/** `ip_vs_out_hook`: what a real server sends to a client gets the virtual server's address as its source. */
export function ipvsReply(m: Machine, box: Box, hook: NetfilterHook, skb: Skb): void {
  if (skb.ipvs) return;
  const before = skb.packet;
  if (isIcmpError(before.l4)) {
    errorFromServer(m, box, hook, skb);
    return;
  }
  const tuple = balanced(before);
  const connection = tuple === undefined ? undefined : fromServer(m, box, tuple);
  if (connection === undefined) return;
  skb.packet = rewrite(before, 'src', connection.virtual.ip, connection.virtual.port);
  advance(m, box, connection, 'out', before);
  back(m, box, hook, skb, connection, before);
}

function back(
  m: Machine,
  box: Box,
  hook: NetfilterHook,
  skb: Skb,
  connection: IpvsConnection,
  before: Packet,
): void {
  skb.ipvs = true;
  if (!connection.conntrack) {
    skb.ct = undefined;
    skb.ctState = 'UNTRACKED';
  }
  m.step(
    box,
    skb,
    'nat',
    reason('ipvs.back-src', { from: endText(before, 'src'), to: endText(skb.packet, 'src') }),
    {
      hook,
      before,
      rows: [ipvsConnectionRow(connection.id)],
      origin: serverOrigin(box, connection),
    },
  );
}

/** `ip_vs_out_icmp`: an error about a packet to the real server, from it or from a router on the way. */
function errorFromServer(m: Machine, box: Box, hook: NetfilterHook, skb: Skb): void {
  const before = skb.packet;
  const { l4, ip } = before;
  const quote = l4?.proto === 'icmp' || l4?.proto === 'icmpv6' ? l4.quote : undefined;
  const quoted = quote === undefined ? undefined : tupleOf(quote);
  const connection = quoted === undefined ? undefined : fromServer(m, box, invertTuple(quoted));
  if (connection === undefined || ip === undefined || quote === undefined) return;
  const { virtual } = connection;
  skb.packet = withQuote(before, { src: virtual.ip }, rewrite(quote, 'dst', virtual.ip, virtual.port));
  back(m, box, hook, skb, connection, before);
}

/** `ip_vs_in_icmp`: an error about a reply of the virtual server goes on to the real one. True: it is none of these. */
export function ipvsError(m: Machine, box: Box, hook: NetfilterHook, skb: Skb): boolean {
  const { l4 } = skb.packet;
  if (skb.ipvs || !isIcmpError(l4) || l4.quote === undefined) return true;
  const { quote } = l4;
  const quoted = tupleOf(quote);
  const connection = quoted === undefined ? undefined : fromClient(m, box, invertTuple(quoted));
  if (connection === undefined) return true;
  const { real } = connection;
  return sendOn(
    m,
    box,
    hook,
    skb,
    connection,
    (before) => ({
      kind: 'nat',
      why: reason('ipvs.dnat', { from: endText(before, 'dst'), to: real.ip }),
      rows: [ipvsConnectionRow(connection.id)],
      origin: serverOrigin(box, connection),
    }),
    (packet) => withQuote(packet, { dst: real.ip }, rewrite(quote, 'src', real.ip, real.port)),
  );
}

function withQuote(
  packet: Packet,
  end: { readonly src?: string; readonly dst?: string },
  quote: Packet,
): Packet {
  const { ip, l4 } = packet;
  if (ip === undefined || (l4?.proto !== 'icmp' && l4?.proto !== 'icmpv6')) return packet;
  return { ...packet, ip: { ...ip, ...end }, l4: { ...l4, quote } };
}
