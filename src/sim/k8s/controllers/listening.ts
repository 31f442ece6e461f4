/** What a pod's processes listen on, and what goes wrong among them: the part of a pod that its spec alone decides. */
import type { FieldPath, Origin } from '../../base/origin.ts';
import type { Container, ContainerPort, ListeningPort, Pod } from '../cluster-state.ts';
import { containerListens } from '../images.ts';
import type { UpstreamContainer, UpstreamProbe } from '../upstream.ts';
import { parseListen } from './settings.ts';
import type { PodSeed } from './workloads.ts';

const LISTEN_ANNOTATION = 'packetwalk.dev/listen';

interface ListenProblem {
  readonly code: 'pod/liveness-fails' | 'pod/port-in-use' | 'pod/container-port-mismatch' | 'pod/bad-listen';
  readonly params: Readonly<Record<string, string | number>>;
  readonly path: FieldPath;
}

export interface PodProcesses {
  readonly containers: readonly Container[];
  readonly listening: readonly ListeningPort[];
  readonly problems: readonly ListenProblem[];
  /** Containers that cannot run. */
  readonly failed: ReadonlySet<string>;
}

const known = new WeakMap<PodSeed, PodProcesses>();

export function processesOf(seed: PodSeed): PodProcesses {
  let found = known.get(seed);
  if (found === undefined) {
    found = readProcesses(seed);
    known.set(seed, found);
  }
  return found;
}

const clash = (a: ListeningPort, b: ListeningPort): boolean =>
  a.port === b.port &&
  a.protocol === b.protocol &&
  (a.address === b.address || a.address === '0.0.0.0' || b.address === '0.0.0.0');

function readProcesses(seed: PodSeed): PodProcesses {
  const origin = (path: FieldPath): Origin => ({ ...seed.origin, path });
  const listening: ListeningPort[] = [];
  const problems: ListenProblem[] = [];
  const failed = new Set<string>();
  const override = seed.annotations[LISTEN_ANNOTATION];
  const running: { container: UpstreamContainer; path: FieldPath; init: boolean }[] = [];
  (seed.spec.initContainers ?? []).forEach((container, i) => {
    running.push({ container, path: [...seed.specPath, 'initContainers', i], init: true });
  });
  (seed.spec.containers ?? []).forEach((container, i) => {
    running.push({ container, path: [...seed.specPath, 'containers', i], init: false });
  });

  for (const { container, path, init } of running) {
    if (init && container.restartPolicy !== 'Always') continue;
    if (override !== undefined) continue;
    const ports = listenOf(container, path, origin);
    const taken = ports.flatMap((p) => listening.filter((l) => clash(l, p)).map((l) => ({ p, l })))[0];
    if (taken !== undefined) {
      failed.add(container.name);
      problems.push({
        code: 'pod/port-in-use',
        params: {
          pod: seed.key,
          container: container.name,
          port: taken.p.port,
          other: taken.l.container ?? '',
        },
        path,
      });
      continue;
    }
    problems.push(...mismatches(seed, container, path, ports));
    listening.push(...ports);
  }
  if (override !== undefined) {
    const path = [...(seed.specPath.slice(0, -1) as FieldPath), 'metadata', 'annotations', LISTEN_ANNOTATION];
    const first = seed.spec.containers?.[0]?.name;
    for (const text of override.split(',').filter((t) => t.trim() !== '')) {
      const parsed = parseListen(text);
      if (parsed === undefined)
        problems.push({ code: 'pod/bad-listen', params: { text: text.trim() }, path });
      else {
        listening.push({
          ...parsed,
          address: '0.0.0.0',
          app: appOf(parsed.port, parsed.protocol),
          process: first ?? 'app',
          ...(first === undefined ? {} : { container: first }),
          origin: origin(path),
        });
      }
    }
  }
  const holds = (probe: UpstreamProbe | undefined, container: UpstreamContainer): boolean =>
    probeHolds(askedByAgent(probe, running) ?? probe, container, listening);
  for (const { container, path } of running) {
    if (failed.has(container.name) || holds(container.livenessProbe, container)) continue;
    problems.push({
      code: 'pod/liveness-fails',
      params: { pod: seed.shortName, container: container.name },
      path: [...path, 'livenessProbe'],
    });
  }
  const containers = running.map(
    ({ container, init }): Container => ({
      name: container.name,
      image: container.image ?? '',
      ports: (container.ports ?? []).map(portOf),
      // Readiness is not asked before the startup probe has held.
      ready:
        !failed.has(container.name) &&
        holds(container.startupProbe, container) &&
        holds(container.readinessProbe, container),
      init,
    }),
  );
  return { containers, listening, problems, failed };
}

function portOf(p: NonNullable<UpstreamContainer['ports']>[number]): ContainerPort {
  return {
    ...(p.name === undefined ? {} : { name: p.name }),
    containerPort: p.containerPort,
    protocol: p.protocol ?? 'TCP',
    ...(p.hostPort === undefined ? {} : { hostPort: p.hostPort }),
    ...(p.hostIP === undefined || p.hostIP === '' ? {} : { hostIP: p.hostIP }),
  };
}

/** Nobody knows what speaks there: HTTP is what curl will hear. */
function appOf(port: number, protocol: 'TCP' | 'UDP' | 'SCTP'): ListeningPort['app'] {
  if (port === 53) return 'dns';
  return protocol === 'TCP' ? 'http' : protocol === 'UDP' ? 'udp-sink' : 'tcp-accept';
}

function listenOf(
  container: UpstreamContainer,
  path: FieldPath,
  origin: (path: FieldPath) => Origin,
): ListeningPort[] {
  const program = containerListens(container);
  const declared = container.ports ?? [];
  if (program === undefined) {
    return declared.map((p, i) => ({
      port: p.containerPort,
      protocol: p.protocol ?? 'TCP',
      address: '0.0.0.0',
      app: appOf(p.containerPort, p.protocol ?? 'TCP'),
      process: container.name,
      container: container.name,
      origin: origin([...path, 'ports', i, 'containerPort']),
    }));
  }
  const because =
    container.args !== undefined ? 'args' : container.command !== undefined ? 'command' : 'image';
  return program.map((p) => ({ ...p, container: container.name, origin: origin([...path, because]) }));
}

/** A declared port that the known program does not open: the commonest mistake there is. */
function mismatches(
  seed: PodSeed,
  container: UpstreamContainer,
  path: FieldPath,
  ports: readonly ListeningPort[],
): ListenProblem[] {
  return (container.ports ?? []).flatMap((p, i) => {
    const protocol = p.protocol ?? 'TCP';
    if (ports.some((l) => l.port === p.containerPort && l.protocol === protocol)) return [];
    const params = {
      pod: seed.shortName,
      container: container.name,
      image: container.image ?? '',
      port: p.containerPort,
      protocol,
      listens: listensText(ports),
    };
    return [
      { code: 'pod/container-port-mismatch' as const, params, path: [...path, 'ports', i, 'containerPort'] },
    ];
  });
}

/** `80/TCP, 53/UDP`; empty for nothing. */
export function listensText(ports: readonly Pick<ListeningPort, 'port' | 'protocol'>[]): string {
  return ports.map((p) => `${p.port}/${p.protocol}`).join(', ');
}

/** Whether something answers the port that a probe asks; other kinds of probe are taken to hold. */
function probeHolds(
  probe: UpstreamProbe | undefined,
  container: UpstreamContainer,
  listening: readonly ListeningPort[],
): boolean {
  const port = probePort(probe, container);
  if (port === undefined) return true;
  const host = probe?.httpGet?.host ?? probe?.tcpSocket?.host;
  const local = host === 'localhost' || host?.startsWith('127.') === true;
  // The kubelet asks the pod's address, from the node: what is bound to loopback does not answer it.
  return listening.some((l) => l.protocol === 'TCP' && l.port === port && !local && l.address === '0.0.0.0');
}

/** Istio's agent asks the app in the kubelet's place: what, it has from its environment. */
function askedByAgent(
  probe: UpstreamProbe | undefined,
  all: readonly { readonly container: UpstreamContainer }[],
): UpstreamProbe | undefined {
  const path = probe?.httpGet?.path;
  if (path?.startsWith('/app-health/') !== true) return undefined;
  const env = all.flatMap(({ container }) => container.env ?? []);
  const text = env.find(({ name }) => name === 'ISTIO_KUBE_APP_PROBERS')?.value;
  try {
    return (JSON.parse(text ?? '') as Readonly<Record<string, UpstreamProbe>>)[path];
  } catch {
    return undefined;
  }
}

/** The port that a probe asks; undefined for exec and for no probe. A name that no port has gives 0. */
function probePort(probe: UpstreamProbe | undefined, container: UpstreamContainer): number | undefined {
  const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
  if (port === undefined || typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  return container.ports?.find((p) => p.name === port)?.containerPort ?? 0;
}

/** The number behind a named or numeric target port in one pod: by container port, sidecars included. */
export function findPort(
  pod: Pick<Pod, 'containers'>,
  targetPort: number | string,
  protocol: string,
): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  for (const container of pod.containers) {
    for (const port of container.ports) {
      if (port.name === targetPort && port.protocol === protocol) return port.containerPort;
    }
  }
  return undefined;
}
