/**
 * The shapes in which the API writes what controllers read: only the fields that they use. A Manifest's `body` is
 * validated by then, so a cast to one of these is safe; absent stays absent.
 */
import type { Labels, LabelSelector } from './cluster-state.ts';

interface UpstreamMeta {
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

interface UpstreamContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly hostPort?: number;
  readonly hostIP?: string;
}

export interface UpstreamProbe {
  readonly httpGet?: { readonly port: number | string; readonly host?: string; readonly path?: string };
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string };
  readonly grpc?: { readonly port: number };
  readonly exec?: { readonly command?: readonly string[] };
}

/** Quantities by the name of the resource, as they are written. */
export type UpstreamQuantities = Readonly<Record<string, unknown>>;

export interface UpstreamResources {
  readonly requests?: UpstreamQuantities;
  readonly limits?: UpstreamQuantities;
}

export interface UpstreamContainer {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly UpstreamContainerPort[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly readinessProbe?: UpstreamProbe;
  readonly livenessProbe?: UpstreamProbe;
  readonly startupProbe?: UpstreamProbe;
  readonly resources?: UpstreamResources;
  /** `Always` on an init container makes it a sidecar. */
  readonly restartPolicy?: string;
}

export interface UpstreamToleration {
  readonly key?: string;
  readonly operator?: 'Exists' | 'Equal' | 'Lt' | 'Gt';
  readonly value?: string;
  readonly effect?: string;
}

export interface UpstreamNodeSelectorTerm {
  readonly matchExpressions?: readonly UpstreamNodeSelectorRequirement[];
  readonly matchFields?: readonly UpstreamNodeSelectorRequirement[];
}

export interface UpstreamNodeSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

export interface UpstreamPodAffinityTerm {
  readonly labelSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly namespaces?: readonly string[];
}

export interface UpstreamPodSpec {
  readonly containers?: readonly UpstreamContainer[];
  readonly initContainers?: readonly UpstreamContainer[];
  readonly nodeName?: string;
  readonly nodeSelector?: Labels;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly UpstreamNodeSelectorTerm[];
      };
      readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
        readonly weight: number;
        readonly preference: UpstreamNodeSelectorTerm;
      }[];
    };
    readonly podAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly UpstreamPodAffinityTerm[];
    };
    readonly podAntiAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly UpstreamPodAffinityTerm[];
    };
  };
  readonly tolerations?: readonly UpstreamToleration[];
  readonly hostNetwork?: boolean;
  readonly serviceAccountName?: string;
  readonly serviceAccount?: string;
  readonly dnsPolicy?: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
  readonly dnsConfig?: {
    readonly nameservers?: readonly string[];
    readonly searches?: readonly string[];
    readonly options?: readonly { readonly name: string; readonly value?: string }[];
  };
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly readinessGates?: readonly { readonly conditionType: string }[];
  readonly runtimeClassName?: string;
  readonly overhead?: UpstreamQuantities;
  readonly resources?: UpstreamResources;
  readonly activeDeadlineSeconds?: number;
  readonly priorityClassName?: string;
}

export interface UpstreamPodStatus {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

export interface UpstreamTemplate {
  readonly metadata?: UpstreamMeta;
  readonly spec?: UpstreamPodSpec;
}

export interface UpstreamWorkloadSpec {
  readonly replicas?: number;
  readonly selector?: LabelSelector;
  readonly template?: UpstreamTemplate;
  readonly serviceName?: string;
  readonly ordinals?: { readonly start?: number };
  readonly parallelism?: number;
  readonly completions?: number;
  readonly completionMode?: string;
  readonly suspend?: boolean;
}

export interface UpstreamServicePort {
  readonly name?: string;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
  readonly appProtocol?: string;
}

export interface UpstreamServiceSpec {
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[];
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
  readonly ports?: readonly UpstreamServicePort[];
  readonly selector?: Labels;
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly sessionAffinity?: 'None' | 'ClientIP';
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
  readonly publishNotReadyAddresses?: boolean;
  readonly externalName?: string;
  readonly externalIPs?: readonly string[];
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly loadBalancerIP?: string;
  readonly loadBalancerClass?: string;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly healthCheckNodePort?: number;
  readonly trafficDistribution?: 'PreferClose' | 'PreferSameZone' | 'PreferSameNode';
}

export interface UpstreamServiceStatus {
  readonly loadBalancer?: {
    readonly ingress?: readonly {
      readonly ip?: string;
      readonly hostname?: string;
      readonly ipMode?: 'VIP' | 'Proxy';
    }[];
  };
}

export interface UpstreamEndpointPort {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}

export interface UpstreamEndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
}

export interface UpstreamEndpointsBody {
  readonly subsets?: readonly {
    readonly addresses?: readonly UpstreamEndpointAddress[];
    readonly notReadyAddresses?: readonly UpstreamEndpointAddress[];
    readonly ports?: readonly UpstreamEndpointPort[];
  }[];
}

export interface UpstreamEndpointHints {
  readonly forZones?: readonly { readonly name: string }[];
  readonly forNodes?: readonly { readonly name: string }[];
}

export interface UpstreamEndpointSliceBody {
  readonly addressType?: 'IPv4' | 'IPv6' | 'FQDN';
  readonly ports?: readonly UpstreamEndpointPort[];
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[];
    readonly conditions?: {
      readonly ready?: boolean;
      readonly serving?: boolean;
      readonly terminating?: boolean;
    };
    readonly nodeName?: string;
    readonly zone?: string;
    readonly hints?: UpstreamEndpointHints;
    readonly hostname?: string;
    readonly targetRef?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  }[];
}

export interface UpstreamNode {
  readonly spec?: {
    readonly podCIDR?: string;
    readonly podCIDRs?: readonly string[];
    readonly taints?: readonly {
      readonly key: string;
      readonly value?: string;
      readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
    }[];
    readonly unschedulable?: boolean;
  };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    /** containerd://2.1.4, cri-o://1.34.1 */
    readonly nodeInfo?: { readonly containerRuntimeVersion?: string };
    /** One of the empty name is the default. */
    readonly runtimeHandlers?: readonly { readonly name?: string }[];
  };
}

export interface UpstreamKindCluster {
  readonly name?: string;
  readonly nodes?: readonly { readonly role?: string; readonly labels?: Labels }[];
  readonly containerdConfigPatches?: readonly string[];
  readonly containerdConfigPatchesJSON6902?: readonly string[];
  readonly networking?: {
    readonly ipFamily?: string;
    readonly podSubnet?: string;
    readonly serviceSubnet?: string;
    readonly kubeProxyMode?: string;
    readonly dnsSearch?: readonly string[];
  };
}

export interface UpstreamIpvs {
  readonly scheduler?: string;
  readonly strictARP?: boolean;
  readonly tcpTimeout?: string;
  readonly tcpFinTimeout?: string;
  readonly udpTimeout?: string;
}

export interface UpstreamKubeProxyConfiguration {
  readonly mode?: string;
  readonly clusterCIDR?: string;
  readonly detectLocalMode?: string;
  readonly nodePortAddresses?: readonly string[];
  readonly iptables?: { readonly masqueradeAll?: boolean; readonly localhostNodePorts?: boolean };
  readonly nftables?: { readonly masqueradeAll?: boolean };
  readonly ipvs?: UpstreamIpvs;
  readonly detectLocal?: { readonly bridgeInterface?: string; readonly interfaceNamePrefix?: string };
  readonly conntrack?: {
    readonly tcpBeLiberal?: boolean;
    readonly tcpEstablishedTimeout?: string;
    readonly tcpCloseWaitTimeout?: string;
  };
}

type UpstreamCni = string | { readonly name?: string; readonly options?: Readonly<Record<string, unknown>> };

export interface UpstreamPlayground {
  readonly cni?: UpstreamCni;
  readonly compare?: {
    readonly cni?: UpstreamCni;
    readonly kubeProxyMode?: string;
    readonly faults?: readonly Readonly<Record<string, unknown>>[];
  };
  readonly nodeSubnets?: readonly { readonly cidr?: string; readonly nodes?: readonly string[] }[];
  readonly gateway?: { readonly routes?: readonly { readonly to?: string; readonly via?: string }[] };
  readonly external?: readonly {
    readonly name: string;
    readonly ip?: string;
    readonly ips?: readonly string[];
    readonly listen?: readonly (string | number)[];
    readonly dnsNames?: readonly string[];
    readonly routes?: readonly { readonly to: string; readonly via: string }[];
  }[];
  readonly probes?: readonly Readonly<Record<string, unknown>>[];
  readonly expect?: readonly Readonly<Record<string, unknown>>[];
  readonly faults?: readonly Readonly<Record<string, unknown>>[];
  readonly controllers?: readonly string[];
  readonly seed?: number;
}

export interface UpstreamPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface UpstreamPolicyRule {
  readonly from?: readonly UpstreamPolicyPeer[];
  readonly to?: readonly UpstreamPolicyPeer[];
  readonly ports?: readonly {
    readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
    readonly port?: number | string;
    readonly endPort?: number;
  }[];
}

export interface UpstreamPolicySpec {
  readonly podSelector?: LabelSelector;
  readonly policyTypes?: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly UpstreamPolicyRule[];
  readonly egress?: readonly UpstreamPolicyRule[];
}
