/**
 * The `ptp` plug-in: a veth pair per pod and no bridge. The node's end has the range's first address, every pod's the same
 * one, and the node a route to each pod; the pod's route to its own range goes by that address too.
 * Compared with the real plug-in v1.1.1 (`e2e/kernel/cni-plugins.test.ts`). Left out: IPv6, ipMasq, the gratuitous ARP at the
 * end of ADD.
 */
import { cidr, nthAddress } from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import type { Origin } from '../base/origin.ts';
import type { NetnsPart } from '../net/config.ts';
import type { CniPodContext } from '../plugin.ts';
import { vethName } from './bridge-plugin.ts';
import { POD_DEVICE, ipv4Of, ipv4PodCidr, nodeNetns, podKey } from './place.ts';

export interface PtpConf {
  readonly mtu: number;
  /** Who hands the ADD call over: the `by` of every row. */
  readonly by: string;
}

export function addPtp(context: CniPodContext, conf: PtpConf): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node } = context;
  const range = ipv4PodCidr(node);
  const ip = ipv4Of(pod);
  if (range === undefined || ip === undefined) return { pod: {}, node: {} };
  const podNetns = podKey(pod);
  const host = vethName(podNetns);
  const gateway = nthAddress(range, 1);
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
      addresses: [
        {
          dev: POD_DEVICE,
          ip,
          prefixLength: range.prefixLength,
          scope: 'global',
          connectedRoute: false,
          origin,
        },
      ],
      routes: [
        { to: cidr(gateway), dev: POD_DEVICE, scope: 'link', src: ip, protocol: 'boot', origin },
        { to: range, via: gateway, dev: POD_DEVICE, src: ip, protocol: 'boot', origin },
        { to: cidr('0.0.0.0/0'), via: gateway, dev: POD_DEVICE, protocol: 'boot', origin },
      ],
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
      addresses: [{ dev: host, ip: gateway, prefixLength: 32, scope: 'global', origin }],
      routes: [{ to: cidr(ip), dev: host, scope: 'host', protocol: 'boot', origin }],
      // systemd's default for every new interface on Debian, which kind's node image is built on.
      sysctls: { perInterface: { [host]: { rpFilter: 2 } } },
    },
  };
}
