/**
 * A node's container runtime and the handlers that it has, as far as the documents tell: the Node's own status, as
 * `kubectl get node -o yaml` prints it, or kind's patches of containerd's configuration. Where nobody tells, every handler is
 * taken for granted. Leaves out `containerdConfigPatchesJSON6902`: with it, nobody tells.
 */
import type { FieldPath, Origin } from '../../base/origin.ts';
import type { Manifest } from '../manifest.ts';
import type { UpstreamKindCluster, UpstreamNode } from '../upstream.ts';
import { readContainerdConfig, type ContainerdRuntime } from './containerd-config.ts';
import { sandboxOfName, sandboxOfType, type Sandbox } from './sandbox.ts';

export interface NodeRuntime {
  readonly name: 'containerd' | 'cri-o';
  /** `2.1.4`; absent where the node does not say what runs it. */
  readonly version?: string;
  /** What the node says runs it, where that is neither of the two: `docker://20.10`. */
  readonly other?: string;
  /** Absent: taken for granted. */
  readonly handlers?: readonly ContainerdRuntime[];
  /** Where the handlers are written. */
  readonly origin?: Origin;
  /** containerd's `default_runtime_name`, CRI-O's `default_runtime`. */
  readonly defaultName: string;
}

/** containerd of kind's node image: runc, and a second name for it that Kubernetes' own tests ask for. */
const OF_KIND: readonly ContainerdRuntime[] = ['runc', 'test-handler'].map((name) => ({
  name,
  type: 'io.containerd.runc.v2',
  lines: [],
}));

export function nodeRuntime(node: Manifest | undefined, cluster: Manifest | undefined): NodeRuntime {
  return node === undefined ? ofKind(cluster) : ofNode(node);
}

function ofNode(node: Manifest): NodeRuntime {
  const { status } = node.body as UpstreamNode;
  const written = status?.nodeInfo?.containerRuntimeVersion ?? '';
  const [, runtime, version] = /^([a-z-]+):\/\/(.*)$/.exec(written) ?? [];
  const name = runtime === 'cri-o' ? 'cri-o' : 'containerd';
  // crun since CRI-O 1.31.
  const [major = 1, minor = 31] = (version ?? '').split('.').map(Number);
  const defaultName = name === 'cri-o' && (major > 1 || minor >= 31) ? 'crun' : 'runc';
  const origin = at(node, ['status', 'runtimeHandlers']);
  const handlers = status?.runtimeHandlers?.flatMap((handler) =>
    handler.name === undefined || handler.name === '' ? [] : [{ name: handler.name, lines: [] }],
  );
  const known = runtime === 'containerd' || runtime === 'cri-o';
  return {
    name,
    ...(known && version !== undefined ? { version } : {}),
    ...(known || written === '' ? {} : { other: written }),
    ...(handlers === undefined ? {} : { handlers, origin }),
    defaultName,
  };
}

function ofKind(cluster: Manifest | undefined): NodeRuntime {
  const { containerdConfigPatches = [], containerdConfigPatchesJSON6902 } = (cluster?.body ??
    {}) as UpstreamKindCluster;
  const { runtimes, defaultName = 'runc' } = readContainerdConfig(containerdConfigPatches);
  const base: NodeRuntime = { name: 'containerd', defaultName };
  if (cluster === undefined || runtimes.length === 0 || containerdConfigPatchesJSON6902 !== undefined)
    return base;
  const own = new Set(runtimes.map(({ name }) => name));
  return {
    ...base,
    handlers: [...OF_KIND.filter(({ name }) => !own.has(name)), ...runtimes],
    origin: at(cluster, ['containerdConfigPatches']),
  };
}

function at(manifest: Manifest, path: FieldPath): Origin {
  return { object: manifest.ref, path };
}

/** What the handler is there; `''` is the node's default. */
export function sandboxOf(
  { handlers = [], defaultName }: NodeRuntime,
  handler: string,
): { readonly sandbox: Sandbox | undefined; readonly by: 'type' | 'name' } {
  const name = handler === '' ? defaultName : handler;
  const found = handlers.find((one) => one.name === name);
  return found?.type === undefined
    ? { sandbox: sandboxOfName(name), by: 'name' }
    : { sandbox: sandboxOfType(found.type, name, found.binary), by: 'type' };
}

/** CRI's words where it has no such handler; undefined where it has it, or nobody knows. */
export function missingHandler(runtime: NodeRuntime, handler: string): string | undefined {
  const { handlers, name, version = '' } = runtime;
  if (handler === '' || handlers === undefined || handlers.some((one) => one.name === handler))
    return undefined;
  if (name === 'cri-o') {
    // Go prints a map's pointers, which are nobody's to know.
    const list = handlers.map((one) => `${one.name}:0x…`).sort();
    return `failed to find runtime handler ${handler} from runtime list map[${list.join(' ')}]`;
  }
  const cause = `no runtime for "${handler}" is configured`;
  return version.startsWith('1.')
    ? `failed to get sandbox runtime: ${cause}`
    : `unable to get OCI runtime for sandbox "…": ${cause}`;
}
