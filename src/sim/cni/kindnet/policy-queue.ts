/**
 * NetworkPolicy in kindnet since kind v0.24: kindnetd embeds kube-network-policies. No rule says what a policy says; the
 * table `inet kindnet-network-policies` queues the first packet of each connection of a selected pod to kindnetd, which looks
 * at source and destination as they are after DNAT and before any masquerading, and answers accept or drop. Accepted
 * connections get a label and are not asked about again.
 * Read in kube-network-policies (`pkg/dataplane/controller.go` of its main branch, `pkg/networkpolicy`), with the table's
 * name, queue 101 and label 28 as kind nodes of 2026 print them. Both families are in it whatever the cluster has. Left out:
 * AdminNetworkPolicies, and that with kindnetd stopped everything passes (`bypass`).
 */
import { compareIp, ipFamily, ipOfFamily } from '../../base/ip.ts';
import type { Ip, IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterState, NetworkPolicy, Pod, Protocol } from '../../k8s/cluster-state.ts';
import type { RuleMeaning } from '../../net/config.ts';
import type { NftRule, NftStatement, NftTable } from '../../net/nftables/config.ts';
import type { QueueReader, QueueVerdict } from '../../net/world.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Direction, FlowEnd } from '../../policy/matching.ts';
import {
  isPod,
  namespaceLabels,
  policyName,
  ruleMatches,
  rulesOf,
  selectsPod,
} from '../../policy/matching.ts';

export const QUEUE = 101;
const LABEL = 28;
const SETS: Readonly<Record<IpFamily, string>> = { 4: 'podips-v4', 6: 'podips-v6' };
const FAMILIES = [4, 6] as const;
/** What neighbours of an IPv6 network cannot do without: queued, a policy would cut the pod off. */
const NEIGHBOUR_DISCOVERY = [
  'nd-router-solicit',
  'nd-router-advert',
  'nd-neighbor-solicit',
  'nd-neighbor-advert',
  'nd-redirect',
];

const selected = (policies: readonly NetworkPolicy[], pod: Pod): boolean =>
  policies.some((policy) => selectsPod(policy, pod, 'ingress') || selectsPod(policy, pod, 'egress'));

/** Pods of a node whose first packets kindnetd wants to see. */
export function managedPods(
  cluster: Pick<ClusterState, 'networkPolicies'>,
  pods: readonly Pod[],
): readonly Pod[] {
  return pods.filter((pod) => pod.ips.length > 0 && selected(cluster.networkPolicies, pod));
}

export function policyTable(pods: readonly Pod[], origin: Origin): NftTable {
  const queue: NftStatement = { kind: 'queue', number: QUEUE };
  const accept: NftStatement = { kind: 'verdict', verdict: 'accept' };
  const match = (side: 'saddr' | 'daddr', family: IpFamily): NftStatement => ({
    kind: 'lookup',
    fields: [family === 4 ? `ip ${side}` : `ip6 ${side}`],
    set: SETS[family],
  });
  const is = (
    field: Extract<NftStatement, { kind: 'match' }>['field'],
    values: readonly string[],
    negate?: boolean,
  ): NftStatement => ({ kind: 'match', field, values, ...(negate === undefined ? {} : { negate }) });
  const rule = (...statements: readonly NftStatement[]): NftRule => ({ statements, origin });
  const ofPods = FAMILIES.flatMap((family) => [
    rule(match('saddr', family), queue),
    rule(match('daddr', family), queue),
  ]);
  return {
    family: 'inet',
    name: 'kindnet-network-policies',
    sets: FAMILIES.map((family) => ({
      name: SETS[family],
      type: [family === 4 ? ('ipv4_addr' as const) : ('ipv6_addr' as const)],
      elements: pods
        .flatMap((pod) => {
          const key = ipOfFamily(pod.ips, family);
          return key === undefined ? [] : [{ key, origin: { ...pod.origin, by: 'kindnetd' } }];
        })
        .toSorted((a, b) => compareIp(a.key, b.key)),
    })),
    chains: [
      {
        name: 'postrouting',
        base: { type: 'filter', hook: 'postrouting', priority: 95, policy: 'accept' },
        rules: [
          // DNS was asked about in prerouting: queueing clashes with two questions from one socket on older kernels.
          rule(is('udp dport', ['53']), accept),
          ...NEIGHBOUR_DISCOVERY.map((type) => rule(is('icmpv6 type', [type]), accept)),
          rule(is('meta skuid', ['0']), { kind: 'counter' }, accept),
          rule(
            { kind: 'ct-label', label: LABEL },
            is('ct state', ['established', 'related']),
            { kind: 'counter' },
            accept,
          ),
          ...ofPods,
          rule({ kind: 'ct-label', label: LABEL, set: true }),
        ],
      },
      {
        name: 'input',
        base: { type: 'filter', hook: 'input', priority: 101, policy: 'accept' },
        rules: [
          rule(is('meta iifname', ['lo']), accept),
          ...FAMILIES.map((family) => rule(match('saddr', family), is('ct state', ['new']), queue)),
        ],
      },
      {
        name: 'prerouting',
        base: { type: 'filter', hook: 'prerouting', priority: -95, policy: 'accept' },
        rules: [
          rule(is('meta l4proto', ['udp'], true), accept),
          rule(is('udp dport', ['53'], true), accept),
          ...ofPods,
        ],
      },
    ],
    origin,
  };
}

const PROTOCOL: Readonly<Record<string, Protocol | 'ICMP'>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' };

/** `evaluatePacket`: egress of the source pod, then ingress of the destination pod. */
export function policyReader(cluster: ClusterState): QueueReader {
  const byIp = new Map<Ip, Pod>();
  for (const pod of cluster.pods) {
    if (!pod.hostNetwork) for (const ip of pod.ips) byIp.set(ip, pod);
  }
  const namespaces = namespaceLabels(cluster);
  return ({ ip, l4 }: Packet): QueueVerdict => {
    if (ip === undefined) return { accept: true, meanings: [] };
    const from: FlowEnd = byIp.get(ip.src) ?? { ip: ip.src };
    const to: FlowEnd = byIp.get(ip.dst) ?? { ip: ip.dst };
    const port = l4 !== undefined && 'dport' in l4 ? l4.dport : undefined;
    const family = ipFamily(ip.dst);
    const protocol = PROTOCOL[l4?.proto ?? ''] ?? 'ICMP';
    const meanings: RuleMeaning[] = [];
    for (const direction of ['egress', 'ingress'] as const) {
      const subject = direction === 'egress' ? from : to;
      if (!isPod(subject)) continue;
      const peer = direction === 'egress' ? to : from;
      const meaning = judge(
        cluster,
        direction,
        subject,
        { peer, target: to, port, protocol, family },
        namespaces,
      );
      if (meaning !== undefined) meanings.push(meaning);
      if (meaning?.kind === 'policy-deny') return { accept: false, meanings };
    }
    return { accept: true, label: LABEL, meanings };
  };
}

function judge(
  cluster: Pick<ClusterState, 'networkPolicies'>,
  direction: Direction,
  subject: Pod,
  flow: Parameters<typeof ruleMatches>[2],
  namespaces: Parameters<typeof ruleMatches>[3],
): RuleMeaning | undefined {
  const isolating = cluster.networkPolicies.filter((policy) => selectsPod(policy, subject, direction));
  if (isolating.length === 0) return undefined;
  const pod = `${subject.namespace}/${subject.name}`;
  for (const policy of isolating) {
    const rule = rulesOf(policy, direction).findIndex((candidate) =>
      ruleMatches(candidate, policy.namespace, flow, namespaces),
    );
    if (rule >= 0) {
      const { namespace, name } = policy;
      return { kind: 'policy-allow', direction, pod, policy: { namespace, name, rule } };
    }
  }
  return { kind: 'policy-deny', direction, pod, policies: isolating.map(policyName) };
}
