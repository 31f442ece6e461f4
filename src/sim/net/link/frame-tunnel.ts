/**
 * Devices that carry Ethernet frames in UDP: VXLAN (`drivers/net/vxlan`), where the FDB says which remote has the inner
 * MAC, and Geneve (`drivers/net/geneve.c`), which has one remote. With `external` either takes it from the packet's key.
 * The outer packet is one of the node's own and passes its OUTPUT and POSTROUTING. Leaves out multicast groups, L2 and
 * L3 miss notices, ageing, and Geneve's options.
 */
import { MAC_ZERO } from '../../base/ip.ts';
import type { Ip, Mac } from '../../base/ip.ts';
import type { Packet } from '../../packet/packet.ts';
import { reason } from '../../trace/reasons.ts';
import { stableHash } from '../hash.ts';
import { localOut } from '../ip-output.ts';
import { ipHeader, ipHeaderLength } from '../ip-header.ts';
import { ETHERNET_HEADER, UDP_HEADER, VXLAN_HEADER } from '../length.ts';
import type { Box, Machine } from '../machine.ts';
import type { FrameTunnelDevice } from '../netns.ts';
import { leadsNowhere } from '../route.ts';
import { fdbRow, linkRow } from '../row-key.ts';
import type { Skb, TunnelKey } from '../skb.ts';
import { receive } from './device.ts';
import { forgetFlow, forgetWay, nextIpId } from './tunnel.ts';

/** What the outer headers cost: 50 bytes over IPv4, 70 over IPv6. Geneve's header is as long as VXLAN's. */
function overheadTo(remote: Ip): number {
  return ipHeaderLength(remote) + UDP_HEADER + VXLAN_HEADER + ETHERNET_HEADER;
}

/** VXLAN's source ports are of net.ipv4.ip_local_port_range; Geneve takes any (`geneve_xmit_skb`). */
const SOURCE_PORTS = { vxlan: [32768, 60999], geneve: [1, 65535] } as const;

/** `vxlan_xmit`, `geneve_xmit` */
export function frameTunnelTransmit(m: Machine, box: Box, dev: FrameTunnelDevice, skb: Skb): void {
  const inner = skb.packet;
  const mac = inner.eth?.dst ?? MAC_ZERO;
  const found = remoteFor(box, dev, mac, skb);
  if (found === undefined) {
    m.step(
      box,
      skb,
      'drop',
      dev.link.external === true
        ? reason('tunnel.no-key', { iface: dev.name })
        : reason('vxlan.no-fdb', { mac }),
      { iface: dev.name, rows: dev.row },
    );
    return;
  }
  const { port } = dev.link;
  const vni = found.vni ?? dev.link.vni;
  const ofDevice = dev.link.kind === 'vxlan' && dev.link.external !== true ? dev.link.local : undefined;
  const fixed = found.key?.local ?? ofDevice;
  const route = box.net.fib.lookup(found.remote, fixed === undefined ? {} : { src: fixed });
  if (route === undefined || leadsNowhere(route)) {
    m.step(box, skb, 'drop', reason('route.none', { ip: found.remote }), { iface: dev.name });
    return;
  }
  // A device without an address of its own sends from the one that the route prefers.
  const local = fixed ?? route.src ?? box.net.fib.sourceFor(route, found.remote) ?? '0.0.0.0';
  const rows = found.mac === undefined ? dev.row : [fdbRow(dev.name, found.mac)];
  if (route.dev === dev.name) {
    // udp_tunnel_dst_lookup: "circular route", -ELOOP.
    m.step(box, skb, 'drop', reason('link.loop', { iface: dev.name }), {
      iface: dev.name,
      rows: [...rows, route.row],
    });
    return;
  }
  const { kind } = dev.link;
  const df = found.key?.dontFragment === true;
  const checksum = found.key === undefined ? ownChecksum(dev, found.remote) : found.key.zeroChecksum !== true;
  skb.packet = {
    ip: ipHeader(local, found.remote, 64, { id: nextIpId(box), df }),
    l4: { proto: 'udp', sport: flowPort(inner, SOURCE_PORTS[kind]), dport: port, checksum },
    [kind]: { vni },
    inner,
  };
  skb.length += overheadTo(found.remote);
  forgetWay(skb);
  m.step(box, skb, 'encap', reason(`${kind}.encap`, { vni, remote: found.remote, port }), {
    iface: dev.name,
    rows,
    origin: found.origin ?? dev.link.origin,
    before: inner,
  });
  localOut(m, box, skb, route);
}

/** A packet on a tunnel's port, after INPUT. False when no device here has the port and the VNI. */
export function frameTunnelReceive(m: Machine, box: Box, skb: Skb, port: number): boolean {
  const { inner, ip } = skb.packet;
  const kind = skb.packet.geneve === undefined ? 'vxlan' : 'geneve';
  const vni = skb.packet[kind]?.vni;
  if (inner === undefined || vni === undefined || ip === undefined) return false;
  // A device's socket is of the family of its local address; two devices may share a port and a VNI so.
  const six = ip.version === 6;
  const dev = box.net.frameTunnels.find(
    (v) =>
      v.link.kind === kind &&
      v.link.port === port &&
      (v.link.external === true || v.link.vni === vni) &&
      v.up &&
      (v.link.kind === 'geneve'
        ? v.link.remote === undefined || v.link.remote === ip.src
        : v.link.local.includes(':') === six),
  );
  if (dev === undefined) return false;
  const before = skb.packet;
  skb.packet = inner;
  skb.length -= overheadTo(ip.src);
  forgetFlow(skb);
  m.step(box, skb, 'decap', reason(`${kind}.decap`, { vni, remote: ip.src }), {
    iface: dev.name,
    rows: [linkRow(dev.name)],
    origin: dev.link.origin,
    before,
  });
  if (dev.link.external === true) skb.tunnel = { id: vni, remote: ip.src, local: ip.dst };
  if (inner.eth?.src === dev.mac) return true;
  if (dev.link.kind === 'vxlan' && dev.link.learning && inner.eth !== undefined)
    learn(box, dev, inner.eth.src, ip.src);
  m.queue.packet(() => receive(m, box, dev, skb));
  return true;
}

interface Remote {
  readonly remote: Ip;
  /** The FDB entry that named it; none where the packet brought its key along. */
  readonly mac?: Mac;
  readonly vni?: number;
  readonly key?: TunnelKey;
  readonly origin?: FrameTunnelDevice['link']['origin'];
}

function remoteFor(box: Box, dev: FrameTunnelDevice, mac: Mac, skb: Skb): Remote | undefined {
  if (dev.link.external === true) return fromKey(skb);
  if (dev.link.kind === 'vxlan') return remoteOf(box, dev, mac) ?? remoteOf(box, dev, MAC_ZERO);
  return dev.link.remote === undefined ? undefined : { remote: dev.link.remote };
}

/** What the program that sent the packet here wrote into its tunnel key. */
function fromKey(skb: Skb): Remote | undefined {
  const { tunnel: key } = skb;
  return key === undefined ? undefined : { remote: key.remote, vni: key.id, key };
}

/** Of a device without `external`: VXLAN's outer packets have a checksum, Geneve's only over IPv6 (`noudpcsum`). */
function ownChecksum(dev: FrameTunnelDevice, remote: Ip): boolean {
  return dev.link.kind === 'vxlan' || remote.includes(':');
}

function remoteOf(box: Box, dev: FrameTunnelDevice, mac: Mac): Remote | undefined {
  const configured = box.net.configuredFdb(dev.name, mac);
  if (configured !== undefined) return { remote: configured.dst, mac, origin: configured.origin };
  const learnt = box.state.fdb.get(dev.name)?.get(mac);
  return learnt?.dst === undefined ? undefined : { remote: learnt.dst, mac };
}

function learn(box: Box, dev: FrameTunnelDevice, mac: Mac, remote: Ip): void {
  let table = box.state.fdb.get(dev.name);
  if (table === undefined) {
    table = new Map();
    box.state.fdb.set(dev.name, table);
  }
  table.set(mac, { mac, dev: dev.name, dst: remote });
}

/** `udp_flow_src_port`: a hash of the inner flow, so that each flow keeps one port for each direction. */
function flowPort(inner: Packet, [min, max]: readonly [number, number]): number {
  const { ip, fragment } = inner;
  const l4 = fragment?.of.l4 ?? inner.l4;
  // All pieces of a packet go the same way, so none shows its ports.
  const ports =
    fragment === undefined && l4 !== undefined && (l4.proto === 'tcp' || l4.proto === 'udp')
      ? `${l4.sport} ${l4.dport}`
      : '';
  const hash = stableHash(`${ip?.src} ${ip?.dst} ${l4?.proto} ${ports}`);
  return min + Math.floor((hash / 4294967296) * (max - min));
}
