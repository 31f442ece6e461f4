/**
 * The pipeline, from text to world, and the questions that a world answers. Read this first.
 *
 *   YAML text -> documents -> Manifests -> admitted -> controllers to a fixpoint -> ClusterState
 *     -> plug-ins: parts of namespaces -> World -> one probe -> Trace
 *
 * Every stage is a pure function that reuses what did not change; nothing here knows a screen or a terminal.
 */
import { admission } from './admission/registry.ts';
import { fetched } from './base/code.ts';
import type { Diagnostic } from './base/diagnostic.ts';
import type { LocatedOrigin, Origin } from './base/origin.ts';
import { assemble } from './cluster/assemble.ts';
import { deprecatedProxy } from './cluster/deprecated.ts';
import { loadBalancerCode } from './cluster/load-balancer-code.ts';
import { faultCode, idleFaultsIn } from './cluster/fault-code.ts';
import { refusedRoutes } from './cluster/refused-routes.ts';
import { reservedNamespaces } from './cluster/reserved.ts';
import { portmapCode } from './cni/portmap.ts';
import { cniPlugin, cniRegistry } from './cni/registry.ts';
import { corefileDiagnostics } from './dns/corefile-diagnostics.ts';
import type { Admission, AdmissionRecord } from './k8s/controllers/admission.ts';
import { gatewayApiCode } from './k8s/gateway-api/code.ts';
import { pluginsNamed, type Variant } from './k8s/controllers/settings.ts';
import { sandboxCode } from './k8s/controllers/sandboxes.ts';
import { ingressCode } from './k8s/controllers/ingress-code.ts';
import { objectList } from './k8s/controllers/object-list.ts';
import { settle, type Settled } from './k8s/controllers/settle.ts';
import type { ClusterState } from './k8s/cluster-state.ts';
import type { ParsedScenario } from './k8s/manifest.ts';
import { containerResources } from './k8s/kinds/pod-spec.ts';
import { l7In, l7Room } from './l7/code.ts';
import { loadRareKinds } from './k8s/kinds/registry.ts';
import { parseScenario } from './k8s/parse/parse-scenario.ts';
import { loadAnyYaml } from './k8s/parse/read-yaml.ts';
import { fragmentModule } from './net/fragment/module.ts';
import { ipvsModule } from './net/ipvs/module.ts';
import { nftablesModule } from './net/nftables/module.ts';
import { openvswitchModule } from './net/ovs/module.ts';
import { wireguardModule } from './net/link/wireguard-module.ts';
import { bpfModule } from './net/program/module.ts';
import { proxyRulesModule } from './net/netfilter/proxy-module.ts';
import { sctpModule } from './net/sctp-module.ts';
import type { World } from './net/world.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { kernelCode } from './probe/kernel-code.ts';
import { policyCode, policyModule } from './probe/policy-code.ts';
import { needLoaded } from './lazy.ts';
import { asRead } from './k8s/policy-reading.ts';
import { proxyPlugin, proxyPlugins } from './proxy/registry.ts';
import type { Scenario } from './scenario.ts';
import type { Trace } from './trace/trace.ts';

export interface Simulation {
  readonly parsed: ParsedScenario;
  readonly cluster: ClusterState;
  readonly world: World;
  readonly diagnostics: readonly Diagnostic[];
  /** What admission asked about each object on its way into the cluster; empty where no document has anything to ask. */
  readonly admission: readonly AdmissionRecord[];
}

const KERNEL_MODULES = {
  openvswitch: openvswitchModule,
  ip_vs: ipvsModule,
  nf_tables: nftablesModule,
  bpf: bpfModule,
  sctp: sctpModule,
  'netfilter-proxy': proxyRulesModule,
  wireguard: wireguardModule,
  // Fetched by the walk that needs it, not for a plug-in.
  ip_fragment: fragmentModule,
} as const;

export type Stage = 'parse' | 'settle' | 'build';

/** Builds the cluster that a scenario describes. Never throws on what a user wrote; `CodeMissing` asks for code. */
export function simulate(
  scenario: Scenario,
  progress?: (stage: Stage, done: number, total: number) => void,
  variant: Variant = 'main',
): Simulation {
  progress?.('parse', 0, 1);
  const written = parseScenario(scenario.files);
  const named = pluginsNamed(written, variant);
  const { controllers } = named;
  const gateways = written.manifests.some((manifest) => manifest.kind === 'GatewayClass');
  const parsed =
    controllers.length > 0 || gateways ? l7Room.need().withInstalled(written, controllers) : written;
  const chosen = cniPlugin(named.cni);
  const proxy = proxyPlugin(named.kubeProxyMode);
  const modules = [chosen, proxy].map((p) => p?.kernelModule && KERNEL_MODULES[p.kernelModule]);
  const chain = admission.chain([...parsed.manifests, ...parsed.drafts]);
  const policies = parsed.manifests.some((manifest) => manifest.kind === 'NetworkPolicy');
  needLoaded([chosen, proxy, ...modules, chain, ...(policies ? [policyModule, findingsModule] : [])]);
  progress?.('settle', 0, 1);
  const modes = proxyPlugins.map((plugin) => plugin.id);
  const build = (asked: Admission | undefined) => {
    const settled = settle(parsed, cniRegistry, modes, variant, asked, (cluster) =>
      l7In(cluster)?.statusesIn(cluster),
    );
    return { settled, world: assemble(settled.cluster, (done, total) => progress?.('build', done, total)) };
  };
  let stage = chain?.made();
  let made = build(stage);
  // A webhook answers once its pods are there: what came up is asked, until nothing new does.
  for (let next = again(stage, made); next !== undefined; next = again(stage, made)) {
    stage = next;
    made = build(stage);
  }
  const { settled, world } = made;
  return {
    parsed,
    cluster: settled.cluster,
    world,
    admission: stage?.records ?? [],
    diagnostics: [
      ...parsed.diagnostics,
      ...settled.diagnostics,
      ...corefileDiagnostics(settled.cluster, parsed.locate),
      ...reservedNamespaces(settled.cluster, parsed.locate),
      ...policyNotes(settled.cluster, parsed),
      ...faultDiagnostics(settled.cluster, parsed),
      ...deprecatedProxy(settled.cluster, parsed.locate),
      ...(l7In(settled.cluster)?.l7Notes(settled.cluster, parsed.locate) ?? []),
      ...refusedRoutes(settled.cluster, world, parsed.locate),
    ],
  };
}

function again(
  stage: Admission | undefined,
  { settled: { cluster }, world }: { readonly settled: Settled; readonly world: World },
): Admission | undefined {
  return stage?.again?.(
    cluster,
    (from, to) => kernelCode.need().runProbe(world, cluster, { from, to, tool: 'nc' }).trace,
  );
}

/**
 * Walks one probe on fresh runtime state. Throws `ProbeError` where the question itself is wrong, and `CodeMissing` where
 * the kernel's code is still on its way.
 */
export function walk(simulation: Simulation, probe: ProbeQuestion): Trace {
  const { trace } = kernelCode.need().runProbe(simulation.world, simulation.cluster, probe);
  return locateTrace(simulation.parsed, trace);
}

/** Adds to every step's origin the place in the text, so that the page can light the line. The trace is new: nobody else has it. */
function locateTrace(parsed: ParsedScenario, trace: Trace): Trace {
  let known = locatedOrigins.get(parsed);
  if (known === undefined) locatedOrigins.set(parsed, (known = new WeakMap<Origin, LocatedOrigin>()));
  for (const step of trace.steps as readonly { origin?: LocatedOrigin }[]) {
    const { origin } = step;
    if (origin === undefined) continue;
    let located = known.get(origin);
    if (located === undefined) {
      located = { ...origin, range: parsed.locate(origin) };
      known.set(origin, located);
    }
    step.origin = located;
  }
  return trace;
}

const findingsModule = fetched('policy-findings', () => import('./policy-findings.ts'));

/** Where policies act at all. */
function policyNotes(cluster: ClusterState, parsed: ParsedScenario): readonly Diagnostic[] {
  if (cluster.networkPolicies.length + cluster.ownPolicies.length === 0) return [];
  const cni = cniPlugin(cluster.settings.cni.name);
  if (cni?.enforcesNetworkPolicy !== true) return [];
  const networkPolicies = asRead(cluster.networkPolicies, cni.policyReading);
  return [
    ...policyCode().egressWithoutDns({ ...cluster, networkPolicies }, parsed.rangeOf),
    ...findingsModule.need().policyFindings(cluster, parsed.rangeOf),
  ];
}

/** Only who breaks something pays for a second look at the same machines, healthy. */
function faultDiagnostics(cluster: ClusterState, parsed: ParsedScenario): readonly Diagnostic[] {
  const { settings } = cluster;
  const code = idleFaultsIn(cluster);
  if (code === undefined) return [];
  const healthy = assemble({ ...cluster, settings: { ...settings, faults: [] } });
  return code.idleFaults(cluster, healthy.netns, parsed.locate);
}

const locatedOrigins = new WeakMap<ParsedScenario, WeakMap<Origin, LocatedOrigin>>();

/** Code that not every scenario needs. */
const ROOMS = [
  containerResources,
  faultCode,
  gatewayApiCode,
  kernelCode,
  ingressCode,
  l7Room,
  loadBalancerCode,
  portmapCode,
  policyModule,
  findingsModule,
  objectList,
  sandboxCode,
] as const;

/** Fetches all code that is apart, where nobody waits for it: the command line, the tests. */
export async function loadAllPlugins(): Promise<void> {
  await loadAnyYaml();
  await loadRareKinds();
  const plugins = [...cniRegistry, ...proxyPlugins, admission];
  const all = [...Object.values(KERNEL_MODULES), ...ROOMS, ...plugins];
  for (const code of all) await code.load?.();
  for (const code of l7Room.need().l7Code) await code.load();
}
