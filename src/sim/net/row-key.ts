/**
 * Row keys: how a step names the table row that decided it, and how `show/` marks the line it prints for that row.
 * One function for each kind of row, so that both sides spell it alike (grammar in trace/trace.ts).
 */
import { cidrText, ipPort } from '../base/ip.ts';
import type { Cidr, Ip, Mac } from '../base/ip.ts';
import type { RowKey } from '../trace/trace.ts';

/** iptables has the tables of IPv4, ip6tables those of IPv6. */
export type TablesProgram = 'iptables' | 'ip6tables';

export function ruleRow(
  table: string,
  chain: string,
  index: number | 'policy',
  program: TablesProgram = 'iptables',
): RowKey {
  return `${program}/${table}/${chain}/${index}`;
}

/** A prefix as `ip route` prints it: `default`, `10.0.0.1` for a host, `10.0.0.0/8`. */
export function prefixText(to: Cidr): string {
  if (to.prefixLength === 0) return 'default';
  return to.prefixLength === (to.family === 4 ? 32 : 128) ? to.ip : cidrText(to);
}

/** `dev` is empty for a blackhole. `table` is a name or a number, as `ip route show table` takes it. */
export function routeRow(table: string | number, to: Cidr, dev: string): RowKey {
  return `route/${table}/${prefixText(to)}/${dev}`;
}

/** `index` counts a namespace's own rules in the order of their priorities. */
export function ipRuleRow(priority: number, index: number): RowKey {
  return `rule/${priority}/${index}`;
}

export function neighbourRow(dev: string, ip: Ip): RowKey {
  return `neigh/${dev}/${ip}`;
}

/** `dev` is the bridge's port, or the vxlan device. */
export function fdbRow(dev: string, mac: Mac): RowKey {
  return `fdb/${dev}/${mac}`;
}

export function conntrackRow(id: number): RowKey {
  return `conntrack/${id}`;
}

export function socketRow(proto: string, ip: Ip, port: number): RowKey {
  return `socket/${proto}/${ip}:${port}`;
}

export function ipsetRow(name: string, entry: string): RowKey {
  return `ipset/${name}/${entry}`;
}

/** A virtual server, and one real server of it. */
export function ipvsRow(service: { readonly proto: string; readonly ip: Ip; readonly port: number }): RowKey {
  return `ipvs/${service.proto}/${ipPort(service.ip, service.port)}`;
}

export function ipvsServerRow(
  service: { readonly proto: string; readonly ip: Ip; readonly port: number },
  server: { readonly ip: Ip; readonly port: number },
): RowKey {
  return `${ipvsRow(service)}/${ipPort(server.ip, server.port)}`;
}

export function ipvsConnectionRow(id: number): RowKey {
  return `ipvs-conn/${id}`;
}

/** A WireGuard device's peer. */
export function wireguardPeerRow(dev: string, publicKey: string): RowKey {
  return `wireguard/${dev}/${publicKey}`;
}

export function linkRow(name: string): RowKey {
  return `link/${name}`;
}

/** `table` is `ip kube-proxy`. Names of chains may hold slashes; the index is what follows the last one. */
export function nftRuleRow(table: string, chain: string, index: number | 'policy'): RowKey {
  return `nft/${table}/chain/${chain}/${index}`;
}

/** An element of a set or map; `key` as nft prints it. */
export function nftElementRow(table: string, kind: 'set' | 'map', name: string, key: string): RowKey {
  return `nft/${table}/${kind}/${name}/{${key}}`;
}

/** An entry of a map that programs look up: `bpf/cilium_ipcache_v2/10.244.1.0/24`. */
export function mapRow(map: string, key: string): RowKey {
  return `bpf/${map}/${key}`;
}
