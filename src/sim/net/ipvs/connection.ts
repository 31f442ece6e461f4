/**
 * The IPVS connection table (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_proto_tcp.c, _udp.c): who was sent to which real
 * server, in which state, until when; and the templates that keep a client at its server.
 * Leaves out synchronisation between directors, application helpers, one-packet scheduling and SCTP's own states.
 */
import type { Ip } from '../../base/ip.ts';
import type { Packet, TcpFlag } from '../../packet/packet.ts';
import type { IpvsConfig } from '../config.ts';
import { invertTuple, tupleOf } from '../conntrack.ts';
import type { Box, Machine } from '../machine.ts';
import type { Skb } from '../skb.ts';
import type { ConntrackTuple } from '../state.ts';
import type { IpvsConnection, IpvsMemory, IpvsState, IpvsTcpState } from './memory.ts';

type Ends = Pick<ConntrackTuple, 'proto' | 'src' | 'sport' | 'dst' | 'dport'>;

export function endsKey(t: Ends): string {
  return `${t.proto} ${t.src} ${t.sport} ${t.dst} ${t.dport}`;
}

/** The tuple of a packet of a protocol that IPVS balances. */
export function balanced(packet: Packet): ConntrackTuple | undefined {
  const tuple = tupleOf(packet);
  return tuple === undefined || tuple.icmpType !== undefined ? undefined : tuple;
}

/** What a template's timer is set to when it runs out while connections made from it are still in the table. */
const CONTROLLING_MS = 60_000;

/**
 * When an entry goes (`ip_vs_conn_expire`): a template outlives its timer as long as it controls a connection, one in
 * TIME_WAIT too, and one that never led to an answer goes with the last of them.
 */
export function expiryMs(memory: IpvsMemory, entry: IpvsConnection, nowMs: number): number {
  let at = entry.expiresAtMs;
  if (!entry.template) return at;
  const key = templateKey(entry.proto, entry.client.ip, entry.virtual);
  let last = 0;
  for (const c of memory.byClient.values()) if (c.control === key) last = Math.max(last, c.expiresAtMs);
  if (entry.state !== 'ASSURED' && last <= nowMs) return last;
  while (at <= nowMs && last > at) at += CONTROLLING_MS;
  return at;
}

function live(m: Machine, box: Box, found: IpvsConnection | undefined): IpvsConnection | undefined {
  if (found === undefined || expiryMs(box.state.ipvs, found, m.nowMs) > m.nowMs) return found;
  forget(box, found);
  return undefined;
}

/** The connection of a packet from a client (`conn_in_get`). */
export function fromClient(m: Machine, box: Box, t: Ends): IpvsConnection | undefined {
  return live(m, box, box.state.ipvs.byClient.get(endsKey(t)));
}

/** The connection of a packet from a real server (`conn_out_get`). */
export function fromServer(m: Machine, box: Box, t: Ends): IpvsConnection | undefined {
  return live(m, box, box.state.ipvs.byServer.get(endsKey(t)));
}

export function templateKey(proto: string, client: Ip, virtual: IpvsConnection['virtual']): string {
  return `template ${proto} ${client} ${virtual.ip} ${virtual.port}`;
}

export function findTemplate(m: Machine, box: Box, key: string): IpvsConnection | undefined {
  return live(m, box, box.state.ipvs.byClient.get(key));
}

export function remember(
  box: Box,
  made: Omit<IpvsConnection, 'id' | 'state' | 'inactive' | 'expiresAtMs'>,
  expiresAtMs: number,
): IpvsConnection {
  const { ipvs } = box.state;
  const { proto, client, virtual } = made;
  const connection: IpvsConnection = {
    ...made,
    id: ipvs.nextId++,
    state: made.template || proto === 'tcp' ? 'NONE' : proto === 'udp' ? 'UDP' : 'SCTP',
    inactive: !made.template,
    expiresAtMs,
  };
  if (made.template) {
    ipvs.byClient.set(templateKey(proto, client.ip, virtual), connection);
    return connection;
  }
  ipvs.byClient.set(clientKey(connection), connection);
  ipvs.byServer.set(serverKey(connection), connection);
  return connection;
}

function clientKey({ proto, client, virtual }: IpvsConnection): string {
  return endsKey({ proto, src: client.ip, sport: client.port, dst: virtual.ip, dport: virtual.port });
}

function serverKey({ proto, client, real }: IpvsConnection): string {
  return endsKey({ proto, src: real.ip, sport: real.port, dst: client.ip, dport: client.port });
}

export function forget(box: Box, connection: IpvsConnection): void {
  const { byClient, byServer } = box.state.ipvs;
  if (connection.template) {
    byClient.delete(templateKey(connection.proto, connection.client.ip, connection.virtual));
    return;
  }
  if (byClient.get(clientKey(connection)) === connection) byClient.delete(clientKey(connection));
  if (byServer.get(serverKey(connection)) === connection) byServer.delete(serverKey(connection));
}

// States

type Row = readonly IpvsTcpState[];

const COLUMNS: Row = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
];

const SHORT: Readonly<Record<string, IpvsTcpState>> = {
  no: 'NONE',
  es: 'ESTABLISHED',
  ss: 'SYN_SENT',
  sr: 'SYN_RECV',
  fw: 'FIN_WAIT',
  tw: 'TIME_WAIT',
  cl: 'CLOSE',
  cw: 'CLOSE_WAIT',
  la: 'LAST_ACK',
  li: 'LISTEN',
  sa: 'SYNACK',
};

function row(text: string): ReadonlyMap<IpvsState, IpvsTcpState> {
  const cells = text.split(' ');
  return new Map(COLUMNS.map((state, i) => [state, SHORT[cells[i] ?? ''] ?? 'NONE']));
}

type Event = 'syn' | 'fin' | 'ack' | 'rst';

/** `tcp_states`: what each segment does to a connection; columns in the order of COLUMNS. */
const TRANSITIONS: Readonly<
  Record<'in' | 'out', Readonly<Record<Event, ReadonlyMap<IpvsState, IpvsTcpState>>>>
> = {
  in: {
    syn: row('sr es es sr sr sr sr sr sr sr sr'),
    fin: row('cl cw ss tw tw tw cl cw la li tw'),
    ack: row('es es ss es fw tw cl cw cl li es'),
    rst: row('cl cl cl sr cl cl cl cl la li sr'),
  },
  out: {
    syn: row('ss es ss sr ss ss ss ss ss li sr'),
    fin: row('tw fw ss tw fw tw cl tw la li tw'),
    ack: row('es es ss es fw tw cl cw la es es'),
    rst: row('cl cl ss cl cl tw cl cl cl cl cl'),
  },
};

const ACTIVE: ReadonlySet<IpvsState> = new Set(['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK']);

const TIMEOUT_S: Readonly<Record<IpvsState, number>> = {
  NONE: 2,
  ESTABLISHED: 900,
  SYN_SENT: 120,
  SYN_RECV: 60,
  FIN_WAIT: 120,
  TIME_WAIT: 120,
  CLOSE: 10,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  LISTEN: 120,
  SYNACK: 120,
  UDP: 300,
  SCTP: 900,
  ASSURED: 0,
};

/** `tcp_state_idx` */
function eventOf(flags: readonly TcpFlag[]): Event | undefined {
  if (flags.includes('RST')) return 'rst';
  if (flags.includes('SYN')) return 'syn';
  if (flags.includes('FIN')) return 'fin';
  return flags.includes('ACK') ? 'ack' : undefined;
}

export function timeoutSeconds(config: IpvsConfig | undefined, state: IpvsState): number {
  const set =
    state === 'ESTABLISHED'
      ? config?.tcpTimeoutSeconds
      : state === 'FIN_WAIT'
        ? config?.tcpFinTimeoutSeconds
        : state === 'UDP'
          ? config?.udpTimeoutSeconds
          : undefined;
  return set ?? TIMEOUT_S[state];
}

/** `ip_vs_set_state`: a packet went by, from the client (`in`) or from the real server (`out`). */
export function advance(
  m: Machine,
  box: Box,
  connection: IpvsConnection,
  direction: 'in' | 'out',
  packet: Packet,
): void {
  const { l4 } = packet;
  if (connection.proto === 'tcp' && l4?.proto === 'tcp') {
    const event = eventOf(l4.flags);
    const next =
      event === undefined ? 'CLOSE' : (TRANSITIONS[direction][event].get(connection.state) ?? 'NONE');
    connection.state = next;
    connection.inactive = !ACTIVE.has(next);
    if (next === 'ESTABLISHED') assure(box, connection);
  } else if (direction === 'out') assure(box, connection);
  connection.expiresAtMs = m.nowMs + timeoutSeconds(box.net.config.ipvs, connection.state) * 1000;
}

/** `ip_vs_control_assure_ct`: the template led to a server that answers. */
function assure(box: Box, { control }: IpvsConnection): void {
  const template = control === undefined ? undefined : box.state.ipvs.byClient.get(control);
  if (template !== undefined) template.state = 'ASSURED';
}

/** `-m ipvs --vaddr --vproto --vport`: the packet is one that IPVS handles, of a connection to that virtual server. */
export function ofVirtualServer(
  m: Machine,
  box: Box,
  skb: Skb,
  match: { readonly vaddr: Ip; readonly vproto: string; readonly vport: number },
): boolean {
  const tuple = balanced(skb.packet);
  if (tuple === undefined || !skb.ipvs || tuple.proto !== match.vproto) return false;
  // Past ipvs the destination is the real server, on the way back the source is the virtual one.
  const turned = invertTuple(tuple);
  const found = fromServer(m, box, turned) ?? fromClient(m, box, tuple) ?? fromClient(m, box, turned);
  return found !== undefined && found.virtual.ip === match.vaddr && found.virtual.port === match.vport;
}
