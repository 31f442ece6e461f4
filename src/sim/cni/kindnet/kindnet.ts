/**
 * kindnet, the default of kind clusters: kindnetd writes a configuration of ptp, host-local and portmap on each node, a route
 * to each other node's pod CIDR by that node's address of the same family, and the chain KIND-MASQ-AGENT of each family,
 * which spares the pods' network. What it does for NetworkPolicy is in policy-queue.ts.
 */
import type { Cidr } from '../../base/ip.ts';
import { ipOfFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { onLink } from '../../k8s/node-network.ts';
import type { ChainPart, HookPart, Match, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin } from '../../plugin.ts';
import { vethName } from '../bridge-plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { assignHostLocal, rangePrefixes } from '../host-local.ts';
import { UNDERLAY_DEVICE, UNDERLAY_MTU, podKey } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { addPtp } from '../ptp-plugin.ts';
import { rememberPer } from '../remember.ts';
import { kindnetAbout } from './about.ts';
import { QUEUE, managedPods, policyReader, policyTable } from './policy-queue.ts';

const BY = 'kindnetd';
const MASQ = 'KIND-MASQ-AGENT';

/**
 * `syncRoute` for each node, in the order of the API's list. The first that the kernel refuses, because its node is behind a
 * router, ends the round; after five kindnetd panics and is started again, so later nodes never get theirs.
 */
function nodeRoutes({ cluster, node }: CniNodeContext): readonly RouteConfig[] {
  const { nodes, settings } = cluster;
  const routes: RouteConfig[] = [];
  const others = nodes.filter((other) => other.name !== node.name);
  const far = others.some((other) => other.ips.some((ip) => !onLink(settings, node, ip)));
  // Without a router between them the order means nothing, and stays the cluster's.
  if (far) others.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const other of others) {
    const origin: Origin = { ...other.origin, by: BY };
    for (const to of other.podCIDRs) {
      const via = ipOfFamily(other.ips, to.family);
      if (via === undefined) continue;
      routes.push({ to, via, dev: UNDERLAY_DEVICE, protocol: 'boot', origin });
      if (!onLink(settings, node, via)) return routes;
    }
  }
  return routes;
}

/** What leaves the pods' network takes the node's address, whoever sent it: an agent for each family of the network. */
function masqueradeRules(
  network: Cidr,
  origin: Origin,
): { chains: readonly ChainPart[]; hooks: readonly HookPart[] } {
  const comment = (text: string): Match => ({ match: 'comment', text });
  const tables = network.family === 6 ? { family: network.family } : {};
  return {
    chains: [
      {
        ...tables,
        table: 'nat',
        name: MASQ,
        rules: [
          {
            matches: [
              { match: 'dst', cidr: network },
              comment('kind-masq-agent: local traffic is not subject to MASQUERADE'),
            ],
            target: { target: 'RETURN' },
            origin,
          },
          {
            matches: [
              comment('kind-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)'),
            ],
            target: { target: 'MASQUERADE' },
            origin,
          },
        ],
      },
    ],
    hooks: [
      {
        ...tables,
        table: 'nat',
        chain: 'POSTROUTING',
        where: 'append',
        rule: {
          matches: [
            { match: 'addrtype', side: 'dst', type: 'LOCAL', negate: true },
            comment(
              `kind-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom ${MASQ} chain`,
            ),
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
  const managed = managedPods(cluster, pods);
  const dependencies = [cluster.settings, ...cluster.nodes, null, ...mappingPods(pods), null, ...managed];
  return rememberNode(node, dependencies, () => {
    const { podSubnets, origins } = cluster.settings;
    const rules = podSubnets.map((network) => masqueradeRules(network, { ...origins.podSubnet, by: BY }));
    const families = podSubnets.map((network) => network.family);
    const part: NetnsPart = {
      routes: nodeRoutes(context),
      sysctls: {
        ipForward: families.includes(4),
        ip6Forward: families.includes(6),
        bridgeNfCallIptables: true,
      },
      chains: rules.flatMap((rule) => rule.chains),
      hooks: rules.flatMap((rule) => rule.hooks),
      nftables: [policyTable(managed, { ...origins.cni, by: BY })],
    };
    return withPortmap(part, pods, {
      network: 'kindnet',
      prefixLengths: rangePrefixes(node),
      device: (pod) => vethName(podKey(pod)),
    });
  });
}

export const kindnet: CniPlugin = {
  ...kindnetAbout,
  assignPodIps: assignHostLocal,
  setUpNode,
  queue: (cluster) => ({ number: QUEUE, reader: policyReader(cluster) }),
  addPod: (context) =>
    rememberPod(context.pod, [context.node], () => addPtp(context, { mtu: UNDERLAY_MTU, by: BY })),
};
