/**
 * Why a rule of a CNI's own policy does not match a flow: from the same normalised form that the evaluator asks (`end-set.ts`), so
 * that nothing is told which it does not decide by. Of alternatives the one is told that missed by least.
 */
import { cidrContains, cidrText, type IpFamily } from '../base/ip.ts';
import type { FieldPath } from '../base/origin.ts';
import type { EndSet, OwnRule, OwnTraffic, Pod, PodSelection } from '../k8s/cluster-state.ts';
import { selectionMatches } from '../k8s/pod-selection.ts';
import { labelOf } from '../k8s/selectors.ts';
import type { Flow } from './evaluate.ts';
import { endMatcher, relationOf, trafficCovers } from './end-set.ts';
import type { Direction, FlowEnd, PeerMiss, PortMiss } from './matching.ts';
import { addressesOf, endName, flowFamily, isPod, policyName, portMatches } from './matching.ts';
import { leastMissed, type MissedPeer, type MissedPort, scoreOf } from './missed-item.ts';
import type { PolicyWorld } from './stack.ts';

export interface Missed {
  readonly score: number;
  readonly missed: { readonly peer?: MissedPeer; readonly port?: MissedPort };
}

/** Undefined where the rule matches. */
export function ownRuleMisses(
  rule: OwnRule,
  flow: Flow,
  direction: Direction,
  subject: Pod,
  world: PolicyWorld,
): Missed | undefined {
  const end = direction === 'ingress' ? flow.from : flow.to;
  const family = flowFamily(flow);
  const peers = rule.peers.map((set) => endMisses(set, end, subject, world, family));
  const itself = rule.self === undefined ? [] : endMisses(rule.self, subject, subject, world, family);
  // The pod itself has to match, too: what it lacks every item lacks.
  const ends =
    itself.length === 0 ? peers : (peers.length === 0 ? [[]] : peers).map((own) => [...itself, ...own]);
  const peer = leastMissed(rule.origin, undefined, ends);
  const port = leastMissed(rule.origin, undefined, portMisses(rule, flow));
  if (peer === undefined && port === undefined) return undefined;
  return {
    score: scoreOf(peer, port),
    missed: {
      ...(peer === undefined ? {} : { peer: peer.item }),
      ...(port === undefined ? {} : { port: port.item }),
    },
  };
}

/** Why a set of ends does not hold one; empty where it does. */
function endMisses(
  set: EndSet,
  end: FlowEnd,
  subject: Pod,
  world: PolicyWorld,
  packets: IpFamily | undefined,
): readonly PeerMiss[] {
  if (endMatcher(set).matches(end, world, packets, subject)) return [];
  const {
    pods,
    podNets,
    notPods,
    notPodNets,
    nets,
    notNets,
    outsideOnly,
    outside,
    nodes,
    at = {},
    words,
  } = set;
  const { end: here = [] } = at;
  const pod = isPod(end) && !end.hostNetwork ? end : undefined;
  const ips = addressesOf(end, packets);
  const inside = (ranges: EndSet['nets'] = []) =>
    ranges.filter((range) => ips.some((ip) => cidrContains(range, ip)));
  const relation = relationOf(end, world, subject);
  const misses: PeerMiss[] = [];
  const notMeant = (): void => {
    misses.push({ what: 'not-meant', end: endName(end), words: words ?? '', path: here });
  };
  if (outside === true && (relation !== undefined || isPod(end))) {
    if (nets === undefined) notMeant();
    else
      misses.push({ what: 'block-of-outside', cidr: nets.map(cidrText).join(', '), path: at.nets ?? here });
  }
  if (nodes !== undefined && (relation === undefined || !nodes.includes(relation))) notMeant();
  if (outsideOnly === true && pod !== undefined) notMeant();
  if (pods !== undefined && inside(podNets).length === 0) {
    const path = at.pods ?? here;
    if (pod === undefined && words !== undefined) notMeant();
    else if (pod === undefined) {
      const none = set.namesNets === true && { ips };
      misses.push({ what: 'no-pod', end: endName(end), hostNetwork: isPod(end), ...none, path });
    } else if (!selectionMatches(pods, pod, world.namespaces)) {
      misses.push(...selectionMisses(pods, true, pod, world, path));
    }
  }
  if (notPods !== undefined) {
    const path = at.notPods ?? here;
    if (pod !== undefined && selectionMatches(notPods, pod, world.namespaces)) {
      misses.push(...selectionMisses(notPods, false, pod, world, path));
    }
    for (const range of inside(notPodNets))
      misses.push({ what: 'except', except: cidrText(range), ips, path });
  }
  if (nets !== undefined && inside(nets).length === 0) {
    if (words !== undefined) notMeant();
    else misses.push({ what: 'block', cidr: nets.map(cidrText).join(', '), ips, path: at.nets ?? here });
  }
  for (const range of inside(notNets)) {
    misses.push({ what: 'except', except: cidrText(range), ips, path: at.notNets ?? here });
  }
  return misses;
}

/** Why a selection does not say `want` of a pod: asked only where it says the other. */
function selectionMisses(
  selection: PodSelection,
  want: boolean,
  pod: Pod,
  world: PolicyWorld,
  path: FieldPath,
): readonly PeerMiss[] {
  switch (selection.is) {
    case 'all':
      return [{ what: 'nobody', path }];
    case 'not':
      return selectionMisses(selection.of, !want, pod, world, path);
    case 'and':
    case 'or': {
      const wrong = selection.of
        .filter((one) => selectionMatches(one, pod, world.namespaces) !== want)
        .map((one) => selectionMisses(one, want, pod, world, path));
      // All of them have to change, or any.
      if ((selection.is === 'and') === want) return wrong.flat();
      return wrong.toSorted((a, b) => a.length - b.length)[0] ?? [{ what: 'nobody', path }];
    }
    case 'label':
      if (isInNamespace(selection) && !want) {
        const name = policyName(pod);
        return [{ what: 'namespaced', name, namespace: pod.namespace, path: selection.at ?? path }];
      }
      return [labelMiss(selection, want, pod, world, selection.at ?? path)];
  }
}

/** Every pod is in a namespace, and every namespace has its name. */
function isInNamespace({ on, key, own, test }: Extract<PodSelection, { is: 'label' }>): boolean {
  return (
    on === 'namespace' && own === undefined && key === 'kubernetes.io/metadata.name' && test === 'exists'
  );
}

const OPERATORS = {
  in: ['In', 'NotIn'],
  exists: ['Exists', 'DoesNotExist'],
  contains: ['Contains', 'NotContains'],
  'starts-with': ['StartsWith', 'NotStartsWith'],
  'ends-with': ['EndsWith', 'NotEndsWith'],
} as const;

function labelMiss(
  { on, key, own, test, values }: Extract<PodSelection, { is: 'label' }>,
  want: boolean,
  pod: Pod,
  { namespaces }: PolicyWorld,
  path: FieldPath,
): PeerMiss {
  const account = pod.serviceAccount ?? 'default';
  const [yes, no] = OPERATORS[test];
  const asked = {
    key,
    operator: want && test === 'in' && values.length === 1 ? 'Equals' : want ? yes : no,
    values,
    path,
  } as const;
  const before = own === undefined ? undefined : labelOf(pod.labels, own);
  if (before !== undefined) {
    return { what: 'label', of: 'pod', name: policyName(pod), ...asked, key: own ?? key, found: before };
  }
  switch (on) {
    case 'pod':
      return { what: 'label', of: 'pod', name: policyName(pod), ...asked, found: labelOf(pod.labels, key) };
    case 'service-account':
      return { what: 'label', of: 'pod', name: policyName(pod), ...asked, found: account };
    case 'namespace':
      return {
        what: 'label',
        of: 'namespace',
        name: pod.namespace,
        ...asked,
        found: labelOf(namespaces.get(pod.namespace), key),
      };
    case 'account-label': {
      const name = `${pod.namespace}/${account}`;
      return { what: 'label', of: 'service-account', name, ...asked, found: labelOf(pod.accountLabels, key) };
    }
  }
}

/** Each item of ports with what it misses; nothing where the rule covers the port. */
function portMisses(
  { family, familyAt, traffic, notTraffic = [] }: OwnRule,
  flow: Flow,
): readonly (readonly PortMiss[])[] {
  const { to, port, protocol } = flow;
  const packets = flowFamily(flow);
  const always: PortMiss[] = [];
  if (family !== undefined && packets !== undefined && packets !== family) {
    always.push({ what: 'family', wanted: family, path: familyAt ?? ['ipVersion'] });
  }
  for (const item of notTraffic) {
    if (trafficCovers(item, to, port, protocol, packets)) {
      always.push({ what: 'left-out', path: item.at?.port ?? item.at?.protocol ?? [] });
    }
  }
  const items = traffic.map((item) => trafficMisses(item, flow));
  if (always.length === 0) return items;
  return items.length === 0 ? [always] : items.map((own) => [...always, ...own]);
}

function trafficMisses(item: OwnTraffic, flow: Flow): readonly PortMiss[] {
  const { to, port, protocol } = flow;
  if (trafficCovers(item, to, port, protocol, flowFamily(flow))) return [];
  const { at = {} } = item;
  const path = at.protocol ?? [];
  const wanted = item.protocol ?? protocol;
  if (wanted === 'other' || wanted === 'ICMP' || protocol === 'ICMP') {
    if (wanted !== protocol) return [{ what: 'protocol', wanted, found: protocol, path }];
    return item.family === undefined
      ? [{ what: 'left-out', path: at.port ?? path }]
      : [{ what: 'family', wanted: item.family, path }];
  }
  const misses: PortMiss[] = [];
  portMatches({ ...item, protocol: wanted }, to, port, protocol, misses);
  if (misses.length === 0 && item.family !== undefined) {
    return [{ what: 'family', wanted: item.family, path }];
  }
  return misses.map((miss) => ({
    ...miss,
    path: (miss.what === 'protocol' ? at.protocol : at.port) ?? path,
  }));
}
