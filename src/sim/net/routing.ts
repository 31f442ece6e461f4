/** The routing of a namespace, IPv4 and IPv6: an address leads to its family's tables. */
import type { Ip } from '../base/ip.ts';
import type { NetnsConfig } from './config.ts';
import { NO_FLOW, type RouteFlow } from './policy-rules.ts';
import { Fib, type Route } from './route.ts';
import { Fib6 } from './route6.ts';

export class Routing {
  private readonly config: NetnsConfig;
  private readonly up: (dev: string) => boolean;
  private fib4?: Fib;
  private fib6?: Fib6;

  constructor(config: NetnsConfig, up: (dev: string) => boolean) {
    this.config = config;
    this.up = up;
  }

  /** A broadcast reaches a hundred namespaces, and most of them route nothing of the other family. */
  private get four(): Fib {
    return (this.fib4 ??= new Fib(this.config, this.up));
  }

  private get six(): Fib6 {
    return (this.fib6 ??= new Fib6(this.config, this.up));
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
