/**
 * The `portmap` plug-in, chained behind the one that connects the pod: `hostPort` as DNAT on the node, with its iptables back
 * end; the nftables one is in portmap-nftables.ts. Compared with the real plug-in v1.1.1 (`e2e/kernel/cni-plugins.test.ts`);
 * read up to v1.9, which takes iptables where that is installed unless its configuration says otherwise. Newer sources put the youngest pod first into CNI-HOSTPORT-DNAT.
 * Rules are written for each of the pod's addresses, in the tables of its family; ::1 cannot be mapped, for Linux has no
 * route_localnet for IPv6. Left out: `snat: false`, `masqAll`, conditions, and the removal of stale UDP connections.
 */
import { cidr, ipFamily, ipOfFamily } from '../base/ip.ts';
import type { Ip, IpFamily } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { Pod } from '../k8s/cluster-state.ts';
import type { ChainPart, HookPart, InterfaceSysctl, Match, NetnsPart, Rule, Target } from '../net/config.ts';
import type { NftTable } from '../net/nftables/config.ts';
import { cniChainName, cniComment } from './chain-name.ts';
import { hostPortsOf, mappingPods, sandboxId, type HostPort } from './host-ports.ts';

const DNAT = 'CNI-HOSTPORT-DNAT';
const SETMARK = 'CNI-HOSTPORT-SETMARK';
const MASQ = 'CNI-HOSTPORT-MASQ';
const MARK = 0x2000;
const LOCALHOST = cidr('127.0.0.1/32');
/** The multiport match takes 15 ports. */
const MULTIPORT = 15;

/** Absent: a family's address is alone, a /32 or /128. */
export type PrefixLengths = Readonly<Partial<Record<IpFamily, number>>>;

export interface PortmapConf {
  /** `name` of the network configuration list; it is part of the chains' names. */
  readonly network: string;
  /** By family, the prefix length of the pod's address in the result of the plug-in before. */
  readonly prefixLengths: PrefixLengths;
  /** The device that the node reaches a pod by: there 127.0.0.1 may be a source. */
  readonly device: (pod: Pod) => string;
  /** The tables of the nftables back end (portmap-nftables.ts); absent: iptables. */
  readonly nftables?: (pods: readonly Pod[]) => readonly NftTable[];
}

/** A node's part, and what portmap adds for its pods. */
export function withPortmap(part: NetnsPart, pods: readonly Pod[], conf: PortmapConf): NetnsPart {
  const { nftables } = conf;
  const rules =
    nftables !== undefined ? [] : ([4, 6] as const).map((family) => portmapRules(pods, conf, family));
  const chains = rules.flatMap((one) => one.chains);
  const hooks = rules.flatMap((one) => one.hooks);
  const tables = nftables?.(pods) ?? [];
  if (chains.length + tables.length === 0) return part;
  const ofIpv4 = mappingPods(pods).filter((pod) => ipOfFamily(pod.ips, 4) !== undefined);
  const perInterface = Object.fromEntries(ofIpv4.map((pod) => [conf.device(pod), { routeLocalnet: true }]));
  return {
    ...part,
    chains: [...(part.chains ?? []), ...chains],
    hooks: [...(part.hooks ?? []), ...hooks],
    ...(tables.length === 0 ? {} : { nftables: [...(part.nftables ?? []), ...tables] }),
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

/** The tables of one family as the ADD calls of a node's pods leave them. Without a host port the plug-in writes nothing. */
function portmapRules(
  pods: readonly Pod[],
  conf: PortmapConf,
  family: IpFamily,
): { readonly chains: readonly ChainPart[]; readonly hooks: readonly HookPart[] } {
  const mapping = mappingPods(pods).filter((pod) => ipOfFamily(pod.ips, family) !== undefined);
  const [first] = mapping;
  if (first === undefined) return { chains: [], hooks: [] };
  const tables = family === 6 ? { family } : {};
  const origin: Origin = { ...first.origin, by: 'portmap' };
  const hook = (
    chain: HookPart['chain'],
    where: HookPart['where'],
    matches: readonly Match[],
    to: string,
  ): HookPart => ({
    ...tables,
    table: 'nat',
    chain,
    where,
    rule: { matches, target: { target: 'jump', chain: to }, origin },
  });
  const local: readonly Match[] = [{ match: 'addrtype', side: 'dst', type: 'LOCAL' }];
  return {
    chains: [
      ...mapping.map((pod) => podChain(pod, conf, family)),
      { ...tables, table: 'nat', name: DNAT, rules: mapping.flatMap((pod) => entries(pod, conf)) },
      {
        ...tables,
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
        ...tables,
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

/**
 * Marks what comes from the pod's own network or from 127.0.0.1, so that the answer comes back here; then the DNAT. Ports
 * of a hostIP of the other family are passed over.
 */
function podChain(pod: Pod, conf: PortmapConf, family: IpFamily): ChainPart {
  const ip = ipOfFamily(pod.ips, family) ?? '';
  const origin: Origin = { ...pod.origin, by: 'portmap' };
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  const network = cidr(`${ip}/${conf.prefixLengths[family] ?? cidr(ip).prefixLength}`);
  const mark: Target = { target: 'jump', chain: SETMARK };
  return {
    ...(family === 6 ? { family } : {}),
    table: 'nat',
    name: cniChainName(conf.network, sandboxId(pod), 'DN-'),
    rules: hostPortsOf(pod)
      .filter((port) => port.hostIP === undefined || ipFamily(port.hostIP) === family)
      .flatMap((port) => {
        const base = baseMatches(port);
        return [
          rule([{ match: 'src', cidr: network }, ...base], mark),
          ...(family === 4 ? [rule([{ match: 'src', cidr: LOCALHOST }, ...base], mark)] : []),
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
  return ip === undefined || ip === '0.0.0.0' || ip === '::' ? undefined : ip;
}
