/**
 * Cilium's maps: their names, what their values hold, and how their keys read. Keys are what `cilium-dbg bpf ... list`
 * prints, so that a step names the line.
 */
import { ipFamily, ipPort, type Cidr, type Ip, type IpFamily, type Mac } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { CiliumHttpRule, CiliumL7Rules } from '../../k8s/cluster-state.ts';
import type { MapHandle } from '../../net/program/context.ts';

/** `cilium_ipcache_v2`: whose an address is, and behind which node. Keys are prefixes. */
export interface IpcacheValue {
  readonly identity: number;
  /** The node to send to through the tunnel. */
  readonly tunnelEndpoint?: Ip;
}
export const IPCACHE: MapHandle<IpcacheValue> = { map: 'cilium_ipcache_v2' };

/** `namespace/name`, or the name of a cluster-wide one; without a kind a NetworkPolicy's. */
export interface PolicyName {
  readonly name: string;
  readonly kind?: string;
  /** Where it says whom it is for. */
  readonly origin: Origin;
}

/** A rule that may mean an address outside, for the ports of these keys. */
export interface Unresolved {
  readonly field: string;
  readonly object: string;
  readonly deny: boolean;
  readonly ports: readonly string[];
  readonly origin: Origin;
}

/** `cilium_lxc`: the endpoints of this node, by address. */
export interface EndpointValue {
  /** An address of the node itself. */
  readonly host: boolean;
  readonly id: number;
  readonly identity: number;
  readonly ifindexName: string;
  readonly mac: Mac;
  readonly nodeMac: Mac;
  /** `namespace/name`. */
  readonly pod: string;
  /** Of its identity, as Cilium prints them. */
  readonly labels: readonly string[];
  /** Policies that isolate the pod, for the words of a refusal. */
  readonly isolatedBy: {
    readonly ingress: readonly PolicyName[];
    readonly egress: readonly PolicyName[];
  };
  /** Whether any policy has a rule for it. */
  readonly enforced: { readonly ingress: boolean; readonly egress: boolean };
  /** Rules whose peers are learnt as the cluster runs: addresses outside that they may let through or deny. */
  readonly unresolved: { readonly ingress: readonly Unresolved[]; readonly egress: readonly Unresolved[] };
}
export const LXC: MapHandle<EndpointValue> = { map: 'cilium_lxc' };

/** Most maps there are twice, for IPv4 and IPv6 addresses. */
function perFamily<V extends object>(four: string, six: string): (ip: Ip) => MapHandle<V> {
  const handles: Readonly<Record<IpFamily, MapHandle<V>>> = { 4: { map: four }, 6: { map: six } };
  return (ip) => handles[ipFamily(ip)];
}

/** An address of each family, to ask for the maps of both. */
export const ANY_NODE: Readonly<Record<IpFamily, Ip>> = { 4: '0.0.0.0', 6: '::' };
export const FAMILIES = [4, 6] as const;

/** `cilium_lb4_services_v2`: a front end (slot 0) and its back ends (1, 2, ...). */
export interface ServiceValue {
  readonly slot: number;
  readonly count: number;
  readonly backendId: number;
  readonly revNat: number;
  readonly flags: readonly string[];
  /** `namespace/name`. */
  readonly service: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'ExternalIPs' | 'LoadBalancer';
  readonly affinitySeconds?: number;
  readonly sourceRanges?: readonly Cidr[];
  /** There is an entry of the same address for traffic from inside. */
  readonly twoScopes: boolean;
}
export const services = perFamily<ServiceValue>('cilium_lb4_services_v2', 'cilium_lb6_services_v2');

export interface BackendValue {
  readonly ip: Ip;
  readonly port: number;
  readonly proto: 'TCP' | 'UDP';
  readonly pod?: string;
}
export const backends = perFamily<BackendValue>('cilium_lb4_backends_v3', 'cilium_lb6_backends_v3');

export interface RevNatValue {
  readonly ip: Ip;
  readonly port: number;
}
export const reverseNatMap = perFamily<RevNatValue>('cilium_lb4_reverse_nat', 'cilium_lb6_reverse_nat');

/** Written by the socket program: what a socket believes that it talks to. */
export const reverseSk = perFamily<RevNatValue>('cilium_lb4_reverse_sk', 'cilium_lb6_reverse_sk');

export interface AffinityValue {
  readonly backendId: number;
}
export const affinityMap = perFamily<AffinityValue>('cilium_lb4_affinity', 'cilium_lb6_affinity');

/** `cilium_ct4_global`, and `cilium_ct_any4_global` for all but TCP. */
export interface CtValue {
  readonly revNat: number;
  readonly backendId?: number;
  readonly nodePort?: boolean;
  readonly loopback?: boolean;
  /** Handed to the proxy; so are its answers. */
  readonly proxyRedirect?: boolean;
  readonly sourceIdentity: number;
}
const ctTcp = perFamily<CtValue>('cilium_ct4_global', 'cilium_ct6_global');
const ctAny = perFamily<CtValue>('cilium_ct_any4_global', 'cilium_ct_any6_global');
export const CT_MAPS = FAMILIES.flatMap((family) => [ctTcp(ANY_NODE[family]), ctAny(ANY_NODE[family])]);

export function ctMap(proto: Protocol, ip: Ip): MapHandle<CtValue> {
  return proto === 'TCP' ? ctTcp(ip) : ctAny(ip);
}

/** `cilium_snat_v4_external` */
export interface NatValue {
  readonly xlate: 'SRC' | 'DST';
  readonly ip: Ip;
  readonly port: number;
}
export const snatMap = perFamily<NatValue>('cilium_snat_v4_external', 'cilium_snat_v6_external');

/** One endpoint's policy map: who may, in which direction, on which ports. */
export interface PolicyValue {
  readonly direction: 'Ingress' | 'Egress';
  readonly identity: number;
  readonly port: string;
  /** A denial goes before every entry that allows. */
  readonly deny?: true;
  /** The rule that made it; none for what is always allowed. */
  readonly rule?: PolicyRuleName;
  /** The connection goes to a proxy, which is told these rules; `null` stands for a rule that asks nothing of layer 7. */
  readonly l7?: readonly (CiliumL7Rules | null)[];
  /** The proxy's listener. */
  readonly proxyPort?: number;
  /** A field that decides what becomes of the connection and is not simulated. */
  readonly open?: { readonly field: string; readonly object: string };
}

/** A rule as the proxy is told it (pkg/envoy, `PortNetworkPolicyRule`): who may, on which ports, and what of HTTP. */
export interface EnvoyRule {
  /** `ID.any`: everybody. */
  readonly identities: readonly number[];
  readonly spans: readonly PortSpan[];
  /** Absent: every request. One of them is enough. */
  readonly http?: readonly CiliumHttpRule[];
  /** None for what is always allowed. */
  readonly rule?: PolicyRuleName;
  readonly origin: Origin;
}

/** Ports of one protocol, or of `ANY`. */
export interface PortSpan {
  readonly first: number;
  readonly last: number;
  readonly protocol: string;
}

/** What the proxy knows of one endpoint. */
export interface EnvoyPolicy {
  readonly ingress: readonly EnvoyRule[];
  readonly egress: readonly EnvoyRule[];
}

export interface PolicyRuleName {
  readonly policy: string;
  /** In its list, `spec.ingress` of a NetworkPolicy. */
  readonly index: number;
  /** Absent: NetworkPolicy. */
  readonly kind?: string;
  /** The list, where it is not `spec.ingress` or `spec.egress`. */
  readonly list?: string;
}

export type Protocol = 'TCP' | 'UDP' | 'ICMP' | 'ICMPv6';

export function isIcmp(proto: Protocol): proto is 'ICMP' | 'ICMPv6' {
  return proto === 'ICMP' || proto === 'ICMPv6';
}

export function frontendKey(ip: Ip, port: number, proto: Protocol, slot: number, internal = false): string {
  return `${ipPort(ip, port)}/${proto}${internal ? '/i' : ''} (${slot})`;
}

export function policyKey(direction: 'Ingress' | 'Egress', identity: number, port: string): string {
  return `${direction} ${identity} ${port}`;
}
