/** For tests: YAML text to a settled cluster, with a CNI that hands out addresses in order, one of each family, as host-local does. */
import type { Diagnostic } from '../../base/diagnostic.ts';
import { cidrSize, nthAddress } from '../../base/ip.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { ParsedScenario } from '../manifest.ts';
import { parseScenario } from '../parse/parse-scenario.ts';
import type { CniForSettling } from './cni.ts';
import { settle } from './settle.ts';

/** Parses one file; documents without an apiVersion get their kind's, for short tests. */
function parsedOf(text: string): ParsedScenario {
  const documents = text.split(/^---$/m).map((doc) => {
    if (/^apiVersion:/m.test(doc)) return doc;
    const kind = /^kind: (\w+)/m.exec(doc)?.[1] ?? '';
    return `\napiVersion: ${API_VERSIONS[kind] ?? 'v1'}${doc.startsWith('\n') ? '' : '\n'}${doc}`;
  });
  return parseScenario([{ name: 'test.yaml', text: documents.join('---') }]);
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Cluster: 'kind.x-k8s.io/v1alpha4',
  KubeProxyConfiguration: 'kubeproxy.config.k8s.io/v1alpha1',
  Playground: 'packetwalk.dev/v1alpha1',
};

export function fakeCni(enforcesNetworkPolicy = false): CniForSettling {
  return {
    id: 'flannel',
    label: 'Flannel',
    enforcesNetworkPolicy,
    options: [],
    assignPodIps: ({ cluster, pods }) => {
      const result = new Map<string, readonly string[]>();
      const next = new Map<string, number>();
      for (const pod of pods) {
        const ranges = cluster.nodes.find((n) => n.name === pod.node)?.podCIDRs ?? [];
        const range = ranges[0];
        const n = next.get(pod.node) ?? 2;
        if (pod.given === undefined) next.set(pod.node, n + 1);
        const free = range !== undefined && n < cidrSize(range) - 1;
        result.set(pod.key, pod.given ?? (free ? ranges.map((one) => nthAddress(one, n)) : []));
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
  const parsed = parsedOf(text);
  const settled = settle(parsed, [fakeCni(enforces)], ['iptables', 'none']);
  return { cluster: settled.cluster, diagnostics: [...parsed.diagnostics, ...settled.diagnostics] };
}
