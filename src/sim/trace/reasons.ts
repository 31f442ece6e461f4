/**
 * The closed list of reasons a step can have: a code and its parameters. The sentences live in i18n, one for each code
 * in every language; a test holds that each code is produced by some scenario.
 */
interface HttpJudged {
  direction: 'ingress' | 'egress';
  pod: string;
  kind: string;
  policy: string;
  rule: number;
  /** The list that the rule stands in, where it is not `spec.DIRECTION`. */
  list?: string;
  http: number;
  method: string;
  path: string;
}

export interface ReasonParams {
  // processes
  'process.resolve': { tool: string; name: string };
  'process.resolved': { name: string; address: string };
  'process.nxdomain': { name: string };
  'process.dns-failed': { name: string; rcode: string };
  'process.connect': { tool: string; address: string };
  'process.connected': { address: string };
  'process.request': { method: string; url: string };
  'process.response': { status: number };
  'process.echo': { address: string };
  'process.query': { name: string; type: string };
  'process.truncated': { name: string; type: string };
  'process.answer': { name: string; type: string; rcode: string; count: number };
  'process.refused': { address: string };
  'process.reset': { address: string };
  'process.timeout': { seconds: number };
  'process.unreachable': { address: string };
  'process.too-big': { mtu: number };
  'process.closed': Record<string, never>;
  'process.forward-dns': { name: string; upstream: string };
  /** A proxy goes on for a client; `as` is the client's address where it speaks from there, else empty. */
  /** `service`: whose endpoint it is, where the proxy chose one; `as`: whose address it takes, where not its own. */
  'proxy.forward': {
    process: string;
    method: string;
    path: string;
    address: string;
    as: string;
    service?: string;
  };
  'proxy.answered': { process: string; status: number };
  'proxy.failed': { process: string; address: string; status: number; why: string; tries: number };
  /** An L7 proxy: `process` is nginx or envoy. */
  'l7.host': { process: string; host: string; server: string };
  'l7.no-host': { process: string; host: string };
  /** A route that was asked before the one that matched; `field` is path, method, header or query. */
  'l7.miss': { route: string; field: string; name: string; wanted: string; got: string };
  'l7.missing': { route: string; field: string; name: string; wanted: string };
  'l7.route': { process: string; route: string; method: string; path: string };
  'l7.no-route': { process: string; host: string; path: string };
  'l7.split': { process: string; service: string; weight: number; total: number };
  'l7.redirect': { process: string; status: number; location: string };
  /** `because`: a word of sim/l7/config.ts. */
  'l7.respond': { process: string; status: number; because: string };
  // sockets
  'socket.originate': { proto: string; flags: string };
  /** `meant`: the address that the client asked for, where TPROXY brought the packet to a socket that has another. */
  'socket.deliver': { port: number; proto: string; process: string; meant?: string };
  'socket.deliver-reply': { port: number; proto: string };
  'socket.no-listener-tcp': { at: string; ip: string; port: number; listening: string };
  'socket.no-listener-udp': { at: string; ip: string; port: number; listening: string };
  'socket.no-listener-sctp': { at: string; ip: string; port: number; listening: string };
  'socket.no-connection': { flags: string };
  'socket.echo-reply': { ip: string };
  // interfaces
  'link.transmit': { iface: string };
  'link.receive': { iface: string };
  'link.not-for-me': { mac: string };
  'link.mtu': { mtu: number; length: number };
  'link.down': { iface: string };
  'link.no-card': { mac: string };
  'link.loop': { iface: string };
  'link.dummy': { iface: string };
  // bridge
  'bridge.forward': { bridge: string; port: string; mac: string };
  'bridge.flood': { bridge: string; ports: number };
  'bridge.up': { bridge: string };
  'bridge.no-hairpin': { port: string };
  'bridge.nf-dnat-bridged': { bridge: string };
  // netfilter
  'rule.accept': { table: string; chain: string };
  'rule.return': { table: string; chain: string };
  'rule.mark': { table: string; chain: string; mark: string };
  'rule.policy': { table: string; chain: string; policy: string };
  'rule.drop': { table: string; chain: string; comment: string };
  'rule.redirect-nowhere': { iface: string };
  'rule.tproxy': { table: string; chain: string; port: number; mark: string };
  'rule.tproxy-none': { port: number };
  'rule.tproxy-forwarded': { prefix: string; dev: string };
  'rule.reject': { table: string; chain: string; with: string };
  // nftables, and what a proxy's rules mean
  'nft.map': { table: string; map: string; key: string; verdict: string };
  'nft.remember': { set: string; key: string; seconds: number };
  'service.masquerade-mark': { chain: string; mark: string };
  'service.no-endpoints': { service: string };
  'service.no-local-endpoints': { service: string };
  'service.no-such-port': { ip: string; port: string; proto: string };
  'service.unallocated': { ip: string };
  'conntrack.new': { tuple: string };
  'conntrack.insert-failed': Record<string, never>;
  'conntrack.found': { state: string };
  'conntrack.invalid': Record<string, never>;
  'nat.dnat': { from: string; to: string };
  'nat.masquerade': { from: string; to: string; iface: string };
  'nat.snat': { from: string; to: string };
  'nat.back-dst': { from: string; to: string };
  'nat.back-src': { from: string; to: string };
  // IPVS
  'ipvs.schedule': { hook: string; from: string; to: string; scheduler: string; servers: number };
  'ipvs.persistent': { hook: string; from: string; to: string; seconds: number };
  'ipvs.dnat': { from: string; to: string };
  'ipvs.back-src': { from: string; to: string };
  'ipvs.no-server': { virtual: string };
  'ipvs.server-gone': { virtual: string; real: string };
  // programs on hooks
  'program.found': { program: string; map: string; key: string };
  'program.missed': { program: string; map: string; key: string };
  'program.wrote': { program: string; map: string; key: string };
  'program.verdict': { program: string; act: string; to: string };
  'program.drop': { program: string; text: string; code: number };
  'program.no-service': { program: string; address: string };
  'program.l3': { program: string; ttl: number; mac: string };
  'program.tunnel': { program: string; id: number; remote: string };
  'program.to-proxy': { program: string; port: number; mark: string };
  'program.dnat': { program: string; from: string; to: string };
  'program.snat': { program: string; from: string; to: string };
  'program.back-dst': { program: string; from: string; to: string };
  'program.back-src': { program: string; from: string; to: string };
  'program.arp': { program: string; ip: string };
  'program.neighbour': { program: string; ip: string };
  'program.socket': { program: string; call: string; from: string; to: string };
  'program.socket-refused': { program: string; address: string };
  'tunnel.no-key': { iface: string };
  // routing and neighbours
  'route.local': { ip: string };
  /** A route of type local takes an address that is another's. */
  'route.taken': { ip: string; table: number };
  'route.forward': { prefix: string; dev: string; via: string };
  /** One of several next hops. */
  'route.balance': { prefix: string; dev: string; via: string; hops: number };
  'route.output': { prefix: string; dev: string; via: string; src: string };
  'route.none': { ip: string };
  'route.blackhole': { prefix: string };
  'route.unreachable': { prefix: string };
  'ovs.flow': { bridge: string; table: string; match: string; actions: string };
  'ovs.group': { bridge: string; group: number; to: string; of: number };
  'ovs.learn': { bridge: string; table: string; match: string; seconds: number; actions: string };
  'ovs.output': { bridge: string; port: string };
  'ovs.drop': { bridge: string; table: string; match: string };
  'ovs.miss': { bridge: string; table: string };
  'ovs.no-output': { bridge: string };
  'ovs.in-port': { bridge: string; port: string };
  'ovs.ttl': { bridge: string };
  'ovs.reject': { bridge: string };
  /** A datapath without OpenFlow: a flow of its own, or a question to the program that owns it. */
  'odp.flow': { datapath: string; flow: string; actions: string };
  'odp.miss': { datapath: string; flow: string; program: string };
  'odp.install': { datapath: string; program: string; flow: string; actions: string };
  'odp.output': { datapath: string; port: string };
  'weaver.peer': { mac: string; peer: string; vni: number };
  'weaver.local': { mac: string; port: string };
  'weaver.flood': { mac: string; peers: number; broadcast: boolean };
  'route.ttl-expired': Record<string, never>;
  'route.ttl': { from: number; to: number };
  'route.no-forwarding': { sysctl: string };
  'route.rp-filter': { ip: string; iface: string };
  'route.martian': { ip: string; iface: string };
  'neighbour.known': { ip: string; mac: string; state: string };
  'neighbour.ask': { ip: string; iface: string };
  'neighbour.answer': { ip: string; mac: string };
  'neighbour.fabric-answer': { ip: string; mac: string };
  'neighbour.proxy-answer': { ip: string; mac: string; iface: string };
  'neighbour.learnt': { ip: string; mac: string };
  'neighbour.failed': { ip: string; tries: number };
  // fragments
  'ip.fragment': { mtu: number; length: number; pieces: number };
  'ip.segments': { length: number; segments: number };
  'ip.fragment-waits': { id: number; offset: number };
  'ip.defrag': { pieces: number; length: number };
  // tunnels
  'vxlan.encap': { vni: number; remote: string; port: number };
  'vxlan.decap': { vni: number; remote: string };
  'vxlan.no-fdb': { mac: string };
  'geneve.encap': { vni: number; remote: string; port: number };
  'geneve.decap': { vni: number; remote: string };
  'ipip.encap': { remote: string };
  'ipip.decap': { remote: string };
  'wireguard.encap': { remote: string; port: number };
  'wireguard.decap': { remote: string };
  'wireguard.initiate': { remote: string; port: number };
  'wireguard.respond': { remote: string; port: number };
  'wireguard.session': { remote: string };
  'wireguard.no-peer': { ip: string };
  'wireguard.not-allowed': { ip: string; remote: string };
  'wireguard.unknown': { remote: string };
  // errors and time
  'icmp.unreachable': { code: number; text: string };
  'icmp.time-exceeded': Record<string, never>;
  'icmp.frag-needed': { mtu: number };
  'icmp6.unreachable': { code: number; text: string };
  'icmp6.time-exceeded': Record<string, never>;
  'icmp6.too-big': { mtu: number };
  'tcp.retransmit': { after: number; retry: number };
  'tcp.retransmit-data': { after: number; retry: number; bytes: number };
  'tcp.mtu-reduced': { ip: string; mtu: number; mss: number };
  // policy; the row that says it is a rule that a CNI wrote
  // `kind` is absent for NetworkPolicy; `rule` of a deny is there where a rule says Deny
  'policy.allow': {
    direction: 'ingress' | 'egress';
    policy: string;
    rule: number;
    pod: string;
    kind?: string;
    /** The list that the rule stands in, where it is not `spec.ingress` or `spec.egress`. */
    list?: string;
  };
  'policy.deny': {
    direction: 'ingress' | 'egress';
    policies: string;
    pod: string;
    rule?: number;
    kind?: string;
    /** As above. */
    list?: string;
    /** Of each of the policies, where they are not all of one kind. */
    kinds?: string;
  };
  /** What a policy's rule for HTTP says of one request; `http` is the item of `rules.http`, -1 where the rule has none. */
  'policy.http-allow': HttpJudged;
  /** The item that comes nearest, and the first thing that it misses; `more` counts the others. */
  'policy.http-deny': HttpJudged & { field: string; wants: string; got: string; more: number };
  'policy.pass': { direction: 'ingress' | 'egress'; policy: string; rule: number; pod: string; kind: string };
  // the simulator's own limits
  'unknown.controller': { bridge: string };
  'unknown.field': { field: string; object: string };
  'unknown.fragmentation': { mtu: number; length: number };
}

export type ReasonCode = keyof ReasonParams;

export type Reason = {
  [C in ReasonCode]: { readonly code: C; readonly params: Readonly<ReasonParams[C]> };
}[ReasonCode];

/** The reasons of a step that wrote another destination over the packet's own, whatever mechanism did it. */
export type DestinationNat = Extract<
  Reason,
  { code: 'nat.dnat' | 'ipvs.schedule' | 'ipvs.persistent' | 'ipvs.dnat' | 'program.dnat' | 'program.socket' }
>;

export function rewritesDestination(reason: Reason): reason is DestinationNat {
  switch (reason.code) {
    case 'nat.dnat':
    case 'ipvs.schedule':
    case 'ipvs.persistent':
    case 'ipvs.dnat':
    case 'program.dnat':
    case 'program.socket':
      return true;
    default:
      return false;
  }
}

/** Builds a reason with its parameters checked. */
export function reason<C extends ReasonCode>(code: C, params: ReasonParams[C]): Reason {
  return { code, params } as unknown as Reason;
}
