/**
 * Azure CNI as AKS runs it with a node subnet, in transparent mode: pods have addresses of the nodes' own subnet, a veth pair
 * with proxy ARP, a /32 route on the node, and no bridge (the older `azure0` bridge mode is left out, and so is the overlay,
 * which AKS offers for new clusters: its pods have a range of their own that Azure routes). azure-ip-masq-agent translates what
 * leaves the network; its chain is written as its upstream, ip-masq-agent, writes it.
 * A sketch: Azure's fabric answers every ARP question with one MAC of its own (12:34:56:78:9a:bc); here with the owner's.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { cidr, cidrContains, cidrOfFamily, cidrSize, ipOfFamily, nthAddress } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import type { ChainPart, HookPart, Match, NetnsPart } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { POD_DEVICE, UNDERLAY_DEVICE, UNDERLAY_MTU, ipv4Of, nodeNetns, podKey } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberPer } from '../remember.ts';
import { azureAbout } from './about.ts';

const BY = 'azure-vnet';
const GATEWAY = '169.254.1.1';
const MASQ = 'IP-MASQ-AGENT';
/** Secondary addresses that a node's card gets with it: AKS' --max-pods for node subnets. */
const PER_NODE = 30;
const RUN = 32;

const names = new WeakMap<Pod, string>();

/** `azv` and 11 hex digits of SHA-1 over `namespace.name`. */
export function azvInterface(pod: Pod): string {
  let name = names.get(pod);
  if (name === undefined) {
    name = `azv${bytesToHex(sha1(utf8ToBytes(`${pod.namespace}.${pod.name}`))).slice(0, 11)}`;
    names.set(pod, name);
  }
  return name;
}

/** Each node's secondary addresses, in runs past the nodes' own; Azure takes the next free ones as nodes come. */
const assignPodIps: CniPlugin['assignPodIps'] = ({ cluster, pods }) => {
  const { settings, nodes } = cluster;
  const subnet = cidrOfFamily(settings.nodeSubnets, 4);
  const result = new Map<string, readonly Ip[]>();
  if (subnet === undefined) return result;
  const taken = new Set<Ip>([
    ...settings.gateways,
    ...settings.external.flatMap((host) => host.ips),
    ...nodes.flatMap((node) => node.ips),
  ]);
  const first = Math.min(4096, Math.floor(cidrSize(subnet) / 2));
  for (const pod of pods) {
    const given = ipOfFamily(pod.given ?? [], 4);
    if (given === undefined || taken.has(given) || !cidrContains(subnet, given)) continue;
    taken.add(given);
    result.set(pod.key, [given]);
  }
  for (const pod of pods) {
    if (result.has(pod.key)) continue;
    const place = nodes.findIndex((node) => node.name === pod.node);
    const start = first + place * RUN;
    const run = Array.from({ length: PER_NODE }, (_, n) => start + n)
      .filter((n) => n < cidrSize(subnet) - 1)
      .map((n) => nthAddress(subnet, n));
    const free = run.find((ip) => !taken.has(ip));
    if (free !== undefined) taken.add(free);
    result.set(pod.key, free === undefined ? [] : [free]);
  }
  return result;
};

function masqueradeRules({ cluster }: CniNodeContext): {
  chains: readonly ChainPart[];
  hooks: readonly HookPart[];
} {
  const network = cidrOfFamily(cluster.settings.nodeSubnets, 4);
  const origin = { ...cluster.settings.origins.cni, by: 'azure-ip-masq-agent' };
  const comment = (text: string): Match => ({ match: 'comment', text });
  const spared: Match[] = network === undefined ? [] : [{ match: 'dst', cidr: network }];
  return {
    chains: [
      {
        table: 'nat',
        name: MASQ,
        rules: [
          {
            matches: [...spared, comment('ip-masq-agent: local traffic is not subject to MASQUERADE')],
            target: { target: 'RETURN' },
            origin,
          },
          {
            matches: [
              comment('ip-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)'),
            ],
            target: { target: 'MASQUERADE' },
            origin,
          },
        ],
      },
    ],
    hooks: [
      {
        table: 'nat',
        chain: 'POSTROUTING',
        where: 'append',
        rule: {
          matches: [
            comment(
              `ip-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom ${MASQ} chain`,
            ),
            { match: 'addrtype', side: 'dst', type: 'LOCAL', negate: true },
          ],
          target: { target: 'jump', chain: MASQ },
          origin,
        },
      },
    ],
  };
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods } = context;
  return rememberNode(node, [cluster.settings, ...mappingPods(pods)], () => {
    const part: NetnsPart = {
      held: [],
      sysctls: { ipForward: true },
      ...masqueradeRules(context),
    };
    return withPortmap(part, pods, { network: 'azure', prefixLengths: {}, device: azvInterface });
  });
}

function addPod({ pod, node, cluster }: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const ip = ipv4Of(pod);
  const subnet = cidrOfFamily(cluster.settings.nodeSubnets, 4);
  if (ip === undefined || subnet === undefined) return { pod: {}, node: {} };
  const podNetns = podKey(pod);
  const host = azvInterface(pod);
  const hostMac = stableMac(nodeNetns(node), host);
  const origin: Origin = { ...pod.origin, by: BY };
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
      addresses: [
        {
          dev: POD_DEVICE,
          ip,
          prefixLength: subnet.prefixLength,
          scope: 'global',
          connectedRoute: false,
          origin,
        },
      ],
      routes: [
        { to: cidr(GATEWAY), dev: POD_DEVICE, scope: 'link', protocol: 'static', origin },
        { to: cidr('0.0.0.0/0'), via: GATEWAY, dev: POD_DEVICE, protocol: 'static', origin },
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
      routes: [{ to: cidr(ip), dev: host, scope: 'global', protocol: 'static', origin }],
      held: [{ dev: UNDERLAY_DEVICE, ip, origin }],
      sysctls: { perInterface: { [host]: { proxyArp: true } } },
    },
  };
}

export const azure: CniPlugin = {
  ...azureAbout,
  assignPodIps,
  setUpNode,
  addPod: (context) =>
    rememberPod(context.pod, [context.node, context.cluster.settings], () => addPod(context)),
};
