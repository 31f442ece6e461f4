/**
 * The addresses that IPv6 gives a namespace by itself (`net/ipv6/addrconf.c`): `::1` on the loopback and a link-local
 * address on every link that is up, made of its MAC address (modified EUI-64, addr_gen_mode 0). They are usable at
 * once: duplicate address detection is not modelled. Also the groups that a device joins for its addresses.
 * Leaves out router advertisements, temporary and stable-privacy addresses, and what a lost carrier takes away.
 */
import { cidr, ipBytes, ipFamily, type Ip, type Mac } from '../base/ip.ts';
import { ipText, macBytes } from '../packet/field.ts';
import type { AddressConfig, LinkConfig, NetnsConfig } from './config.ts';
import { hasLinkHeader } from './link-header.ts';

/** A link with less cannot have IPv6 (RFC 8200, section 5). */
export const IPV6_MIN_MTU = 1280;

export const LOOPBACK_6: Ip = '::1';
export const UNSPECIFIED_6: Ip = '::';
export const ALL_NODES: Ip = 'ff02::1';
const ALL_ROUTERS: Ip = 'ff02::2';

export function isLinkLocal(ip: Ip): boolean {
  return /^fe[89ab][0-9a-f]:/.test(ip);
}

export function isMulticast6(ip: Ip): boolean {
  return ip.startsWith('ff') && ip.includes(':');
}

/** `fe80::` and the MAC address with ff:fe in its middle and the "universal" bit turned round. */
export function linkLocalOf(mac: Mac): Ip {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = macBytes(mac);
  return ipText(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f));
}

/** The group that a neighbour solicitation for `ip` goes to: `ff02::1:ff` and the last three bytes. */
export function solicitedNodeOf(ip: Ip): Ip {
  const [x = 0, y = 0, z = 0] = ipBytes(ip).slice(13);
  return ipText(Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, x, y, z));
}

/** The Ethernet address of a group: 33:33 and its last four bytes. */
export function multicastMacOf(group: Ip): Mac {
  return `33:33:${ipBytes(group)
    .slice(12)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':')}`;
}

/** Whether a link carries IPv6: it is up, nothing disables it there, and its MTU suffices. */
export function hasIpv6(config: NetnsConfig, link: LinkConfig): boolean {
  return link.up !== false && allowsIpv6(config, link);
}

function allowsIpv6({ sysctls }: NetnsConfig, link: LinkConfig): boolean {
  const disabled = sysctls.perInterface[link.name]?.disableIpv6 ?? sysctls.disableIpv6 ?? false;
  return !disabled && link.mtu >= IPV6_MIN_MTU;
}

/**
 * Whether the addresses given to a link count. On a device that is down they stay tentative, for nobody can be asked
 * whether they are free; one without ARP asks nobody (`addrconf_dad_begin`), so it has them even while it is down.
 */
function holdsIpv6(config: NetnsConfig, link: LinkConfig): boolean {
  const asksNobody = link.noarp === true || link.kind === 'dummy';
  return hasIpv6(config, link) || (asksNobody && allowsIpv6(config, link));
}

/** A bridge has a carrier, and with it a link-local address, once it has a port. */
function hasCarrier(config: NetnsConfig, link: LinkConfig): boolean {
  return link.kind !== 'bridge' || config.links.some((l) => l.master === link.name && l.up !== false);
}

const LOOPBACK_LINK: LinkConfig = { kind: 'loopback', name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536 };

const SCOPE_ORDER = { global: 0, link: 1, host: 2 } as const;

const known = new WeakMap<NetnsConfig, ReadonlyMap<string, readonly AddressConfig[]>>();

/**
 * The IPv6 addresses of each link that carries IPv6, in the kernel's order: wider scope first, and of one scope the
 * newest first (`ipv6_link_dev_addr`).
 */
export function ip6Addresses(config: NetnsConfig): ReadonlyMap<string, readonly AddressConfig[]> {
  const found = known.get(config);
  if (found !== undefined) return found;
  const made = new Map<string, readonly AddressConfig[]>();
  const links = config.links.some((l) => l.kind === 'loopback')
    ? config.links
    : [LOOPBACK_LINK, ...config.links];
  for (const link of links) {
    if (!holdsIpv6(config, link)) continue;
    const own = config.addresses.filter((a) => a.dev === link.name && ipFamily(a.ip) === 6);
    const all = [...impliedOf(config, link, own), ...own].reverse();
    all.sort((a, b) => SCOPE_ORDER[a.scope] - SCOPE_ORDER[b.scope]);
    if (all.length > 0) made.set(link.name, all);
  }
  known.set(config, made);
  return made;
}

function impliedOf(
  config: NetnsConfig,
  link: LinkConfig,
  own: readonly AddressConfig[],
): readonly AddressConfig[] {
  // Without a MAC address there is nothing to make one of; WireGuard asks for none (wg_open).
  if (!hasLinkHeader(link)) return [];
  const ip = link.kind === 'loopback' ? LOOPBACK_6 : linkLocalOf(link.mac);
  if (own.some((a) => a.ip === ip) || !hasIpv6(config, link) || !hasCarrier(config, link)) return [];
  if (link.kind === 'loopback') return [{ dev: link.name, ip, prefixLength: 128, scope: 'host' }];
  return [{ dev: link.name, ip, prefixLength: 64, scope: 'link', origin: link.origin }];
}

/** Whether a device acts as a router (`conf.IF.forwarding`). */
export function isRouter(config: NetnsConfig, dev: string): boolean {
  return config.sysctls.perInterface[dev]?.forwarding6 ?? config.sysctls.ip6Forward ?? false;
}

/** A router answers to the first address of each of its subnets too (RFC 4291, section 2.6.1). */
export function anycastOf(config: NetnsConfig, address: AddressConfig): boolean {
  return address.dev !== 'lo' && address.prefixLength < 127 && isRouter(config, address.dev);
}

/** All nodes, all routers on a router, and the solicited-node group of each address. */
export function groupsOf(config: NetnsConfig, link: LinkConfig): ReadonlySet<Ip> {
  const groups = new Set<Ip>();
  if (!hasIpv6(config, link)) return groups;
  groups.add(ALL_NODES);
  if (isRouter(config, link.name)) groups.add(ALL_ROUTERS);
  for (const a of ip6Addresses(config).get(link.name) ?? []) {
    groups.add(solicitedNodeOf(a.ip));
    if (anycastOf(config, a)) groups.add(solicitedNodeOf(cidr(`${a.ip}/${a.prefixLength}`).ip));
  }
  for (const p of config.proxyNeighbours ?? []) if (p.dev === link.name) groups.add(solicitedNodeOf(p.ip));
  return groups;
}
