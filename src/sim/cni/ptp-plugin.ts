/**
 * The `ptp` plug-in: a veth pair per pod and no bridge. The node's end has the first address of each range, every pod's the
 * same ones, and the node a route to each of a pod's addresses; the pod's route to its own range goes by that address too.
 * IPv6's gateway is the range's first address as well, not a link-local one.
 * Compared with the real plug-in v1.1.1 (`e2e/kernel/cni-plugins.test.ts`). Left out: ipMasq, the gratuitous ARP and
 * unsolicited advertisement at the end of ADD.
 */
import { cidr, ipFamily } from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import type { Origin } from '../base/origin.ts';
import type { NetnsPart, RouteConfig } from '../net/config.ts';
import type { CniPodContext } from '../plugin.ts';
import { DEFAULT_ROUTE, vethName } from './bridge-plugin.ts';
import { givenAddresses, type GivenAddress } from './host-local.ts';
import { POD_DEVICE, nodeNetns, podKey } from './place.ts';

export interface PtpConf {
  readonly mtu: number;
  /** Who hands the ADD call over: the `by` of every row. */
  readonly by: string;
}

export function addPtp(context: CniPodContext, conf: PtpConf): { pod: NetnsPart; node: NetnsPart } {
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
      addresses: given.map(({ ip, range: { prefixLength } }) => ({
        dev: POD_DEVICE,
        ip,
        prefixLength,
        scope: 'global',
        connectedRoute: false,
        origin,
      })),
      routes: given.flatMap((one) => podRoutes(one, origin)),
    },
    node: {
      links: [
        {
          kind: 'veth',
          name: host,
          mac: stableMac(nodeNetns(node), host),
          mtu: conf.mtu,
          peer: { netns: podNetns, name: POD_DEVICE },
          origin,
        },
      ],
      addresses: given.map(({ gateway }) => ({
        dev: host,
        ip: gateway,
        prefixLength: cidr(gateway).prefixLength,
        scope: 'global',
        origin,
      })),
      routes: given.map(({ ip }): RouteConfig => {
        // IPv6's routes have no scope.
        const scope = ipFamily(ip) === 4 ? { scope: 'host' as const } : {};
        return { to: cidr(ip), dev: host, ...scope, protocol: 'boot', origin };
      }),
      // systemd's default for every new interface on Debian, which kind's node image is built on.
      sysctls: { perInterface: { [host]: { rpFilter: 2 } } },
    },
  };
}

function podRoutes({ ip, range, gateway }: GivenAddress, origin: Origin): readonly RouteConfig[] {
  const scope = range.family === 4 ? { scope: 'link' as const } : {};
  const route = { dev: POD_DEVICE, protocol: 'boot' as const, origin };
  return [
    { ...route, to: cidr(gateway), ...scope, src: ip },
    { ...route, to: range, via: gateway, src: ip },
    { ...route, to: DEFAULT_ROUTE[range.family], via: gateway },
  ];
}
