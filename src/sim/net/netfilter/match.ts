/** The matches of iptables as functions of a packet at a hook. */
import { portsOf } from '../../packet/ports.ts';
import { tunnelKind } from '../../packet/tunnel.ts';
import { cidrContains, isHost } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';
import type { AddrType, Match, PortRange } from '../config.ts';
import { compileIpset, type Ipset } from '../ipset.ts';
import { isMulticast6, UNSPECIFIED_6 } from '../ip6-address.ts';
import { ipvs } from '../ipvs/module.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import type { Skb } from '../skb.ts';
import type { NetfilterHook } from '../../trace/trace.ts';
import type { IpsetConfig } from '../config.ts';
import { proxyRules } from './proxy-module.ts';

/** A packet at a hook (`xt_action_param`). */
export interface HookContext {
  readonly m: Machine;
  readonly box: Box;
  readonly hook: NetfilterHook;
  readonly skb: Skb;
  readonly inDev: Device | undefined;
  readonly outDev: Device | undefined;
  /** Rows of the jumps that led to the chain under way. */
  readonly path: string[];
  /** Rows of set entries that matched in the rule under way. */
  readonly setRows: string[];
}

export type MatchFunction = (c: HookContext) => boolean;

/** Undefined for a match that always holds. `label` names the rule for the chooser. */
export function compileMatch(match: Match, label: string): MatchFunction | undefined {
  const positive = compilePositive(match, label);
  if (positive === undefined) return undefined;
  return 'negate' in match && match.negate === true ? (c) => !positive(c) : positive;
}

function compilePositive(match: Match, label: string): MatchFunction | undefined {
  switch (match.match) {
    case 'src':
    case 'dst': {
      const { cidr } = match;
      const side = match.match;
      if (cidr.prefixLength === 0) return () => true;
      if (isHost(cidr)) return (c) => c.skb.packet.ip?.[side] === cidr.ip;
      return (c) => cidrContains(cidr, c.skb.packet.ip?.[side] ?? '');
    }
    case 'proto':
      return match.proto === 'ipip'
        ? (c) => tunnelKind(c.skb.packet) === 'ipip'
        : (c) => c.skb.packet.l4?.proto === match.proto;
    case 'in':
      return iface(match.iface, (c) => c.inDev);
    case 'out':
      return iface(match.iface, (c) => c.outDev);
    case 'comment':
      return undefined;
    case 'sport':
    case 'dport': {
      const side = match.match;
      return (c) => {
        const { l4 } = c.skb.packet;
        const ports = portsOf(l4);
        return ports?.proto === match.proto && inRange(match.ports, ports[side]);
      };
    }
    case 'multiport': {
      const side = match.side === 'dports' ? 'dport' : 'sport';
      return (c) => {
        const { l4 } = c.skb.packet;
        const ports = portsOf(l4);
        return ports !== undefined && match.ports.some((range) => inRange(range, ports[side]));
      };
    }
    case 'icmp-type':
      return (c) => {
        const { l4 } = c.skb.packet;
        if (l4?.proto !== 'icmp') return false;
        return l4.type === match.type && (match.code === undefined || l4.code === match.code);
      };
    case 'icmp6-type':
      return (c) => {
        const { l4 } = c.skb.packet;
        if (l4?.proto !== 'icmpv6') return false;
        return l4.type === match.type && (match.code === undefined || l4.code === match.code);
      };
    case 'mark':
      return (c) => (c.skb.mark & match.mask) >>> 0 === match.value >>> 0;
    case 'connmark':
      return (c) => ((c.skb.ct?.mark ?? 0) & match.mask) >>> 0 === match.value >>> 0;
    case 'ctstate':
      return (c) => match.states.some((state) => hasState(c.skb, state));
    case 'statistic': {
      const text = `iptables statistic ${label}`;
      return (c) => c.m.options.chooser.chance(match.probability, text);
    }
    case 'addrtype':
      return (c) => hasType(c, c.skb.packet.ip?.[match.side] ?? '', match.type, match.limitIface);
    case 'set':
      return (c) => inSet(c, match.name, match.dirs);
    case 'recent':
      return (c) => recent(c, match.name, match.op, match.seconds, match.reap ?? false);
    case 'owner':
      return (c) => c.skb.owner?.[match.by] === match.id;
    case 'socket':
      return (c) => proxyRules().hasSocket(c, match);
    case 'ipvs':
      return (c) => ipvs().ofVirtualServer(c.m, c.box, c.skb, match);
    case 'rpfilter':
      return (c) => passesReversePath(c, match.validmark ?? false) !== (match.invert ?? false);
    case 'physdev':
      return (c) => physdev(c, match);
  }
}

function iface(pattern: string, of: (c: HookContext) => Device | undefined): MatchFunction {
  if (pattern.endsWith('+')) {
    const prefix = pattern.slice(0, -1);
    return (c) => of(c)?.name.startsWith(prefix) ?? false;
  }
  return (c) => of(c)?.name === pattern;
}

function inRange(range: PortRange, port: number): boolean {
  return port >= range.from && port <= range.to;
}

function hasState(skb: Skb, state: string): boolean {
  switch (state) {
    case 'DNAT':
      return skb.ct?.dstNat ?? false;
    case 'SNAT':
      return skb.ct?.srcNat ?? false;
    default:
      return skb.ctState === state;
  }
}

/** `inet_dev_addr_type`; with a device, only what is local there is LOCAL. */
export function hasType(c: HookContext, ip: Ip, type: AddrType, limit: 'in' | 'out' | undefined): boolean {
  if (ip.includes(':')) return hasType6(c, ip, type, limit);
  const route = c.box.net.fib.lookup(ip);
  const dev = limit === 'in' ? c.inDev : limit === 'out' ? c.outDev : undefined;
  switch (type) {
    case 'LOCAL':
      return route?.type === 'local' && (dev === undefined || route.dev === dev.name);
    case 'UNICAST':
      return (
        route?.type === 'unicast' || route === undefined || (dev !== undefined && route.dev !== dev.name)
      );
    case 'BROADCAST':
      return route?.type === 'broadcast' && !isMulticast(ip);
    case 'MULTICAST':
      return isMulticast(ip);
    case 'BLACKHOLE':
      return route?.type === 'blackhole';
    case 'UNREACHABLE':
      return false;
  }
}

/** `match_type6`: of the address itself, but for what only routes know. */
function hasType6(c: HookContext, ip: Ip, type: AddrType, limit: 'in' | 'out' | undefined): boolean {
  const dev = limit === 'in' ? c.inDev : limit === 'out' ? c.outDev : undefined;
  const route = c.box.net.fib.lookup(ip, { iif: (dev ?? c.inDev ?? c.outDev)?.name });
  switch (type) {
    case 'LOCAL':
      return (
        route?.type === 'local' && route.anycast !== true && (dev === undefined || route.dev === dev.name)
      );
    case 'UNICAST':
      return !isMulticast6(ip) && ip !== UNSPECIFIED_6;
    case 'MULTICAST':
      return isMulticast6(ip);
    case 'BLACKHOLE':
      return route?.type === 'blackhole';
    case 'UNREACHABLE':
      return route?.type === 'unreachable';
    case 'BROADCAST':
      return false;
  }
}

/** 224.0.0.0/4 */
function isMulticast(ip: Ip): boolean {
  const first = Number.parseInt(ip, 10);
  return first >= 224 && first < 240;
}

const ipsets = new WeakMap<IpsetConfig, Ipset>();
const ipsetsByName = new WeakMap<readonly IpsetConfig[], Map<string, Ipset>>();

function ipsetOf(box: Box, name: string): Ipset | undefined {
  const configs = box.net.config.ipsets;
  let byName = ipsetsByName.get(configs);
  if (byName === undefined) {
    const names = new Map<string, Ipset>();
    for (const config of configs) {
      let set = ipsets.get(config);
      if (set === undefined) {
        set = compileIpset(config, (named) => names.get(named));
        // What a list of sets holds is its namespace's affair.
        if (config.type !== 'list:set') ipsets.set(config, set);
      }
      names.set(config.name, set);
    }
    byName = names;
    ipsetsByName.set(configs, byName);
  }
  return byName.get(name);
}

function inSet(c: HookContext, name: string, dirs: readonly ('src' | 'dst')[]): boolean {
  const { ip, l4 } = c.skb.packet;
  const set = ipsetOf(c.box, name);
  if (ip === undefined || set === undefined) return false;
  const entry = set.find(ip, l4, dirs);
  if (entry === undefined) return false;
  c.setRows.push(`ipset/${name}/${entry}`);
  return true;
}

function recent(
  c: HookContext,
  name: string,
  op: 'rcheck' | 'set',
  seconds: number | undefined,
  reap: boolean,
): boolean {
  const src = c.skb.packet.ip?.src ?? '';
  let list = c.box.state.recent.get(name);
  if (op === 'set') {
    if (list === undefined) {
      list = new Map();
      c.box.state.recent.set(name, list);
    }
    list.set(src, c.m.nowMs);
    return true;
  }
  const seen = list?.get(src);
  if (list === undefined || seen === undefined) return false;
  const fresh = seconds === undefined || c.m.nowMs - seen <= seconds * 1000;
  if (!fresh && reap) list.delete(src);
  return fresh;
}

/** `-m rpfilter`: the source is routed back by the device the packet came in by. */
function passesReversePath(c: HookContext, validMark: boolean): boolean {
  const back = c.box.net.fib.lookup(c.skb.packet.ip?.src ?? '', {
    src: c.skb.packet.ip?.dst,
    mark: validMark ? c.skb.mark : 0,
    oif: c.inDev?.name,
  });
  if (c.inDev?.link.kind === 'loopback') return true;
  return back?.type === 'unicast' && back.dev === c.inDev?.name;
}

function physdev(c: HookContext, match: Extract<Match, { match: 'physdev' }>): boolean {
  const { bridge } = c.skb;
  if (match.physdevIsBridged === true && bridge?.physOut === undefined) return false;
  if (match.physdevIsIn === true && bridge === undefined) return false;
  if (match.physdevIn !== undefined && !named(bridge?.physIn, match.physdevIn)) return false;
  return match.physdevOut === undefined || named(bridge?.physOut, match.physdevOut);
}

function named(dev: Device | undefined, pattern: string): boolean {
  if (dev === undefined) return false;
  return pattern.endsWith('+') ? dev.name.startsWith(pattern.slice(0, -1)) : dev.name === pattern;
}
