/**
 * IP sets of the types that rules here use: hash:net, hash:ip, hash:ip,port, hash:ip,port,ip, hash:ip,port,net,
 * bitmap:port, and list:set, which asks its sets in turn (net/netfilter/ipset/). Leaves out timeouts, nomatch and the ICMP types that hash:ip,port takes as ports.
 */
import { cidr, cidrContains } from '../base/ip.ts';
import type { Cidr, Ip } from '../base/ip.ts';
import type { IpHeader, TransportHeader } from '../packet/packet.ts';
import type { IpsetConfig } from './config.ts';

type Side = 'src' | 'dst';

export interface Ipset {
  readonly config: IpsetConfig;
  /** The entry that holds the packet, asked for by the sides that `--match-set NAME dirs` lists, or undefined. */
  find(
    ip: Pick<IpHeader, 'src' | 'dst'>,
    l4: TransportHeader | undefined,
    dirs: readonly Side[],
  ): string | undefined;
}

/** `named` finds the other sets of the namespace, for a list of sets. */
export function compileIpset(config: IpsetConfig, named?: (name: string) => Ipset | undefined): Ipset {
  return { config, find: finder(config, named) };
}

function finder(
  { type, entries }: IpsetConfig,
  named: ((name: string) => Ipset | undefined) | undefined,
): Ipset['find'] {
  switch (type) {
    case 'hash:ip': {
      const exact = new Set(entries);
      return (ip, _l4, [first = 'src']) => member(exact, ip[first]);
    }
    case 'hash:net': {
      const { exact, nets } = netsOf(entries.map((entry) => ({ text: entry, entry })));
      return (ip, _l4, [first = 'src']) => exact.get(ip[first]) ?? inNets(nets, ip[first]);
    }
    case 'hash:ip,port': {
      const exact = new Set(entries);
      return (ip, l4, [first = 'src', second = first]) => {
        const port = portText(l4, second);
        return port === undefined ? undefined : member(exact, `${ip[first]},${port}`);
      };
    }
    case 'hash:ip,port,ip': {
      const exact = new Set(entries);
      return (ip, l4, [first = 'src', second = first, third = second]) => {
        const port = portText(l4, second);
        return port === undefined ? undefined : member(exact, `${ip[first]},${port},${ip[third]}`);
      };
    }
    case 'hash:ip,port,net': {
      const byPort = groupByPort(entries);
      return (ip, l4, [first = 'src', second = first, third = second]) => {
        const port = portText(l4, second);
        const found = port === undefined ? undefined : byPort.get(`${ip[first]},${port}`);
        return found?.exact.get(ip[third]) ?? (found && inNets(found.nets, ip[third]));
      };
    }
    case 'list:set':
      return (ip, l4, dirs) => entries.find((name) => named?.(name)?.find(ip, l4, dirs) !== undefined);
    case 'bitmap:port': {
      const exact = new Set(entries);
      // ip_set_get_ip_port: only TCP and UDP have a port here, whichever of the two.
      return (_ip, l4, [first = 'src']) =>
        l4 !== undefined && 'sport' in l4 ? member(exact, String(portOf(l4, first))) : undefined;
    }
  }
}

function member(set: ReadonlySet<string>, key: string): string | undefined {
  return set.has(key) ? key : undefined;
}

function portOf(l4: { readonly sport: number; readonly dport: number }, side: Side): number {
  return side === 'src' ? l4.sport : l4.dport;
}

/** `tcp:80` as an entry spells it; undefined for what has no ports. */
function portText(l4: TransportHeader | undefined, side: Side): string | undefined {
  return l4 !== undefined && 'sport' in l4 ? `${l4.proto}:${portOf(l4, side)}` : undefined;
}

interface Nets {
  readonly exact: ReadonlyMap<Ip, string>;
  /** Longest prefix first. */
  readonly nets: readonly { readonly net: Cidr; readonly entry: string }[];
}

function netsOf(list: readonly { readonly text: string; readonly entry: string }[]): Nets {
  const exact = new Map<Ip, string>();
  const nets: { readonly net: Cidr; readonly entry: string }[] = [];
  for (const { text, entry } of list) {
    if (text.includes('/')) nets.push({ net: cidr(text), entry });
    else exact.set(text, entry);
  }
  nets.sort((a, b) => b.net.prefixLength - a.net.prefixLength);
  return { exact, nets };
}

function inNets(nets: Nets['nets'], ip: Ip): string | undefined {
  return nets.find((n) => cidrContains(n.net, ip))?.entry;
}

/** `10.0.0.1,tcp:80,10.0.0.0/8` under `10.0.0.1,tcp:80`. */
function groupByPort(entries: readonly string[]): ReadonlyMap<string, Nets> {
  const lists = new Map<string, { readonly text: string; readonly entry: string }[]>();
  for (const entry of entries) {
    const cut = entry.lastIndexOf(',');
    const key = entry.slice(0, cut);
    const item = { text: entry.slice(cut + 1), entry };
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [item]);
    else list.push(item);
  }
  return new Map([...lists].map(([key, list]) => [key, netsOf(list)]));
}
