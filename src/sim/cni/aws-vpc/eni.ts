/**
 * Network cards of an EC2 instance (ENIs) and their private addresses, as ipamd lays them out: the primary address of a card
 * is the node's, the secondary ones are the pods'. How many there are depends on the instance type. ipamd keeps one whole
 * card in reserve (WARM_ENI_TARGET=1), so a node with a pod has a second card.
 * EC2 draws addresses from the subnet at random; here each card has a run of neighbouring ones, so that one sees whose they
 * are. ipamd takes any card that has a free address; here the first. Left out: prefix delegation, warm IP targets, trunk and
 * branch cards, subnets of their own for pods, and the addresses that wait for pods to come.
 */
import { cidrOfFamily, cidrSize, ipOfFamily, nthAddress } from '../../base/ip.ts';
import type { Cidr, Ip } from '../../base/ip.ts';
import type { ClusterNode, ClusterSettings } from '../../k8s/cluster-state.ts';
import { networkOfAddress, networkOfNode } from '../../k8s/node-network.ts';
import type { CniPlugin } from '../../plugin.ts';
import { rememberLast } from '../remember.ts';

/** Cards and IPv4 addresses per card, the primary one included (EC2's limits). */
const LIMITS: Readonly<Record<string, { readonly cards: number; readonly addresses: number }>> = {
  't3.small': { cards: 3, addresses: 4 },
  't3.medium': { cards: 3, addresses: 6 },
  'm5.large': { cards: 3, addresses: 10 },
  'm5.4xlarge': { cards: 8, addresses: 30 },
};

/** One network card with what the VPC gives it. */
export interface Eni {
  /** Device number: 0 is the primary card, eth0. */
  readonly device: number;
  readonly primary: Ip;
  readonly secondary: readonly Ip[];
}

/** Room for the largest card, and for the largest number of cards. */
const RUN = 32;
const CARDS = 8;
const FIRST = 4096;
/** Where the nodes' network is too small for that: close together, past the addresses of nodes. */
const FIRST_CLOSE = 16;

type Layout = ReadonlyMap<string, readonly Eni[]>;
const rememberLayout = rememberLast<Layout>();

/** Every card that each node may have, attached or not. */
export function eniLayout(
  cluster: { readonly settings: ClusterSettings; readonly nodes: readonly ClusterNode[] },
  instanceType: string,
): Layout {
  return rememberLayout([cluster.settings, instanceType, ...cluster.nodes], () => {
    const { settings, nodes } = cluster;
    const limit = Object.hasOwn(LIMITS, instanceType) ? LIMITS[instanceType] : undefined;
    if (limit === undefined) return new Map();
    const taken = new Set<Ip>([
      ...settings.gateways,
      ...settings.external.flatMap((host) => host.ips),
      ...nodes.flatMap((node) => node.ips),
    ]);
    return new Map(
      settings.nodeNetworks.flatMap((network) => {
        const subnet = cidrOfFamily(network.subnets, 4);
        const here = nodes.filter((node) => networkOfNode(settings, node) === network);
        return subnet === undefined ? [] : cardsIn(subnet, here, limit, taken);
      }),
    );
  });
}

/** The cards of the nodes of one subnet. */
function cardsIn(
  subnet: Cidr,
  nodes: readonly ClusterNode[],
  limit: { readonly cards: number; readonly addresses: number },
  taken: ReadonlySet<Ip>,
): readonly (readonly [string, readonly Eni[]])[] {
  const roomy = FIRST + nodes.length * RUN * CARDS <= cidrSize(subnet);
  const run = roomy ? RUN : limit.addresses;
  const first = roomy ? FIRST : FIRST_CLOSE;
  const stride = roomy ? RUN * CARDS : limit.cards * limit.addresses;
  const end = cidrSize(subnet) - 1;
  return nodes.map((node, place): readonly [string, readonly Eni[]] => [
    node.name,
    Array.from({ length: limit.cards }, (_, device): Eni => {
      const start = first + place * stride + device * run;
      const own = Array.from({ length: limit.addresses }, (_unused, n) => start + n)
        .filter((n) => n < end)
        .map((n) => nthAddress(subnet, n))
        .filter((ip) => !taken.has(ip));
      const [lowest, ...others] = own;
      return device === 0
        ? { device, primary: ipOfFamily(node.ips, 4) ?? '', secondary: others }
        : { device, primary: lowest ?? '', secondary: others };
    }).filter((eni) => eni.primary !== ''),
  ]);
}

/** The cards that ipamd has attached for these pods, one in reserve. */
export function attachedEnis(
  enis: readonly Eni[],
  pods: readonly { readonly ips: readonly Ip[] }[],
): readonly Eni[] {
  const last = Math.max(0, ...pods.map((pod) => eniOf(enis, ipOfFamily(pod.ips, 4))?.device ?? 0));
  const perCard = enis[0]?.secondary.length ?? 0;
  let count = last + 1;
  const free = (): number =>
    enis.slice(0, count).reduce((sum, eni) => sum + eni.secondary.length, 0) - pods.length;
  while (count < enis.length && free() < perCard) count++;
  return enis.slice(0, count);
}

/** The card that an address belongs to. */
export function eniOf(enis: readonly Eni[], ip: Ip | undefined): Eni | undefined {
  return ip === undefined ? undefined : (enis.find((eni) => eni.secondary.includes(ip)) ?? enis[0]);
}

/** Secondary addresses of the node's cards, one after the other; without a free one the pod waits. */
export const assignSecondaryIps: CniPlugin['assignPodIps'] = ({ cluster, pods, options }) => {
  const layout = eniLayout(cluster, options.instanceType ?? '');
  const { settings, nodes } = cluster;
  const result = new Map<string, readonly Ip[]>();
  const taken = new Set<Ip>();
  for (const pod of pods) {
    const given = ipOfFamily(pod.given ?? [], 4);
    const node = nodes.find((n) => n.name === pod.node);
    // An address outside the node's subnet belongs to no card of it.
    if (given === undefined || node === undefined || taken.has(given) || !inSubnetOf(settings, node, given))
      continue;
    taken.add(given);
    result.set(pod.key, [given]);
  }
  for (const pod of pods) {
    if (result.has(pod.key)) continue;
    const free = (layout.get(pod.node) ?? []).flatMap((eni) => eni.secondary).find((ip) => !taken.has(ip));
    if (free !== undefined) taken.add(free);
    result.set(pod.key, free === undefined ? [] : [free]);
  }
  return result;
};

function inSubnetOf(settings: ClusterSettings, node: ClusterNode, ip: Ip): boolean {
  return networkOfAddress(settings, ip) === networkOfNode(settings, node);
}
