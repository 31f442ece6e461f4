/**
 * The cluster after the controllers settled: what plug-ins, DNS, probes and the scene read. Field names are the API's
 * own; every default is filled in, every reference resolved as far as the API would. Lists are sorted by namespace and name.
 * An object that did not change between two runs keeps its identity, so that whatever is derived from it can be reused.
 */
import type { IpvsSchedulerName } from './kinds/kube-proxy-configuration.ts';
import type { GatewayApi } from './gateway-api/objects.ts';
import type { Cidr, Ip, IpFamily } from '../base/ip.ts';
import type { FieldPath, ObjectRef, Origin } from '../base/origin.ts';
import type { FaultKind } from './faults.ts';

export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

export interface IpvsSettings {
  readonly scheduler: IpvsSchedulerName;
  readonly strictARP: boolean;
  readonly tcpTimeoutSeconds: number;
  readonly tcpFinTimeoutSeconds: number;
  readonly udpTimeoutSeconds: number;
}

/** Cluster-wide settings, from kind's Cluster, KubeProxyConfiguration and Playground, with defaults. */
export interface ClusterSettings {
  readonly clusterName: string;
  /** Families of the cluster (kind's `networking.ipFamily`), the primary one first. */
  readonly ipFamilies: readonly IpFamily[];
  /** One range per family, in the order in which they were written: `cidrOfFamily` finds one. */
  readonly podSubnets: readonly Cidr[];
  readonly serviceSubnets: readonly Cidr[];
  readonly dnsDomain: string;
  /** Search domains of the nodes' own resolv.conf (kind's networking.dnsSearch), which pods inherit. */
  readonly dnsSearch?: readonly string[];
  readonly nodePortRange: { readonly from: number; readonly to: number };
  /** The networks that nodes are plugged into (`Playground.nodeSubnets`), with one router between them. Never empty. */
  readonly nodeNetworks: readonly NodeNetwork[];
  /** The subnets of all of them and the router's address in each, the first network's first. */
  readonly nodeSubnets: readonly Cidr[];
  readonly gateways: readonly Ip[];
  /** Routes that the router has beside its own networks (`Playground.gateway.routes`). */
  readonly gatewayRoutes: readonly StaticRoute[];
  readonly kubeProxy: {
    readonly mode: 'iptables' | 'ipvs' | 'nftables' | 'none';
    /** `clusterCIDR`, one per family. */
    readonly clusterCIDRs: readonly Cidr[];
    readonly detectLocalMode: 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix' | '';
    readonly nodePortAddresses: readonly Cidr[] | 'primary';
    readonly masqueradeAll: boolean;
    readonly localhostNodePorts: boolean;
    readonly tcpBeLiberal: boolean;
    /** `ipvs` of KubeProxyConfiguration; a timeout of 0 leaves the kernel's own. */
    readonly ipvs: IpvsSettings;
    /** `conntrack` of KubeProxyConfiguration, in seconds; 0 leaves the node's own value. */
    readonly tcpEstablishedTimeoutSeconds: number;
    readonly tcpCloseWaitTimeoutSeconds: number;
    /** `detectLocal` of KubeProxyConfiguration, for the modes that need a name. */
    readonly detectLocal?: { readonly bridgeInterface?: string; readonly interfaceNamePrefix?: string };
  };
  readonly cni: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** What `Playground.compare` sets beside this cluster, as written; undefined where it sets nothing. */
  readonly compare?: {
    readonly cni?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
    readonly kubeProxyMode?: ClusterSettings['kubeProxy']['mode'];
    readonly origin: Origin;
  };
  /** `Playground.controllers`: what is installed besides. */
  readonly controllers: readonly string[];
  readonly seed: number;
  readonly external: readonly ExternalHost[];
  readonly probes: readonly ProbeSpec[];
  readonly expect: readonly ExpectSpec[];
  /** What is broken on purpose. */
  readonly faults?: readonly FaultSpec[];
  readonly origins: {
    readonly cluster: Origin;
    readonly kubeProxy: Origin;
    readonly cni: Origin;
    readonly ipFamily: Origin;
    readonly podSubnet: Origin;
    readonly serviceSubnet: Origin;
  };
}

/** One switch with a subnet of each of the cluster's families, in their order, and the router's address in each. */
export interface NodeNetwork {
  /** The switch's name. */
  readonly segment: string;
  readonly subnets: readonly Cidr[];
  readonly gateways: readonly Ip[];
  /** Nodes that are put there by name. */
  readonly nodes: readonly string[];
  readonly origin: Origin;
}

/** A route as a person writes it: `via` is a node's name or an address. */
export interface StaticRoute {
  readonly to: Cidr;
  readonly via: string;
  readonly origin: Origin;
}

export interface ExternalHost {
  readonly name: string;
  /** Of the cluster's families, or those that are written. Never empty. */
  readonly ips: readonly Ip[];
  readonly listen: readonly ListeningPort[];
  readonly dnsNames: readonly string[];
  readonly routes: readonly { readonly to: Cidr; readonly via: string }[];
  /** True for the built-in `internet`, which lives behind the gateway and answers for every unknown name. */
  readonly internet: boolean;
  readonly origin: Origin;
}

export type ProbeTool = 'curl' | 'nc' | 'ping' | 'dig';

/** What a person asks: `Playground.probes[]`, the probe bar, `walk`. */
export interface ProbeSpec {
  readonly name?: string;
  /** `namespace/pod`, `namespace/deployment`, `node/NAME`, `external/NAME`. */
  readonly from: string;
  readonly tool: ProbeTool;
  /** An IP, a name as the client would type it, `host:port`, a URL, or `namespace/pod`. */
  readonly to: string;
  readonly port?: number;
  readonly proto?: 'tcp' | 'udp' | 'sctp';
  readonly method?: string;
  readonly headers?: readonly string[];
  /** curl's `--resolve HOST:PORT:ADDR`. */
  readonly resolve?: readonly string[];
  /** dig's record type. */
  readonly type?: string;
  /** Source address to bind to. */
  readonly source?: Ip;
  readonly seed?: number;
  /** The random choice of an endpoint falls on this pod (`namespace/pod`). */
  readonly endpoint?: string;
  readonly ttl?: number;
  /** How much is sent: ping's `-s` (56 by default), or the length of nc's datagram. */
  readonly bytes?: number;
  /** ping's `-M`: `do`, `want` (as Linux has it by default) or `dont`; for nc's datagram the socket's IP_MTU_DISCOVER. */
  readonly pmtudisc?: string;
  /** The source port of nc's datagram (`-p`), as a client keeps it that does not close its socket. */
  readonly sport?: number;
  /** curl's `--max-time`, in seconds: how long it waits in all. Left out, 5 s for the connection and 5 s for the answer. */
  readonly maxTime?: number;
  /** So many times in a row, on the state that the times before left; the trace is the last one's. */
  readonly count?: number;
  /** Seconds from the end of one to the start of the next; 1 when left out. */
  readonly interval?: number;
}

export interface ExpectSpec {
  readonly from: string;
  readonly to: string;
  readonly allowed?: boolean;
  readonly verdict?: string;
  readonly clientSees?: string;
  readonly tool?: ProbeTool;
  readonly proto?: 'tcp' | 'udp' | 'sctp';
  /** Leads to the entry's line. */
  readonly origin: Origin;
}

/** One entry of `Playground.faults`; k8s/faults.ts says which kind has which fields. */
export interface FaultSpec {
  readonly fault: FaultKind;
  /** Absent: every node. */
  readonly node?: string;
  readonly interface?: string;
  readonly mtu?: number;
  readonly protocol?: Protocol;
  readonly port?: number;
  readonly to?: Cidr;
  readonly value?: 0 | 1 | 2;
  /** `namespace/name`. */
  readonly service?: string;
  /** `10.244.1.9:8080` */
  readonly endpoints?: readonly string[];
  /** `namespace/pod`. */
  readonly from?: string;
  readonly sport?: number;
  readonly endpoint?: string;
  readonly noticed?: boolean;
  /** Leads to the entry's line. */
  readonly origin: Origin;
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface ClusterNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly ready: boolean;
  /** InternalIPs, primary first. */
  readonly ips: readonly Ip[];
  readonly podCIDRs: readonly Cidr[];
  /** Position in the node list: gives stable MACs and places. */
  readonly index: number;
  readonly origin: Origin;
}

export interface Namespace {
  readonly name: string;
  readonly labels: Labels;
  readonly origin: Origin;
}

export interface ListeningPort {
  readonly port: number;
  readonly protocol: Protocol;
  /** 127.0.0.1 for a process that binds to loopback only; 0.0.0.0 otherwise. */
  readonly address: Ip;
  /** Binds 0.0.0.0 in so many words, and so takes no IPv6; others take both families. */
  readonly ipv4Only?: boolean;
  readonly app: 'http' | 'echo' | 'dns' | 'tcp-accept' | 'udp-sink';
  readonly process: string;
  readonly container?: string;
  readonly origin: Origin;
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol: Protocol;
  readonly hostPort?: number;
  /** Absent for all addresses of the node. */
  readonly hostIP?: Ip;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly ContainerPort[];
  readonly ready: boolean;
  readonly init: boolean;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  /** Without the generated suffix, for a short label: `web`. */
  readonly shortName: string;
  readonly labels: Labels;
  /** Undefined while Pending for want of a node. */
  readonly node: string | undefined;
  readonly hostNetwork: boolean;
  /** Empty until the CNI (or the node, for hostNetwork) gave one: filled in by the pod-ip controller. */
  readonly ips: readonly Ip[];
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** Why it is Pending or Failed, as an event would say; a code in i18n. */
  readonly blockedBy?: { readonly code: string; readonly params: Readonly<Record<string, string | number>> };
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly containers: readonly Container[];
  readonly listening: readonly ListeningPort[];
  /** Absent: `default`. */
  readonly serviceAccount?: string;
  /** Labels of that ServiceAccount, where somebody wrote one that has any. */
  readonly accountLabels?: Labels;
  /** gVisor's netstack, or a guest's kernel: what the host hooks into socket calls does not see its processes. */
  readonly ownNetworkStack?: true;
  readonly dnsPolicy: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
  readonly dnsConfig?: {
    readonly nameservers: readonly Ip[];
    readonly searches: readonly string[];
    readonly options: readonly { readonly name: string; readonly value?: string }[];
  };
  readonly hostname?: string;
  readonly subdomain?: string;
  /** Owners from the nearest up: ReplicaSet, Deployment. */
  readonly owners: readonly ObjectRef[];
  /** Position among the pods of its node, by identity: gives stable addresses, MACs and places. */
  readonly origin: Origin;
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly targetPort: number | string;
  readonly nodePort?: number;
  readonly appProtocol?: string;
  readonly origin: Origin;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  readonly headless: boolean;
  /** Empty for headless and ExternalName; otherwise one per family, in the order of `ipFamilies`. */
  readonly clusterIPs: readonly Ip[];
  /** Empty for ExternalName. */
  readonly ipFamilies: readonly IpFamily[];
  readonly ipFamilyPolicy: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
  readonly ports: readonly ServicePort[];
  readonly selector: Labels | undefined;
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  readonly sessionAffinity: 'None' | 'ClientIP';
  readonly sessionAffinityTimeoutSeconds: number;
  readonly publishNotReadyAddresses: boolean;
  readonly externalName?: string;
  readonly externalIPs?: readonly Ip[];
  /** status.loadBalancer.ingress, written or given by the cloud. Absent while the load balancer is pending. */
  readonly loadBalancerIngress?: readonly LoadBalancerIngress[];
  /** Names in that list that stand alone, and the addresses that the load balancer has behind them. */
  readonly loadBalancerNames?: readonly { readonly hostname: string; readonly ips: readonly Ip[] }[];
  readonly loadBalancerClass?: string;
  readonly loadBalancerSourceRanges?: readonly Cidr[];
  /** Only with type LoadBalancer and externalTrafficPolicy Local. */
  readonly healthCheckNodePort?: number;
  readonly trafficDistribution?: 'PreferClose' | 'PreferSameZone' | 'PreferSameNode';
  /** Annotation `service.kubernetes.io/topology-mode: Auto`, which goes before `trafficDistribution`. */
  readonly topologyAware?: boolean;
  readonly origin: Origin;
}

export interface LoadBalancerIngress {
  readonly ip?: Ip;
  readonly hostname?: string;
  /**
   * `VIP` (the default of an address): packets reach a node with the load balancer's address as destination. `Proxy`:
   * they arrive at a node port, from the load balancer.
   */
  readonly ipMode?: 'VIP' | 'Proxy';
}

export interface EndpointSlice {
  readonly namespace: string;
  readonly name: string;
  /** The Service it belongs to (label kubernetes.io/service-name). */
  readonly service: string | undefined;
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly ports: readonly { readonly name: string; readonly protocol: Protocol; readonly port: number }[];
  readonly endpoints: readonly Endpoint[];
  readonly origin: Origin;
}

export interface Endpoint {
  readonly addresses: readonly Ip[];
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly hostname?: string;
  /** `namespace/pod`. */
  readonly pod?: string;
  readonly hints?: { readonly zones: readonly string[]; readonly nodes: readonly string[] };
  readonly origin: Origin;
}

export interface NetworkPolicyPort {
  readonly protocol: Protocol;
  /** Absent: all ports. */
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: {
    readonly cidr: Cidr;
    readonly except: readonly Cidr[];
    /** Set for an engine that never takes a pod for a member of a block, whatever its address. */
    readonly outsideOnly?: true;
  };
}

export interface NetworkPolicyRule {
  /** Undefined: every port. An empty list means the same, and the API drops it. */
  readonly ports: readonly NetworkPolicyPort[];
  /** Empty: every peer. */
  readonly peers: readonly NetworkPolicyPeer[];
  readonly origin: Origin;
}

export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** With the API's defaulting done. */
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress: readonly NetworkPolicyRule[];
  readonly egress: readonly NetworkPolicyRule[];
  readonly origin: Origin;
}

/** Where a cluster-wide policy stands: before all NetworkPolicies, or after them. */
export type PolicyTier = 'Admin' | 'Baseline';

export interface ClusterPolicyPort {
  /** Absent: whatever protocol the port of that name has. */
  readonly protocol?: Protocol;
  /** Absent: all ports of the protocol. */
  readonly port?: number | string;
  readonly endPort?: number;
}

/** One of these is set. */
export interface ClusterPolicyPeer {
  readonly pods?: { readonly namespaces: LabelSelector; readonly pods?: LabelSelector };
  readonly nodes?: LabelSelector;
  readonly networks?: readonly Cidr[];
  readonly domainNames?: readonly string[];
}

export interface ClusterPolicyRule {
  readonly name?: string;
  readonly action: 'Accept' | 'Deny' | 'Pass';
  /** Empty: everybody. The API demands one at least; what an implementation puts in a rule's place may have none. */
  readonly peers: readonly ClusterPolicyPeer[];
  /** Empty: every port and protocol. */
  readonly ports: readonly ClusterPolicyPort[];
  readonly origin: Origin;
}

/** A policy of policy.networking.k8s.io: rules in order, each of which decides or passes. */
export interface ClusterPolicy {
  readonly kind: 'ClusterNetworkPolicy' | 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy';
  readonly name: string;
  readonly tier: PolicyTier;
  /** Lower goes first within the tier. */
  readonly priority: number;
  readonly subject: { readonly namespaces: LabelSelector; readonly pods?: LabelSelector };
  readonly ingress: readonly ClusterPolicyRule[];
  readonly egress: readonly ClusterPolicyRule[];
  readonly origin: Origin;
}

/** Pods by an expression over their own labels and those of their namespace (its name is its label kubernetes.io/metadata.name). */
export type PodSelection =
  | { readonly is: 'all' }
  | { readonly is: 'not'; readonly of: PodSelection }
  | { readonly is: 'and' | 'or'; readonly of: readonly PodSelection[] }
  | {
      readonly is: 'label';
      /** A pod has one service account, whatever the key; `account-label` is a label of it. */
      readonly on: 'pod' | 'namespace' | 'service-account' | 'account-label';
      readonly key: string;
      /** The pod's own label of this name goes before, where it has one. */
      readonly own?: string;
      /** A value of so many characters or more counts as none. */
      readonly shorterThan?: number;
      readonly test: 'exists' | 'in' | 'contains' | 'starts-with' | 'ends-with';
      /** One of them; none for `exists`. */
      readonly values: readonly string[];
      /** Where in the rule it is written, if not where the whole selection is. */
      readonly at?: FieldPath;
    };

/** Ends of a flow: everything that is set holds. */
export interface EndSet {
  /** A pod on the pod network, one of these; or anything with an address in one of `podNets`, where they are there. */
  readonly pods?: PodSelection;
  readonly podNets?: readonly Cidr[];
  /** What `pods` is written as may name ranges as well, whether or not it does. For people. */
  readonly namesNets?: true;
  /** Anything but one of these pods, or an address in `notPodNets`. */
  readonly notPods?: PodSelection;
  readonly notPodNets?: readonly Cidr[];
  /** An address in one of these ranges, and in none of those. */
  readonly nets?: readonly Cidr[];
  readonly notNets?: readonly Cidr[];
  /** No pod on the pod network, whatever its address. */
  readonly outsideOnly?: true;
  /** Neither a pod nor a node. */
  readonly outside?: true;
  /** A node, or a pod on its network, that stands so to the pod that the policy is for. */
  readonly nodes?: readonly NodeRelation[];
  /** Where in the rule this is written, and the parts of it. For people: it says nothing of whom it means. */
  readonly at?: Readonly<Partial<Record<'end' | 'pods' | 'notPods' | 'nets' | 'notNets', FieldPath>>>;
  /** What it is called where it is not selected by labels or addresses: `world`, `Service default/web`. */
  readonly words?: string;
}

/** The selected pod's own node or another one; apart where the API server runs on it. */
export type NodeRelation = 'own' | 'own-apiserver' | 'other' | 'other-apiserver';

/** A protocol and ports of the target. */
export interface OwnTraffic {
  /** Absent: any. `other` is one that no probe speaks. */
  readonly protocol?: Protocol | 'ICMP' | 'other';
  /** Absent: both. */
  readonly family?: IpFamily;
  /** Absent: all ports. A name is looked up on the target. */
  readonly port?: number | string;
  readonly endPort?: number;
  /** Where in the rule it is written. */
  readonly at?: Readonly<Partial<Record<'protocol' | 'port', FieldPath>>>;
}

/** A rule of a CNI's own policy. */
export interface OwnRule {
  readonly action: 'allow' | 'deny' | 'pass' | 'log';
  /** Index into the list that it stands in. */
  readonly rule: number;
  /** The other end is one of these; empty: everybody. */
  readonly peers: readonly EndSet[];
  /** The selected pod itself is among these, too. */
  readonly self?: EndSet;
  /** Absent: both. */
  readonly family?: IpFamily;
  /** Where that is written, in the rule; absent: `ipVersion`. */
  readonly familyAt?: FieldPath;
  /** One of these, and none of those; empty: every protocol and port. */
  readonly traffic: readonly OwnTraffic[];
  readonly notTraffic?: readonly OwnTraffic[];
  readonly origin: Origin;
}

/** The rules of one direction as somebody wrote them. */
export interface WrittenRules {
  readonly rules: number;
  /** One that allows names ends that are learnt while the cluster runs: names of hosts. */
  readonly learnt?: true;
}

/** A policy of a CNI's own API group, in a form that does not know the CNI. */
export interface OwnPolicy {
  /** The API group; a CNI says which it reads. */
  readonly group: string;
  /** As references name it. */
  readonly kind: string;
  /** Absent: the policy is the whole cluster's. */
  readonly namespace?: string;
  readonly name: string;
  readonly tier: string;
  /** Lower goes first within the tier. */
  readonly order: number;
  /** Of the pods in its namespace, where it has one. */
  readonly subject: PodSelection;
  /** Where that is written. */
  readonly subjectAt?: FieldPath;
  /** Whether the tier's end is for the pods that it selects. */
  readonly isolates: Readonly<Record<'ingress' | 'egress', boolean>>;
  readonly ingress: readonly OwnRule[];
  readonly egress: readonly OwnRule[];
  /** Absent: just those. A rule that can match nothing is written, and is none of them. */
  readonly written?: Readonly<Record<'ingress' | 'egress', WrittenRules>>;
  /** As it was written, for the CNI itself. */
  readonly spec?: unknown;
  readonly origin: Origin;
}

/** Address ranges with labels, which selectors of a CNI's own policies name as they name pods. */
export interface NetworkSet {
  /** The API group; a CNI says which it reads. */
  readonly group: string;
  readonly kind: string;
  /** Absent: it is the whole cluster's. */
  readonly namespace?: string;
  readonly name: string;
  readonly labels: Labels;
  readonly nets: readonly Cidr[];
  readonly origin: Origin;
}

/** One tier of a cluster's policies; `policy/stack.ts` says what it means. */
export interface PolicyTierPlan {
  readonly name: string;
  /** Lower goes first. */
  readonly order: number;
  readonly how: 'first-match' | 'deny-first';
  readonly end: 'deny' | 'next';
  /** NetworkPolicies stand in it, at this order. */
  readonly networkPolicies?: { readonly order: number };
  /** The cluster-wide policies of policy.networking.k8s.io of this tier stand in it. */
  readonly clusterPolicies?: PolicyTier;
  /** Policies of this API group whose tier has this one's name stand in it. */
  readonly ownPolicies?: string;
  /** A rule of it that denies is for the pod's own node, too, which otherwise always gets in. */
  readonly deniesOwnNode?: true;
}

/** `ANY`: TCP, UDP and SCTP alike. Of the ICMPs a port is a type. */
export type CiliumProtocol = Protocol | 'ANY' | 'ICMP' | 'ICMPv6';

export interface CiliumPort {
  /** A number (0: all of the protocol), or a name in small letters. */
  readonly port: number | string;
  /** Greater than `port`, or absent. */
  readonly endPort?: number;
  readonly protocol: CiliumProtocol;
}

/** One item of `rules.http`. `path`, `method` and `host` are regular expressions for the whole of what they are held against. */
export interface CiliumHttpRule {
  readonly path?: string;
  readonly method?: string;
  readonly host?: string;
  /** Headers that must be there: `X-Token`, `X-Token: 7`. */
  readonly headers: readonly string[];
  readonly headerMatches: readonly {
    readonly name: string;
    readonly value?: string;
    readonly secret?: { readonly namespace?: string; readonly name: string };
    readonly mismatch?: 'LOG' | 'ADD' | 'DELETE' | 'REPLACE';
  }[];
  readonly origin: Origin;
}

/** Who is asked for a connection that the port rule lets through: exactly one of them is set. */
export interface CiliumL7Rules {
  readonly http?: readonly CiliumHttpRule[];
  readonly dns?: readonly { readonly matchName?: string; readonly matchPattern?: string }[];
  readonly kafka?: readonly Readonly<Record<string, unknown>>[];
  readonly l7proto?: string;
}

/** One item of `toPorts`, or of `icmps`. */
export interface CiliumPortRule {
  readonly ports: readonly CiliumPort[];
  readonly rules?: CiliumL7Rules;
  /** Another field that hands the connection to a proxy: `serverNames`, `listener`, ... */
  readonly proxiedBy?: string;
  readonly origin: Origin;
}

export type CiliumEntity =
  | 'all'
  | 'world'
  | 'cluster'
  | 'host'
  | 'init'
  | 'ingress'
  | 'unmanaged'
  | 'remote-node'
  | 'health'
  | 'none'
  | 'kube-apiserver';

/** One of these is set. */
export interface CiliumPeer {
  /** Over labels with their source (`k8s:app`, `any:app`, `reserved:host`); the policy's own namespace is in it. */
  readonly endpoints?: LabelSelector;
  readonly entity?: CiliumEntity;
  readonly cidr?: Cidr;
  /** Parts of `cidr` that are not meant. */
  readonly except?: readonly Cidr[];
  readonly service?: { readonly namespace: string; readonly name: string };
  /** What it means is learnt while the cluster runs, and not simulated: the field. Addresses outside, never pods. */
  readonly unresolved?: 'toFQDNs' | 'toGroups' | 'fromGroups' | 'cidrGroupRef' | 'cidrGroupSelector';
  /** Where in the rule it is written. */
  readonly at?: FieldPath;
}

export interface CiliumRule {
  readonly action: 'Allow' | 'Deny';
  /** The list of the policy that it stands in. */
  readonly section: 'ingress' | 'ingressDeny' | 'egress' | 'egressDeny';
  /** In that list. */
  readonly index: number;
  /** Absent: everybody, if there are ports. An empty list means nobody. */
  readonly peers?: readonly CiliumPeer[];
  /** Absent: every port, if there are peers. A rule with neither means nothing. */
  readonly ports?: readonly CiliumPortRule[];
  /** `authentication.mode: required` */
  readonly authenticated: boolean;
  readonly origin: Origin;
}

/** `spec` of a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy, or one of its `specs`; those that Cilium takes. */
export interface CiliumPolicy {
  readonly kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy';
  /** Absent for a cluster-wide one. */
  readonly namespace?: string;
  readonly name: string;
  /** `spec`, `specs[1]` */
  readonly at: string;
  /** Over labels with their source, as in peers. */
  readonly endpointSelector: LabelSelector;
  /** Whether what no policy allows is denied in a direction. */
  readonly defaultDeny: { readonly ingress: boolean; readonly egress: boolean };
  readonly ingress: readonly CiliumRule[];
  readonly egress: readonly CiliumRule[];
  /** The same for who does not know Cilium. */
  readonly own: OwnPolicy;
  readonly origin: Origin;
}

export interface Ingress {
  readonly namespace: string;
  readonly name: string;
  /** spec.ingressClassName; absent with the annotation that was there before it, or without either. */
  readonly className?: string;
  readonly annotations: Labels;
  readonly defaultBackend?: IngressBackend;
  readonly rules: readonly IngressRule[];
  readonly tls: readonly {
    readonly hosts: readonly string[];
    readonly secretName?: string;
    readonly origin: Origin;
  }[];
  readonly origin: Origin;
}

export interface IngressRule {
  /** Absent: every host. */
  readonly host?: string;
  readonly paths: readonly IngressPath[];
  readonly origin: Origin;
}

export interface IngressPath {
  /** Empty only with ImplementationSpecific. */
  readonly path: string;
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly backend: IngressBackend;
  readonly origin: Origin;
}

export interface IngressBackend {
  /** Absent with a resource backend. */
  readonly service?: { readonly name: string; readonly port: number | string };
  /** `StorageBucket static` */
  readonly resource?: string;
  readonly origin: Origin;
}

export interface IngressClass {
  readonly name: string;
  /** `k8s.io/ingress-nginx` */
  readonly controller: string;
  readonly isDefault: boolean;
  readonly origin: Origin;
}

/** A field that the API knows and the simulator does not model, and what it could change. */
export interface UnmodelledField {
  readonly object: ObjectRef;
  /** `spec.ports[0].hostPort`, as text. */
  readonly field: string;
  /** Walks it could change: those that touch this pod, this Service, this policy's namespace, or any. */
  readonly affects:
    | { readonly kind: 'pod' | 'service' | 'node'; readonly name: string }
    /** A port on the addresses of the node `name`. */
    | {
        readonly kind: 'host-port';
        readonly name: string;
        readonly port: number;
        readonly protocol: Protocol;
      }
    /** Walks that send a packet of this family. */
    | { readonly kind: 'ip-family'; readonly family: IpFamily }
    | { readonly kind: 'all' };
  readonly origin: Origin;
}

export interface ConfigMap {
  readonly namespace: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
  readonly origin: Origin;
}

/** Any stored object as the API server would return it, for `objects` and the Cluster tab. */
export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly labels?: Labels };
  /** `spec`, `data`, `subsets`, ...: everything but metadata and status, as upstream shapes it. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
  /** written by the user, built into every cluster, or made by a controller. */
  readonly source: 'user' | 'built-in' | 'controller';
  readonly origin: Origin;
}

export interface ClusterEvent {
  readonly type: 'Normal' | 'Warning';
  /** `FailedScheduling`, `SuccessfulCreate`, ... */
  readonly reason: string;
  readonly object: ObjectRef;
  /** As the component words it; kept in English like every message of the API. */
  readonly message: string;
}

export interface ClusterState {
  readonly settings: ClusterSettings;
  readonly namespaces: readonly Namespace[];
  readonly nodes: readonly ClusterNode[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly networkPolicies: readonly NetworkPolicy[];
  /** By tier (Admin first), priority and name. */
  readonly clusterPolicies: readonly ClusterPolicy[];
  /** Policies of API groups of CNIs' own, whichever CNI is there. */
  readonly ownPolicies: readonly OwnPolicy[];
  /** Absent: none. */
  readonly networkSets?: readonly NetworkSet[];
  /** How the policies stand to one another, where the CNI has a say; otherwise as `policy/stack.ts` has it. */
  readonly policyTiers?: readonly PolicyTierPlan[];
  /** Cilium's own, by kind, namespace and name. */
  readonly ciliumPolicies: readonly CiliumPolicy[];
  readonly configMaps: readonly ConfigMap[];
  readonly ingresses: readonly Ingress[];
  readonly ingressClasses: readonly IngressClass[];
  /** Absent without any of its objects. */
  readonly gatewayApi?: GatewayApi;
  readonly objects: readonly StoredObject[];
  readonly refused: readonly { readonly object: ObjectRef; readonly message: string }[];
  readonly unmodelled: readonly UnmodelledField[];
  readonly events: readonly ClusterEvent[];
}
