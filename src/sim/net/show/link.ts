/**
 * `ip link` and `ip addr` as iproute2 prints them. Interface numbers follow the order of the links; a network card has no peer to name.
 */
import type { Cidr } from '../../base/ip.ts';
import { broadcastAddress, cidr } from '../../base/ip.ts';
import type { AddressConfig, LinkConfig, NetnsConfig } from '../config.ts';
import { ip6Addresses } from '../ip6-address.ts';
import { linkRow } from '../row-key.ts';
import { addressMode, linkDetail } from './link-detail.ts';
import type { ShowContext, ShowLine } from './show.ts';

const loopback: LinkConfig = {
  kind: 'loopback',
  name: 'lo',
  mac: '00:00:00:00:00:00',
  mtu: 65536,
};

/** All links with loopback first; a link's interface number is its place here, from 1. */
export function linksInOrder(config: NetnsConfig): readonly LinkConfig[] {
  const own = config.links.filter((link) => link.kind !== 'loopback');
  return [config.links.find((link) => link.kind === 'loopback') ?? loopback, ...own];
}

export function ifindex(config: NetnsConfig, name: string): number | undefined {
  const place = linksInOrder(config).findIndex((link) => link.name === name);
  return place < 0 ? undefined : place + 1;
}

export function addressesOf(config: NetnsConfig, dev: string): readonly AddressConfig[] {
  const four = config.addresses.filter((address) => address.dev === dev && !address.ip.includes(':'));
  if (dev === 'lo' && four.length === 0) {
    four.push({ dev: 'lo', ip: '127.0.0.1', prefixLength: 8, scope: 'host' });
  }
  return [...four, ...(ip6Addresses(config).get(dev) ?? [])];
}

interface LinkState {
  readonly flags: string;
  readonly state: string;
  readonly qdisc: string;
}

function stateOf(config: NetnsConfig, link: LinkConfig, context: ShowContext): LinkState {
  const promisc = link.kind === 'bridge' && link.promisc === true ? 'PROMISC,' : '';
  const base =
    link.kind === 'loopback'
      ? 'LOOPBACK,'
      : link.kind === 'dummy'
        ? 'BROADCAST,NOARP,'
        : link.kind === 'ipip'
          ? 'NOARP,'
          : link.kind === 'wireguard'
            ? 'POINTOPOINT,NOARP,'
            : `BROADCAST,MULTICAST,${link.noarp === true ? 'NOARP,' : ''}`;
  if (link.up === false) return { flags: `${base}${promisc}`.slice(0, -1), state: 'DOWN', qdisc: 'noop' };
  const qdisc = link.kind === 'ethernet' ? 'fq_codel' : 'noqueue';
  const up = { flags: `${base}${promisc}UP,LOWER_UP`, state: 'UP', qdisc };
  switch (link.kind) {
    case 'loopback':
    case 'dummy':
    case 'vxlan':
    case 'openvswitch':
    case 'geneve':
    case 'ipip':
    case 'wireguard':
      return { ...up, state: 'UNKNOWN' };
    case 'bridge': {
      const carrier = config.links.some((port) => port.master === link.name && port.up !== false);
      return carrier ? up : { flags: `NO-CARRIER,${base}${promisc}UP`, state: 'DOWN', qdisc };
    }
    case 'veth': {
      const peer = context.netns(link.peer.netns)?.links.find((other) => other.name === link.peer.name);
      if (peer?.up === false) {
        return { flags: `NO-CARRIER,${base}UP,M-DOWN`, state: 'LOWERLAYERDOWN', qdisc };
      }
      return up;
    }
    case 'ethernet':
      return up;
  }
}

/** A device of no link layer has no address there; tunl0's is the tunnel's local end, which it has none of. */
function linkAddress(link: LinkConfig): string {
  switch (link.kind) {
    case 'loopback':
      return `link/loopback ${link.mac} brd 00:00:00:00:00:00`;
    case 'ipip':
      return 'link/ipip 0.0.0.0 brd 0.0.0.0';
    case 'wireguard':
      return 'link/none ';
    default:
      return `link/ether ${link.mac} brd ff:ff:ff:ff:ff:ff`;
  }
}

function nameText(config: NetnsConfig, link: LinkConfig, context: ShowContext): string {
  // The module's own device prints as one that hangs on none.
  if (link.kind === 'ipip') return `${link.name}@NONE`;
  if (link.kind !== 'veth') return link.name;
  // Both ends of a pair in one namespace name each other.
  if (config.id === link.peer.netns) return `${link.name}@${link.peer.name}`;
  const peerNetns = context.netns(link.peer.netns);
  const index = peerNetns === undefined ? undefined : ifindex(peerNetns, link.peer.name);
  return `${link.name}@if${index ?? 2}`;
}

/** iproute2 looks a peer's bare number up among its own interfaces, and so often prints a wrong name. */
export function peerSuffix(config: NetnsConfig, link: LinkConfig, context: ShowContext): string {
  if (link.kind !== 'veth') return '';
  const netns = context.netns(link.peer.netns);
  const index = netns === undefined ? 2 : (ifindex(netns, link.peer.name) ?? 2);
  return `@${linksInOrder(config)[index - 1]?.name ?? `if${index}`}`;
}

/** Numbers of the namespaces at the other ends of veth pairs, in order of appearance. */
function netnsIds(config: NetnsConfig): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const link of config.links) {
    if (link.kind === 'veth' && link.peer.netns !== config.id && !ids.has(link.peer.netns)) {
      ids.set(link.peer.netns, ids.size);
    }
  }
  return ids;
}

/** A queue of no length is not printed; the blank before it is. */
function queueText(link: LinkConfig): string {
  const qlen = link.kind === 'dummy' ? (link.qlen ?? 1000) : 1000;
  return qlen === 0 ? '' : `qlen ${qlen}`;
}

/** Ports of Open vSwitch belong to the datapath's device, the bridges' of ovs-vswitchd all to one; those of its own kind name no master. */
function masterText(config: NetnsConfig, link: LinkConfig): string {
  if (link.master === undefined || link.kind === 'openvswitch') return '';
  const bridge = config.links.find((other) => other.name === link.master);
  const own =
    bridge?.kind !== 'openvswitch' || config.datapaths?.some((dp) => dp.name === bridge.name) === true;
  return ` master ${own ? link.master : 'ovs-system'}`;
}

export function ipLink(
  config: NetnsConfig,
  context: ShowContext,
  options: {
    readonly addresses: boolean;
    readonly dev?: string;
    readonly family?: 4 | 6;
    /** `-d` */
    readonly details?: boolean;
  },
): ShowLine[] {
  const lines: ShowLine[] = [];
  const ids = netnsIds(config);
  for (const [place, link] of linksInOrder(config).entries()) {
    if (options.dev !== undefined && link.name !== options.dev) continue;
    const addresses = addressesOf(config, link.name).filter(
      (a) => options.family === undefined || a.ip.includes(':') === (options.family === 6),
    );
    if (options.family !== undefined && addresses.length === 0) continue;
    const { flags, state, qdisc } = stateOf(config, link, context);
    const master = masterText(config, link);
    const mode = options.addresses ? '' : ' mode DEFAULT';
    const key = linkRow(link.name);
    const netnsId = link.kind === 'veth' ? ids.get(link.peer.netns) : undefined;
    const tail = netnsId === undefined ? '' : ` link-netnsid ${netnsId}`;
    const withAddress = options.family === undefined || options.details === true;
    // All IPv6 addresses are asked for by themselves: the answer says less of the link, and of a peer only the number.
    if (options.family === 6 && options.dev === undefined) {
      lines.push({
        text: `${place + 1}: ${link.name}${peerSuffix(config, link, context)}: <${flags}> mtu ${link.mtu} state ${state} ${queueText(link)}`,
        key,
      });
      if (withAddress) lines.push({ text: `    ${linkAddress(link).replace(/ brd .*/, '')}`, key });
    } else {
      lines.push({
        text: `${place + 1}: ${nameText(config, link, context)}: <${flags}> mtu ${link.mtu} qdisc ${qdisc}${master} state ${state}${mode} group default ${queueText(link)}${withAddress ? '' : tail}`,
        key,
      });
      if (withAddress) {
        const address = `    ${linkAddress(link)}${tail}`;
        if (options.details === true)
          lines.push(...detailLines(config, link, address, options.addresses, state));
        else lines.push({ text: address, key });
      }
    }
    if (!options.addresses) continue;
    for (const address of addresses) {
      lines.push({ text: `    ${addressText(address)}`, key });
      lines.push({ text: '       valid_lft forever preferred_lft forever' });
    }
  }
  return lines;
}

/** The line with the link-layer address and what `-d` puts behind and below it. */
function detailLines(
  config: NetnsConfig,
  link: LinkConfig,
  address: string,
  addresses: boolean,
  state: string,
): ShowLine[] {
  const { limits, kinds, queues } = linkDetail(config, link, state === 'UP' || state === 'UNKNOWN');
  const texts = [`${address}${limits}`, ...kinds];
  const end = `${addresses ? '' : addressMode(link)}${queues}`;
  return texts.map((text, i) => ({
    text: i === texts.length - 1 ? text + end : text,
    key: linkRow(link.name),
  }));
}

function addressText(address: AddressConfig): string {
  const six = address.ip.includes(':');
  // CNI plug-ins and Docker set the broadcast address; a host address or a pair has none.
  const hasBroadcast = !six && address.scope !== 'host' && address.prefixLength < 31;
  const broadcast = hasBroadcast ? ` brd ${broadcastAddress(networkOf(address))}` : '';
  const label = six ? ' ' : ` ${address.dev}`;
  return `${six ? 'inet6' : 'inet'} ${address.ip}/${address.prefixLength}${broadcast} scope ${address.scope}${label}`;
}

/** The subnet of an address. */
export function networkOf(address: { readonly ip: string; readonly prefixLength: number }): Cidr {
  return cidr(`${address.ip}/${address.prefixLength}`);
}

/** The one-line form: `ip -br link`, `ip -br addr`. */
export function ipBrief(config: NetnsConfig, context: ShowContext, addresses: boolean): ShowLine[] {
  return linksInOrder(config).map((link) => {
    const { flags, state } = stateOf(config, link, context);
    const head = `${nameText(config, link, context).padEnd(16)} ${state.padEnd(14)} `;
    const tail = addresses
      ? addressesOf(config, link.name)
          .map((a) => `${a.ip}/${a.prefixLength} `)
          .join('')
      : `${link.mac} <${flags}> `;
    return { text: head + tail, key: linkRow(link.name) };
  });
}
