/**
 * What a configurator returns for one network namespace: links, addresses, routes, neighbours, netfilter rules, sets,
 * sysctls and listeners, as plain data in Linux' words. `kernel.ts` walks packets through it, `show/` prints it as the
 * real commands do. The box does not know that Kubernetes exists.
 */
import type { Cidr, Ip, Mac } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { NftTable } from './nftables/config.ts';
import type { DatapathConfig, SwitchConfig } from './ovs/config.ts';

/** `node/kind-worker`, `external/laptop`, or `namespace/pod`. */
export type NetnsId = string;

interface LinkBase {
  readonly name: string;
  readonly mac: Mac;
  readonly mtu: number;
  /** Name of the bridge that this link is a port of; of Open vSwitch's as well, which `ip link` calls by its datapath. */
  readonly master?: string;
  /** Bridge port option: may a frame leave by the port it came in? */
  readonly hairpin?: boolean;
  readonly up?: boolean;
  /** `ip link set DEV arp off`: nobody is asked for addresses, frames carry the device's own. */
  readonly noarp?: boolean;
  readonly origin?: Origin;
}

export type LinkConfig =
  | (LinkBase & { readonly kind: 'loopback' })
  | (LinkBase & { readonly kind: 'veth'; readonly peer: { readonly netns: NetnsId; readonly name: string } })
  | (LinkBase & { readonly kind: 'bridge'; readonly promisc?: boolean })
  | (LinkBase & {
      readonly kind: 'vxlan';
      readonly vni: number;
      readonly port: number;
      readonly local: Ip;
      /** The underlay device. */
      readonly dev: string;
      readonly learning: boolean;
      /**
       * `external` (collect metadata): remote and VNI come with each packet, from the program that sent it here; `vni`
       * and `local` mean nothing then.
       */
      readonly external?: boolean;
    })
  /** Ethernet frames in UDP, as VXLAN with another header; without `external` a wire to one remote. */
  | (LinkBase & {
      readonly kind: 'geneve';
      readonly vni: number;
      readonly port: number;
      /** Absent where `external`: each packet brings its own. */
      readonly remote?: Ip;
      readonly external?: boolean;
    })
  /**
   * `tunl0`, which the ipip module makes: an IPv4 packet in an IPv4 packet, to the gateway of the route that leads
   * here. TTL and DF are those of the packet inside. There is no link-layer header: `mac` means nothing.
   */
  | (LinkBase & { readonly kind: 'ipip' })
  /** Encrypted UDP to the peer that the destination belongs to. No link-layer header either. */
  | (LinkBase & {
      readonly kind: 'wireguard';
      readonly port: number;
      /** Names this end; peers of other devices say it. */
      readonly publicKey: string;
      readonly peers: readonly WireguardPeerConfig[];
    })
  /** A device that swallows what is sent out of it; it is there for the addresses on it. */
  | (LinkBase & { readonly kind: 'dummy' /** Absent: 1000. */; readonly qlen?: number })
  /**
   * A device of Open vSwitch: the datapath (`ovs-system`), a bridge's own (`br-int`), or another internal port, which has
   * the bridge as its master. What is sent out of the latter two enters the bridge; so it is with a datapath's own device
   * where no bridge is on it.
   */
  | (LinkBase & { readonly kind: 'openvswitch' })
  /** A network card, plugged into a segment: a perfect switch that joins every card on it. */
  | (LinkBase & { readonly kind: 'ethernet'; readonly segment: string });

export interface WireguardPeerConfig {
  readonly publicKey: string;
  readonly endpoint: { readonly ip: Ip; readonly port: number };
  /** Destinations that it is sent, and the only sources that it may send. */
  readonly allowedIps: readonly Cidr[];
  readonly origin?: Origin;
}

export interface AddressConfig {
  readonly dev: string;
  readonly ip: Ip;
  readonly prefixLength: number;
  readonly scope: 'global' | 'link' | 'host';
  /** False where somebody deleted the route to its subnet that the kernel made. */
  readonly connectedRoute?: boolean;
  readonly origin?: Origin;
}

/** An address that the network outside delivers to a card of this host, though the host itself does not have it. */
export interface HeldAddressConfig {
  readonly dev: string;
  readonly ip: Ip;
  readonly origin?: Origin;
}

/** A route. Connected and local routes are written out by the kernel from the addresses. */
export interface RouteConfig {
  readonly to: Cidr;
  /**
   * `throw` ends the look-up in its table: the next rule is asked. `local` takes what it matches as this host's own,
   * whatever its address: how packets reach a transparent proxy.
   */
  readonly type?: 'unicast' | 'blackhole' | 'unreachable' | 'throw' | 'local';
  /** Number of the routing table; `main` where absent. */
  readonly table?: number;
  readonly via?: Ip;
  /** Absent for all but unicast routes. */
  readonly dev?: string;
  readonly onlink?: boolean;
  readonly src?: Ip;
  readonly scope?: 'global' | 'link' | 'host';
  readonly protocol?: 'kernel' | 'boot' | 'static' | 'bird' | '80';
  readonly metric?: number;
  /** Several next hops in place of `via` and `dev`: each flow takes one of them. */
  readonly nexthops?: readonly NexthopConfig[];
  /** `namespace/name` of the Service that the next hops share the load of; copied into the record of the choice. */
  readonly balances?: string;
  /** `mtu N`, where it is smaller than the device's. */
  readonly mtu?: number;
  readonly origin?: Origin;
}

export interface NexthopConfig {
  readonly via: Ip;
  readonly dev: string;
  readonly weight?: number;
  readonly onlink?: boolean;
  /** `namespace/pod` of those that can be reached only this way. */
  readonly pods?: readonly string[];
}

/**
 * One line of `ip rule`. Linux' own (0 local, 32766 main, 32767 default) are always there; but a rule without any selector
 * that looks up `local` is Linux' own, moved: who wants to be asked before it adds it again further down and deletes the first.
 */
export interface IpRuleConfig {
  readonly priority: number;
  /** Which of `ip rule` and `ip -6 rule`, where no prefix says so; absent: 4. */
  readonly family?: 4 | 6;
  readonly from?: Cidr;
  readonly to?: Cidr;
  /** `lo` for packets of this host itself. */
  readonly iif?: string;
  readonly fwmark?: { readonly value: number; readonly mask: number };
  readonly lookup: number | 'main' | 'local' | 'default';
  readonly origin?: Origin;
}

export interface NeighbourConfig {
  readonly dev: string;
  readonly ip: Ip;
  readonly mac: Mac;
  readonly state: 'PERMANENT' | 'REACHABLE' | 'NOARP';
  readonly origin?: Origin;
}

export interface ProxyNeighbourConfig {
  readonly dev: string;
  readonly ip: Ip;
  readonly origin?: Origin;
}

export interface FdbConfig {
  readonly dev: string;
  readonly mac: Mac;
  /** The remote tunnel endpoint, for a vxlan device. */
  readonly dst: Ip;
  readonly origin?: Origin;
}

/** The sysctls that matter to a packet; absent ones have Linux' own defaults. Keys of `perInterface` are link names. */
export interface SysctlConfig {
  readonly ipForward: boolean;
  readonly bridgeNfCallIptables: boolean;
  /** net.ipv6.conf.all.forwarding: what decides whether an IPv6 packet is forwarded, whatever a device says. */
  readonly ip6Forward?: boolean;
  /** Absent: as `bridgeNfCallIptables`, for br_netfilter switches both on when it is loaded. */
  readonly bridgeNfCallIp6tables?: boolean;
  /**
   * net.ipv6.conf.all.disable_ipv6. IPv6 is on by default: a link that is up has a link-local address. Addresses are
   * usable at once (accept_dad is off): duplicate address detection, which would hold each back for a second or two,
   * is not modelled. Nor are router advertisements: a default route is written as a route.
   */
  readonly disableIpv6?: boolean;
  readonly rpFilterAll: 0 | 1 | 2;
  /** net.netfilter.nf_conntrack_tcp_be_liberal */
  readonly tcpBeLiberal?: boolean;
  readonly routeLocalnetAll?: boolean;
  /** net.netfilter.nf_conntrack_tcp_timeout_established and _close_wait, in seconds; kube-proxy sets them. */
  readonly conntrackTcpEstablishedSeconds?: number;
  readonly conntrackTcpCloseWaitSeconds?: number;
  /** net.ipv4.conf.all.arp_ignore and arp_announce, the values that kube-proxy's strictARP writes. */
  readonly arpIgnoreAll?: 0 | 1;
  readonly arpAnnounceAll?: 0 | 2;
  /** net.ipv4.vs: conntrack, expire_nodest_conn, expire_quiescent_template. Absent: off, as the kernel's own. */
  readonly vsConntrack?: boolean;
  readonly vsExpireNodestConn?: boolean;
  readonly vsExpireQuiescentTemplate?: boolean;
  readonly perInterface: Readonly<Record<string, InterfaceSysctl>>;
}

export interface InterfaceSysctl {
  readonly rpFilter?: 0 | 1 | 2;
  readonly proxyArp?: boolean;
  /** Delay before a proxied answer, `neigh/IF/proxy_delay`; 0 answers at once. */
  readonly proxyDelayMs?: number;
  readonly routeLocalnet?: boolean;
  /** A packet may come in with an address of this host as its source. */
  readonly acceptLocal?: boolean;
  readonly forwarding?: boolean;
  /** net.ipv6.conf.IF.disable_ipv6: the link has no IPv6 address at all. */
  readonly disableIpv6?: boolean;
  /** net.ipv6.conf.IF.forwarding: the router flag of its advertisements. Absent: as `ip6Forward`. */
  readonly forwarding6?: boolean;
  /** net.ipv6.neigh.IF.proxy_delay: 0 answers at once. */
  readonly proxyNdpDelayMs?: number;
  /** net.ipv6.conf.IF.proxy_ndp: answers for the addresses of `NetnsConfig.proxyNeighbours`. */
  readonly proxyNdp?: boolean;
}

// netfilter

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';
export type CtState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED' | 'DNAT' | 'SNAT';
export type AddrType = 'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST' | 'BLACKHOLE' | 'UNREACHABLE';
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export type Match =
  | { readonly match: 'src'; readonly cidr: Cidr; readonly negate?: boolean }
  | { readonly match: 'dst'; readonly cidr: Cidr; readonly negate?: boolean }
  | {
      readonly match: 'proto';
      /** A number: a protocol that nothing here sends. */
      readonly proto: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'icmpv6' | 'ipip' | number;
      readonly negate?: boolean;
    }
  /** A trailing `+` matches any suffix, as in iptables. */
  | { readonly match: 'in'; readonly iface: string; readonly negate?: boolean }
  | { readonly match: 'out'; readonly iface: string; readonly negate?: boolean }
  | { readonly match: 'comment'; readonly text: string }
  | {
      readonly match: 'sport';
      readonly proto: 'tcp' | 'udp' | 'sctp';
      readonly ports: PortRange;
      readonly negate?: boolean;
    }
  | {
      readonly match: 'dport';
      readonly proto: 'tcp' | 'udp' | 'sctp';
      readonly ports: PortRange;
      readonly negate?: boolean;
    }
  | {
      readonly match: 'multiport';
      readonly side: 'dports' | 'sports';
      readonly ports: readonly PortRange[];
      readonly negate?: boolean;
    }
  | { readonly match: 'icmp-type'; readonly type: number; readonly code?: number; readonly negate?: boolean }
  /** The same for ip6tables. */
  | { readonly match: 'icmp6-type'; readonly type: number; readonly code?: number; readonly negate?: boolean }
  | { readonly match: 'mark'; readonly value: number; readonly mask: number; readonly negate?: boolean }
  | { readonly match: 'connmark'; readonly value: number; readonly mask: number; readonly negate?: boolean }
  | {
      readonly match: 'ctstate';
      readonly states: readonly CtState[];
      readonly negate?: boolean;
      /** Written as `-m state --state`, an older name of the same match, and printed so. */
      readonly alias?: 'state';
    }
  /** `-m conntrack --ctorigdstport`, `--ctorigdst`, `--ctdir` belong to part 2. */
  | { readonly match: 'statistic'; readonly probability: number }
  | {
      readonly match: 'addrtype';
      readonly side: 'src' | 'dst';
      readonly type: AddrType;
      readonly negate?: boolean;
      readonly limitIface?: 'in' | 'out';
    }
  | {
      readonly match: 'set';
      readonly name: string;
      readonly dirs: readonly ('src' | 'dst')[];
      readonly negate?: boolean;
    }
  | {
      readonly match: 'recent';
      readonly name: string;
      readonly op: 'rcheck' | 'set';
      readonly seconds?: number;
      readonly reap?: boolean;
    }
  /** Who has the socket that sent it; what has none (a reset, a closed connection's last words) is nobody's. */
  | { readonly match: 'owner'; readonly by: 'uid' | 'gid'; readonly id: number; readonly negate?: boolean }
  /** A socket of this host takes the packet as it is; `transparent`: one with IP_TRANSPARENT. */
  | { readonly match: 'socket'; readonly transparent?: boolean; readonly nowildcard?: boolean }
  /** The IPVS connection that a packet belongs to. */
  | {
      readonly match: 'ipvs';
      readonly vaddr: Ip;
      readonly vproto: 'tcp' | 'udp' | 'sctp';
      readonly vport: number;
      readonly negate?: boolean;
    }
  | { readonly match: 'rpfilter'; readonly validmark?: boolean; readonly invert?: boolean }
  | {
      readonly match: 'physdev';
      readonly physdevIsBridged?: boolean;
      readonly physdevIsIn?: boolean;
      readonly physdevIn?: string;
      readonly physdevOut?: string;
      readonly negate?: boolean;
    };

export type Target =
  | { readonly target: 'ACCEPT' | 'DROP' | 'RETURN' | 'NOTRACK' }
  | { readonly target: 'jump' | 'goto'; readonly chain: string }
  | { readonly target: 'DNAT'; readonly ip: Ip; readonly port?: number }
  /** To this host itself: 127.0.0.1 for its own packets, else the address of the device that they came in by. */
  | { readonly target: 'REDIRECT'; readonly port?: number }
  /** To a transparent socket of this host, without a change to the packet; `mark` is for the route that makes it local. */
  | {
      readonly target: 'TPROXY';
      readonly port: number;
      /** Absent: the address of the device that it came in by. */
      readonly ip?: Ip;
      readonly mark: number;
      readonly mask: number;
    }
  | { readonly target: 'SNAT'; readonly ip: Ip; readonly randomFully?: boolean }
  | { readonly target: 'MASQUERADE'; readonly randomFully?: boolean }
  /** `--set-xmark value/mask`: mark = (mark & ~mask) ^ value. */
  | { readonly target: 'MARK'; readonly value: number; readonly mask: number }
  | { readonly target: 'CONNMARK'; readonly value: number; readonly mask: number }
  /** `CONNMARK --restore-mark`: mark = (mark & ~nfmask) ^ (connmark & ctmask). */
  | { readonly target: 'CONNMARK-RESTORE'; readonly nfmask: number; readonly ctmask: number }
  | {
      readonly target: 'REJECT';
      readonly with:
        | 'icmp-port-unreachable'
        | 'icmp-host-prohibited'
        | 'icmp-admin-prohibited'
        | 'icmp6-port-unreachable'
        | 'icmp6-adm-prohibited'
        | 'icmp6-addr-unreachable'
        | 'icmp6-no-route'
        | 'tcp-reset';
    }
  /** A line in the kernel's log; the packet goes on. `level` is syslog's. */
  | { readonly target: 'LOG'; readonly prefix: string; readonly level: number }
  /** A copy to whoever listens on the group; the packet goes on. */
  | { readonly target: 'NFLOG'; readonly group: number }
  /** A rule without a target: it only matches (and sets `recent`). */
  | { readonly target: 'none' };

export interface Rule {
  /** In the order in which iptables-save prints them. */
  readonly matches: readonly Match[];
  readonly target: Target;
  readonly origin?: Origin;
  /**
   * What a match means in the writer's terms, copied into the step's reason: a policy verdict, a Service's endpoint.
   * The engine reads it only to record it.
   */
  readonly meaning?: RuleMeaning;
}

export type RuleMeaning =
  | {
      readonly kind: 'policy-allow';
      readonly direction: 'ingress' | 'egress';
      /** `namespace/name`, or `namespace/selector` where one rule serves several pods. */
      readonly pod: string;
      readonly policy: PolicyRuleRef;
    }
  | {
      readonly kind: 'policy-deny';
      readonly direction: 'ingress' | 'egress';
      readonly pod: string;
      readonly policies: readonly string[];
      /** The rule that says so; absent where no rule of these policies admits the packet. */
      readonly by?: PolicyRuleRef;
    }
  /** The rule leaves the packet to the policies after it. */
  | {
      readonly kind: 'policy-pass';
      readonly direction: 'ingress' | 'egress';
      readonly pod: string;
      readonly policy: PolicyRuleRef;
    }
  /** One rule denies for every isolated pod: the packet's address says for which. */
  | {
      readonly kind: 'policy-deny-by-address';
      readonly direction: 'ingress' | 'egress';
      readonly side: 'src' | 'dst';
      readonly pods: ReadonlyMap<Ip, { readonly pod: string; readonly policies: readonly string[] }>;
    }
  /** This rule picks an endpoint by chance; `options` are all of the chain, in order. */
  | {
      readonly kind: 'choice';
      readonly service: string;
      readonly options: readonly {
        readonly to: string;
        readonly pod?: string;
        /** Where the choice is of a node: the pods that it leads to. */
        readonly pods?: readonly string[];
        readonly probability: number;
      }[];
      readonly index: number;
    };

export interface PolicyRuleRef {
  /** Absent: NetworkPolicy. */
  readonly kind?: string;
  /** Absent: the policy is the whole cluster's. */
  readonly namespace?: string;
  readonly name: string;
  /** Index into spec.ingress or spec.egress. */
  readonly rule: number;
}

/** A built-in chain has a policy; a user's chain has none. */
export interface Chain {
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: readonly Rule[];
}

export type IptablesTable = ReadonlyMap<string, Chain>;

export interface IptablesConfig {
  readonly raw: IptablesTable;
  readonly mangle: IptablesTable;
  readonly nat: IptablesTable;
  readonly filter: IptablesTable;
}

export interface IpsetConfig {
  readonly name: string;
  readonly type:
    | 'hash:net'
    | 'hash:ip'
    | 'hash:ip,port'
    | 'hash:ip,port,ip'
    | 'hash:ip,port,net'
    | 'bitmap:port'
    /** Its entries are names of other sets. */
    | 'list:set';
  /** Absent: 4. A set of 6 is `family inet6`. */
  readonly family?: 4 | 6;
  /** Entries as `ipset save` prints them: `10.244.1.2`, `10.0.0.0/8`, `10.244.1.2,tcp:8080`, `30080`. */
  readonly entries: readonly string[];
  /** `ipset create ... comment`: the comment of each entry that has one. */
  readonly comments?: ReadonlyMap<string, string>;
  readonly options?: string;
  readonly origin?: Origin;
}

// IPVS

export type IpvsScheduler =
  | 'rr'
  | 'wrr'
  | 'lc'
  | 'wlc'
  | 'lblc'
  | 'lblcr'
  | 'sh'
  | 'dh'
  | 'sed'
  | 'nq'
  | 'mh';

/** A real server. Only NAT (`ipvsadm -m`, printed as Masq) is modelled: it is all that kube-proxy uses. */
export interface IpvsServerConfig {
  readonly ip: Ip;
  readonly port: number;
  readonly weight: number;
  /** Whose address it is, for `choices`: `namespace/pod`. */
  readonly pod?: string;
  readonly origin?: Origin;
}

/** A virtual server: an address and a port that this kernel takes connections for and hands on. */
export interface IpvsServiceConfig {
  readonly proto: 'tcp' | 'udp' | 'sctp';
  readonly ip: Ip;
  readonly port: number;
  readonly scheduler: IpvsScheduler;
  /** `ipvsadm -b`: with mh the client's port counts as well as its address. */
  readonly schedulerFlag?: 'mh-port';
  /** `ipvsadm -p`: a client keeps its real server for so long. */
  readonly persistentSeconds?: number;
  readonly servers: readonly IpvsServerConfig[];
  /** The writer's name for it, recorded with each choice: `namespace/service`. */
  readonly service?: string;
  readonly origin?: Origin;
}

export interface IpvsConfig {
  readonly services: readonly IpvsServiceConfig[];
  /** `ipvsadm --set`, in seconds; absent ones are the kernel's 900, 120 and 300. */
  readonly tcpTimeoutSeconds?: number;
  readonly tcpFinTimeoutSeconds?: number;
  readonly udpTimeoutSeconds?: number;
}

// programs on hooks

/** A program that the kernel runs on each packet of a device, or on the sockets of a namespace's processes. */
export interface ProgramAttachment {
  readonly hook: 'tc-ingress' | 'tc-egress' | 'cgroup-sock';
  /** The device of a tc hook. */
  readonly dev?: string;
  /** Which addresses of socket calls it is for (`connect4`, `connect6`); absent: 4. */
  readonly family?: 4 | 6;
  /** Its function's name, as `tc filter show` prints it; the key of `World.programs`. */
  readonly program: string;
  /** What its loader compiled into it. */
  readonly constants: Readonly<Record<string, string | number | boolean>>;
  /** The namespace whose maps it uses, where that is not its own: a pod's sockets use their node's. */
  readonly mapsOf?: NetnsId;
  readonly origin?: Origin;
}

/** One entry of a map. `value` has the type that the map's programs agree on. */
export interface MapEntry {
  readonly value: object;
  readonly origin?: Origin;
}

/**
 * A map that programs look up: what its owner (a daemon) wrote into it. What programs write themselves is runtime state.
 * Keys are text, as the owner's own command prints them; those of an `lpm` map are prefixes.
 */
export interface MapConfig {
  readonly name: string;
  readonly kind: 'hash' | 'lpm';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

// processes

/** Which program answers on a listener; the probe layer has one handler per id. */
export type AppId = 'kube-proxy-health' | 'http' | 'echo' | 'dns' | 'tcp-accept' | 'udp-sink';

/** A program that a configurator brings along: a proxy of its own. */
export type OwnAppId = `own/${string}`;

export interface ListenerConfig {
  readonly proto: 'tcp' | 'udp' | 'sctp';
  /**
   * An address, or a wildcard as Linux has them: `::` is what a program binds that listens on every address, and takes
   * IPv6 and IPv4; `0.0.0.0` takes IPv4 alone. `boundTo` in cluster/underlay.ts says which a program binds.
   */
  readonly ip: Ip;
  /** IPV6_V6ONLY: this `::` takes no IPv4. */
  readonly v6only?: boolean;
  /** IP_TRANSPARENT: TPROXY may hand it connections to any address. */
  readonly transparent?: boolean;
  /** SO_MARK, which the connections that it accepts have too. */
  readonly mark?: number;
  /** Who runs the process; absent: root. */
  readonly owner?: ProcessOwner;
  /** What its program was told by whoever configured it, for `AppSelf`. */
  readonly settings?: object;
  readonly port: number;
  readonly app: AppId | OwnAppId;
  /** The process' name as `ss -p` prints it, and the container it runs in. */
  readonly process: string;
  readonly container?: string;
  readonly origin?: Origin;
}

export interface ProcessOwner {
  readonly uid: number;
  readonly gid: number;
}

/** A flow that conntrack knows before anything is sent; its destination was rewritten. */
export interface RememberedFlow {
  readonly netns: NetnsId;
  readonly orig: FlowTuple;
  readonly reply: FlowTuple;
  readonly origin?: Origin;
}

interface FlowTuple {
  readonly proto: 'udp';
  readonly src: Ip;
  readonly dst: Ip;
  readonly sport: number;
  readonly dport: number;
}

export interface NetnsConfig {
  readonly id: NetnsId;
  /** Source NAT finds no free port here, because of this. */
  readonly natPortsExhausted?: Origin;
  readonly links: readonly LinkConfig[];
  readonly addresses: readonly AddressConfig[];
  readonly routes: readonly RouteConfig[];
  /** What somebody tried to add and the kernel did not take (`route-accept.ts`). */
  readonly refusedRoutes?: readonly RouteConfig[];
  /** Policy routing beside Linux' own rules, in the order in which they were added. */
  readonly rules?: readonly IpRuleConfig[];
  /** Present, the segments of its cards are a cloud's network and no plain switch (link/fabric.ts). */
  readonly held?: readonly HeldAddressConfig[];
  readonly neighbours: readonly NeighbourConfig[];
  /** `ip -6 neigh add proxy`: addresses that this host answers neighbour solicitations for on a device. */
  readonly proxyNeighbours?: readonly ProxyNeighbourConfig[];
  readonly fdb: readonly FdbConfig[];
  readonly sysctls: SysctlConfig;
  readonly iptables?: IptablesConfig;
  readonly ip6tables?: IptablesConfig;
  /** nftables' own tables in the order in which they were made; what `iptables` writes is in `iptables`. */
  readonly nftables?: readonly NftTable[];
  /**
   * How many of `nftables` were there when iptables registered a hook (`4/nat/POSTROUTING`), if any: of two hooks with
   * the same priority the one registered later runs first.
   */
  readonly nftablesBefore?: Readonly<Record<string, number>>;
  readonly ipsets: readonly IpsetConfig[];
  /** Absent: the module was never asked for. */
  readonly ipvs?: IpvsConfig;
  readonly listeners: readonly ListenerConfig[];
  readonly programs?: readonly ProgramAttachment[];
  readonly maps?: readonly MapConfig[];
  /** Bridges of Open vSwitch; each has a link of its name. */
  readonly switches?: readonly SwitchConfig[];
  /** Datapaths of its kernel module that have no bridge of OpenFlow on them; each has a link of its name. */
  readonly datapaths?: readonly DatapathConfig[];
  readonly origin?: Origin;
}

/**
 * What one configurator contributes to one namespace. `assemble` merges the parts in the order in which a node's
 * components start. A rule for a built-in chain says where it goes, as the component's own `iptables` call would.
 */
export interface NetnsPart {
  readonly links?: readonly LinkConfig[];
  readonly addresses?: readonly AddressConfig[];
  readonly routes?: readonly RouteConfig[];
  readonly rules?: readonly IpRuleConfig[];
  readonly held?: readonly HeldAddressConfig[];
  readonly neighbours?: readonly NeighbourConfig[];
  readonly proxyNeighbours?: readonly ProxyNeighbourConfig[];
  readonly fdb?: readonly FdbConfig[];
  readonly sysctls?: Partial<Omit<SysctlConfig, 'perInterface'>> & {
    readonly perInterface?: SysctlConfig['perInterface'];
  };
  readonly ipsets?: readonly IpsetConfig[];
  readonly ipvs?: IpvsConfig;
  readonly listeners?: readonly ListenerConfig[];
  readonly programs?: readonly ProgramAttachment[];
  readonly maps?: readonly MapConfig[];
  readonly switches?: readonly SwitchConfig[];
  readonly datapaths?: readonly DatapathConfig[];
  readonly chains?: readonly ChainPart[];
  readonly hooks?: readonly HookPart[];
  /** Made after the part's own `hooks`. */
  readonly nftables?: readonly NftTable[];
}

/** A user's chain, whole. */
export interface ChainPart {
  /** Which of iptables and ip6tables; absent: 4. */
  readonly family?: 4 | 6;
  readonly table: TableName;
  readonly name: string;
  readonly rules: readonly Rule[];
}

/**
 * A rule in a built-in chain. `prepend` is `-I CHAIN 1` when the component starts, `append` is `-A`; `first` is a
 * component that keeps its rule at the top for ever (Felix).
 */
export interface HookPart {
  /** Which of iptables and ip6tables; absent: 4. */
  readonly family?: 4 | 6;
  readonly table: TableName;
  readonly chain: 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
  readonly where: 'first' | 'prepend' | 'append';
  readonly rule: Rule;
}
