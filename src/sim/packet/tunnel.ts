/** Which tunnel a packet is in, told by its outer headers. */
import type { Fragment, Packet } from './packet.ts';

export type TunnelKind = 'vxlan' | 'geneve' | 'ipip' | 'wireguard';

export function tunnelKind(packet: Packet): TunnelKind | undefined {
  if (packet.wireguard !== undefined) return 'wireguard';
  if (packet.inner === undefined) return undefined;
  if (packet.l4 === undefined) return 'ipip';
  return packet.geneve === undefined ? 'vxlan' : 'geneve';
}

/** What an observer on the way sees of a packet: the one inside, unless it is encrypted. */
export function readable(packet: Packet): Packet {
  return packet.wireguard === undefined ? (packet.inner ?? packet) : packet;
}

/** Whether a packet, or what a tunnel carries, is a fragment. */
export function isPiece({ fragment, inner }: Packet): boolean {
  return fragment !== undefined || (inner !== undefined && isPiece(inner));
}

/** As people write it. */
export const TUNNEL_NAMES: Readonly<Record<TunnelKind, string>> = {
  vxlan: 'VXLAN',
  geneve: 'Geneve',
  ipip: 'IPIP',
  wireguard: 'WireGuard',
};

/** `UDP frag 1480–2027`, `VXLAN frag 0–1375`: which bytes of the whole a piece carries. */
export function fragmentTitle({ of, offset, length }: Fragment): string {
  const tunnel = tunnelKind(of);
  const proto = of.l4?.proto ?? 'ip';
  const name =
    tunnel !== undefined ? TUNNEL_NAMES[tunnel] : proto === 'icmpv6' ? 'ICMPv6' : proto.toUpperCase();
  return `${name} frag ${offset}–${offset + length - 1}`;
}

/** `VXLAN VNI 1`, `IPIP`, `WireGuard initiation`: the outer letter's title. */
export function tunnelTitle(packet: Packet, kind: TunnelKind): string {
  const more = (kind === 'geneve' ? packet.geneve : packet.vxlan)?.vni;
  if (kind === 'wireguard') return `WireGuard ${packet.wireguard?.message ?? ''}`;
  return more === undefined ? TUNNEL_NAMES[kind] : `${TUNNEL_NAMES[kind]} VNI ${more}`;
}
