/** The networks around the nodes: which of them an address or a node belongs to, and who has which address there. */
import {
  cidr,
  cidrContains,
  cidrOfFamily,
  cidrSize,
  ipFamily,
  ipOfFamily,
  nthAddress,
  type Ip,
  type IpFamily,
} from '../base/ip.ts';
import type { ClusterSettings, NodeNetwork } from './cluster-state.ts';

/** The router's side of the network behind it, and the host there that stands for the internet. */
export const INTERNET_GATEWAY: Readonly<Record<IpFamily, Ip>> = { 4: '203.0.113.1', 6: '2001:db8::1' };
export const INTERNET_HOST: Readonly<Record<IpFamily, Ip>> = { 4: '203.0.113.10', 6: '2001:db8::10' };

/** The cloud load balancer's own address: near the end of the first network, of IPv6's that ends like IPv4's. */
export function loadBalancerAddress(
  { nodeSubnets }: Pick<ClusterSettings, 'nodeSubnets'>,
  family: IpFamily,
): Ip | undefined {
  const subnet = cidrOfFamily(nodeSubnets, family);
  if (subnet === undefined) return undefined;
  return nthAddress(subnet, family === 6 ? 0xffff_0254 : cidrSize(subnet) - 2);
}

type Networks = Pick<ClusterSettings, 'nodeNetworks'>;

/** The network one of whose subnets holds the address. */
export function networkOfAddress({ nodeNetworks }: Networks, ip: Ip): NodeNetwork | undefined {
  return nodeNetworks.find(({ subnets }) => {
    const subnet = cidrOfFamily(subnets, ipFamily(ip));
    return subnet !== undefined && cidrContains(subnet, ip);
  });
}

/** The network that a node's card is plugged into: the one of its first address that any holds, else the first. */
export function networkOfNode(settings: Networks, node: { readonly ips: readonly Ip[] }): NodeNetwork {
  const [first] = settings.nodeNetworks;
  for (const ip of node.ips) {
    const found = networkOfAddress(settings, ip);
    if (found !== undefined) return found;
  }
  if (first === undefined) throw new Error('a cluster without a network');
  return first;
}

/** Whether nothing but a switch lies between a node and an address: the route of its card's own subnet covers it. */
export function onLink(settings: Networks, node: { readonly ips: readonly Ip[] }, ip: Ip): boolean {
  const own = ipOfFamily(node.ips, ipFamily(ip));
  const subnet = cidrOfFamily(networkOfNode(settings, node).subnets, ipFamily(ip));
  return own !== undefined && subnet !== undefined && cidrContains(cidr(`${own}/${subnet.prefixLength}`), ip);
}
