/**
 * What separates a pod and its node's kernel: the handler that runs it and where it is chosen, the layers between, what of the
 * pod's network the CNI made, what the RuntimeClass added, and what such a sandbox cannot be given. It tells what the documents
 * and the simulated node say; what goes on inside a sandbox is for words alone (`i18n/runtime.*`).
 */
import type { FieldPath, ObjectRef, SourceRange } from './base/origin.ts';
import type { Pod } from './k8s/cluster-state.ts';
import type { Manifest } from './k8s/manifest.ts';
import { podIn } from './admission/pod-in.ts';
import { quantityOf, quantityText } from './k8s/quantity.ts';
import { missingHandler, nodeRuntime, sandboxOf, type NodeRuntime } from './k8s/runtime/node-runtime.ts';
import { hasOwnNetworkStack, type Sandbox } from './k8s/runtime/sandbox.ts';
import { configLines } from './k8s/runtime/documented-config.ts';
import type { UpstreamPodSpec, UpstreamToleration } from './k8s/upstream.ts';
import type { Simulation } from './simulate.ts';

export type RuntimeLayer = 'app' | 'sentry' | 'guest' | 'vmm' | 'host';

/** What a pod may ask for and this sandbox cannot give, or gives in another way. */
export type RuntimeLimit =
  | 'host-network'
  | 'host-processes'
  | 'privileged'
  | 'apparmor'
  | 'selinux'
  | 'host-path'
  | 'hot-plug';

export interface Placed {
  readonly text: string;
  readonly range?: SourceRange;
}

export interface PodRuntime {
  /** `namespace/name` */
  readonly pod: string;
  readonly node?: string;
  /** The RuntimeClass, at the pod's line and at the class' own. */
  readonly runtimeClass?: {
    readonly name: string;
    readonly chosen?: SourceRange;
    readonly range?: SourceRange;
  };
  /** The handler's name; of a pod without a class the node's default. */
  readonly handler: string;
  readonly containerRuntime: {
    readonly name: 'containerd' | 'cri-o';
    readonly version?: string;
    /** What the Node says, where that is neither: what is told of handlers is then as with containerd. */
    readonly other?: string;
    /** Where it is known from; `assumed`: a Node that does not say, or says something else. */
    readonly by: 'node' | 'kind' | 'assumed';
    /** Absent: every handler is taken to be there. */
    readonly handlers?: { readonly names: readonly string[]; readonly range?: SourceRange };
  };
  /** The lines of its configuration that make the handler; `written`: as the documents have them, not as its project documents them. */
  readonly config: { readonly file: string; readonly lines: readonly string[]; readonly written: boolean };
  /** Undefined: what a handler of this name is cannot be known. */
  readonly sandbox?: Sandbox;
  readonly knownBy: 'type' | 'name';
  /** The kubelet's event where the node has no such handler. */
  readonly refusal?: string;
  /** From the application down. Empty where the sandbox is not known, and without a node. */
  readonly layers: readonly RuntimeLayer[];
  readonly network: {
    readonly host: boolean;
    readonly addresses: readonly string[];
    readonly device?: string;
    readonly mac?: string;
    readonly mtu?: number;
    /** The other end of the pod's pair, on the node. */
    readonly hostDevice?: string;
    /** Programs on the node see the socket calls of the host's kernel (Cilium without kube-proxy). */
    readonly socketPrograms: boolean;
    readonly ownStack: boolean;
  };
  readonly overhead: readonly Placed[];
  readonly scheduling: readonly Placed[];
  readonly limits: readonly { readonly limit: RuntimeLimit; readonly asked?: Placed }[];
  readonly sources: readonly string[];
}

const LAYERS: Readonly<Record<Sandbox['kind'], readonly RuntimeLayer[]>> = {
  runc: ['app', 'host'],
  crun: ['app', 'host'],
  gvisor: ['app', 'sentry', 'host'],
  kata: ['app', 'guest', 'vmm', 'host'],
};

/** Undefined: no such pod. */
export function podRuntime(simulation: Simulation, name: string): PodRuntime | undefined {
  const { cluster, parsed } = simulation;
  const pod = cluster.pods.find((one) => `${one.namespace}/${one.name}` === name);
  if (pod === undefined) return undefined;
  const find = (kind: string, wanted?: string): Manifest | undefined =>
    parsed.manifests.findLast((m) => m.kind === kind && (wanted === undefined || m.metadata.name === wanted));
  const written = specOf(pod, parsed.manifests);
  const spec = written?.spec ?? {};
  const className = spec.runtimeClassName;
  const made = className === undefined ? undefined : find('RuntimeClass', className);
  const node = pod.node === undefined ? undefined : find('Node', pod.node);
  const runtime = nodeRuntime(node, find('Cluster'));
  const handler = String(made?.body['handler'] ?? '');
  const { sandbox, by } = sandboxOf(runtime, handler);
  const refusal = pod.node === undefined ? undefined : missingHandler(runtime, handler);
  const at = (object: ObjectRef | undefined, path: FieldPath): { readonly range?: SourceRange } => {
    const range = object && parsed.locate({ object, path });
    return range === undefined ? {} : { range };
  };
  const ofPod = (...path: FieldPath) => at(written?.object, [...(written?.path ?? []), 'spec', ...path]);
  const chosen = ofPod('runtimeClassName').range;
  const shown = handler === '' ? runtime.defaultName : handler;
  return {
    pod: name,
    ...(pod.node === undefined ? {} : { node: pod.node }),
    ...(className === undefined
      ? {}
      : {
          runtimeClass: {
            name: className,
            ...(chosen === undefined ? {} : { chosen }),
            ...at(made?.ref, ['handler']),
          },
        }),
    handler: shown,
    containerRuntime: {
      name: runtime.name,
      by: runtime.version !== undefined ? 'node' : node === undefined ? 'kind' : 'assumed',
      ...(runtime.version === undefined ? {} : { version: runtime.version }),
      ...(runtime.other === undefined ? {} : { other: runtime.other }),
      ...(runtime.handlers === undefined
        ? {}
        : {
            handlers: {
              names: runtime.handlers.map((one) => one.name),
              ...(runtime.origin && at(runtime.origin.object, runtime.origin.path ?? [])),
            },
          }),
    },
    config: configOf(runtime, shown, pod.node === undefined ? undefined : sandbox),
    ...(sandbox === undefined ? {} : { sandbox }),
    knownBy: by,
    ...(refusal === undefined ? {} : { refusal }),
    layers: sandbox === undefined || pod.node === undefined ? [] : LAYERS[sandbox.kind],
    network: networkOf(simulation, pod, sandbox),
    overhead: overheadOf(made, at),
    scheduling: schedulingOf(made, at),
    limits: limitsOf(sandbox, spec, ofPod),
    sources: sourcesOf(sandbox, runtime),
  };
}

/** The spec that the pod was made from, where it stands in the object that somebody wrote. */
function specOf(
  pod: Pod,
  manifests: readonly Manifest[],
): { readonly object: ObjectRef; readonly spec: UpstreamPodSpec; readonly path: FieldPath } | undefined {
  const { object } = pod.origin;
  const manifest = manifests.findLast(
    ({ ref }) => ref.kind === object.kind && ref.name === object.name && ref.namespace === object.namespace,
  );
  const found = manifest && podIn(manifest);
  return found && { object, spec: found.spec, path: found.path };
}

function configOf(runtime: NodeRuntime, handler: string, sandbox: Sandbox | undefined): PodRuntime['config'] {
  const file = runtime.name === 'cri-o' ? '/etc/crio/crio.conf.d/' : '/etc/containerd/config.toml';
  const found = runtime.handlers?.find((one) => one.name === handler);
  if (found !== undefined && found.lines.length > 0) return { file, lines: found.lines, written: true };
  const told = sandbox !== undefined && runtime.other === undefined;
  return { file, lines: !told ? [] : configLines(runtime, handler, sandbox), written: false };
}

function networkOf(
  { world, cluster }: Simulation,
  pod: Pod,
  sandbox: Sandbox | undefined,
): PodRuntime['network'] {
  const node = cluster.nodes.find((one) => one.name === pod.node);
  const host = node && world.netns.get(`node/${node.name}`);
  const own = pod.hostNetwork ? undefined : world.netns.get(`${pod.namespace}/${pod.name}`);
  const link = own?.links.find((one) => one.kind === 'veth');
  return {
    host: pod.hostNetwork,
    addresses: pod.ips,
    ...(link === undefined ? {} : { device: link.name, mac: link.mac, mtu: link.mtu }),
    ...(link?.kind === 'veth' ? { hostDevice: link.peer.name } : {}),
    socketPrograms: host?.programs?.some((program) => program.hook === 'cgroup-sock') === true,
    ownStack: hasOwnNetworkStack(sandbox),
  };
}

type At = (object: ObjectRef | undefined, path: FieldPath) => { readonly range?: SourceRange };

interface ClassBody {
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string | number>> };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly UpstreamToleration[];
  };
}

function overheadOf(made: Manifest | undefined, at: At): readonly Placed[] {
  const { overhead } = (made?.body ?? {}) as ClassBody;
  return Object.entries(overhead?.podFixed ?? {}).map(([resource, amount]) => ({
    text: `${resource}: ${quantityText(quantityOf(amount))}`,
    ...at(made?.ref, ['overhead', 'podFixed', resource]),
  }));
}

/** `node-role/sandbox=gvisor:NoSchedule`, as kubectl prints a toleration. */
function tolerationText({
  key = '',
  operator = 'Equal',
  value = '',
  effect = '',
}: UpstreamToleration): string {
  return `${key}${operator === 'Exists' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`} op=${operator}`;
}

function schedulingOf(made: Manifest | undefined, at: At): readonly Placed[] {
  const { scheduling: { nodeSelector = {}, tolerations = [] } = {} } = (made?.body ?? {}) as ClassBody;
  return [
    ...Object.entries(nodeSelector).map(([key, value]) => ({
      text: `nodeSelector ${key}=${value}`,
      ...at(made?.ref, ['scheduling', 'nodeSelector', key]),
    })),
    ...tolerations.map((one, i) => ({
      text: `toleration ${tolerationText(one)}`,
      ...at(made?.ref, ['scheduling', 'tolerations', i]),
    })),
  ];
}

interface Secured {
  readonly privileged?: boolean;
  readonly appArmorProfile?: unknown;
  readonly seLinuxOptions?: unknown;
}
type SecuredSpec = UpstreamPodSpec & {
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: Secured;
  readonly volumes?: readonly { readonly hostPath?: unknown }[];
};

const LIMITS: Readonly<Record<'gvisor' | 'kata', readonly RuntimeLimit[]>> = {
  gvisor: ['host-network', 'host-processes', 'privileged', 'apparmor', 'selinux'],
  kata: ['host-network', 'host-processes', 'privileged', 'selinux'],
};

function limitsOf(
  sandbox: Sandbox | undefined,
  spec: SecuredSpec,
  ofPod: (...path: FieldPath) => { readonly range?: SourceRange },
): PodRuntime['limits'] {
  if (sandbox?.kind !== 'gvisor' && sandbox?.kind !== 'kata') return [];
  const firecracker = sandbox.kind === 'kata' && sandbox.vmm === 'firecracker';
  const limits: readonly RuntimeLimit[] = [
    ...LIMITS[sandbox.kind],
    ...(firecracker ? (['host-path', 'hot-plug'] as const) : []),
  ];
  return limits.map((limit) => {
    const path = askedPath(limit, spec);
    if (path === undefined) return { limit };
    return { limit, asked: { text: fieldText(['spec', ...path]), ...ofPod(...path) } };
  });
}

/** `spec.containers[0].securityContext.privileged` */
function fieldText(path: FieldPath): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}

/** The first field of the pod that asks for it. */
function askedPath(limit: RuntimeLimit, spec: SecuredSpec): FieldPath | undefined {
  const secured = (field: keyof Secured): FieldPath | undefined => {
    const holds = (context: Secured | undefined): boolean =>
      context?.[field] !== undefined && context[field] !== false;
    if (holds(spec.securityContext)) return ['securityContext', field];
    for (const list of ['containers', 'initContainers'] as const) {
      const found = (spec[list] ?? []).findIndex((c) =>
        holds((c as { securityContext?: Secured }).securityContext),
      );
      if (found >= 0) return [list, found, 'securityContext', field];
    }
    return undefined;
  };
  switch (limit) {
    case 'host-network':
      return spec.hostNetwork === true ? ['hostNetwork'] : undefined;
    case 'host-processes':
      return spec.hostPID === true ? ['hostPID'] : spec.hostIPC === true ? ['hostIPC'] : undefined;
    case 'privileged':
      return secured('privileged');
    case 'apparmor':
      return secured('appArmorProfile');
    case 'selinux':
      return secured('seLinuxOptions');
    case 'host-path': {
      const found = (spec.volumes ?? []).findIndex((volume) => volume.hostPath !== undefined);
      return found < 0 ? undefined : ['volumes', found, 'hostPath'];
    }
    case 'hot-plug':
      return undefined;
  }
}

const MANUALS: Readonly<Record<NodeRuntime['name'], string>> = {
  containerd: 'https://github.com/containerd/containerd/blob/main/docs/cri/config.md',
  'cri-o': 'https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md',
};
const KATA = 'https://github.com/kata-containers/kata-containers/blob/main/docs';

function sourcesOf(sandbox: Sandbox | undefined, { name, other }: NodeRuntime): readonly string[] {
  return [
    'https://kubernetes.io/docs/concepts/containers/runtime-class/',
    ...(other === undefined ? [MANUALS[name]] : []),
    ...(sandbox?.kind === 'gvisor'
      ? [
          'https://gvisor.dev/docs/architecture_guide/security/',
          'https://gvisor.dev/docs/architecture_guide/networking/',
          'https://gvisor.dev/docs/user_guide/filesystem/',
        ]
      : []),
    ...(sandbox?.kind === 'kata'
      ? [
          `${KATA}/design/architecture/README.md`,
          `${KATA}/design/architecture/networking.md`,
          `${KATA}/design/virtualization.md`,
          `${KATA}/Limitations.md`,
          ...(sandbox.vmm === 'firecracker'
            ? [`${KATA}/how-to/how-to-use-kata-containers-with-firecracker.md`]
            : []),
        ]
      : []),
    ...(sandbox?.kind === 'runc' || sandbox?.kind === 'crun'
      ? ['https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/']
      : []),
  ];
}
