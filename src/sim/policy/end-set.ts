/** What the parts of a CNI's own policies match, in their normalised form. */
import { type Cidr, cidrContains, type IpFamily, ipFamily } from '../base/ip.ts';
import type {
  EndSet,
  NodeRelation,
  OwnRule,
  OwnTraffic,
  Pod,
  PodSelection,
  Protocol,
} from '../k8s/cluster-state.ts';
import { selectionMatches } from '../k8s/pod-selection.ts';
import type { FlowEnd } from './matching.ts';
import { addressesOf, isPod, portMatches } from './matching.ts';
import type { EndMatcher, PolicyWorld, StackRule } from './stack.ts';

/** Keys of pods' own labels that a selection looks at. */
export function labelsOf(selection: PodSelection | undefined): readonly string[] {
  switch (selection?.is) {
    case undefined:
    case 'all':
      return [];
    case 'not':
      return labelsOf(selection.of);
    case 'and':
    case 'or':
      return selection.of.flatMap(labelsOf);
    case 'label':
      return [
        ...(selection.on === 'pod' ? [selection.key] : []),
        ...(selection.own === undefined ? [] : [selection.own]),
      ];
  }
}

/** How a node stands to a pod; undefined for an end that is no node. */
export function relationOf(
  end: FlowEnd,
  { nodes }: PolicyWorld,
  subject: Pod | undefined,
): NodeRelation | undefined {
  if (isPod(end) && !end.hostNetwork) return undefined;
  const node = nodes.find((one) => (isPod(end) ? one.name === end.node : one.ips.includes(end.ip)));
  if (node === undefined) return undefined;
  const where = node.name === subject?.node ? 'own' : 'other';
  return node.role === 'control-plane' ? `${where}-apiserver` : where;
}

function endMatches(
  set: EndSet,
  end: FlowEnd,
  world: PolicyWorld,
  family: IpFamily | undefined,
  subject: Pod | undefined,
): boolean {
  const { pods, podNets, notPods, notPodNets, nets, notNets, outsideOnly, outside, nodes } = set;
  const { namespaces } = world;
  if (outside !== undefined || nodes !== undefined) {
    const relation = relationOf(end, world, subject);
    if (outside === true && (relation !== undefined || isPod(end))) return false;
    if (nodes !== undefined && (relation === undefined || !nodes.includes(relation))) return false;
  }
  const pod = isPod(end) && !end.hostNetwork ? end : undefined;
  const selected = (by: PodSelection): boolean => pod !== undefined && selectionMatches(by, pod, namespaces);
  const ips = addressesOf(end, family);
  const within = (ranges: readonly Cidr[] = []): boolean =>
    ips.some((ip) => ranges.some((range) => cidrContains(range, ip)));
  if (pods !== undefined && !selected(pods) && !within(podNets)) return false;
  if (notPods !== undefined && (selected(notPods) || within(notPodNets))) return false;
  if (outsideOnly === true && pod !== undefined) return false;
  if (nets === undefined && notNets === undefined) return true;
  return ips.some(
    (ip) =>
      (nets === undefined || nets.some((net) => cidrContains(net, ip))) &&
      !(notNets ?? []).some((net) => cidrContains(net, ip)),
  );
}

const FOR_PEOPLE: ReadonlySet<string> = new Set(['at', 'words', 'namesNets']);

export function endMatcher(set: EndSet): EndMatcher {
  return {
    key: `own ${JSON.stringify(set, (key, value: unknown) => (FOR_PEOPLE.has(key) ? undefined : value))}`,
    // A pod is never outside, whatever its address.
    ...((set.nets ?? set.notNets ?? set.podNets ?? set.notPodNets) === undefined || set.outside === true
      ? {}
      : { addresses: true }),
    ...(set.nodes === undefined ? {} : { bySubject: true }),
    matches: (end, world, family, subject) => endMatches(set, end, world, family, subject),
  };
}

/** Undefined: every port and protocol. Unless it is told, a flow is of the family of its target's first address. */
export function ownTraffic({
  family,
  traffic,
  notTraffic = [],
}: Pick<OwnRule, 'family' | 'traffic' | 'notTraffic'>): StackRule['covers'] {
  if (family === undefined && traffic.length + notTraffic.length === 0) return undefined;
  return (target, port, protocol, of) => {
    const covers = (item: OwnTraffic): boolean => trafficCovers(item, target, port, protocol, of);
    return (
      isOfFamily(target, family, of) &&
      (traffic.length === 0 || traffic.some(covers)) &&
      !notTraffic.some(covers)
    );
  };
}

function isOfFamily(target: FlowEnd, wanted: OwnRule['family'], family: IpFamily | undefined): boolean {
  if (wanted === undefined) return true;
  const ip = isPod(target) ? target.ips[0] : target.ip;
  return (family ?? (ip === undefined ? wanted : ipFamily(ip))) === wanted;
}

export function trafficCovers(
  item: OwnTraffic,
  target: FlowEnd,
  port: number | undefined,
  protocol: Protocol | 'ICMP',
  family: IpFamily | undefined,
): boolean {
  if (item.protocol === 'other' || !isOfFamily(target, item.family, family)) return false;
  if (item.protocol === 'ICMP' || protocol === 'ICMP') {
    return (item.protocol ?? protocol) === protocol && item.port === undefined;
  }
  return portMatches({ ...item, protocol: item.protocol ?? protocol }, target, port, protocol);
}
