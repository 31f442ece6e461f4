/**
 * The `portmap` plug-in, chained behind the one that connects the pod: `hostPort` as DNAT on the node, with its iptables back
 * end. Compared with the real plug-in v1.1.1 (`e2e/kernel/cni-plugins.test.ts`); read up to v1.9, which has an nftables back
 * end too and takes iptables where that is installed. Newer sources put the youngest pod first into CNI-HOSTPORT-DNAT.
 * Left out: `snat: false`, `masqAll`, conditions, and the removal of stale UDP connections.
 */
import { cidr } from '../base/ip.ts';
import type { Ip } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { Pod } from '../k8s/cluster-state.ts';
import type { ChainPart, HookPart, InterfaceSysctl, Match, NetnsPart, Rule, Target } from '../net/config.ts';
import { cniChainName, cniComment } from './chain-name.ts';
import { hostPortsOf, mappingPods, sandboxId, type HostPort } from './host-ports.ts';
import { ipv4Of } from './place.ts';

const DNAT = 'CNI-HOSTPORT-DNAT';
const SETMARK = 'CNI-HOSTPORT-SETMARK';
const MASQ = 'CNI-HOSTPORT-MASQ';
const MARK = 0x2000;
const LOCALHOST = cidr('127.0.0.1/32');
/** The multiport match takes 15 ports. */
const MULTIPORT = 15;

export interface PortmapConf {
  /** `name` of the network configuration list; it is part of the chains' names. */
  readonly network: string;
  /** Prefix length of the pod's address in the result of the plug-in before. */
  readonly prefixLength: number;
  /** The device that the node reaches a pod by: there 127.0.0.1 may be a source. */
  readonly device: (pod: Pod) => string;
}

/** A node's part, and what portmap adds for its pods. */
export function withPortmap(part: NetnsPart, pods: readonly Pod[], conf: PortmapConf): NetnsPart {
  const { chains = [], hooks = [], perInterface } = portmapRules(pods, conf);
  if (chains.length === 0) return part;
  return {
    ...part,
    chains: [...(part.chains ?? []), ...chains],
    hooks: [...(part.hooks ?? []), ...hooks],
    sysctls: { ...part.sysctls, perInterface: merged(part.sysctls?.perInterface ?? {}, perInterface) },
  };
}

function merged(
  a: Readonly<Record<string, InterfaceSysctl>>,
  b: Readonly<Record<string, InterfaceSysctl>>,
): Readonly<Record<string, InterfaceSysctl>> {
  const both = { ...a };
  for (const [name, values] of Object.entries(b)) both[name] = { ...both[name], ...values };
  return both;
}

/** Everything that the ADD calls of a node's pods leave behind. Without a host port the plug-in writes nothing. */
function portmapRules(
  pods: readonly Pod[],
  conf: PortmapConf,
): Pick<NetnsPart, 'chains' | 'hooks'> & {
  readonly perInterface: Readonly<Record<string, InterfaceSysctl>>;
} {
  const mapping = mappingPods(pods).filter((pod) => ipv4Of(pod) !== undefined);
  const [first] = mapping;
  if (first === undefined) return { chains: [], hooks: [], perInterface: {} };
  const origin: Origin = { ...first.origin, by: 'portmap' };
  const hook = (
    chain: HookPart['chain'],
    where: HookPart['where'],
    matches: readonly Match[],
    to: string,
  ): HookPart => ({
    table: 'nat',
    chain,
    where,
    rule: { matches, target: { target: 'jump', chain: to }, origin },
  });
  const local: readonly Match[] = [{ match: 'addrtype', side: 'dst', type: 'LOCAL' }];
  return {
    chains: [
      ...mapping.map((pod) => podChain(pod, conf)),
      { table: 'nat', name: DNAT, rules: mapping.flatMap((pod) => entries(pod, conf)) },
      {
        table: 'nat',
        name: MASQ,
        rules: [
          {
            matches: [{ match: 'mark', value: MARK, mask: MARK }],
            target: { target: 'MASQUERADE' },
            origin,
          },
        ],
      },
      {
        table: 'nat',
        name: SETMARK,
        rules: [
          {
            matches: [{ match: 'comment', text: 'CNI portfwd masquerade mark' }],
            target: { target: 'MARK', value: MARK, mask: MARK },
            origin,
          },
        ],
      },
    ],
    hooks: [
      hook('PREROUTING', 'append', local, DNAT),
      hook('OUTPUT', 'append', local, DNAT),
      // Before the masquerading rules of the plug-ins that connect pods, which would end the walk.
      hook('POSTROUTING', 'prepend', [{ match: 'comment', text: 'CNI portfwd requiring masquerade' }], MASQ),
    ],
    perInterface: Object.fromEntries(mapping.map((pod) => [conf.device(pod), { routeLocalnet: true }])),
  };
}

/** Rules of CNI-HOSTPORT-DNAT that lead to a pod's chain, protocol by protocol. */
function entries(pod: Pod, conf: PortmapConf): readonly Rule[] {
  const id = sandboxId(pod);
  const ports = hostPortsOf(pod);
  const rules: Rule[] = [];
  for (const proto of ['sctp', 'tcp', 'udp'] as const) {
    const own = ports.filter((port) => port.proto === proto).map((port) => port.hostPort);
    for (let at = 0; at < own.length; at += MULTIPORT) {
      rules.push({
        matches: [
          { match: 'proto', proto },
          { match: 'comment', text: `dnat ${cniComment(conf.network, id)}` },
          {
            match: 'multiport',
            side: 'dports',
            ports: own.slice(at, at + MULTIPORT).map((port) => ({ from: port, to: port })),
          },
        ],
        target: { target: 'jump', chain: cniChainName(conf.network, id, 'DN-') },
        origin: { ...pod.origin, by: 'portmap' },
      });
    }
  }
  return rules;
}

/** Marks what comes from the pod's own network or from 127.0.0.1, so that the answer comes back here; then the DNAT. */
function podChain(pod: Pod, conf: PortmapConf): ChainPart {
  const ip = ipv4Of(pod) ?? '';
  const origin: Origin = { ...pod.origin, by: 'portmap' };
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  const network = cidr(`${ip}/${conf.prefixLength}`);
  const mark: Target = { target: 'jump', chain: SETMARK };
  return {
    table: 'nat',
    name: cniChainName(conf.network, sandboxId(pod), 'DN-'),
    rules: hostPortsOf(pod)
      .filter((port) => port.hostIP === undefined || !port.hostIP.includes(':'))
      .flatMap((port) => {
        const base = baseMatches(port);
        return [
          rule([{ match: 'src', cidr: network }, ...base], mark),
          rule([{ match: 'src', cidr: LOCALHOST }, ...base], mark),
          rule(base, { target: 'DNAT', ip, port: port.containerPort }),
        ];
      }),
  };
}

function baseMatches({ proto, hostPort, hostIP }: HostPort): readonly Match[] {
  const to = specified(hostIP);
  return [
    ...(to === undefined ? [] : [{ match: 'dst' as const, cidr: cidr(to) }]),
    { match: 'proto', proto },
    { match: 'dport', proto, ports: { from: hostPort, to: hostPort } },
  ];
}

function specified(ip: Ip | undefined): Ip | undefined {
  return ip === undefined || ip === '' || ip === '0.0.0.0' ? undefined : ip;
}
