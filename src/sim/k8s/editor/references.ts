/** Names that a text value may refer to: of the settled cluster where there is one, else of what the files say. */
import type { ClusterState, Labels } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { asRecord, asRecords, type Body } from '../kinds/schema.ts';

/** What completion reads of the settled cluster. */
export type KnownCluster = Pick<ClusterState, 'pods' | 'services' | 'nodes' | 'namespaces' | 'settings'>;

export interface Named {
  readonly text: string;
  readonly detail?: string;
}

export interface Known {
  readonly manifests: readonly Manifest[];
  readonly cluster: KnownCluster | undefined;
}

function unique(items: readonly Named[]): Named[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(item.text) && seen.add(item.text) !== undefined);
}

function named(known: Known, kind: string): readonly Manifest[] {
  return known.manifests.filter((m) => m.kind === kind);
}

export function namespaces({ manifests, cluster }: Known): Named[] {
  return unique([
    ...(cluster?.namespaces.map((n) => ({ text: n.name })) ?? [{ text: 'default' }, { text: 'kube-system' }]),
    ...named({ manifests, cluster }, 'Namespace').map((m) => ({ text: m.metadata.name })),
  ]);
}

export function nodes({ manifests, cluster }: Known): Named[] {
  return unique([
    ...(cluster?.nodes.map((n) => ({ text: n.name, detail: n.role })) ?? []),
    ...named({ manifests, cluster }, 'Node').map((m) => ({ text: m.metadata.name })),
  ]);
}

interface KnownService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number | undefined;
}

function services(known: Known): KnownService[] {
  if (known.cluster !== undefined) {
    return known.cluster.services.map((s) => ({
      namespace: s.namespace,
      name: s.name,
      port: s.ports[0]?.port,
    }));
  }
  return named(known, 'Service').map((m) => ({
    namespace: m.metadata.namespace ?? 'default',
    name: m.metadata.name,
    port: asRecords(asRecord(m.body.spec).ports)[0]?.port as number | undefined,
  }));
}

/** Services of one namespace by name. */
export function serviceNames(known: Known, namespace: string): Named[] {
  return unique(
    services(known)
      .filter((s) => s.namespace === namespace)
      .map((s) => ({ text: s.name })),
  );
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'];

/** `from` of a probe: pods, workloads (their first pod), nodes and hosts outside. */
export function sources(known: Known): Named[] {
  const { manifests, cluster } = known;
  const written = manifests
    .filter((m) => m.kind === 'Pod' || WORKLOADS.includes(m.kind))
    .map((m) => ({ text: `${m.metadata.namespace}/${m.metadata.name}`, detail: m.kind }));
  return unique([
    ...written,
    ...(cluster?.pods.map((p) => ({ text: `${p.namespace}/${p.name}`, detail: 'Pod' })) ?? []),
    ...nodes(known).map((n) => ({ text: `node/${n.text}`, detail: 'Node' })),
    ...hosts(known).map((h) => ({ text: `external/${h}`, detail: 'external' })),
  ]);
}

function hosts({ manifests, cluster }: Known): string[] {
  if (cluster !== undefined) return cluster.settings.external.map((h) => h.name);
  const written = manifests
    .filter((m) => m.kind === 'Playground')
    .flatMap((m) => asRecords(m.body.external).map((h) => String(h.name)));
  return [...written, 'internet'];
}

/** `to` of a probe: Services as a client would type them, pods, hosts outside. */
export function targets(known: Known): Named[] {
  const own = services(known).map((s) => {
    const host = s.namespace === 'default' ? s.name : `${s.name}.${s.namespace}`;
    const port = s.port === undefined || s.port === 80 ? '' : `:${s.port}`;
    return { text: `http://${host}${port}`, detail: `Service ${s.namespace}/${s.name}` };
  });
  const names = services(known).map((s) => ({
    text: `${s.name}${s.namespace === 'default' ? '' : `.${s.namespace}`}:${s.port ?? 80}`,
    detail: `Service ${s.namespace}/${s.name}`,
  }));
  const dnsNames =
    known.cluster?.settings.external.flatMap((h) => h.dnsNames.map((text) => ({ text, detail: h.name }))) ??
    [];
  const pods = sources(known).filter((s) => s.detail === 'Pod');
  return unique([...own, ...names, ...pods, ...dnsNames]);
}

/** Names of container ports. */
export function portNames({ manifests }: Known): Named[] {
  const found: Named[] = [];
  for (const manifest of manifests) {
    for (const spec of podSpecs(manifest)) {
      for (const container of asRecords(spec.containers)) {
        for (const port of asRecords(container.ports)) {
          const detail = `${String(port.containerPort)}/${String(port.protocol)} ${manifest.metadata.name}`;
          if (typeof port.name === 'string') found.push({ text: port.name, detail });
          else if (typeof port.containerPort === 'number')
            found.push({ text: String(port.containerPort), detail });
        }
      }
    }
  }
  return unique(found);
}

function podSpecs(manifest: Manifest): Body[] {
  if (manifest.kind === 'Pod') return [asRecord(manifest.body.spec)];
  if (!WORKLOADS.includes(manifest.kind)) return [];
  return [asRecord(asRecord(asRecord(manifest.body.spec).template).spec)];
}

/** Every label that pods or namespaces carry. */
export function labelsOf({ manifests, cluster }: Known, of: 'pods' | 'namespaces'): readonly Labels[] {
  if (of === 'namespaces') {
    return [
      ...(cluster?.namespaces.map((n) => n.labels) ?? []),
      ...named({ manifests, cluster }, 'Namespace').map((m) => m.metadata.labels),
    ];
  }
  return [
    ...(cluster?.pods.map((p) => p.labels) ?? []),
    ...manifests.flatMap((m): Labels[] => {
      if (m.kind === 'Pod') return [m.metadata.labels];
      if (!WORKLOADS.includes(m.kind)) return [];
      return [asRecord(asRecord(asRecord(asRecord(m.body.spec).template).metadata).labels) as Labels];
    }),
  ];
}

export function labelKeys(known: Known, of: 'pods' | 'namespaces'): Named[] {
  return unique(labelsOf(known, of).flatMap((l) => Object.keys(l).map((text) => ({ text }))));
}

export function labelValues(known: Known, of: 'pods' | 'namespaces', key: string): Named[] {
  return unique(labelsOf(known, of).flatMap((l) => (l[key] === undefined ? [] : [{ text: l[key] }])));
}
