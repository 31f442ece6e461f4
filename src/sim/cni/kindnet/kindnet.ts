/**
 * kindnet, the default of kind clusters: kindnetd writes a configuration of ptp, host-local and portmap on each node, a route
 * to each other node's pod CIDR by that node's address, and the chain KIND-MASQ-AGENT, which spares the pods' network.
 * What it does for NetworkPolicy is in policy-queue.ts.
 * Left out: IPv6.
 */
import { cidrOfFamily } from '../../base/ip.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import type { ChainPart, HookPart, Match, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin } from '../../plugin.ts';
import { vethName } from '../bridge-plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { assignHostLocal } from '../host-local.ts';
import { UNDERLAY_DEVICE, UNDERLAY_MTU, ipv4Of, ipv4PodCidr, podKey } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { addPtp } from '../ptp-plugin.ts';
import { rememberPer } from '../remember.ts';
import { kindnetAbout } from './about.ts';
import { QUEUE, managedPods, policyReader, policyTable } from './policy-queue.ts';

const BY = 'kindnetd';
const MASQ = 'KIND-MASQ-AGENT';

/** `syncRoute` */
function nodeRoutes({ cluster, node }: CniNodeContext): readonly RouteConfig[] {
  return cluster.nodes.flatMap((other): RouteConfig[] => {
    const to = ipv4PodCidr(other);
    const via = ipv4Of(other);
    if (other.name === node.name || to === undefined || via === undefined) return [];
    return [{ to, via, dev: UNDERLAY_DEVICE, protocol: 'boot', origin: { ...other.origin, by: BY } }];
  });
}

/** What leaves the pods' network takes the node's address, whoever sent it. */
function masqueradeRules({ cluster }: CniNodeContext): {
  chains: readonly ChainPart[];
  hooks: readonly HookPart[];
} {
  const network = cidrOfFamily(cluster.settings.podSubnets, 4);
  const origin = { ...cluster.settings.origins.podSubnet, by: BY };
  const comment = (text: string): Match => ({ match: 'comment', text });
  return {
    chains: [
      {
        table: 'nat',
        name: MASQ,
        rules: [
          ...(network === undefined
            ? []
            : [
                {
                  matches: [
                    { match: 'dst' as const, cidr: network },
                    comment('kind-masq-agent: local traffic is not subject to MASQUERADE'),
                  ],
                  target: { target: 'RETURN' as const },
                  origin,
                },
              ]),
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
    const part: NetnsPart = {
      routes: nodeRoutes(context),
      sysctls: { ipForward: true, bridgeNfCallIptables: true },
      ...masqueradeRules(context),
      nftables: [policyTable(managed, { ...cluster.settings.origins.cni, by: BY })],
    };
    return withPortmap(part, pods, {
      network: 'kindnet',
      prefixLength: ipv4PodCidr(node)?.prefixLength ?? 32,
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
