/** IP sets of the types that rules here use: hash:net, hash:ip, hash:ip,port. Leaves out timeouts and nomatch. */
import { cidr, cidrContains } from '../base/ip.ts';
import type { Cidr, Ip } from '../base/ip.ts';
import type { IpsetConfig } from './config.ts';

export interface Ipset {
  readonly config: IpsetConfig;
  /** The entry that holds the address (and port), or undefined. */
  find(ip: Ip, proto: string | undefined, port: number | undefined): string | undefined;
}

export function compileIpset(config: IpsetConfig): Ipset {
  const exact = new Set<string>();
  const nets: { readonly net: Cidr; readonly entry: string }[] = [];
  for (const entry of config.entries) {
    if (config.type === 'hash:net' && entry.includes('/')) nets.push({ net: cidr(entry), entry });
    else exact.add(entry);
  }
  return {
    config,
    find(ip, proto, port) {
      if (config.type === 'hash:ip,port') {
        const key = `${ip},${proto}:${port}`;
        return exact.has(key) ? key : undefined;
      }
      if (exact.has(ip)) return ip;
      return nets.find((n) => cidrContains(n.net, ip))?.entry;
    },
  };
}
