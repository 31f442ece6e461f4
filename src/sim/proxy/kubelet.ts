/**
 * What the kubelet writes on every node, with or without kube-proxy: KUBE-FIREWALL against packets that arrive for
 * 127.0.0.0/8, the hint which iptables back end it uses, and its canaries (pkg/kubelet/kubelet_network_linux.go).
 * In ip6tables there is no KUBE-FIREWALL: IPv6 has no localnet that could be routed.
 */
import type { IpFamily } from '../base/ip.ts';
import { cidr } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { ClusterSettings } from '../k8s/cluster-state.ts';
import type { ChainPart, NetnsPart, Rule } from '../net/config.ts';

const loopback = cidr('127.0.0.0/8');
let newest: { readonly written: string; readonly part: NetnsPart } | undefined;

/** The same part for every node of a cluster, and the identical one as long as the cluster document says the same. */
export function kubeletPart(settings: Pick<ClusterSettings, 'origins' | 'ipFamilies'>): NetnsPart {
  const written = JSON.stringify([settings.origins.cluster, settings.ipFamilies]);
  if (newest?.written === written) return newest.part;
  const origin: Origin = { ...settings.origins.cluster, by: 'kubelet' };
  const toFirewall: Rule = { matches: [], target: { target: 'jump', chain: 'KUBE-FIREWALL' }, origin };
  const guard: Rule = {
    matches: [
      { match: 'src', cidr: loopback, negate: true },
      { match: 'dst', cidr: loopback },
      { match: 'comment', text: 'block incoming localnet connections' },
      { match: 'ctstate', states: ['RELATED', 'ESTABLISHED', 'DNAT'], negate: true },
    ],
    target: { target: 'DROP' },
    origin,
  };
  const v4 = settings.ipFamilies.includes(4);
  const part: NetnsPart = {
    chains: settings.ipFamilies.flatMap((family) => frame(family, guard)),
    hooks: v4
      ? [
          { table: 'filter', chain: 'OUTPUT', where: 'prepend', rule: toFirewall },
          { table: 'filter', chain: 'INPUT', where: 'prepend', rule: toFirewall },
        ]
      : [],
  };
  newest = { written, part };
  return part;
}

function frame(family: IpFamily, guard: Rule): ChainPart[] {
  const own: ChainPart[] = family === 4 ? [{ table: 'filter', name: 'KUBE-FIREWALL', rules: [guard] }] : [];
  const chains: ChainPart[] = [
    { table: 'mangle', name: 'KUBE-IPTABLES-HINT', rules: [] },
    { table: 'mangle', name: 'KUBE-KUBELET-CANARY', rules: [] },
    ...own,
    { table: 'filter', name: 'KUBE-KUBELET-CANARY', rules: [] },
    { table: 'nat', name: 'KUBE-KUBELET-CANARY', rules: [] },
  ];
  return family === 4 ? chains : chains.map((chain) => ({ ...chain, family }));
}
