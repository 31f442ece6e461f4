/** The words of one pod's card in order: the interface and the command line show the same. */
import type { PodRuntime, RuntimeLayer } from '../sim/pod-runtime.ts';
import type { Catalog } from './catalog.ts';
import type { Lane, runtime as en, RuntimeNames } from './runtime.en.ts';

type Texts = Catalog<typeof en>;

export interface LayerWords {
  readonly layer: RuntimeLayer;
  readonly title: string;
  readonly what: string;
  readonly lanes: Readonly<Record<Lane, string>>;
  /** The kernel that answers the application, and the node's. */
  readonly kernel?: 'own' | 'shared';
  /** What lies between it and the layer below; `isolation` is the one that keeps the pod from the node's kernel. */
  readonly crossing?: { readonly text: string; readonly kind: 'direct' | 'isolation' | 'plain' };
}

export function namesOf({ network, node = '', sandbox }: PodRuntime, t: Texts): RuntimeNames {
  const vmm = sandbox?.kind === 'kata' ? sandbox.vmm : undefined;
  return {
    address: network.addresses.join(', ') || t.noAddress,
    device: network.device ?? 'eth0',
    hostDevice: network.hostDevice ?? '',
    node,
    hostNetwork: network.host,
    vmm: t.vmmName(vmm),
    firecracker: vmm === 'firecracker',
  };
}

export function layerWords(told: PodRuntime, t: Texts): readonly LayerWords[] {
  const { sandbox, layers } = told;
  if (sandbox === undefined) return [];
  const family = sandbox.kind === 'gvisor' || sandbox.kind === 'kata' ? sandbox.kind : 'container';
  const words = t.layers[family] as Readonly<
    Partial<Record<RuntimeLayer, (p: RuntimeNames) => Omit<LayerWords, 'layer'>>>
  >;
  const names = namesOf(told, t);
  return layers.flatMap((layer, i): LayerWords[] => {
    const said = words[layer]?.(names);
    if (said === undefined) return [];
    const own = layer === 'sentry' || layer === 'guest';
    const text = t.crossings[family][i];
    const kind = own ? 'isolation' : family === 'container' ? 'direct' : 'plain';
    return [
      {
        layer,
        ...said,
        ...(own ? { kernel: 'own' } : layer === 'host' ? { kernel: 'shared' } : {}),
        ...(text === undefined ? {} : { crossing: { text, kind } }),
      },
    ];
  });
}

/** What is the same for its packets, what is not, and how far the simulation goes. */
export function packetWords(
  { network, sandbox, layers }: PodRuntime,
  names: RuntimeNames,
  t: Texts,
): { readonly same: readonly string[]; readonly other: readonly string[]; readonly reach?: string } {
  if ((sandbox?.kind !== 'gvisor' && sandbox?.kind !== 'kata') || layers.length === 0)
    return { same: [], other: [] };
  if (network.host) return { same: [], other: [t.hostNetwork, t.hostNetworkOpen] };
  return {
    same: [t.sameLine(names)],
    other: [
      t.ownStackLine,
      t.insideLine[sandbox.kind](names),
      network.socketPrograms ? t.socketLine : t.noSocketLine,
    ],
    reach: t.notSimulated,
  };
}

/** What runs the node, and where that is known from if no version tells. */
export function runtimeWords(
  { containerRuntime: { name, version, other, by } }: PodRuntime,
  t: Texts,
): { readonly name: string; readonly note?: string } {
  if (other !== undefined) return { name: other, note: t.runtimeNotKnown };
  if (by === 'node') return { name: version === undefined ? name : `${name} ${version}` };
  return { name, note: t.versionUnknown[by] };
}

/** The limits that have words, those that the pod asks for first. */
export function limitWords(
  { limits, sandbox }: PodRuntime,
  t: Texts,
): readonly { readonly text: string; readonly asked?: PodRuntime['limits'][number]['asked'] }[] {
  if (sandbox?.kind !== 'gvisor' && sandbox?.kind !== 'kata') return [];
  const words = t.limits[sandbox.kind];
  return limits
    .flatMap(({ limit, asked }) => {
      const text = words[limit];
      return text === undefined ? [] : [{ text, ...(asked === undefined ? {} : { asked }) }];
    })
    .sort((a, b) => Number(b.asked !== undefined) - Number(a.asked !== undefined));
}
