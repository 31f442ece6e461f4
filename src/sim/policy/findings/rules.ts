/**
 * What a NetworkPolicy's text says and the cluster has not: peers that name nobody, a direction that lets nobody in,
 * names of ports that nobody has, a Service's port where the packet has the pod's, blocks that never mean anybody.
 */
import { cidrText, cidrWithin, type Cidr } from '../../base/ip.ts';
import type { Diagnostic, MessageParams, QuickFix } from '../../base/diagnostic.ts';
import type { FieldPath } from '../../base/origin.ts';
import type {
  ClusterState,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  Pod,
  Protocol,
} from '../../k8s/cluster-state.ts';
import type { ParsedScenario } from '../../k8s/manifest.ts';
import { nearest } from '../../k8s/parse/nearest.ts';
import { labelOf, selectorText } from '../../k8s/selectors.ts';
import { type Direction, policyName, rulesOf } from '../matching.ts';
import type { NamedPods } from './named-pods.ts';

type Cluster = Pick<ClusterState, 'networkPolicies' | 'services' | 'endpointSlices' | 'settings'>;
type RangeOf = ParsedScenario['rangeOf'];

/** The label that every namespace has with its own name. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

export function ruleFindings(cluster: Cluster, pods: NamedPods, rangeOf: RangeOf): readonly Diagnostic[] {
  const translated = translations(cluster);
  return cluster.networkPolicies.flatMap((policy) => {
    const selected = pods.selected(policy);
    const [first] = selected;
    // That a policy selects nobody is said already.
    if (policy.origin.by === 'built-in' || first === undefined) return [];
    const teller = new Teller(policy, rangeOf);
    const subjects = selected.filter((pod) => !pod.hostNetwork);
    if (subjects.length === 0) {
      teller.say('warning', 'policy/host-network', ['spec', 'podSelector'], { pod: policyName(first) });
      return teller.said;
    }
    for (const direction of ['ingress', 'egress'] as const) {
      if (!policy.policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress')) continue;
      peersOf(policy, direction, subjects, pods, teller);
      blocksOf(policy, direction, cluster.settings, teller);
      portsOf(policy, direction, subjects, pods, translated, teller);
    }
    return teller.said;
  });
}

/** Says things of one policy, each at its field. */
class Teller {
  readonly said: Diagnostic[] = [];
  readonly policy: NetworkPolicy;
  readonly #rangeOf: RangeOf;

  constructor(policy: NetworkPolicy, rangeOf: RangeOf) {
    this.policy = policy;
    this.#rangeOf = rangeOf;
  }

  say(
    severity: Diagnostic['severity'],
    code: string,
    path: FieldPath,
    params: MessageParams,
    fixes: readonly (QuickFix | undefined)[] = [],
    key = false,
  ): void {
    const { object } = this.policy.origin;
    const range = this.#rangeOf(object, path, key);
    const mends = fixes.filter((fix) => fix !== undefined);
    this.said.push({
      code,
      severity,
      params: { policy: this.policy.name, ...params },
      object,
      path,
      ...(range && { range }),
      ...(mends.length === 0 ? {} : { fixes: mends }),
    });
  }

  replace(path: FieldPath, text: string): QuickFix | undefined {
    const range = this.#rangeOf(this.policy.origin.object, path);
    return range && { titleCode: 'fix/replace', params: { text }, range, newText: text };
  }

  rename(path: FieldPath, to: string): QuickFix | undefined {
    const range = this.#rangeOf(this.policy.origin.object, path, true);
    return (
      range && { titleCode: 'fix/rename', params: { from: String(path.at(-1)), to }, range, newText: to }
    );
  }
}

const peersKey = (direction: Direction): 'from' | 'to' => (direction === 'ingress' ? 'from' : 'to');

function peersOf(
  policy: NetworkPolicy,
  direction: Direction,
  [subject]: readonly Pod[],
  pods: NamedPods,
  teller: Teller,
): void {
  const rules = rulesOf(policy, direction);
  const nobody = rules.map(({ peers }) =>
    peers.map((peer) => peer.ipBlock === undefined && pods.peer(peer, policy.namespace).length === 0),
  );
  // A direction without rules is closed on purpose.
  const closed = rules.length > 0 && nobody.every((list) => list.length > 0 && list.every(Boolean));
  if (closed && subject !== undefined) {
    const params = { pod: policyName(subject), direction };
    teller.say('warning', 'policy/lets-nobody', ['spec', direction], params, [], true);
  }
  rules.forEach(({ peers }, i) => {
    peers.forEach((peer, j) => {
      if (nobody[i]?.[j] !== true) return;
      const path = ['spec', direction, i, peersKey(direction), j];
      const space = pods.spaces(peer, policy.namespace).length === 0;
      const fix = space ? namespaceFix(peer, path, pods, teller) : labelFix(peer, policy, path, pods, teller);
      // Where nobody at all is let in, it is said once, unless there is something to mend.
      if (closed && fix === undefined) return;
      const { namespaceSelector, podSelector } = peer;
      const where = [...path, space || podSelector === undefined ? 'namespaceSelector' : 'podSelector'];
      const params = {
        what: space ? 'namespace' : 'pod',
        selector: selectorText((space ? namespaceSelector : podSelector) ?? {}),
        // Which namespaces were searched.
        namespace: namespaceSelector === undefined ? policy.namespace : '',
      };
      teller.say('info', 'policy/peer-matches-nothing', where, params, [fix]);
    });
  });
}

/** `name: team`, where the label with a namespace's name is called otherwise; or a name nearly written. */
function namespaceFix(
  { namespaceSelector }: NetworkPolicyPeer,
  path: FieldPath,
  { namespaces }: NamedPods,
  teller: Teller,
): QuickFix | undefined {
  const wanted = Object.entries(namespaceSelector?.matchLabels ?? {});
  const [pair] = wanted;
  if (pair === undefined || wanted.length > 1 || namespaceSelector?.matchExpressions?.length)
    return undefined;
  const [key, value] = pair;
  const at = [...path, 'namespaceSelector', 'matchLabels', key];
  if ((key === 'name' || key === 'namespace') && namespaces.get(value)?.[NAME_LABEL] === value)
    return teller.rename(at, NAME_LABEL);
  const values = [...namespaces.values()].flatMap((labels) => labelOf(labels, key) ?? []);
  const near = nearest(value, values);
  return near === undefined ? undefined : teller.replace(at, near);
}

/** A label's value that is nearly the one that pods there have. */
function labelFix(
  peer: NetworkPolicyPeer,
  policy: NetworkPolicy,
  path: FieldPath,
  pods: NamedPods,
  teller: Teller,
): QuickFix | undefined {
  const wanted = Object.entries(peer.podSelector?.matchLabels ?? {});
  const [pair] = wanted;
  if (pair === undefined || wanted.length > 1 || peer.podSelector?.matchExpressions?.length) return undefined;
  const [key, value] = pair;
  const there = pods.spaces(peer, policy.namespace).flatMap((space) => pods.of(space));
  const near = nearest(value, [...new Set(there.flatMap((pod) => labelOf(pod.labels, key) ?? []))]);
  return near === undefined ? undefined : teller.replace([...path, 'podSelector', 'matchLabels', key], near);
}

/** A block for the engine that never takes a pod for a member, and one of addresses that no policy ever sees. */
function blocksOf(
  policy: NetworkPolicy,
  direction: Direction,
  settings: ClusterState['settings'],
  teller: Teller,
): void {
  const covers = (outer: readonly Cidr[], inner: Cidr): boolean =>
    outer.some((one) => one.family === inner.family && cidrWithin(one, inner));
  rulesOf(policy, direction).forEach(({ peers }, i) => {
    peers.forEach(({ ipBlock }, j) => {
      if (ipBlock === undefined) return;
      const { cidr, except, outsideOnly } = ipBlock;
      const path = ['spec', direction, i, peersKey(direction), j, 'ipBlock', 'cidr'];
      const params = { cidr: cidrText(cidr) };
      if (direction === 'egress' && covers(settings.serviceSubnets, cidr)) {
        teller.say('warning', 'policy/block-of-services', path, params);
      } else if (outsideOnly === true && covers(settings.podSubnets, cidr)) {
        teller.say('warning', 'policy/block-of-pods', path, { ...params, all: true });
      } else if (
        outsideOnly === true &&
        settings.podSubnets.some((pods) => covers([cidr], pods) && !covers(except, pods))
      ) {
        teller.say('info', 'policy/block-of-pods', path, { ...params, all: false });
      }
    });
  });
}

function portsOf(
  policy: NetworkPolicy,
  direction: Direction,
  subjects: readonly Pod[],
  pods: NamedPods,
  translated: Translations,
  teller: Teller,
): void {
  rulesOf(policy, direction).forEach((rule, i) => {
    if (!rule.ports.some(({ port, endPort }) => port !== undefined && endPort === undefined)) return;
    const targets = direction === 'ingress' ? subjects : pods.ofRule(rule, policy.namespace);
    if (targets === undefined || targets.length === 0) return;
    rule.ports.forEach((item, j) => {
      const path = ['spec', direction, i, 'ports', j, 'port'];
      if (typeof item.port === 'string') noPortOfName(item.port, item.protocol, targets, path, teller);
      else if (item.port !== undefined && item.endPort === undefined)
        portOfService(item.port, item.protocol, rule.ports, targets, translated, path, teller);
    });
  });
}

function noPortOfName(
  name: string,
  protocol: Protocol,
  targets: readonly Pod[],
  path: FieldPath,
  teller: Teller,
): void {
  const own = targets
    .flatMap((pod) => pod.containers.flatMap((c) => c.ports))
    .filter((p) => p.protocol === protocol);
  if (own.some((port) => port.name === name)) return;
  const names = [...new Set(own.flatMap((port) => port.name ?? []))];
  const [only] = names;
  const params = {
    name,
    pod: policyName(targets[0] ?? { namespace: '', name: '' }),
    names: names.join(', '),
  };
  teller.say('warning', 'policy/no-such-named-port', path, params, [
    only === undefined || names.length > 1 ? undefined : teller.replace(path, only),
  ]);
}

/** A Service's port that is another on its pods: `namespace/service`, the port that the packet has by then. */
interface Translation {
  readonly service: string;
  readonly targetPort: number;
}
/** By pod, then by protocol and Service's port. */
type Translations = ReadonlyMap<string, ReadonlyMap<string, Translation>>;

function translations({
  services,
  endpointSlices,
}: Pick<ClusterState, 'services' | 'endpointSlices'>): Translations {
  const known = new Map<string, Map<string, Translation>>();
  const portsOfService = new Map(services.map((one) => [policyName(one), one.ports]));
  for (const slice of endpointSlices) {
    const service = `${slice.namespace}/${slice.service}`;
    for (const port of portsOfService.get(service) ?? []) {
      const target = slice.ports.find(
        (one) => one.name === port.name && one.protocol === port.protocol,
      )?.port;
      if (target === undefined || target === port.port) continue;
      for (const { pod } of slice.endpoints) {
        if (pod === undefined) continue;
        const own = known.get(pod) ?? new Map<string, Translation>();
        own.set(`${port.protocol} ${port.port}`, { service, targetPort: target });
        known.set(pod, own);
      }
    }
  }
  return known;
}

/** Policies see the packet after the Service's DNAT: its port on the pod. */
function portOfService(
  port: number,
  protocol: Protocol,
  items: readonly NetworkPolicyPort[],
  targets: readonly Pod[],
  translated: Translations,
  path: FieldPath,
  teller: Teller,
): void {
  if (targets.some((pod) => pod.listening.some((l) => l.port === port && l.protocol === protocol))) return;
  const found = targets.flatMap((pod) => translated.get(policyName(pod))?.get(`${protocol} ${port}`) ?? []);
  const [first] = found;
  if (first === undefined || found.some((one) => one.targetPort !== first.targetPort)) return;
  const { service, targetPort } = first;
  const covered = items.some(
    (item) =>
      item.protocol === protocol &&
      (item.port === undefined ||
        (typeof item.port === 'number' &&
          item.port <= targetPort &&
          targetPort <= (item.endPort ?? item.port))),
  );
  if (covered) return;
  teller.say('warning', 'policy/port-of-service', path, { port, service, targetPort }, [
    teller.replace(path, String(targetPort)),
  ]);
}
