/**
 * One network namespace made ready to walk: devices with their ports and addresses, routes, listeners, compiled rules.
 * Derived from its config alone and kept beside it, so worlds that share a config share this too.
 */
import type { Ip, Mac } from '../base/ip.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import type { StepDetails } from '../trace/recorder.ts';
import type { NetfilterHook } from '../trace/trace.ts';
import type {
  FdbConfig,
  LinkConfig,
  ListenerConfig,
  MapConfig,
  NeighbourConfig,
  NetnsConfig,
  NetnsId,
  ProgramAttachment,
} from './config.ts';
import { hookCalls, type HookCall } from './netfilter/order.ts';
import { compileIptables, type CompiledTables } from './netfilter/tables.ts';
import { ALL_NODES, groupsOf, hasIpv6, ip6Addresses, isRouter } from './ip6-address.ts';
import { Routing } from './routing.ts';
import { hasLinkHeader } from './link-header.ts';
import { linkRow } from './row-key.ts';

export interface Device {
  readonly name: string;
  readonly link: LinkConfig;
  readonly mac: Mac;
  readonly mtu: number;
  readonly up: boolean;
  /** Frames with MAC addresses; tunnels of IP packets have none. */
  readonly linkHeader: boolean;
  readonly hairpin: boolean;
  /** Ports, for a bridge. */
  readonly ports: Device[];
  /** The bridge it is a port of. */
  master?: Device;
  readonly row: readonly string[];
  readonly rpFilter: 0 | 1 | 2;
  readonly forwarding: boolean;
  readonly proxyArp: boolean;
  readonly proxyDelayMs: number;
  readonly routeLocalnet: boolean;
  readonly acceptLocal: boolean;
  readonly hasAddress: boolean;
  readonly ipv6: boolean;
  /** It tells its neighbours so. */
  readonly router: boolean;
  readonly proxyNdp: boolean;
  readonly proxyNdpDelayMs: number;
  /** IPv6 groups whose packets it takes. */
  readonly groups: ReadonlySet<Ip>;
  /** Programs on its tc hooks. */
  readonly tcIngress?: ProgramAttachment;
  readonly tcEgress?: ProgramAttachment;
  /** What its steps and wire entries say of it, made once. `peerPod` is the pod behind a node's end of a veth pair. */
  readonly shown: StepDetails & { readonly iface: string; readonly peerPod?: NetnsId };
  readonly transmitted: Reason;
  readonly received: Reason;
}

/** A tunnel device that carries Ethernet frames in UDP. */
export interface FrameTunnelDevice extends Device {
  readonly link: Extract<LinkConfig, { kind: 'vxlan' | 'geneve' }>;
}

export interface WireguardDevice extends Device {
  readonly link: Extract<LinkConfig, { kind: 'wireguard' }>;
}

/** Linux' default for net.ipv4.neigh.IF.proxy_delay: 80 jiffies at HZ=100. */
const PROXY_DELAY_MS = 800;

export class Netns {
  readonly id: NetnsId;
  readonly config: NetnsConfig;
  readonly devices: ReadonlyMap<string, Device>;
  readonly loopback: Device;
  readonly fib: Routing;
  readonly frameTunnels: readonly FrameTunnelDevice[];
  readonly wireguards: readonly WireguardDevice[];
  readonly ipip: Device | undefined;
  /** The programs on the socket calls of its processes, one for each family of addresses. */
  private readonly socketPrograms: ReadonlyMap<4 | 6, ProgramAttachment>;
  readonly maps: ReadonlyMap<string, MapConfig>;
  private readonly iptables: CompiledTables | undefined;
  private readonly ip6tables: CompiledTables | undefined;
  /** Somebody registered a hook: only then is there connection tracking. */
  private readonly filters: boolean;
  private readonly calls = new Map<string, readonly HookCall[]>();
  private readonly addresses6: ReturnType<typeof ip6Addresses>;
  private readonly neighbours = new Map<string, NeighbourConfig>();
  private readonly fdb = new Map<string, FdbConfig>();

  constructor(config: NetnsConfig) {
    this.id = config.id;
    this.config = config;
    this.addresses6 = ip6Addresses(config);
    const devices = new Map<string, Device>();
    const addressed = new Set(config.addresses.map((a) => a.dev));
    const { sysctls } = config;
    const programs = new Map((config.programs ?? []).map((p) => [`${p.hook} ${p.dev ?? ''}`, p]));
    const onSockets = (config.programs ?? []).filter((p) => p.hook === 'cgroup-sock');
    this.socketPrograms = new Map(onSockets.map((p) => [p.family ?? 4, p]));
    this.maps = new Map((config.maps ?? []).map((map) => [map.name, map]));
    for (const link of config.links) {
      const own = sysctls.perInterface[link.name];
      const rp = Math.max(sysctls.rpFilterAll, own?.rpFilter ?? 0);
      devices.set(link.name, {
        name: link.name,
        link,
        mac: link.mac,
        mtu: link.mtu,
        up: link.up ?? true,
        linkHeader: hasLinkHeader(link),
        hairpin: link.hairpin ?? false,
        ports: [],
        row: [linkRow(link.name)],
        rpFilter: rp === 2 ? 2 : rp === 1 ? 1 : 0,
        forwarding: own?.forwarding ?? sysctls.ipForward,
        proxyArp: own?.proxyArp ?? false,
        proxyDelayMs: own?.proxyDelayMs ?? PROXY_DELAY_MS,
        routeLocalnet: (sysctls.routeLocalnetAll ?? false) || (own?.routeLocalnet ?? false),
        acceptLocal: own?.acceptLocal ?? false,
        hasAddress: addressed.has(link.name),
        ipv6: hasIpv6(config, link),
        router: isRouter(config, link.name),
        proxyNdp: own?.proxyNdp ?? false,
        proxyNdpDelayMs: own?.proxyNdpDelayMs ?? PROXY_DELAY_MS,
        groups: groupsOf(config, link),
        tcIngress: programs.get(`tc-ingress ${link.name}`),
        tcEgress: programs.get(`tc-egress ${link.name}`),
        shown: {
          iface: link.name,
          rows: [linkRow(link.name)],
          origin: link.origin,
          before: undefined,
          hook: undefined,
          peerPod: podBehind(config.id, link),
        },
        transmitted: reason('link.transmit', { iface: link.name }),
        received: reason('link.receive', { iface: link.name }),
      });
    }
    for (const device of devices.values()) {
      const master = device.link.master === undefined ? undefined : devices.get(device.link.master);
      if (master === undefined) continue;
      device.master = master;
      master.ports.push(device);
    }
    this.devices = devices;
    this.loopback = [...devices.values()].find((d) => d.link.kind === 'loopback') ?? IMPLICIT_LOOPBACK;
    this.fib = new Routing(config, (dev) => devices.get(dev)?.up ?? false);
    this.iptables = config.iptables === undefined ? undefined : compileIptables(config.iptables, 'iptables');
    this.ip6tables =
      config.ip6tables === undefined ? undefined : compileIptables(config.ip6tables, 'ip6tables');
    this.filters =
      config.nftables !== undefined || this.iptables !== undefined || this.ip6tables !== undefined;
    const all = [...devices.values()];
    this.frameTunnels = all.filter(
      (d): d is FrameTunnelDevice => d.link.kind === 'vxlan' || d.link.kind === 'geneve',
    );
    this.wireguards = all.filter((d): d is WireguardDevice => d.link.kind === 'wireguard');
    this.ipip = all.find((d) => d.link.kind === 'ipip');
    for (const n of config.neighbours) this.neighbours.set(`${n.dev} ${n.ip}`, n);
    for (const f of config.fdb) this.fdb.set(`${f.dev} ${f.mac}`, f);
  }

  /** The program that a socket call with this address runs. */
  socketProgram(ip: Ip): ProgramAttachment | undefined {
    return this.socketPrograms.get(ip.includes(':') ? 6 : 4);
  }

  device(name: string): Device | undefined {
    return name === 'lo' ? this.loopback : this.devices.get(name);
  }

  /** iptables' tables, or ip6tables'. */
  tables(family: 4 | 6): CompiledTables | undefined {
    return family === 4 ? this.iptables : this.ip6tables;
  }

  /** What a hook calls for packets of one family, in order. */
  hookCalls(family: 4 | 6, hook: NetfilterHook): readonly HookCall[] {
    if (!this.filters) return [];
    const key = `${family} ${hook}`;
    let calls = this.calls.get(key);
    if (calls === undefined) {
      calls = hookCalls(this.config, this.tables(family), family, hook);
      this.calls.set(key, calls);
    }
    return calls;
  }

  configuredNeighbour(dev: string, ip: Ip): NeighbourConfig | undefined {
    return this.neighbours.get(`${dev} ${ip}`);
  }

  configuredFdb(dev: string, mac: Mac): FdbConfig | undefined {
    return this.fdb.get(`${dev} ${mac}`);
  }

  /** Whether this host answers solicitations for `ip` on a device in another's stead. */
  isProxied(dev: string, ip: Ip): boolean {
    return this.config.proxyNeighbours?.some((p) => p.dev === dev && p.ip === ip) ?? false;
  }

  /** Whether `ip` is an address of the device itself: for neighbour discovery another device's does not count. */
  hasOwn(dev: string, ip: Ip): boolean {
    return this.addresses6.get(dev)?.some((a) => a.ip === ip) ?? false;
  }

  /**
   * The socket that takes a packet for `ip:port`: one bound to the address before one bound to all. One bound to `::`
   * takes both families, one bound to 0.0.0.0 IPv4 alone.
   */
  listener(proto: ListenerConfig['proto'], ip: Ip, port: number): ListenerConfig | undefined {
    let any: ListenerConfig | undefined;
    const six = ip.includes(':');
    for (const l of this.config.listeners) {
      if (l.port !== port || l.proto !== proto) continue;
      if (l.ip === ip) return l;
      if (l.ip === '::' ? l.v6only !== true || six : l.ip === '0.0.0.0' && !six) any ??= l;
    }
    return any;
  }
}

const known = new WeakMap<NetnsConfig, Netns>();

export function netnsOf(config: NetnsConfig): Netns {
  let netns = known.get(config);
  if (netns === undefined) {
    netns = new Netns(config);
    known.set(config, netns);
  }
  return netns;
}

function isHost(id: NetnsId): boolean {
  return id.startsWith('node/') || id.startsWith('external/');
}

function podBehind(id: NetnsId, link: LinkConfig): NetnsId | undefined {
  if (link.kind !== 'veth' || !isHost(id) || isHost(link.peer.netns)) return undefined;
  return link.peer.netns;
}

const IMPLICIT_LOOPBACK: Device = {
  name: 'lo',
  link: { kind: 'loopback', name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536 },
  mac: '00:00:00:00:00:00',
  mtu: 65536,
  up: true,
  linkHeader: true,
  hairpin: false,
  ports: [],
  row: [linkRow('lo')],
  rpFilter: 0,
  forwarding: false,
  proxyArp: false,
  proxyDelayMs: PROXY_DELAY_MS,
  routeLocalnet: false,
  acceptLocal: false,
  hasAddress: true,
  ipv6: true,
  router: false,
  proxyNdp: false,
  proxyNdpDelayMs: PROXY_DELAY_MS,
  groups: new Set([ALL_NODES]),
  shown: { iface: 'lo', rows: [linkRow('lo')] },
  transmitted: reason('link.transmit', { iface: 'lo' }),
  received: reason('link.receive', { iface: 'lo' }),
};
