/**
 * The rules that flanneld writes: FLANNEL-POSTRTG (`--ip-masq`) and FLANNEL-FWD (`--iptables-forward-rules`), as
 * `pkg/trafficmngr/iptables` of flannel v0.28 writes them and iptables-save prints them. Left out: the
 * nftables manager.
 */
import type { Cidr, IpFamily } from '../../base/ip.ts';
import { cidr } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, HookPart, Match, Rule, Target } from '../../net/config.ts';

const MULTICAST: Readonly<Record<IpFamily, Cidr>> = { 4: cidr('224.0.0.0/4'), 6: cidr('ff00::/8') };
const MASQ: Match = { match: 'comment', text: 'flanneld masq' };
const FORWARD: Match = { match: 'comment', text: 'flanneld forward' };

/** Chains and hooks of one node and family. `network` is the cluster's pod network, `subnet` this node's part of it. */
export function flannelRules(
  network: Cidr,
  subnet: Cidr,
  origin: Origin,
): { chains: readonly ChainPart[]; hooks: readonly HookPart[] } {
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  const masq = (matches: readonly Match[], target: Target): Rule => rule([...matches, MASQ], target);
  const forward = (matches: readonly Match[], target: Target): Rule => rule([...matches, FORWARD], target);
  const from = (range: Cidr, negate?: boolean): Match => ({ match: 'src', cidr: range, negate });
  const to = (range: Cidr, negate?: boolean): Match => ({ match: 'dst', cidr: range, negate });
  const { family } = network;
  const tables = family === 6 ? { family } : {};
  const masquerade: Target = { target: 'MASQUERADE', randomFully: true };
  return {
    chains: [
      {
        ...tables,
        table: 'nat',
        name: 'FLANNEL-POSTRTG',
        rules: [
          // kube-proxy's mark: it masquerades itself.
          masq([{ match: 'mark', value: 0x4000, mask: 0x4000 }], { target: 'RETURN' }),
          masq([from(subnet), to(network)], { target: 'RETURN' }),
          masq([from(network), to(subnet)], { target: 'RETURN' }),
          // Keeps the client's address for externalTrafficPolicy: Local.
          masq([from(network, true), to(subnet)], { target: 'RETURN' }),
          masq([from(network), to(MULTICAST[family], true)], masquerade),
          masq([from(network, true), to(network)], masquerade),
        ],
      },
      {
        ...tables,
        table: 'filter',
        name: 'FLANNEL-FWD',
        rules: [forward([from(network)], { target: 'ACCEPT' }), forward([to(network)], { target: 'ACCEPT' })],
      },
    ],
    hooks: [
      {
        ...tables,
        table: 'nat',
        chain: 'POSTROUTING',
        where: 'append',
        rule: masq([], { target: 'jump', chain: 'FLANNEL-POSTRTG' }),
      },
      {
        ...tables,
        table: 'filter',
        chain: 'FORWARD',
        where: 'append',
        rule: forward([], { target: 'jump', chain: 'FLANNEL-FWD' }),
      },
    ],
  };
}
