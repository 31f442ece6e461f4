/** Small builders for the rules that kube-proxy writes; matches stand in the order in which iptables-save prints them. */
import type { Cidr, Ip, IpFamily } from '../../base/ip.ts';
import type { Protocol } from '../../k8s/cluster-state.ts';
import type { Match, Target } from '../../net/config.ts';

type L4 = 'tcp' | 'udp' | 'sctp';

export const MASQUERADE_MARK = 0x4000;

export function l4(protocol: Protocol): L4 {
  return protocol === 'TCP' ? 'tcp' : protocol === 'UDP' ? 'udp' : 'sctp';
}

export const proto = (protocol: Protocol): Match => ({ match: 'proto', proto: l4(protocol) });
export const comment = (text: string): Match => ({ match: 'comment', text });
export const dport = (protocol: Protocol, port: number): Match => ({
  match: 'dport',
  proto: l4(protocol),
  ports: { from: port, to: port },
});
/** `-m tcp` without a port: the kernel's tcp match over all ports. */
export const anyPort = (protocol: Protocol): Match => ({
  match: 'dport',
  proto: l4(protocol),
  ports: { from: 0, to: 65535 },
});
/** Addresses of the API are canonical already: no need to parse thousands of them. */
const host = (ip: Ip): Cidr =>
  ip.includes(':') ? { ip, prefixLength: 128, family: 6 } : { ip, prefixLength: 32, family: 4 };
export const dstIp = (ip: Ip): Match => ({ match: 'dst', cidr: host(ip) });
export const srcIp = (ip: Ip): Match => ({ match: 'src', cidr: host(ip) });
export const srcCidr = (prefix: Cidr): Match => ({ match: 'src', cidr: prefix });
export const dstLocal: Match = { match: 'addrtype', side: 'dst', type: 'LOCAL' };
export const srcLocal: Match = { match: 'addrtype', side: 'src', type: 'LOCAL' };
export const marked: Match = { match: 'mark', value: MASQUERADE_MARK, mask: MASQUERADE_MARK };
export const unmarked: Match = { ...marked, negate: true };

export const accept: Target = { target: 'ACCEPT' };
export const drop: Target = { target: 'DROP' };
export const reject: Readonly<Record<IpFamily, Target>> = {
  4: { target: 'REJECT', with: 'icmp-port-unreachable' },
  6: { target: 'REJECT', with: 'icmp6-port-unreachable' },
};
/** What marks a chain or a hook as ip6tables'. */
export const tableOf = (family: IpFamily): { readonly family?: 6 } => (family === 6 ? { family } : {});
export const jump = (chain: string): Target => ({ target: 'jump', chain });
export const markMasq: Target = jump('KUBE-MARK-MASQ');
