/**
 * A CNI in one file, to start your own from: docs/adding-a-cni.md walks through it, and the contract tests run it. It is
 * not in the registry. It does what the `ptp` plug-in of containernetworking with static routes between nodes does:
 * a veth pair per pod, no bridge, no tunnel, no policies.
 */
import { cidr, cidrOfFamily, ipFamily, ipOfFamily, nthAddress } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { vethName } from '../bridge-plugin.ts';
import { assignHostLocal } from '../host-local.ts';
import { POD_DEVICE, UNDERLAY_DEVICE, UNDERLAY_MTU, nodeNetns, podKey } from '../place.ts';
import { rememberPer } from '../remember.ts';

const BY = 'example';
const rememberNode = rememberPer<CniNodeContext['node'], NetnsPart>();
const rememberPod = rememberPer<CniPodContext['pod'], { pod: NetnsPart; node: NetnsPart }>();

/** What the daemon does once per node: routes to the other nodes' pods, and one address for what leaves the cluster. */
function setUpNode({ cluster, node }: CniNodeContext): NetnsPart {
  const { podSubnets, origins } = cluster.settings;
  // One round for each family of the cluster: IPv4, IPv6, or both.
  const routes = podSubnets.flatMap(({ family }) =>
    cluster.nodes.flatMap((other): RouteConfig[] => {
      const to = cidrOfFamily(other.podCIDRs, family);
      const via = ipOfFamily(other.ips, family);
      if (other.name === node.name || to === undefined || via === undefined) return [];
      return [{ to, via, dev: UNDERLAY_DEVICE, protocol: 'static', origin: { ...other.origin, by: BY } }];
    }),
  );
  return {
    routes,
    sysctls: {
      ipForward: podSubnets.some((subnet) => subnet.family === 4),
      ip6Forward: podSubnets.some((subnet) => subnet.family === 6),
    },
    hooks: podSubnets.map((podSubnet) => ({
      family: podSubnet.family,
      table: 'nat',
      chain: 'POSTROUTING',
      where: 'append',
      rule: {
        matches: [
          { match: 'src', cidr: podSubnet },
          { match: 'dst', cidr: podSubnet, negate: true },
          { match: 'comment', text: 'example: pods leave with the address of their node' },
          { match: 'addrtype', side: 'dst', type: 'LOCAL', negate: true },
        ],
        target: { target: 'MASQUERADE' },
        origin: { ...origins.podSubnet, by: BY },
      },
    })),
  };
}

/** ADD: both ends of the pod's veth pair. The node's end has the gateways' addresses, the pod's end its own, all alone. */
function addPod({ pod, node }: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const given = pod.ips.flatMap((ip) => {
    const family = ipFamily(ip);
    const range = cidrOfFamily(node.podCIDRs, family);
    if (range === undefined) return [];
    const everywhere = cidr(family === 4 ? '0.0.0.0/0' : '::/0');
    return [{ ip, gateway: nthAddress(range, 1), prefixLength: family === 4 ? 32 : 128, everywhere }];
  });
  if (given.length === 0) return { pod: {}, node: {} };
  const inside = podKey(pod);
  const outside = nodeNetns(node);
  const host = vethName(inside);
  const origin = { ...pod.origin, by: BY };
  const end = (netns: string, name: string, peer: { netns: string; name: string }) =>
    ({ kind: 'veth', name, mac: stableMac(netns, name), mtu: UNDERLAY_MTU, peer, origin }) as const;
  return {
    pod: {
      links: [end(inside, POD_DEVICE, { netns: outside, name: host })],
      addresses: given.map(({ ip, prefixLength }) => ({
        dev: POD_DEVICE,
        ip,
        prefixLength,
        scope: 'global',
        origin,
      })),
      routes: given.flatMap(({ gateway, everywhere }): RouteConfig[] => [
        { to: cidr(gateway), dev: POD_DEVICE, scope: 'link', protocol: 'boot', origin },
        { to: everywhere, via: gateway, dev: POD_DEVICE, protocol: 'boot', origin },
      ]),
    },
    node: {
      links: [end(outside, host, { netns: inside, name: POD_DEVICE })],
      addresses: given.map(({ gateway, prefixLength }) => ({
        dev: host,
        ip: gateway,
        prefixLength,
        scope: 'global',
        origin,
      })),
      routes: given.map(({ ip }) => ({ to: cidr(ip), dev: host, scope: 'link', protocol: 'boot', origin })),
    },
  };
}

export const exampleCni: CniPlugin = {
  id: 'example',
  label: 'Example',
  fidelity: 'sketched',
  sources: ['containernetworking/plugins: ptp'],
  options: [],
  ipFamilies: [4, 6],
  enforcesNetworkPolicy: false,
  assignPodIps: assignHostLocal,
  setUpNode: (context) =>
    rememberNode(context.node, [context.cluster.settings, ...context.cluster.nodes], () =>
      setUpNode(context),
    ),
  addPod: (context) => rememberPod(context.pod, [context.node], () => addPod(context)),
};
