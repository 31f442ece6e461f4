/** For tests: YAML text to a settled cluster, with a CNI that hands out addresses in order as host-local does. */
import { parseAllDocuments } from 'yaml';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { cidrSize, nthAddress } from '../../base/ip.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Manifest, ParsedScenario } from '../manifest.ts';
import type { CniForSettling } from './cni.ts';
import { settle } from './settle.ts';

const CLUSTER_SCOPED = new Set(['Namespace', 'Node', 'Cluster', 'Playground', 'KubeProxyConfiguration']);

export function parsedOf(text: string): ParsedScenario {
  const manifests = parseAllDocuments(text).flatMap((doc): Manifest[] => {
    const value = doc.toJS() as Record<string, unknown> | null;
    if (value === null) return [];
    const {
      apiVersion = 'v1',
      kind,
      metadata = {},
      ...body
    } = value as Record<string, never> & {
      apiVersion: string;
      kind: string;
      metadata: Record<string, never>;
    };
    const name = (metadata['name'] as string | undefined) ?? kind.toLowerCase();
    const namespace = CLUSTER_SCOPED.has(kind)
      ? undefined
      : ((metadata['namespace'] as string | undefined) ?? 'default');
    const ref = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    return [
      {
        apiVersion,
        kind,
        metadata: { labels: {}, annotations: {}, ownerReferences: [], ...metadata, ...ref },
        body,
        ref,
        origin: { object: ref },
      },
    ];
  });
  return {
    manifests,
    diagnostics: [],
    unmodelled: [],
    refused: [],
    locate: () => undefined,
    rangeOf: () => undefined,
  };
}

export function fakeCni(enforcesNetworkPolicy = false): CniForSettling {
  return {
    id: 'flannel',
    label: 'Flannel',
    enforcesNetworkPolicy,
    options: [],
    assignPodIps: ({ cluster, pods }) => {
      const result = new Map<string, string | undefined>();
      const next = new Map<string, number>();
      for (const pod of pods) {
        const range = cluster.nodes.find((n) => n.name === pod.node)?.podCIDRs[0];
        const n = next.get(pod.node) ?? 2;
        if (pod.given === undefined) next.set(pod.node, n + 1);
        const free = range !== undefined && n < cidrSize(range) - 1;
        result.set(pod.key, pod.given ?? (free ? nthAddress(range, n) : undefined));
      }
      return result;
    },
  };
}

export function settleText(
  text: string,
  enforces = false,
): {
  cluster: ClusterState;
  diagnostics: readonly Diagnostic[];
} {
  return settle(parsedOf(text), [fakeCni(enforces)]);
}
