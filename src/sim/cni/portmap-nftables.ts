/**
 * portmap's nftables back end, as v1.9.1 of containernetworking/plugins writes it: a table `cni_hostport` of each family,
 * with a rule for each mapping and one or two that masquerade what a pod or 127.0.0.1 sends to a mapped port of the pod
 * itself. Rules are told apart by their comment, the sandbox's id. v1.6 to v1.8 asked nowhere whether the destination is
 * the node's own and so took what was only passing through (CVE-2025-67499): they are not modelled.
 */
import { ipFamily, ipOfFamily } from '../base/ip.ts';
import type { IpFamily } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { Pod } from '../k8s/cluster-state.ts';
import type { NftRule, NftStatement, NftTable } from '../net/nftables/config.ts';
import { hostPortsOf, mappingPods, sandboxId, type HostPort } from './host-ports.ts';

const DSTNAT = -100;
const SRCNAT = 100;
const UNSPECIFIED: Readonly<Record<IpFamily, string>> = { 4: '0.0.0.0', 6: '::' };

/** The tables that the ADD calls of a node's pods leave, a family's only if a pod that maps a port has an address of it. */
export function portmapTables(pods: readonly Pod[]): readonly NftTable[] {
  return ([4, 6] as const).flatMap((family) => {
    const mapping = mappingPods(pods).filter((pod) => ipOfFamily(pod.ips, family) !== undefined);
    return mapping.length === 0 ? [] : [familyTable(mapping, family)];
  });
}

function familyTable(pods: readonly Pod[], family: IpFamily): NftTable {
  const jump = (chain: string): NftStatement => ({ kind: 'verdict', verdict: 'jump', chain });
  const toLocal: readonly NftRule[] = [
    {
      statements: [{ kind: 'match', field: 'fib daddr type', values: ['local'] }, jump('hostports_all')],
    },
  ];
  const nat = (hook: 'prerouting' | 'output' | 'postrouting', priority: number) =>
    ({ type: 'nat', hook, priority, policy: 'accept' }) as const;
  return {
    family: family === 4 ? 'ip' : 'ip6',
    name: 'cni_hostport',
    comment: 'CNI portmap plugin',
    sets: [],
    chains: [
      { name: 'hostports', rules: pods.flatMap((pod) => mappings(pod, family)) },
      // Of earlier releases; it stays empty.
      { name: 'hostip_hostports', rules: [] },
      {
        name: 'hostports_all',
        rules: ['hostip_hostports', 'hostports'].map((chain) => ({ statements: [jump(chain)] })),
      },
      { name: 'prerouting', base: nat('prerouting', DSTNAT), rules: toLocal },
      { name: 'output', base: nat('output', DSTNAT), rules: toLocal },
      {
        name: 'masquerading',
        base: nat('postrouting', SRCNAT),
        rules: pods.flatMap((pod) => masqueradings(pod, family)),
      },
    ],
    ...(pods[0] === undefined ? {} : { origin: originOf(pods[0]) }),
  };
}

function originOf(pod: Pod): Origin {
  return { ...pod.origin, by: 'portmap' };
}

function address(family: IpFamily, side: 'saddr' | 'daddr', ip: string): NftStatement {
  return { kind: 'match', field: `${family === 4 ? 'ip' : 'ip6'} ${side}`, values: [ip] };
}

function rule(pod: Pod, ...statements: readonly NftStatement[]): NftRule {
  return { statements, comment: sandboxId(pod), origin: originOf(pod) };
}

/** Ports of a hostIP of the other family are passed over; an unspecified one is none. */
function mappings(pod: Pod, family: IpFamily): readonly NftRule[] {
  const ip = ipOfFamily(pod.ips, family) ?? '';
  return hostPortsOf(pod)
    .filter((port) => port.hostIP === undefined || ipFamily(port.hostIP) === family)
    .map((port: HostPort) =>
      rule(
        pod,
        ...(port.hostIP === undefined || port.hostIP === UNSPECIFIED[family]
          ? []
          : [address(family, 'daddr', port.hostIP)]),
        { kind: 'match', field: `${port.proto} dport`, values: [String(port.hostPort)] },
        { kind: 'dnat', ip, port: port.containerPort },
      ),
    );
}

/** The answer has to come back here; ::1 cannot be mapped. */
function masqueradings(pod: Pod, family: IpFamily): readonly NftRule[] {
  const ip = ipOfFamily(pod.ips, family) ?? '';
  const sources = family === 4 ? [ip, '127.0.0.1'] : [ip];
  return sources.map((source) =>
    rule(pod, address(family, 'saddr', source), address(family, 'daddr', ip), { kind: 'masquerade' }),
  );
}
