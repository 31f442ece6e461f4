/**
 * The contracts that plug-ins meet: a CNI and a kube-proxy mode are pure functions from cluster state to parts of
 * network namespaces. Shared code never asks which plug-in it has; it reads what the plug-in declares here.
 */
import type { Cidr, Ip, IpFamily } from './base/ip.ts';
import type { Origin } from './base/origin.ts';
import type { ClusterNode, ClusterState, Pod, PolicyTierPlan, StaticRoute } from './k8s/cluster-state.ts';
import type {
  AdmissionAnswer,
  AdmissionCall,
  AdmissionChange,
  AdmissionRecord,
  AdmissionRemark,
  AdmissionRequest,
  AdmissionReview,
  Dial,
  PodInObject,
} from './k8s/controllers/admission.ts';
import type { Manifest } from './k8s/manifest.ts';
import type { PolicyReading } from './k8s/policy-reading.ts';
import type { Store } from './k8s/store.ts';
import type { NetnsPart } from './net/config.ts';
import type { HookProgram } from './net/program/context.ts';
import type { QueueReader, ToolCommand, World } from './net/world.ts';
import type { Enforcement } from './policy/tiers.ts';

/** exact: compared with the real thing. modelled: read in its source. sketched: the shape only. */
export type Fidelity = 'exact' | 'modelled' | 'sketched';

/** One option under `Playground.cni.options`. */
export interface PluginOption {
  readonly name: string;
  readonly values: readonly string[];
  readonly default: string;
}

export interface CniNodeContext {
  readonly cluster: ClusterState;
  readonly node: ClusterNode;
  /** Pods of this node that have a network of their own, in a stable order. */
  readonly pods: readonly Pod[];
  readonly options: Readonly<Record<string, string>>;
}

export interface CniPodContext extends CniNodeContext {
  readonly pod: Pod;
}

/** Parts of the box that not every world needs. */
export type KernelModule = 'openvswitch' | 'ip_vs' | 'nf_tables';

/** What the app says about a CNI before its code is there; `about.ts` of its folder. */
export interface CniAbout {
  readonly id: string;
  /** As people write it: `Flannel`. */
  readonly label: string;
  readonly fidelity: Fidelity;
  /** What it was read in or compared with. */
  readonly sources: readonly string[];
  readonly options: readonly PluginOption[];
  /** Combinations of options that it refuses, in its own words. */
  readonly conflicts?: readonly {
    readonly when: Readonly<Record<string, string>>;
    readonly message: string;
  }[];
  /** kube-proxy modes that it cannot run beside, and why, in its own words. */
  readonly notWith?: readonly { readonly kubeProxyMode: ProxyAbout['id']; readonly because: string }[];
  /** The IP families that it is modelled for. Absent: IPv4 alone, and walks over IPv6 are `unknown`. */
  readonly ipFamilies?: readonly IpFamily[];
  /** Modelled only where all nodes share one subnet: with several, walks are `unknown`. */
  readonly oneNodeSubnet?: boolean;
  /** Does it enforce networking.k8s.io/v1 NetworkPolicy? */
  readonly enforcesNetworkPolicy: boolean;
  /** What it does not read of a policy, though the API has it. */
  readonly policyReading?: PolicyReading;
  /** The cluster-wide policies that it enforces, and the fields of them that it does not know: there it fails closed. */
  readonly clusterPolicies?: Enforcement;
  /** The API group whose policies are its own, and how it has all policies stand to one another; people's own tiers come between by order. */
  readonly ownPolicies?: { readonly group: string; readonly tiers: readonly PolicyTierPlan[] };
  /** Does `hostPort` of a pod work, by portmap or by a way of its own? */
  readonly portMappings?: boolean;
  /**
   * What its installer hands to kube-proxy as `clusterCIDR`, where that is not the pod subnet: nothing, or the nodes' own
   * network. Otherwise kube-proxy would take pods for strangers and masquerade them.
   */
  readonly kubeProxyClusterCIDR?: 'none' | 'nodeSubnet';
  /** A module of the kernel that its nodes' configuration needs, fetched with its code. */
  readonly kernelModule?: KernelModule;
  /** Commands of its own tool, and the maps whose rows each prints (the beginnings of their names). */
  readonly commands?: readonly { readonly command: string; readonly maps: readonly string[] }[];
  /** May an `ipBlock` of a NetworkPolicy mean a pod or a node of the cluster? Absent: yes, it compares addresses. */
  readonly ipBlockIsOutside?: boolean;
}

export interface CniPlugin extends CniAbout {
  /**
   * Addresses for the pods of every node, in pod order, in one pass: one per family of the cluster, the primary first.
   * As a failed ADD leaves a pod without any address, a pod for which a family is exhausted has the empty list. `given`
   * keeps the addresses that status.podIPs names.
   */
  readonly assignPodIps: (input: {
    readonly cluster: Pick<ClusterState, 'settings' | 'nodes'>;
    readonly pods: readonly { readonly key: string; readonly node: string; readonly given?: readonly Ip[] }[];
    readonly options: Readonly<Record<string, string>>;
  }) => ReadonlyMap<string, readonly Ip[]>;
  /** What a node's pods get their addresses from, where that is not the node's pod CIDR. */
  readonly podRanges?: (input: {
    readonly cluster: ClusterState;
    readonly node: ClusterNode;
    readonly options: Readonly<Record<string, string>>;
  }) => readonly Cidr[];
  /** What the CNI's daemon sets up on a node: bridge, tunnel device, routes to the other nodes, masquerade rules, policies. */
  readonly setUpNode: (context: CniNodeContext) => NetnsPart;
  /** A program of its own that decides on queued packets. */
  readonly queue?: (
    cluster: ClusterState,
  ) => { readonly number: number; readonly reader: QueueReader } | undefined;
  /** Routes that the cloud's controller writes into the router between the nodes' networks. */
  readonly routerRoutes?: (cluster: ClusterState) => readonly StaticRoute[];
  /** The ADD call for one pod: the pod's side and the node's side. */
  readonly addPod: (context: CniPodContext) => { readonly pod: NetnsPart; readonly node: NetnsPart };
  /** The code of the programs that its parts attach to hooks, by name, and of its own tool's commands. */
  readonly hooks?: () => {
    readonly programs: Readonly<Record<string, HookProgram>>;
    readonly commands: readonly ToolCommand[];
    /** Programs behind listeners of its own. */
    readonly ownApps?: World['ownApps'];
  };
}

export interface ProxyNodeContext {
  readonly cluster: ClusterState;
  readonly node: ClusterNode;
  /** The addresses that the node's devices have apart from kube-proxy's own: its card's, the loopback's, the CNI's. */
  readonly addresses: readonly Ip[];
}

/** What the app says about a kube-proxy mode before its code is there. */
export interface ProxyAbout {
  readonly id: 'iptables' | 'ipvs' | 'nftables' | 'none';
  readonly label: string;
  readonly fidelity: Fidelity;
  readonly sources: readonly string[];
  /** A part of the box that its nodes' configuration needs, fetched with its code. */
  readonly kernelModule?: KernelModule;
  /** CNIs that it cannot run beside, and why, in its own words. */
  readonly notWith?: readonly { readonly cni: string; readonly because: string }[];
  /** The release that deprecated it, and the mode to use instead. */
  readonly deprecated?: { readonly since: string; readonly instead: string };
}

export interface ProxyPlugin extends ProxyAbout {
  /** What kube-proxy in this mode writes on a node. Equal inputs give the identical part. */
  readonly setUpNode: (context: ProxyNodeContext) => NetnsPart;
}

/** What is said about an admission plug-in before its code is there. */
export interface AdmissionAbout {
  /** `pod-security`: its diagnostics are `admission/pod-security`. */
  readonly id: string;
  /** Its name in `--enable-admission-plugins`. */
  readonly label: string;
  readonly fidelity: Fidelity;
  readonly sources: readonly string[];
  /** Is there anything in these documents for it to say? Otherwise it is neither fetched nor asked. */
  readonly concerns: (manifests: readonly Manifest[]) => boolean;
}

/** An admission plug-in. Both calls are pure; `objects` are those that the API server holds. */
export interface AdmissionPlugin extends AdmissionAbout {
  /** Validating: judges one request to create an object. */
  readonly review: (request: AdmissionRequest, objects: Store) => AdmissionReview;
  /**
   * Mutating, of pods: what it changes in one, or a refusal. It sees what the plug-ins before it changed; all of them
   * are asked before the first `review`. Undefined: the request is none of its business.
   */
  readonly mutate?: (
    request: AdmissionRequest & { readonly pod: PodInObject },
    objects: Store,
  ) => (Pick<AdmissionReview, 'denied' | 'by'> & { readonly change?: AdmissionChange }) | undefined;
  /**
   * Of a plug-in that asks others, instead of `review` and `mutate`: what each answered, in order, for every object. Only
   * pods are changed. `before` is what was asked of this request so far; after a change everybody is asked once more.
   */
  readonly ask?: Partial<
    Record<
      AdmissionCall['stage'],
      (
        request: AdmissionRequest,
        objects: Store,
        before: readonly AdmissionCall[],
        reinvoked: boolean,
      ) => readonly AdmissionAnswer[]
    >
  >;
  /** The plug-in that knows what came up in the cluster that it helped to make; undefined where nothing is new to it. */
  readonly again?: (
    cluster: ClusterState,
    records: readonly AdmissionRecord[],
    dial: Dial,
  ) => AdmissionPlugin | undefined;
  /** What a controller keeps in the status of an object that it reads, for one that counts. */
  readonly status?: (manifest: Manifest, objects: Store) => object | undefined;
  /** What is wrong in its part of the API server's AdmissionConfiguration. */
  readonly configured?: (configuration: unknown) => readonly AdmissionRemark[];
}

/** A plug-in whose code is fetched when a scenario chooses it (lazy.ts). Its functions throw until `loaded`. */
export type Lazy<P> = P & { readonly load: () => Promise<void>; readonly loaded: () => boolean };

/** How a controller takes a backend: what it answers in place of one that it cannot reach, and what counts as a port of a Service. */
export interface BackendReading {
  readonly noService: number;
  readonly noPort: number;
  readonly noEndpoints: number;
  /** Is a port's `targetPort` good for its name, too? */
  readonly byTargetPort: boolean;
}

export interface IngressAbout {
  /** `spec.controller` of the IngressClasses that are its own. */
  readonly controller: string;
  /** The value of the annotation kubernetes.io/ingress.class that it takes for its own. */
  readonly annotated: string;
  /** What the names of its annotations begin with. */
  readonly annotations: string;
  /** How it takes the backends of Ingresses. */
  readonly backends: BackendReading;
}

/** What the app says about an ingress controller, a gateway or a mesh before its code is there. */
export interface L7About {
  readonly id: string;
  /** As people write it. */
  readonly label: string;
  readonly fidelity: Fidelity;
  readonly sources: readonly string[];
  /** The images of its own pods, by repository: `ingress-nginx/controller`. */
  readonly images: readonly string[];
  /** Of a controller of Ingresses. */
  readonly ingress?: IngressAbout;
  /** Of a controller of Gateways: `spec.controllerName` of its classes, and the image of the controller itself. */
  readonly gateways?: { readonly controllerName: string; readonly image: string };
  /** The month after which it gets no releases and no security fixes any more, and what its makers point to. */
  readonly retired?: { readonly since: string; readonly instead: string };
}

export interface L7Plugin extends L7About {
  /** What installing it creates; `Playground.controllers` is short for that. */
  readonly installs: readonly Manifest[];
  /** What its controller makes of the objects that are there. Equal inputs give identical objects. */
  readonly makes?: (store: Store) => readonly Manifest[];
  /** What its controller writes into the status of objects, by their key. */
  readonly statuses?: (cluster: ClusterState) => ReadonlyMap<string, object>;
  /** What there is to say of objects, at the line that it is about. */
  readonly notes?: (cluster: ClusterState) => readonly L7Note[];
  /**
   * What it adds to the network namespaces of pods, by `namespace/name`: listeners with their configuration, and a mesh's
   * rules. Equal inputs give identical parts.
   */
  readonly podParts: (cluster: ClusterState) => ReadonlyMap<string, NetnsPart>;
  /** The programs behind its listeners. */
  readonly ownApps: NonNullable<World['ownApps']>;
  /** What becomes of an annotation of its own on an Ingress that it serves. */
  readonly annotation?: (name: string, value: string) => 'read' | 'no-difference' | 'unknown';
}

export interface L7Note {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly origin: Origin;
}
