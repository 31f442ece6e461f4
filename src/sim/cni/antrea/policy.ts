/**
 * NetworkPolicy as flows (featureNetworkPolicy): a rule is a conjunction of its peers, of the pods it is for and of its
 * ports, in the tables EgressRule and IngressRule; a pod that a policy isolates is dropped in the table after. Only the
 * policies of this node's pods have flows. A connection is asked about once: later packets go past these tables.
 * A named port makes a conjunction of its own for each set of pods that mean the same numbers by it, as in the agent.
 * Left out: Antrea's own policies, their tiers and baseline; logging; ids are counted up here from 1.
 */
import type { Cidr, Ip } from '../../base/ip.ts';
import { cidr, cidrOverlaps, cidrText, cidrWithin } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type {
  ClusterState,
  NetworkPolicyPort,
  NetworkPolicyRule,
  NetworkPolicy,
  Pod,
} from '../../k8s/cluster-state.ts';
import { selectorText } from '../../k8s/selectors.ts';
import type { RuleMeaning } from '../../net/config.ts';
import type { OvsAction, OvsFlow, OvsMatch } from '../../net/ovs/config.ts';
import type { Direction } from '../../policy/matching.ts';
import { namespaceLabels, peerMatches, policyName, rulesOf, selectsPod } from '../../policy/matching.ts';
import { ipv4Of, podKey } from '../place.ts';
import type { LocalPod } from './connectivity.ts';
import { COOKIE, CT_ZONE } from './names.ts';
import { flowsOf, goto, set, type FlowSpec, type TableName } from './tables.ts';

const TABLE = {
  egress: {
    first: 'AntreaPolicyEgressRule',
    rule: 'EgressRule',
    deny: 'EgressDefaultRule',
    metric: 'EgressMetric',
    next: 'L3Forwarding',
  },
  ingress: {
    first: 'AntreaPolicyIngressRule',
    rule: 'IngressRule',
    deny: 'IngressDefaultRule',
    metric: 'IngressMetric',
    next: 'ConntrackCommit',
  },
} as const;

const hex = (n: number): string => `0x${n.toString(16)}`;

type Local = LocalPod & { readonly pod: Pod };

export function policyFlows(
  cluster: ClusterState,
  local: readonly Local[],
  origin: Origin,
): readonly OvsFlow[] {
  const rules = new Rules(cluster, local);
  const policies = cluster.networkPolicies.toSorted((a, b) => (policyName(a) < policyName(b) ? -1 : 1));
  for (const policy of policies) {
    for (const direction of ['ingress', 'egress'] as const) rules.add(policy, direction);
  }
  return [...flowsOf(fixed(), COOKIE.networkPolicy, origin), ...rules.flows(policies)];
}

/** One way to meet a dimension of a conjunction. */
type Clause = OvsMatch;

class Rules {
  private readonly cluster: ClusterState;
  private readonly local: readonly Local[];
  private readonly pods: readonly Pod[];
  /** One flow for each match, whatever conjunctions it takes part in. */
  private readonly clauses = new Map<
    string,
    { table: TableName; match: OvsMatch; actions: OvsAction[]; origin: Origin }
  >();
  private readonly done: OvsFlow[] = [];
  private next = 1;

  constructor(cluster: ClusterState, local: readonly Local[]) {
    this.cluster = cluster;
    this.local = local;
    this.pods = cluster.pods.filter(
      (pod) =>
        !pod.hostNetwork && (pod.phase === 'Pending' || pod.phase === 'Running') && ipv4Of(pod) !== undefined,
    );
  }

  add(policy: NetworkPolicy, direction: Direction): void {
    const applied = this.local.filter(({ pod }) => selectsPod(policy, pod, direction));
    if (applied.length === 0) return;
    for (const [index, rule] of rulesOf(policy, direction).entries()) {
      for (const part of this.resolve(policy, rule, direction, applied)) {
        this.conjoin(policy, direction, index, rule, part);
      }
    }
  }

  /** A rule as conjunctions: whom it is for, whom it names, and which ports. */
  private resolve(
    policy: NetworkPolicy,
    rule: NetworkPolicyRule,
    direction: Direction,
    applied: readonly Local[],
  ): readonly Part[] {
    const namespaces = namespaceLabels(this.cluster);
    const blocks = rule.peers.flatMap(({ ipBlock }) =>
      ipBlock === undefined || ipBlock.cidr.family !== 4 ? [] : without(ipBlock.cidr, ipBlock.except),
    );
    const any = rule.peers.length === 0;
    const selectors = rule.peers.filter((peer) => peer.ipBlock === undefined);
    const named = this.pods.filter((pod) =>
      selectors.some((peer) => peerMatches(peer, policy.namespace, pod, namespaces)),
    );
    const addresses = (pods: readonly Pod[]): string[] => pods.map((pod) => ipv4Of(pod) ?? '');
    const peers = any ? ANYBODY : [...new Set([...addresses(named), ...blocks.map(cidrText)])];
    if (!rule.ports.some((port) => typeof port.port === 'string')) {
      return [{ applied, peers, ports: rule.ports.length === 0 ? undefined : rule.ports.flatMap(services) }];
    }
    if (direction === 'ingress') {
      return groups(applied, ({ pod }) => portsOf(rule.ports, pod)).map(([ports, pods]) => ({
        applied: pods,
        peers,
        ports,
      }));
    }
    // What an egress rule names a port means a number on each peer; addresses have no names for ports.
    const plain = rule.ports.filter((port) => typeof port.port !== 'string').flatMap(services);
    return [
      ...groups(any ? this.pods : named, (pod) => portsOf(rule.ports, pod)).map(([ports, pods]) => ({
        applied,
        peers: addresses(pods),
        ports,
      })),
      ...(plain.length === 0 ? [] : [{ applied, peers: any ? ANYBODY : blocks.map(cidrText), ports: plain }]),
    ];
  }

  private conjoin(
    policy: NetworkPolicy,
    direction: Direction,
    index: number,
    rule: NetworkPolicyRule,
    { applied, peers, ports }: Part,
  ): void {
    if (peers.length === 0 || ports?.length === 0) return;
    const id = this.next++;
    const origin: Origin = { ...rule.origin, by: 'antrea-agent' };
    const { rule: table, metric } = TABLE[direction];
    const peer = (text: string): Clause =>
      text === ANY ? { proto: 'ip' } : { proto: 'ip', [direction === 'ingress' ? 'nw_src' : 'nw_dst']: text };
    const own = (pod: Local): Clause =>
      direction === 'ingress' ? { reg1: hex(pod.ofPort) } : { proto: 'ip', nw_src: pod.ip };
    const [first, second] =
      direction === 'ingress' ? [peers.map(peer), applied.map(own)] : [applied.map(own), peers.map(peer)];
    const dimensions: readonly (readonly Clause[])[] = [
      first,
      second,
      ...(ports === undefined ? [] : [ports]),
    ];
    for (const [n, dimension] of dimensions.entries()) {
      for (const match of dimension) {
        const action: OvsAction = { act: 'conjunction', id, clause: n + 1, of: dimensions.length };
        const key = `${table} ${JSON.stringify(match)}`;
        const there = this.clauses.get(key);
        if (there === undefined) this.clauses.set(key, { table, match, actions: [action], origin });
        else there.actions.push(action);
      }
    }
    const label = direction === 'ingress' ? `${hex(id)}/0xffffffff` : `${hex(id)}00000000/0xffffffff00000000`;
    const only = applied.length === 1 ? applied[0]?.pod : undefined;
    const meaning: RuleMeaning = {
      kind: 'policy-allow',
      direction,
      pod: only === undefined ? `${policy.namespace}/${selectorText(policy.podSelector)}` : podKey(only),
      policy: { namespace: policy.namespace, name: policy.name, rule: index },
    };
    const allow: FlowSpec = {
      table,
      priority: 190,
      match: { conj_id: String(id), proto: 'ip' },
      actions: [
        set(direction === 'ingress' ? 'reg6' : 'reg5', hex(id)),
        { act: 'ct', commit: true, table: metric, zone: CT_ZONE, exec: [{ to: 'ct_label', value: label }] },
      ],
    };
    const counted = ['+new', '-new'].map(
      (ct_state): FlowSpec => ({
        table: metric,
        priority: 200,
        match: { ct_state, ct_label: label, proto: 'ip' },
        actions: [goto(TABLE[direction].next)],
      }),
    );
    this.done.push(
      ...flowsOf([allow], COOKIE.networkPolicy, origin).map((flow) => ({ ...flow, meaning })),
      ...flowsOf(counted, COOKIE.networkPolicy, origin),
    );
  }

  flows(policies: readonly NetworkPolicy[]): readonly OvsFlow[] {
    const clauses = [...this.clauses.values()].flatMap(({ table, match, actions, origin }) =>
      flowsOf([{ table, priority: 200, match, actions }], COOKIE.networkPolicy, origin),
    );
    const drops = this.local.flatMap((one) =>
      (['egress', 'ingress'] as const).flatMap((direction) => {
        const isolating = policies.filter((policy) => selectsPod(policy, one.pod, direction));
        const [first] = isolating;
        if (first === undefined) return [];
        const spec: FlowSpec = {
          table: TABLE[direction].deny,
          priority: 200,
          match: direction === 'egress' ? { proto: 'ip', nw_src: one.ip } : { reg1: hex(one.ofPort) },
          actions: [],
        };
        const meaning: RuleMeaning = {
          kind: 'policy-deny',
          direction,
          pod: podKey(one.pod),
          policies: isolating.map(policyName),
        };
        return flowsOf([spec], COOKIE.networkPolicy, { ...first.origin, by: 'antrea-agent' }).map((flow) => ({
          ...flow,
          meaning,
        }));
      }),
    );
    return [...clauses, ...this.done, ...drops];
  }
}

interface Part {
  readonly applied: readonly Local[];
  readonly peers: readonly string[];
  /** Absent: every port and protocol. */
  readonly ports?: readonly Clause[];
}

const ANY = '0.0.0.0/0';
const ANYBODY: readonly string[] = [ANY];

/** Things that mean the same ports, together. */
function groups<T>(
  list: readonly T[],
  of: (item: T) => readonly Clause[],
): readonly (readonly [readonly Clause[], readonly T[]])[] {
  const found = new Map<string, [readonly Clause[], T[]]>();
  for (const item of list) {
    const ports = of(item);
    const key = JSON.stringify(ports);
    const there = found.get(key);
    if (there === undefined) found.set(key, [ports, [item]]);
    else there[1].push(item);
  }
  return [...found.values()];
}

/** The ports of a rule as a pod has them. */
function portsOf(ports: readonly NetworkPolicyPort[], pod: Pod): readonly Clause[] {
  return ports.flatMap((item) => {
    if (typeof item.port !== 'string') return services(item);
    const numbers = pod.containers.flatMap((container) =>
      container.ports.flatMap((own) =>
        own.name === item.port && own.protocol === item.protocol ? [own.containerPort] : [],
      ),
    );
    return [...new Set(numbers)].flatMap((port) => services({ ...item, port }));
  });
}

/** `tcp`, `tcp,tp_dst=80`, or a range as the masks that cover it. */
function services(item: NetworkPolicyPort): readonly Clause[] {
  const proto = item.protocol.toLowerCase();
  if (item.port === undefined) return [{ proto }];
  if (typeof item.port === 'string') return [];
  return range(item.port, item.endPort ?? item.port).map((tp_dst) => ({ proto, tp_dst }));
}

function range(from: number, to: number): readonly string[] {
  const found: string[] = [];
  for (let at = from; at <= to; ) {
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 - 1 <= to) width *= 2;
    found.push(width === 1 ? String(at) : `${hex(at)}/${hex(0x10000 - width)}`);
    at += width;
  }
  return found;
}

/** What is left of a block without others: the halves that none of them touches. */
function without(block: Cidr, except: readonly Cidr[]): readonly Cidr[] {
  const touching = except.filter((one) => one.family === block.family && cidrOverlaps(block, one));
  if (touching.length === 0) return [block];
  if (touching.some((one) => cidrWithin(one, block))) return [];
  const prefixLength = block.prefixLength + 1;
  return halves(block.ip, prefixLength).flatMap((half) => without(half, touching));
}

function halves(ip: Ip, prefixLength: number): readonly Cidr[] {
  const bit = 2 ** (32 - prefixLength);
  const value = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + bit;
  const upper = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  return [cidr(`${ip}/${prefixLength}`), cidr(`${upper}/${prefixLength}`)];
}

/** What every node has, without a policy. */
function fixed(): readonly FlowSpec[] {
  const established = (['egress', 'ingress'] as const).flatMap((direction) =>
    ['-new+est', '-new+rel'].map(
      (ct_state): FlowSpec => ({
        table: TABLE[direction].first,
        priority: 64990,
        match: { ct_state, proto: 'ip' },
        actions: [goto(TABLE[direction].metric)],
      }),
    ),
  );
  const past = (reg0: string): FlowSpec => ({
    table: 'IngressSecurityClassifier',
    priority: 200,
    match: { reg0 },
    actions: [goto('IngressMetric')],
  });
  return [
    ...established,
    {
      table: 'IngressSecurityClassifier',
      priority: 210,
      match: { pkt_mark: '0x80000000/0x80000000', ct_state: '-rpl+trk', proto: 'ip' },
      actions: [goto('ConntrackCommit')],
    },
    past('0x20/0xf0'),
    past('0x10/0xf0'),
    past('0x40/0xf0'),
    {
      table: 'IngressSecurityClassifier',
      priority: 200,
      match: { ct_mark: '0x40/0x40' },
      actions: [goto('ConntrackCommit')],
    },
  ];
}
