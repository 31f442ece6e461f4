/**
 * The AWS VPC CNI (aws-node and its plug-in): pods have addresses of the VPC itself, secondary ones of the node's network
 * cards. No overlay and no pod CIDR: the VPC delivers to the card that owns an address, the node routes by rules to the
 * pod's veth pair, and what a pod sends leaves by the card that owns the pod's address.
 * The VPC's blocks are the nodes' subnets, with the fabric's answers to ARP (`held`, see net/link/fabric.ts); the router
 * between them is the VPC's, and a node's cards are all in its own subnet.
 * Left out: the fabric's source check, security groups for pods, custom networking, IPv6, NetworkPolicy by eBPF (an agent
 * that is off by default), and AWS' frames of 9001 bytes: the network here carries 1500.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { cidr, cidrOfFamily, ipOfFamily } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { networkOfNode } from '../../k8s/node-network.ts';
import type { IpRuleConfig, LinkConfig, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { POD_DEVICE, UNDERLAY_DEVICE, UNDERLAY_MTU, ipv4Of, nodeNetns, podKey } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberPer } from '../remember.ts';
import { awsVpcAbout } from './about.ts';
import { assignSecondaryIps, attachedEnis, eniLayout, eniOf, type Eni } from './eni.ts';
import { MAIN_ENI_MARK, awsRules } from './rules.ts';

const BY = 'aws-node';
const GATEWAY = '169.254.1.1';
const TO_POD = 512;
const MARKED = 1024;
const FROM_POD = 1536;

const names = new WeakMap<Pod, string>();

/** `eni` and 11 hex digits of SHA-1 over `namespace.name`. */
export function eniInterface(pod: Pod): string {
  let name = names.get(pod);
  if (name === undefined) {
    name = `eni${bytesToHex(sha1(utf8ToBytes(`${pod.namespace}.${pod.name}`))).slice(0, 11)}`;
    names.set(pod, name);
  }
  return name;
}

const deviceOf = (eni: Eni): string => (eni.device === 0 ? UNDERLAY_DEVICE : `eth${eni.device}`);
/** Table 1 would be the primary card's: it is `main`. */
const tableOf = (eni: Eni): number => eni.device + 1;

function enisOf(context: CniNodeContext): readonly Eni[] {
  return eniLayout(context.cluster, context.options.instanceType ?? '').get(context.node.name) ?? [];
}

/** A further card: its address without the connected route, and a table in which all goes out by it. */
function secondaryEni(
  eni: Eni,
  context: CniNodeContext,
  origin: Origin,
): Pick<NetnsPart, 'links' | 'addresses' | 'routes'> {
  const { cluster, node } = context;
  const dev = deviceOf(eni);
  const network = networkOfNode(cluster.settings, node);
  const subnet = cidrOfFamily(network.subnets, 4);
  const gateway = ipOfFamily(network.gateways, 4);
  if (subnet === undefined || gateway === undefined) return {};
  const link: LinkConfig = {
    kind: 'ethernet',
    name: dev,
    mac: stableMac(nodeNetns(node), dev),
    mtu: UNDERLAY_MTU,
    segment: network.segment,
    origin,
  };
  const route = (rest: Pick<RouteConfig, 'to' | 'via' | 'scope'>): RouteConfig => ({
    dev,
    table: tableOf(eni),
    protocol: 'boot',
    origin,
    ...rest,
  });
  return {
    links: [link],
    addresses: [
      {
        dev,
        ip: eni.primary,
        prefixLength: subnet.prefixLength,
        scope: 'global',
        connectedRoute: false,
        origin,
      },
    ],
    routes: [route({ to: cidr(gateway), scope: 'link' }), route({ to: cidr('0.0.0.0/0'), via: gateway })],
  };
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const { settings } = cluster;
  const dependencies = [settings, JSON.stringify(options), ...cluster.nodes, null, ...pods];
  return rememberNode(node, dependencies, () => {
    const vpc = settings.nodeSubnets.filter((subnet) => subnet.family === 4);
    const primaryAddress = ipv4Of(node);
    if (primaryAddress === undefined) return {};
    const origin: Origin = { ...settings.origins.cni, by: BY };
    const further = attachedEnis(enisOf(context), pods)
      .slice(1)
      .map((eni) => secondaryEni(eni, context, origin));
    const part: NetnsPart = {
      links: further.flatMap((card) => card.links ?? []),
      addresses: further.flatMap((card) => card.addresses ?? []),
      routes: further.flatMap((card) => card.routes ?? []),
      rules: [
        {
          priority: MARKED,
          fwmark: { value: MAIN_ENI_MARK, mask: MAIN_ENI_MARK },
          lookup: 'main',
          origin,
        },
      ],
      held: [],
      sysctls: { ipForward: true, perInterface: { [UNDERLAY_DEVICE]: { rpFilter: 2 } } },
      ...awsRules({
        vpc,
        primaryDevice: UNDERLAY_DEVICE,
        primaryAddress,
        externalSnat: options.AWS_VPC_K8S_CNI_EXTERNALSNAT === 'true',
        origin,
      }),
    };
    return withPortmap(part, pods, { network: 'aws-cni', prefixLengths: {}, device: eniInterface });
  });
}

/** ADD: the address as a /32, a next hop that nobody has with its MAC written down, and the node's route and rules. */
function addPod(context: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node } = context;
  const ip = ipv4Of(pod);
  const eni = eniOf(enisOf(context), ip);
  if (ip === undefined || eni === undefined) return { pod: {}, node: {} };
  const podNetns = podKey(pod);
  const host = eniInterface(pod);
  const hostMac = stableMac(nodeNetns(node), host);
  const origin: Origin = { ...pod.origin, by: BY };
  const rules: IpRuleConfig[] = [{ priority: TO_POD, to: cidr(ip), lookup: 'main', origin }];
  if (eni.device > 0) rules.push({ priority: FROM_POD, from: cidr(ip), lookup: tableOf(eni), origin });
  return {
    pod: {
      links: [
        {
          kind: 'veth',
          name: POD_DEVICE,
          mac: stableMac(podNetns, POD_DEVICE),
          mtu: UNDERLAY_MTU,
          peer: { netns: nodeNetns(node), name: host },
          origin,
        },
      ],
      addresses: [{ dev: POD_DEVICE, ip, prefixLength: 32, scope: 'global', origin }],
      routes: [
        { to: cidr('0.0.0.0/0'), via: GATEWAY, dev: POD_DEVICE, protocol: 'boot', origin },
        { to: cidr(GATEWAY), dev: POD_DEVICE, scope: 'link', protocol: 'boot', origin },
      ],
      neighbours: [{ dev: POD_DEVICE, ip: GATEWAY, mac: hostMac, state: 'PERMANENT', origin }],
    },
    node: {
      links: [
        {
          kind: 'veth',
          name: host,
          mac: hostMac,
          mtu: UNDERLAY_MTU,
          peer: { netns: podNetns, name: POD_DEVICE },
          origin,
        },
      ],
      routes: [{ to: cidr(ip), dev: host, scope: 'link', protocol: 'boot', origin }],
      rules,
      held: [{ dev: deviceOf(eni), ip, origin }],
    },
  };
}

export const awsVpc: CniPlugin = {
  ...awsVpcAbout,
  assignPodIps: assignSecondaryIps,
  setUpNode,
  addPod: (context) =>
    rememberPod(
      context.pod,
      [context.node, context.cluster.settings, context.options.instanceType, ...context.cluster.nodes],
      () => addPod(context),
    ),
};
