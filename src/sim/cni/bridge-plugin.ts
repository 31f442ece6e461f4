/**
 * The `bridge` CNI plug-in, to which flannel and kubenet hand the ADD call: a bridge on the node with the first address
 * of each pod CIDR, and a veth pair per pod whose node end is a port of it.
 * Left out: VLANs, MAC spoof checks, the gratuitous ARP and unsolicited advertisement at the end of ADD.
 */
import { hex, sha256 } from '../base/sha256.ts';
import type { Cidr, IpFamily } from '../base/ip.ts';
import { cidr, nthAddress } from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import type { Origin } from '../base/origin.ts';
import type { ClusterNode } from '../k8s/cluster-state.ts';
import type { NetnsPart } from '../net/config.ts';
import type { CniPodContext } from '../plugin.ts';
import { givenAddresses } from './host-local.ts';
import { POD_DEVICE, nodeNetns, podKey } from './place.ts';

export const DEFAULT_ROUTE: Readonly<Record<IpFamily, Cidr>> = { 4: cidr('0.0.0.0/0'), 6: cidr('::/0') };
const names = new Map<string, string>();

/** The node's end of a pod's veth pair. The real name is random; here it is drawn from the pod's name. */
export function vethName(pod: string): string {
  let name = names.get(pod);
  if (name === undefined) {
    name = `veth${hex(sha256(`veth ${pod}`)).slice(0, 8)}`;
    names.set(pod, name);
  }
  return name;
}

export interface BridgeConf {
  readonly bridge: string;
  readonly mtu: number;
  readonly hairpinMode: boolean;
  readonly promiscMode: boolean;
  /** Does the bridge have the gateway's address? Absent: yes. */
  readonly isGateway?: boolean;
  /** Is it the pods' default route? Absent: yes. */
  readonly isDefaultGateway?: boolean;
  /** Destinations that IPAM adds to the pod's routes, all via the gateway. */
  readonly routes: readonly { readonly to: Cidr; readonly origin: Origin }[];
  /** Who hands the ADD call over: the `by` of every row. */
  readonly by: string;
}

/** The bridge. The plug-in makes it in the first ADD, so a node without a pod has none. */
export function bridgeOnNode(
  node: Pick<ClusterNode, 'name' | 'podCIDRs'>,
  conf: BridgeConf,
  origins: { readonly link: Origin; readonly address: Origin },
): NetnsPart {
  if (node.podCIDRs.length === 0) return {};
  return {
    links: [
      {
        kind: 'bridge',
        name: conf.bridge,
        mac: stableMac(nodeNetns(node), conf.bridge),
        mtu: conf.mtu,
        promisc: conf.promiscMode,
        origin: { ...origins.link, by: conf.by },
      },
    ],
    addresses:
      conf.isGateway === false
        ? []
        : node.podCIDRs.map((range) => ({
            dev: conf.bridge,
            ip: nthAddress(range, 1),
            prefixLength: range.prefixLength,
            scope: 'global',
            origin: { ...origins.address, by: conf.by },
          })),
  };
}

/** ADD: the veth pair, the pod's addresses and its routes. A pod that got no address has no network at all. */
export function addToBridge(context: CniPodContext, conf: BridgeConf): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node } = context;
  const given = givenAddresses(pod, node);
  if (given.length === 0) return { pod: {}, node: {} };
  const podNetns = podKey(pod);
  const host = vethName(podNetns);
  const origin: Origin = { ...pod.origin, by: conf.by };
  return {
    pod: {
      links: [
        {
          kind: 'veth',
          name: POD_DEVICE,
          mac: stableMac(podNetns, POD_DEVICE),
          mtu: conf.mtu,
          peer: { netns: nodeNetns(node), name: host },
          origin,
        },
      ],
      addresses: given.map(({ ip, range }) => ({
        dev: POD_DEVICE,
        ip,
        prefixLength: range.prefixLength,
        scope: 'global',
        origin,
      })),
      routes: given.flatMap(({ range: { family }, gateway }) => [
        ...(conf.isDefaultGateway === false
          ? []
          : [
              { to: DEFAULT_ROUTE[family], via: gateway, dev: POD_DEVICE, protocol: 'boot' as const, origin },
            ]),
        ...conf.routes
          .filter((route) => route.to.family === family)
          .map((route) => ({
            to: route.to,
            via: gateway,
            dev: POD_DEVICE,
            protocol: 'boot' as const,
            origin: { ...route.origin, by: conf.by },
          })),
      ]),
    },
    node: {
      links: [
        {
          kind: 'veth',
          name: host,
          mac: stableMac(nodeNetns(node), host),
          mtu: conf.mtu,
          peer: { netns: podNetns, name: POD_DEVICE },
          master: conf.bridge,
          hairpin: conf.hairpinMode,
          origin,
        },
      ],
    },
  };
}
