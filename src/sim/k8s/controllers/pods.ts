/** Pods with a place, addresses and a status: placement, the CNI's addresses, the kubelet's conditions. */
import type { Ip } from '../../base/ip.ts';
import { cidrText, ipFamily, parseIp } from '../../base/ip.ts';
import { objectName, type ObjectRef } from '../../base/origin.ts';
import type { ClusterNode, ClusterSettings, Labels, Pod } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { memoByOwner } from '../memo.ts';
import type { PodSandbox } from '../runtime/pod-sandboxes.ts';
import type { CniForSettling } from './cni.ts';
import { processesOf } from './listening.ts';
import type { Report } from './report.ts';
import type { Placement } from './scheduler.ts';
import type { PodSeed } from './workloads.ts';

const memo = memoByOwner<PodSeed, Pod>();

/** `sandboxes`: of the pods that are not simply run by the host's own kernel. */
export function makePods(
  seeds: readonly PodSeed[],
  placements: ReadonlyMap<string, Placement>,
  sandboxes: ReadonlyMap<string, PodSandbox>,
  settings: ClusterSettings,
  nodes: readonly ClusterNode[],
  cni: CniForSettling,
  options: Readonly<Record<string, string>>,
  accounts: readonly Manifest[],
  report: Report,
): readonly Pod[] {
  const accountLabels = new Map(accounts.map(({ ref, metadata }) => [objectName(ref), metadata.labels]));
  const nodeOf = new Map(nodes.map((n) => [n.name, n]));
  const wanting: { key: string; node: string; given?: readonly Ip[] }[] = [];
  const given = new Map<Ip, string>();
  // Built-ins are there first, as on a real cluster, so that their addresses do not move with what is applied later.
  for (const seed of [...seeds].sort((a, b) => Number(b.builtIn) - Number(a.builtIn))) {
    const node = placements.get(seed.key)?.node;
    const refused = sandboxes.get(seed.key)?.refusal !== undefined;
    if (node === undefined || seed.spec.hostNetwork === true || refused) continue;
    const written = givenIps(seed, settings);
    const clash = written.find((ip) => given.has(ip));
    if (clash !== undefined) {
      const params = { pod: seed.key, ip: clash, other: given.get(clash) ?? '' };
      report.say('error', 'pod/duplicate-ip', params, seed.origin.object, ['status', 'podIP']);
    } else {
      for (const ip of written) given.set(ip, seed.key);
    }
    wanting.push({
      key: seed.key,
      node,
      ...(written.length === 0 || clash !== undefined ? {} : { given: written }),
    });
  }
  const ips = cni.assignPodIps({ cluster: { settings, nodes }, pods: wanting, options });
  const exhausted = new Map<string, number>();
  const pods = seeds.map((seed) => {
    const placement = placements.get(seed.key);
    const node = placement?.node === undefined ? undefined : nodeOf.get(placement.node);
    const sandbox = sandboxes.get(seed.key);
    const refused = sandbox?.refusal !== undefined;
    const podIps =
      node === undefined || refused
        ? []
        : seed.spec.hostNetwork === true
          ? node.ips
          : (ips.get(seed.key) ?? []);
    if (node !== undefined && podIps.length === 0 && !refused)
      exhausted.set(node.name, (exhausted.get(node.name) ?? 0) + 1);
    const key = `${node?.name ?? ''}|${node?.ready ?? ''}|${podIps.join()}|${placement !== undefined && 'message' in placement ? placement.message : ''}|${sandbox?.refusal ?? sandbox?.ownNetworkStack ?? ''}`;
    const labels = accountLabels.get(`${seed.namespace}/${accountOf(seed)}`);
    return memo(seed, labels === undefined ? key : `${key}|${JSON.stringify(labels)}`, () =>
      makePod(seed, placement, node, podIps, sandbox, labels),
    );
  });
  for (const [node, count] of exhausted) reportExhausted(node, count, nodeOf, settings, report);
  say(pods, seeds, placements, sandboxes, report);
  return pods;
}

/** The addresses of status.podIPs, of families that the cluster's pods have. */
function givenIps(seed: PodSeed, { podSubnets }: ClusterSettings): readonly Ip[] {
  const single = seed.status?.podIP;
  const texts = seed.status?.podIPs?.map((p) => p.ip) ?? (single === undefined ? [] : [single]);
  return texts
    .flatMap((text) => parseIp(text) ?? [])
    .filter((ip) => podSubnets.some((subnet) => subnet.family === ipFamily(ip)));
}

function accountOf({ spec }: PodSeed): string {
  return spec.serviceAccountName || spec.serviceAccount || 'default';
}

function makePod(
  seed: PodSeed,
  placement: Placement | undefined,
  node: ClusterNode | undefined,
  ips: readonly Ip[],
  sandbox: PodSandbox | undefined,
  accountLabels: Labels = {},
): Pod {
  const { containers, listening, failed } = processesOf(seed);
  const { spec, status } = seed;
  const serviceAccount = accountOf(seed);
  const finished = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const running = node !== undefined && ips.length > 0 && !finished;
  const phase = finished ? (status?.phase ?? 'Failed') : running ? (status?.phase ?? 'Running') : 'Pending';
  const written = status?.conditions?.find((c) => c.type === 'Ready');
  const gates = (spec.readinessGates ?? []).every(
    (g) => status?.conditions?.find((c) => c.type === g.conditionType)?.status === 'True',
  );
  const ready =
    running &&
    node.ready &&
    (written === undefined ? gates && containers.every((c) => c.ready || c.init) : written.status === 'True');
  const blockedBy =
    placement !== undefined && 'message' in placement
      ? { code: placement.code, params: placement.params }
      : sandbox?.refusal !== undefined
        ? { code: 'pod/no-runtime-handler', params: { pod: seed.key, handler: sandbox.handler } }
        : node !== undefined && ips.length === 0
          ? { code: 'pod/no-ip', params: { pod: seed.key, node: node.name } }
          : failed.size > 0
            ? { code: 'pod/crash-loop', params: { pod: seed.key, container: [...failed].join(', ') } }
            : undefined;
  return {
    namespace: seed.namespace,
    name: seed.name,
    shortName: seed.shortName,
    labels: seed.labels,
    node: node?.name,
    hostNetwork: spec.hostNetwork === true,
    ips,
    phase,
    ...(blockedBy === undefined ? {} : { blockedBy }),
    ready,
    terminating: seed.terminating,
    containers: running ? containers : containers.map((c) => ({ ...c, ready: false })),
    listening: running ? listening : [],
    ...(serviceAccount !== 'default' && { serviceAccount }),
    ...(Object.keys(accountLabels).length > 0 && { accountLabels }),
    ...(sandbox?.ownNetworkStack && { ownNetworkStack: true }),
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    ...(spec.dnsConfig === undefined
      ? {}
      : {
          dnsConfig: {
            nameservers: spec.dnsConfig.nameservers ?? [],
            searches: spec.dnsConfig.searches ?? [],
            options: spec.dnsConfig.options ?? [],
          },
        }),
    ...(seed.hostname === undefined ? {} : { hostname: seed.hostname }),
    ...(seed.subdomain === undefined ? {} : { subdomain: seed.subdomain }),
    owners: seed.owners,
    origin: seed.origin,
  };
}

function podRef(pod: { readonly namespace: string; readonly name: string }): ObjectRef {
  return { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
}

function reportExhausted(
  node: string,
  count: number,
  nodes: ReadonlyMap<string, ClusterNode>,
  settings: ClusterSettings,
  report: Report,
): void {
  // Without a CNI nobody gets an address, and that was said.
  if (report.diagnostics.some((d) => d.code === 'cni/unknown')) return;
  const found = nodes.get(node);
  const range = found?.podCIDRs[0];
  const origin = found?.origin ?? settings.origins.podSubnet;
  report.say(
    'error',
    'node/pod-ips-exhausted',
    { node, pods: count, podCIDR: range === undefined ? '' : cidrText(range) },
    origin.object,
    origin.path,
  );
}

/** One diagnostic for each cause and owner, not for each of a thousand replicas. */
function say(
  pods: readonly Pod[],
  seeds: readonly PodSeed[],
  placements: ReadonlyMap<string, Placement>,
  sandboxes: ReadonlyMap<string, PodSandbox>,
  report: Report,
): void {
  const told = new Set<string>();
  const once = (key: string, tell: () => void): void => {
    if (told.has(key)) return;
    told.add(key);
    tell();
  };
  const affected = new Map<string, number>();
  for (const seed of seeds) {
    const placement = placements.get(seed.key);
    if (sandboxes.get(seed.key)?.refusal !== undefined) {
      const key = `${seed.group} no-runtime-handler`;
      affected.set(key, (affected.get(key) ?? 0) + 1);
    }
    if (placement !== undefined && 'message' in placement) {
      const key = `${seed.group} ${placement.code}`;
      affected.set(key, (affected.get(key) ?? 0) + 1);
    }
  }
  seeds.forEach((seed, i) => {
    const pod = pods[i];
    const placement = placements.get(seed.key);
    const sandbox = sandboxes.get(seed.key);
    const owner = seed.origin.object;
    if (sandbox?.refusal !== undefined) {
      const { refusal: message, handler, known = [] } = sandbox;
      report.event(
        'Warning',
        'FailedCreatePodSandBox',
        podRef(seed),
        `Failed to create pod sandbox: rpc error: code = Unknown desc = ${message}`,
      );
      const key = `${seed.group} no-runtime-handler`;
      once(key, () => {
        const params = {
          message,
          handler,
          known: known.join(', '),
          node: pod?.node ?? '',
          pods: affected.get(key) ?? 1,
        };
        report.say('warning', 'pod/no-runtime-handler', params, owner, [
          ...seed.specPath,
          'runtimeClassName',
        ]);
      });
    } else if (placement !== undefined && 'message' in placement) {
      const reason = placement.code === 'pod/out-of-pods' ? 'OutOfpods' : 'FailedScheduling';
      report.event('Warning', reason, podRef(seed), placement.message);
      const key = `${seed.group} ${placement.code}`;
      once(key, () => {
        const path = placement.code === 'pod/unschedulable' ? seed.specPath : [...seed.specPath, 'nodeName'];
        const code = placement.code as 'pod/unschedulable' | 'pod/node-not-found' | 'pod/out-of-pods';
        report.say('warning', code, { ...placement.params, pods: affected.get(key) ?? 1 }, owner, path);
      });
    } else if (pod?.blockedBy?.code === 'pod/no-ip') {
      report.event(
        'Warning',
        'FailedCreatePodSandBox',
        podRef(seed),
        'Failed to create pod sandbox: plugin failed (add): failed to allocate for range 0: no IP addresses available in range set',
      );
    }
    const processes = processesOf(seed);
    for (const problem of processes.problems) {
      if (problem.code === 'pod/port-in-use') {
        report.event(
          'Warning',
          'BackOff',
          podRef(seed),
          `Back-off restarting failed container ${String(problem.params['container'])} in pod ${seed.name}_${seed.namespace}`,
        );
      }
      once(
        `${owner.kind}/${owner.namespace ?? ''}/${owner.name} ${problem.code} ${problem.path.join('.')}`,
        () => {
          const severity = problem.code === 'pod/bad-listen' ? 'error' : 'warning';
          report.say(severity, problem.code, problem.params, owner, problem.path);
        },
      );
    }
    sayNotReady(seed, pod, once, report);
  });
}

/** A readiness probe that asks a port which nobody opened keeps the pod out of its Services. */
function sayNotReady(
  seed: PodSeed,
  pod: Pod | undefined,
  once: (key: string, tell: () => void) => void,
  report: Report,
): void {
  if (pod === undefined || pod.phase !== 'Running' || seed.status?.conditions !== undefined) return;
  (seed.spec.containers ?? []).forEach((container, i) => {
    const state = pod.containers.find((c) => c.name === container.name && !c.init);
    const probe = container.readinessProbe === undefined ? 'startupProbe' : 'readinessProbe';
    if (state === undefined || state.ready || container[probe] === undefined) return;
    if (processesOf(seed).failed.has(container.name)) return;
    const owner = seed.origin.object;
    report.event(
      'Warning',
      'Unhealthy',
      podRef(seed),
      'Readiness probe failed: dial tcp: connect: connection refused',
    );
    const path = [...seed.specPath, 'containers', i, probe];
    once(`${owner.kind}/${owner.namespace ?? ''}/${owner.name} not-ready ${i}`, () => {
      report.say(
        'warning',
        'pod/readiness-fails',
        { pod: seed.shortName, container: container.name },
        owner,
        path,
      );
    });
  });
}
