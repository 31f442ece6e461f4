/**
 * What the picture draws, before anything has a place: rooms, pods, devices, Services, tunnels and the outside world,
 * read off the configured namespaces. Plain data, the same for every walk; `plan.ts` gives it places.
 */

import type { FaultKind } from '../k8s/faults.ts';
import { TUNNEL_NAMES, type TunnelKind } from '../packet/tunnel.ts';

export type DeviceKind = 'bridge' | 'veth' | 'tunnel' | 'ethernet';

export interface SceneDevice {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly ip?: string;
  /** The pod at the other end of a veth. */
  readonly peer?: string;
  /** The bridge that a veth is a port of. */
  readonly master?: string;
  /** The switch that a card is plugged into. */
  readonly segment?: string;
  /** A program sees every packet that comes in or leaves by it. */
  readonly program?: string;
  /** The tunnel that it is an end of. */
  readonly tunnel?: { readonly id: string; readonly kind: TunnelKind };
  /** The datapath that it is a port of, drawn as part of it, and the devices that lead there. */
  readonly datapath?: { readonly name: string; readonly ports: readonly string[] };
}

export interface SceneContainer {
  readonly name: string;
  readonly init: boolean;
  /** Ports that its processes listen on. */
  readonly ports: readonly number[];
}

export interface ScenePod {
  /** `namespace/name`. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly shortName: string;
  readonly ip: string | undefined;
  /** Its address of the other family, in a dual-stack cluster. */
  readonly otherIp?: string;
  /** Pods of one owner are alike: `Deployment/default/web`, or the pod itself. */
  readonly owner: string;
  readonly containers: readonly SceneContainer[];
  readonly hostNetwork: boolean;
  readonly ready: boolean;
  readonly phase: string;
  readonly builtIn: boolean;
}

export interface SceneRoom {
  /** `node/kind-worker`. */
  readonly id: string;
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly ip: string;
  readonly podCIDR: string;
  /** What serves the Services here, filled by an agent: a program out of maps, or a switch's flows and groups. */
  readonly servedBy?: { readonly name: string; readonly how: 'eBPF' | 'OpenFlow' };
  /**
   * Endpoints that the rules here leave out for a Service's own address, by the Service's id: addresses of another
   * zone by hints, or of other nodes by `internalTrafficPolicy: Local`.
   */
  readonly leftOut?: Readonly<Record<string, readonly string[]>>;
  /** The same for what comes from outside, by `externalTrafficPolicy: Local` or by hints. */
  readonly leftOutFromOutside?: Readonly<Record<string, readonly string[]>>;
  /** The chains of nftables that ask for Services here, by their hook. */
  readonly nftChains?: Readonly<Record<string, string>>;
  /** Where IPVS serves the Services: the device that has their addresses. */
  readonly ipvsDevice?: string;
  readonly devices: readonly SceneDevice[];
  /** What `Playground.faults` breaks here. */
  readonly faults?: readonly FaultKind[];
  /** In the order of their addresses. */
  readonly pods: readonly ScenePod[];
}

export interface SceneHost {
  /** `external/laptop`. */
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  readonly devices: readonly SceneDevice[];
  /** False for what every scenario has: the gateway and the internet. */
  readonly named: boolean;
}

export interface SceneEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly pod: string | undefined;
}

export interface SceneServicePort {
  readonly port: number;
  readonly protocol: string;
  readonly nodePort?: number;
  /** In the order of addresses; of many only the first, for a picture has no room for more. */
  readonly endpoints: readonly SceneEndpoint[];
  readonly total: number;
}

export interface SceneService {
  /** `namespace/name`. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly ip: string | undefined;
  readonly ports: readonly SceneServicePort[];
  /** Where it is reached from outside beside its node ports: a load balancer's addresses, `externalIPs`. */
  readonly outside?: readonly string[];
  /** The same in its other family: an address there has endpoints of that family. */
  readonly other?: { readonly ip: string; readonly ports: readonly SceneServicePort[] };
  readonly builtIn: boolean;
}

/** What a controller makes of an Ingress has no place of its own: it is told beside the Services, with a line to the controller's pods. */
export interface SceneIngress {
  /** `namespace/name`. */
  readonly id: string;
  readonly name: string;
  /** In the order of its rules; empty: every host. */
  readonly hosts: readonly string[];
  /** The pods that serve it; none: nobody does. */
  readonly pods: readonly string[];
}

export interface SceneSegment {
  readonly id: string;
  /** `172.18.0.0/16`, where the cards on it agree on one. */
  readonly label: string;
  readonly members: readonly { readonly netns: string; readonly device: string }[];
}

export interface SceneTunnel {
  /** `vxlan/1`, `ipip`. */
  readonly id: string;
  readonly kind: TunnelKind;
  /** Absent where each packet brings its own. */
  readonly vni?: number;
  /** Absent where the outer packet has no ports. */
  readonly port?: number;
  readonly members: readonly { readonly netns: string; readonly device: string }[];
}

export interface Scene {
  readonly rooms: readonly SceneRoom[];
  readonly hosts: readonly SceneHost[];
  readonly services: readonly SceneService[];
  readonly ingresses?: readonly SceneIngress[];
  readonly segments: readonly SceneSegment[];
  readonly tunnels: readonly SceneTunnel[];
  /** In a stable order: the index gives the tint. */
  readonly namespaces: readonly string[];
  /** Pods without a node, with the reason in the cluster's events. */
  readonly pending: readonly string[];
  /** What the API server turned down: `Pod shop/web`. */
  readonly refused: readonly string[];
  /** Who serves the Services on a node: kube-proxy's mode, or a program; undefined where nobody does. */
  readonly rulesBy: string | undefined;
}

/** What a tunnel's tube says. */
export function tunnelLabel({ kind, vni, port }: Pick<SceneTunnel, 'kind' | 'vni' | 'port'>): string {
  return [
    TUNNEL_NAMES[kind],
    ...(vni === undefined ? [] : [`VNI ${vni}`]),
    ...(port === undefined ? [] : [`UDP ${port}`]),
  ].join('  ·  ');
}
