/**
 * The kubelet's own host ports for kubenet (historic: `pkg/kubelet/dockershim/network/hostport`, read in Kubernetes 1.16):
 * KUBE-HOSTPORTS and a chain per port, which borrows kube-proxy's mark for what comes from the pod itself.
 * Left out: the sockets by which the kubelet kept the ports from others; no packet reaches them.
 */
import { base32Sha256 } from '../../base/base32.ts';
import { cidr } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { Pod } from '../../k8s/cluster-state.ts';
import type { ChainPart, HookPart, Match, Rule } from '../../net/config.ts';
import { hostPortsOf, mappingPods, sandboxId, type HostPort } from '../host-ports.ts';
import { ipv4Of } from '../place.ts';

const HOSTPORTS = 'KUBE-HOSTPORTS';
const LOCALHOST = cidr('127.0.0.0/8');

/** `getHostportChain`: base32 of SHA-256 over sandbox, port and protocol. */
export function hostportChain(sandbox: string, port: number, protocol: string): string {
  return `KUBE-HP-${base32Sha256(`${sandbox}${port}${protocol}`, 10)}`;
}

/** Chains and hooks for the pods of a node that map a port; nothing without one. */
export function hostportRules(
  pods: readonly Pod[],
  bridge: string,
): { readonly chains: readonly ChainPart[]; readonly hooks: readonly HookPart[] } {
  const mapping = mappingPods(pods).filter((pod) => ipv4Of(pod) !== undefined);
  const [first] = mapping;
  if (first === undefined) return { chains: [], hooks: [] };
  const origin: Origin = { ...first.origin, by: 'kubelet' };
  const portal: Rule = {
    matches: [
      { match: 'comment', text: 'kube hostport portals' },
      { match: 'addrtype', side: 'dst', type: 'LOCAL' },
    ],
    target: { target: 'jump', chain: HOSTPORTS },
    origin,
  };
  const ports = mapping.flatMap((pod) => hostPortsOf(pod).map((port) => portChain(pod, port)));
  return {
    // The youngest port stands first.
    chains: [
      { table: 'nat', name: HOSTPORTS, rules: ports.map(({ entry }) => entry).toReversed() },
      ...ports.map(({ chain }) => chain),
    ],
    hooks: [
      { table: 'nat', chain: 'PREROUTING', where: 'append', rule: portal },
      { table: 'nat', chain: 'OUTPUT', where: 'append', rule: portal },
      {
        table: 'nat',
        chain: 'POSTROUTING',
        where: 'append',
        rule: {
          matches: [
            { match: 'src', cidr: LOCALHOST },
            { match: 'out', iface: bridge },
            { match: 'comment', text: 'SNAT for localhost access to hostports' },
          ],
          target: { target: 'MASQUERADE' },
          origin,
        },
      },
    ],
  };
}

function portChain(pod: Pod, port: HostPort): { readonly entry: Rule; readonly chain: ChainPart } {
  const ip = ipv4Of(pod) ?? '';
  const { proto, hostPort, containerPort } = port;
  const origin: Origin = { ...pod.origin, by: 'kubelet' };
  const name = hostportChain(sandboxId(pod), hostPort, proto.toUpperCase());
  const comment: Match = { match: 'comment', text: `${pod.name}_${pod.namespace} hostport ${hostPort}` };
  return {
    entry: {
      matches: [
        { match: 'proto', proto },
        comment,
        { match: 'dport', proto, ports: { from: hostPort, to: hostPort } },
      ],
      target: { target: 'jump', chain: name },
      origin,
    },
    chain: {
      table: 'nat',
      name,
      rules: [
        {
          matches: [{ match: 'src', cidr: cidr(ip) }, comment],
          target: { target: 'jump', chain: 'KUBE-MARK-MASQ' },
          origin,
        },
        {
          matches: [
            { match: 'proto', proto },
            comment,
            { match: 'dport', proto, ports: { from: 0, to: 65535 } },
          ],
          target: { target: 'DNAT', ip, port: containerPort },
          origin,
        },
      ],
    },
  };
}
