/** Mistakes that show only between objects: selectors that find nothing, ports that nobody opens, rules nobody enforces. */
import { type Ip, parseIp } from '../../base/ip.ts';
import { objectKey, type ObjectRef, type Origin } from '../../base/origin.ts';
import type {
  ClusterPolicyRule,
  ClusterState,
  Labels,
  NetworkPolicy,
  Pod,
  Service,
  ServicePort,
} from '../cluster-state.ts';
import { INTERNET_GATEWAY, loadBalancerAddress } from '../node-network.ts';
import { portsOfPolicy } from '../policy-reading.ts';
import { matchesSelector, selectorText } from '../selectors.ts';
import type { Store } from '../store.ts';
import type { UpstreamWorkloadSpec } from '../upstream.ts';
import type { FailedCreate } from './admission.ts';
import type { PodIndex } from './endpointslices.ts';
import { findPort, listensText } from './listening.ts';
import { MAX_PODS_OF_ONE_OWNER } from './workloads.ts';
import type { CniForSettling } from './cni.ts';
import { checkFaults } from './faults.ts';
import type { Report } from './report.ts';
import { ZONE_LABEL } from './topology-hints.ts';

/** Services about which, with these very pods, there was nothing to say. */
const quiet = new WeakMap<Service, readonly Pod[]>();

export function checkCluster(
  cluster: ClusterState,
  store: Store,
  index: PodIndex,
  cni: CniForSettling,
  cnis: readonly CniForSettling[],
  failed: readonly FailedCreate[],
  report: Report,
): void {
  for (const service of cluster.services) {
    if (service.selector === undefined || service.origin.by === 'built-in') continue;
    const pods = index.of(service);
    if (quiet.get(service) === pods) continue;
    const before = report.diagnostics.length;
    checkService(service, service.selector, pods, failed, report);
    if (report.diagnostics.length === before) quiet.set(service, pods);
  }
  checkZones(cluster, report);
  checkReplicas(store, report);
  checkExternalRoutes(cluster, report);
  checkStatefulSets(store, report);
  checkPolicies(cluster, cni, report);
  checkClusterPolicies(cluster, cni, cnis, report);
  checkOwnPolicies(cluster, cni, cnis, report);
  checkQuestions(cluster, report);
  checkFaults(cluster, report);
  checkExternal(cluster, report);
}

function checkService(
  service: Service,
  labels: Labels,
  pods: readonly Pod[],
  failed: readonly FailedCreate[],
  report: Report,
): void {
  const { object } = service.origin;
  const selector = selectorText({ matchLabels: labels });
  const wouldBe = failed.find(({ seeds: [seed] }) => {
    return seed?.namespace === service.namespace && matchesSelector({ matchLabels: labels }, seed.labels);
  });
  if (pods.length === 0 && wouldBe !== undefined) {
    const params = { service: service.name, owner: `${wouldBe.owner.kind} ${wouldBe.owner.name}` };
    report.say('warning', 'service/pods-refused', params, object, ['spec', 'selector']);
    return;
  }
  if (pods.length === 0) {
    report.say(
      'warning',
      'service/selects-nothing',
      { service: service.name, selector, namespace: service.namespace },
      object,
      ['spec', 'selector'],
    );
    return;
  }
  const running = pods.filter((p) => p.phase === 'Running' && p.ips.length > 0);
  if (!service.publishNotReadyAddresses && !running.some((p) => p.ready)) {
    report.say('warning', 'service/no-ready-pods', { service: service.name, pods: pods.length }, object, [
      'spec',
      'selector',
    ]);
  }
  service.ports.forEach((port, i) => {
    checkPort(service, port, i, running, object, report);
  });
}

function checkPort(
  service: Service,
  port: ServicePort,
  index: number,
  running: readonly Pod[],
  object: ObjectRef,
  report: Report,
): void {
  const path = ['spec', 'ports', index, 'targetPort'];
  const resolved = running.map((pod) => ({ pod, number: findPort(pod, port.targetPort, port.protocol) }));
  const known = resolved.filter((r) => r.number !== undefined);
  if (running.length > 0 && known.length === 0) {
    const names = [
      ...new Set(running.flatMap((p) => p.containers.flatMap((c) => c.ports.map((q) => q.name ?? '')))),
    ];
    report.say(
      'warning',
      'service/no-such-named-port',
      {
        service: service.name,
        name: String(port.targetPort),
        names: names.filter((n) => n !== '').join(', '),
      },
      object,
      path,
    );
    return;
  }
  const closed = known.filter(
    ({ pod, number }) =>
      !pod.listening.some(
        (l) => l.port === number && l.protocol === port.protocol && l.address === '0.0.0.0',
      ),
  );
  const first = closed[0];
  if (first?.number === undefined || closed.length < known.length) return;
  const open = first.pod.listening.filter((l) => l.address === '0.0.0.0' && l.protocol === port.protocol);
  const only = [...new Set(open.map((l) => l.port))];
  const range = report.rangeOf(object, path);
  report.say(
    'warning',
    'service/target-port-closed',
    {
      service: service.name,
      port: port.port,
      targetPort: first.number,
      protocol: port.protocol,
      pod: first.pod.shortName,
      listens: listensText(open),
    },
    object,
    path,
    only.length === 1 && range !== undefined
      ? [
          {
            titleCode: 'fix/replace',
            params: { text: String(only[0]) },
            range,
            newText: String(only[0]),
          },
        ]
      : [],
  );
}

/** Who prefers endpoints of the own zone needs nodes that say where they are. */
function checkZones({ services, nodes }: ClusterState, report: Report): void {
  if (nodes.some((node) => ZONE_LABEL in node.labels)) return;
  for (const { name, trafficDistribution, topologyAware, origin } of services) {
    const asked = topologyAware === true || trafficDistribution !== undefined;
    if (!asked || (topologyAware !== true && trafficDistribution === 'PreferSameNode')) continue;
    const path = topologyAware === true ? ['metadata', 'annotations'] : ['spec', 'trafficDistribution'];
    report.say('warning', 'service/no-zones', { service: name, label: ZONE_LABEL }, origin.object, path);
  }
}

/** A route of an outside host or of the router goes through a node, by name, or through an address. */
function checkExternalRoutes({ settings, nodes }: ClusterState, report: Report): void {
  const check = (via: string, { object, path = [] }: Origin): void => {
    if (nodes.some((n) => n.name === via) || parseIp(via) !== undefined) return;
    const known = nodes
      .map((n) => n.name)
      .slice(0, 8)
      .join(', ');
    report.say('error', 'external/unknown-via', { via, known }, object, [...path, 'via']);
  };
  for (const { origin, routes } of settings.external) {
    routes.forEach(({ via }, i) => {
      check(via, { ...origin, path: [...(origin.path ?? []), 'routes', i] });
    });
  }
  for (const { via, origin } of settings.gatewayRoutes) check(via, origin);
}

function checkReplicas(store: Store, report: Report): void {
  for (const kind of ['Deployment', 'ReplicaSet', 'StatefulSet', 'Job']) {
    for (const manifest of store.list(kind)) {
      const spec = (manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec;
      const field = kind === 'Job' ? 'parallelism' : 'replicas';
      const pods = spec[field] ?? 1;
      if (pods <= MAX_PODS_OF_ONE_OWNER) continue;
      const params = { name: manifest.metadata.name, pods, limit: MAX_PODS_OF_ONE_OWNER };
      report.say('warning', 'pod/too-many', params, manifest.ref, ['spec', field]);
    }
  }
}

/** Without its headless Service a StatefulSet's pods have no names in DNS. */
function checkStatefulSets(store: Store, report: Report): void {
  for (const manifest of store.list('StatefulSet')) {
    const name = (manifest.body['spec'] as UpstreamWorkloadSpec | undefined)?.serviceName;
    if (name === undefined || name === '' || store.get('Service', manifest.ref.namespace, name) !== undefined)
      continue;
    report.say(
      'warning',
      'stateful-set/no-service',
      { name: manifest.metadata.name, service: name },
      manifest.ref,
      ['spec', 'serviceName'],
    );
  }
}

function checkPolicies(cluster: ClusterState, cni: CniForSettling, report: Report): void {
  for (const policy of cluster.networkPolicies) {
    if (!cni.enforcesNetworkPolicy) {
      report.say(
        'warning',
        'policy/not-enforced',
        { policy: policy.name, cni: cni.label },
        policy.origin.object,
      );
    }
    checkReading(policy, cni, report);
    const selected = cluster.pods.some(
      (p) => p.namespace === policy.namespace && matchesSelector(policy.podSelector, p.labels),
    );
    if (!selected) {
      const params = {
        policy: policy.name,
        selector: selectorText(policy.podSelector),
        namespace: policy.namespace,
      };
      report.say('info', 'policy/selects-nothing', params, policy.origin.object, ['spec', 'podSelector']);
    }
  }
}

/** What the CNI does not read of a policy, each thing once. */
function checkReading(policy: NetworkPolicy, cni: CniForSettling, report: Report): void {
  const { namedPorts, endPort } = cni.policyReading ?? {};
  const ports = namedPorts === undefined && endPort === undefined ? [] : portsOfPolicy(policy);
  const named = ports.find(({ item }) => typeof item.port === 'string');
  const params = { policy: policy.name, cni: cni.label };
  if (namedPorts === 'rejected' && named !== undefined) {
    const port = String(named.item.port);
    report.say('warning', 'policy/named-port-rejected', { ...params, port }, policy.origin.object, [
      ...named.path,
      'port',
    ]);
    return;
  }
  const range = ports.find(({ item }) => item.endPort !== undefined);
  if (endPort !== 'ignored' || range === undefined) return;
  const { item, path } = range;
  report.say(
    'warning',
    'policy/end-port-ignored',
    { ...params, port: item.port ?? '', endPort: item.endPort ?? '' },
    policy.origin.object,
    [...path, 'endPort'],
  );
}

/** Fields of cluster-wide policies that not every CNI knows, as people write them. */
const PECULIAR: readonly (readonly [string, string, (rule: ClusterPolicyRule) => boolean])[] = [
  ['namedPorts', 'destinationNamedPort', ({ ports }) => ports.some((item) => typeof item.port === 'string')],
  ['nodes', 'nodes', ({ peers }) => peers.some((peer) => peer.nodes !== undefined)],
  ['domainNames', 'domainNames', ({ peers }) => peers.some((peer) => peer.domainNames !== undefined)],
];

function checkClusterPolicies(
  cluster: ClusterState,
  cni: CniForSettling,
  cnis: readonly CniForSettling[],
  report: Report,
): void {
  for (const policy of cluster.clusterPolicies) {
    const { name, kind, origin, subject } = policy;
    const how = cni.clusterPolicies;
    if (how?.kinds.includes(kind) !== true) {
      const others = cnis.filter((other) => other.clusterPolicies?.kinds.includes(kind) === true);
      const params = {
        policy: name,
        kind,
        cni: cni.label,
        use: others.map((other) => other.label).join(', '),
      };
      report.say('warning', 'policy/kind-not-enforced', params, origin.object);
      continue;
    }
    for (const rule of [...policy.ingress, ...policy.egress]) {
      const { action } = rule;
      for (const [id, field, has] of PECULIAR) {
        if (!how.lacks.includes(id) || !has(rule)) continue;
        const params = { policy: name, cni: cni.label, field, action };
        report.say('warning', 'policy/fails-closed', params, origin.object, rule.origin.path);
      }
    }
    const labels = new Map(cluster.namespaces.map((namespace) => [namespace.name, namespace.labels]));
    const selected = cluster.pods.some(
      (pod) =>
        !pod.hostNetwork &&
        matchesSelector(subject.namespaces, labels.get(pod.namespace) ?? {}) &&
        (subject.pods === undefined || matchesSelector(subject.pods, pod.labels)),
    );
    if (!selected) {
      report.say('info', 'policy/subject-selects-nothing', { policy: name }, origin.object, [
        'spec',
        'subject',
      ]);
    }
  }
}

/** Policies of an API group that the cluster's CNI does not read, or of a tier that there is not. */
function checkOwnPolicies(
  { ownPolicies, networkSets = [], policyTiers = [] }: ClusterState,
  cni: CniForSettling,
  cnis: readonly CniForSettling[],
  report: Report,
): void {
  if (ownPolicies.length + networkSets.length === 0) return;
  const said = new Set<string>();
  for (const policy of [...ownPolicies, ...networkSets]) {
    const { group, kind, name, origin } = policy;
    if (cni.ownPolicies?.group === group) {
      if (!('tier' in policy)) continue;
      const { tier } = policy;
      const known = policyTiers.filter((one) => one.ownPolicies === group).map((one) => one.name);
      if (!known.includes(tier)) {
        const params = { policy: name, tier, known: known.join(', ') };
        report.say('error', 'policy/no-such-tier', params, origin.object, ['spec', 'tier']);
      }
      continue;
    }
    const key = objectKey(origin.object);
    // An object may have several policies in it.
    if (said.has(key)) continue;
    said.add(key);
    const use = cnis.filter((other) => other.ownPolicies?.group === group).map((other) => other.label);
    const params = { policy: name, kind, cni: cni.label, use: use.join(', ') };
    report.say('warning', 'policy/kind-not-enforced', params, origin.object);
  }
}

/** `from` and `to` of probes and assertions name places that exist; a DNS name or URL is the client's own affair. */
function checkQuestions(cluster: ClusterState, report: Report): void {
  const { settings } = cluster;
  const object = report.playground;
  if (object === undefined) return;
  const from = placeNames(cluster);
  const ask = (
    list: 'probes' | 'expect',
    i: number,
    entry: { from: string; to: string; endpoint?: string },
  ): void => {
    if (!from.has(entry.from)) {
      report.say('error', 'question/unknown-from', { from: entry.from }, object, [list, i, 'from']);
    }
    if (looksLikePlace(entry.to, cluster) && !from.has(entry.to)) {
      report.say('error', 'question/unknown-to', { to: entry.to }, object, [list, i, 'to']);
    }
    if (entry.endpoint !== undefined && !from.has(entry.endpoint)) {
      report.say('error', 'question/unknown-endpoint', { endpoint: entry.endpoint }, object, [
        list,
        i,
        'endpoint',
      ]);
    }
  };
  settings.probes.forEach((p, i) => {
    ask('probes', i, p);
  });
  settings.expect.forEach((e, i) => {
    ask('expect', i, e);
  });
}

/** Everything that a probe may start from: pods, owners of pods, nodes, hosts outside. */
function placeNames(cluster: ClusterState): ReadonlySet<string> {
  const names = new Set<string>();
  for (const pod of cluster.pods) {
    for (const name of [pod.name, ...pod.owners.map((o) => o.name)]) {
      names.add(`${pod.namespace}/${name}`);
      if (pod.namespace === 'default') names.add(name);
    }
  }
  for (const node of cluster.nodes) names.add(`node/${node.name}`);
  for (const host of cluster.settings.external) names.add(`external/${host.name}`);
  return names;
}

/** `default/web` is a pod; `web/path` is a URL without its scheme unless `web` is a namespace. */
function looksLikePlace(to: string, cluster: ClusterState): boolean {
  const match = /^([a-z0-9-]+)\/[a-z0-9.-]+$/.exec(to);
  if (match === null) return false;
  return (
    match[1] === 'node' || match[1] === 'external' || cluster.namespaces.some((n) => n.name === match[1])
  );
}

/** A host outside with an address that another machine has: two would answer for it. */
function checkExternal(cluster: ClusterState, report: Report): void {
  const { settings } = cluster;
  const hosts = settings.external.filter((h) => h.origin.by !== 'built-in');
  if (hosts.length === 0) return;
  const owners = new Map<Ip, string>();
  const own = (ips: readonly (Ip | undefined)[], owner: string): void => {
    for (const ip of ips) if (ip !== undefined) owners.set(ip, owner);
  };
  own([...settings.gateways, ...settings.ipFamilies.map((f) => INTERNET_GATEWAY[f])], 'external/gateway');
  for (const { name, ips, origin } of settings.external) {
    if (origin.by === 'built-in') own(ips, `external/${name}`);
  }
  const balanced = cluster.services.flatMap((s) => (s.loadBalancerIngress ?? []).map(({ ip }) => ip));
  const named = cluster.services.flatMap((s) => (s.loadBalancerNames ?? []).flatMap(({ ips }) => ips));
  if (balanced.length + named.length > 0) {
    const itself = settings.ipFamilies.map((family) => loadBalancerAddress(settings, family));
    own([...itself, ...balanced, ...named], 'external/loadbalancer');
  }
  for (const pod of cluster.pods) own(pod.ips, `${pod.namespace}/${pod.name}`);
  for (const node of cluster.nodes) own(node.ips, `node/${node.name}`);
  for (const { name, ips, origin } of hosts) {
    for (const ip of ips) {
      const owner = owners.get(ip);
      if (owner !== undefined)
        report.say('error', 'external/address-in-use', { name, ip, owner }, origin.object, origin.path ?? []);
    }
  }
}
