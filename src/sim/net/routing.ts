/** The routing of a namespace, IPv4 and IPv6: an address leads to its family's tables. */
import type { Ip } from '../base/ip.ts';
import type { NetnsConfig } from './config.ts';
import { NO_FLOW, type RouteFlow } from './policy-rules.ts';
import { Fib, type Route } from './route.ts';
import { Fib6 } from './route6.ts';

export class Routing {
  private readonly four: Fib;
  private readonly six: Fib6;

  constructor(config: NetnsConfig, up: (dev: string) => boolean) {
    this.four = new Fib(config, up);
    this.six = new Fib6(config, up);
  }

  /** Where a packet for `ip` goes, or undefined: the network is unreachable. */
  lookup(ip: Ip, flow: RouteFlow = NO_FLOW): Route | undefined {
    return ip.includes(':') ? this.six.lookup(ip, flow) : this.four.lookup(ip, flow);
  }

  /** Whether `ip` is an address of this host; asked on a device, a link-local one of that device. */
  isLocal(ip: Ip, dev?: string): boolean {
    return this.lookup(ip, dev === undefined ? NO_FLOW : { iif: dev })?.type === 'local';
  }

  /** The source of a packet of this host that follows `route` to `dst`. */
  sourceFor(route: Route, dst: Ip): Ip | undefined {
    if (route.src !== undefined && route.anycast !== true) return route.src;
    if (dst.includes(':')) return this.six.selectAddress(route.dev, dst);
    return this.four.selectAddress(route.dev, route.via ?? dst, 'global');
  }

  /** What MASQUERADE writes on `dev`: IPv4 looks at the next hop, IPv6 at the destination. */
  masqueradeAddress(dev: string, nextHop: Ip | undefined, dst: Ip): Ip | undefined {
    if (dst.includes(':')) return this.six.selectAddress(dev, dst);
    return this.four.selectAddress(dev, nextHop ?? dst, 'global');
  }

  /** The sender that ARP names where the packet's own source is none of this host. */
  arpSender(dev: string, target: Ip): Ip | undefined {
    return this.four.selectAddress(dev, target, 'link');
  }

  /** The source of an IPv6 packet that leaves by `dev` whatever routes say. */
  sourceOn(dev: string, dst: Ip): Ip | undefined {
    return this.six.selectAddress(dev, dst);
  }

  /** The link-local address of a device. */
  linkLocal(dev: string): Ip | undefined {
    return this.six.selectAddress(dev, 'fe80::');
  }
}
