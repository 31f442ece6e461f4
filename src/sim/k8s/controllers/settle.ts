/**
 * Manifests to cluster: every controller is a pure function of what it observes, and none observes what a later one
 * makes, so one pass in this order is the fixpoint that the real controllers reach by running over and over.
 */
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Admission } from './admission.ts';
import { checkCluster } from './checks.ts';
import { lifeEvents } from './events.ts';
import { makeEndpointSlices, PodIndex } from './endpointslices.ts';
import { ingressesIn } from './ingress-code.ts';
import { makeNodes } from './nodes.ts';
import { listObjects } from './object-list.ts';
import { chooseCni, withInstallersDefaults } from './cni.ts';
import type { CniForSettling } from './cni.ts';
import { makePods } from './pods.ts';
import { makeCiliumPolicies } from './cilium-policies.ts';
import { makeClusterPolicies } from './cluster-policies.ts';
import { makeNetworkSets, makeOwnPolicies, makePolicyTiers } from './own-policies.ts';
import { makePolicies } from './policies.ts';
import { refuseWithoutNamespace } from './namespaces.ts';
import { createReport } from './report.ts';
import { sandboxCode, sandboxesOf } from './sandboxes.ts';
import { schedule } from './scheduler.ts';
import { makeServices } from './services.ts';
import { readSettings, type Variant } from './settings.ts';
import {
  expandUnmodelled,
  unmodelledFamilies,
  unmodelledHostPorts,
  unmodelledPolicies,
  unmodelledProxy,
  unmodelledSidecars,
  unmodelledSubnets,
} from './unmodelled.ts';
import { expandWorkloads } from './workloads.ts';
import { gatewayApiIn } from '../gateway-api/code.ts';
import { clusterDns, nodeDns, podDns } from '../pod-dns.ts';
import type { ClusterState, ConfigMap, Namespace } from '../cluster-state.ts';
import type { Manifest, ParsedScenario } from '../manifest.ts';
import { internByContent, keepList, memoByOwner, memoLast } from '../memo.ts';
import type { Store } from '../store.ts';
import { createStore, wasThereBefore } from '../store.ts';

export interface Settled {
  readonly cluster: ClusterState;
  /** What the controllers found; the parser's own diagnostics are not repeated. */
  readonly diagnostics: readonly Diagnostic[];
}

const sameSettings = internByContent<ClusterState['settings']>(8);
const sameNode = internByContent<ClusterState['nodes'][number]>(512);
const samePods = keepList<ClusterState['pods'][number]>();
const sameNodes = keepList<ClusterState['nodes'][number]>();
const sameServices = keepList<ClusterState['services'][number]>();
const sameSlices = keepList<ClusterState['endpointSlices'][number]>();
const samePolicies = keepList<ClusterState['networkPolicies'][number]>();
const sameClusterPolicies = keepList<ClusterState['clusterPolicies'][number]>();
const sameOwnPolicies = keepList<ClusterState['ownPolicies'][number]>();
const sameNetworkSets = keepList<NonNullable<ClusterState['networkSets']>[number]>();
const sameTiers = keepList<NonNullable<ClusterState['policyTiers']>[number]>();
const sameCiliumPolicies = keepList<ClusterState['ciliumPolicies'][number]>();
const sameNamespaces = keepList<Namespace>();
const indexOf = memoLast((pods: ClusterState['pods']) => new PodIndex(pods));
const namespaceMemo = memoByOwner<Manifest, Namespace>();
const configMapMemo = memoByOwner<Manifest, ConfigMap>();

/**
 * `cnis` are the plug-ins to choose from; where the scenario names none of them, pods get no addresses. `proxyModes` are
 * the modes of kube-proxy that there are; `admission` the stage that asks admission plug-ins, where they have something to say;
 * `statuses` what controllers besides Kubernetes' own write into objects.
 */
export function settle(
  parsed: ParsedScenario,
  cnis: readonly CniForSettling[],
  proxyModes: readonly string[],
  variant: Variant = 'main',
  admission?: Admission,
  statuses?: (cluster: ClusterState) => ReadonlyMap<string, object> | undefined,
): Settled {
  const report = createReport(parsed);
  const { store, read } = admit(parsed, report, variant, admission);
  const settings = sameSettings(withInstallersDefaults(read.settings, cnis));
  const { cni, options } = chooseCni(settings, cnis, report);
  const { compare } = settings;
  if (variant === 'main' && compare?.cni !== undefined) {
    // What is written there is checked with the rest; the other cluster's own diagnostics are nobody's.
    const origins = { ...settings.origins, cni: { ...compare.origin, path: ['compare', 'cni'] } };
    chooseCni({ ...settings, cni: compare.cni, origins }, cnis, report);
  }
  const nodes = sameNodes(makeNodes(store, settings, read.cluster, report).map(sameNode));
  const workloads = expandWorkloads(store, nodes, report);
  const { seeds, failed } = admission?.admitPods(workloads.seeds, store, report) ?? {
    seeds: workloads.seeds,
    failed: [],
  };
  const placements = schedule(seeds, nodes);
  const sandboxes = sandboxesOf(seeds, placements, store, read.cluster);
  const accounts = store.list('ServiceAccount');
  const pods = samePods(
    makePods(seeds, placements, sandboxes, settings, nodes, cni, options, accounts, report),
  );
  const services = sameServices(makeServices(store, settings, parsed, report));
  const index = indexOf(pods);
  const endpointSlices = sameSlices(makeEndpointSlices(store, services, index, nodes, report));
  const networkPolicies = samePolicies(makePolicies(store));
  const clusterPolicies = sameClusterPolicies(makeClusterPolicies(store));
  const namespaces = sameNamespaces(
    store.list('Namespace').map((m) => namespaceMemo(m, '', () => namespaceOf(m))),
  );
  const policyTiers = makePolicyTiers(store, cni);
  const ciliumPolicies = sameCiliumPolicies(makeCiliumPolicies(store));
  const networkSets = sameNetworkSets(makeNetworkSets(store));
  const ownPolicies = sameOwnPolicies([
    ...makeOwnPolicies(store, { networkSets, namespaces, endpointSlices }),
    ...ciliumPolicies.map((policy) => policy.own),
  ]);
  dnsEvents({ settings, pods, services }, report);
  let objects: ClusterState['objects'] | undefined;
  // Made when first asked for: only the Cluster tab and `objects` want it.
  const allObjects = (): ClusterState['objects'] =>
    (objects ??= listObjects(
      store,
      nodes,
      pods,
      services,
      endpointSlices,
      workloads.replicaSets,
      failed,
      admission,
      statuses?.(cluster),
    ));
  const already = new Set(report.refused.map(({ object }) => object));
  const cluster: ClusterState = {
    settings,
    namespaces,
    nodes,
    pods,
    services,
    endpointSlices,
    networkPolicies,
    clusterPolicies,
    ownPolicies,
    ...(networkSets.length > 0 && { networkSets }),
    ...(policyTiers && { policyTiers: sameTiers(policyTiers) }),
    ciliumPolicies,
    configMaps: store.list('ConfigMap').map((m) => configMapMemo(m, '', () => configMapOf(m))),
    ...ingressesIn(store, report),
    ...gatewayApiIn(store),
    get objects() {
      return allObjects();
    },
    refused: [
      // Who was asked before the object was validated has said no already.
      ...parsed.refused.filter(({ object }) => !already.has(object)),
      ...report.refused,
    ],
    unmodelled: [
      ...unmodelledPolicies(
        expandUnmodelled([...parsed.unmodelled, ...report.unmodelled], pods),
        ownPolicies,
        pods,
        namespaces,
        cni,
      ),
      ...unmodelledSidecars(pods),
      ...unmodelledHostPorts(pods, cni),
      ...(sandboxes.size === 0 ? [] : sandboxCode.need().unmodelledHostNetwork(pods, report)),
      ...unmodelledFamilies(settings, cni, report),
      ...unmodelledSubnets(settings, cni, report),
      ...unmodelledProxy(settings, proxyModes, services, nodes, report),
    ],
    events: [...lifeEvents(pods, workloads.replicaSets), ...report.events],
  };
  checkCluster(cluster, store, index, cni, cnis, failed, report);
  return { cluster, diagnostics: report.diagnostics };
}

/** Namespaces first: what they say is asked for the objects in them, and without one its objects go. */
function admit(
  parsed: ParsedScenario,
  report: ReturnType<typeof createReport>,
  variant: Variant,
  admission: Admission | undefined,
): { store: Store; read: ReturnType<typeof readSettings> } {
  const read = readSettings(parsed, report, variant);
  if (admission === undefined) {
    return { store: createStore(parsed, refuseWithoutNamespace(parsed, new Set(), report)), read };
  }
  const isNamespace = (manifest: Manifest): boolean => manifest.kind === 'Namespace';
  const namespaces = parsed.manifests.filter(isNamespace);
  const turnedDown = admission.refuse(namespaces, createStore(parsed, new Set()), report);
  const homeless = refuseWithoutNamespace(parsed, turnedDown, report);
  const store = createStore(parsed, new Set([...turnedDown, ...homeless]));
  const rest = store.all.filter((manifest) => !isNamespace(manifest) && !wasThereBefore(manifest));
  const refused = admission.refuse(rest, store, report);
  admission.askBeforeValidation(
    parsed.drafts.filter((draft) => !homeless.has(draft)),
    store,
    report,
  );
  return refused.size === 0
    ? { store, read }
    : { store: createStore(parsed, new Set([...turnedDown, ...homeless, ...refused])), read };
}

/** The kubelet tells of nameservers and search paths that it left out. */
function dnsEvents(
  cluster: Pick<ClusterState, 'settings' | 'pods' | 'services'>,
  report: ReturnType<typeof createReport>,
): void {
  const node = nodeDns(cluster.settings);
  for (const pod of cluster.pods) {
    // Without any of its own a pod's settings stay within the limits, unless the node's search list is long.
    if (pod.node === undefined || (pod.dnsConfig === undefined && node.searches.length < 3)) continue;
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
    for (const message of podDns(pod, node, clusterDns(cluster)).warnings) {
      report.event('Warning', 'DNSConfigForming', ref, message);
    }
  }
}

function namespaceOf(manifest: Manifest): Namespace {
  const { name, labels } = manifest.metadata;
  // The API server sets this label on every namespace.
  return { name, labels: { ...labels, 'kubernetes.io/metadata.name': name }, origin: manifest.origin };
}

function configMapOf(manifest: Manifest): ConfigMap {
  return {
    namespace: manifest.ref.namespace ?? 'default',
    name: manifest.metadata.name,
    data: (manifest.body['data'] ?? {}) as Readonly<Record<string, string>>,
    origin: manifest.origin,
  };
}
