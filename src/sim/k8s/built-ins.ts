/** What every cluster has before anybody applies anything: kubeadm's and kind's own objects. */
import type { Manifest } from './manifest.ts';

/** An object that nobody wrote in the scenario, and who brought it; defaults have to be written out. */
export function unwritten(
  by: string,
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  name: string,
  body: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>> = {},
): Manifest {
  const ref = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: {},
      ownerReferences: [],
    },
    body,
    ref,
    origin: { object: ref, by },
  };
}

type Rest = Parameters<typeof unwritten> extends [string, ...infer R] ? R : never;
const builtIn = (...rest: Rest): Manifest => unwritten('built-in', ...rest);

const namespace = (name: string): Manifest =>
  builtIn('v1', 'Namespace', undefined, name, {}, { 'kubernetes.io/metadata.name': name });

/** kubeadm's Corefile; `{{domain}}` stands for the cluster's DNS domain. */
export const DEFAULT_COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes {{domain}} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success {{domain}}
       disable denial {{domain}}
    }
    loop
    reload
    loadbalance
}
`;

const DNS_LABELS = { 'k8s-app': 'kube-dns' };

const coredns = builtIn(
  'apps/v1',
  'Deployment',
  'kube-system',
  'coredns',
  {
    spec: {
      replicas: 2,
      selector: { matchLabels: DNS_LABELS },
      template: {
        metadata: { labels: DNS_LABELS },
        spec: {
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
          ],
          dnsPolicy: 'Default',
          containers: [
            {
              name: 'coredns',
              image: 'registry.k8s.io/coredns/coredns:v1.13.1',
              args: ['-conf', '/etc/coredns/Corefile'],
              ports: [
                { name: 'dns', containerPort: 53, protocol: 'UDP' },
                { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
                { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
              ],
              readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
            },
          ],
        },
      },
    },
  },
  DNS_LABELS,
);

const kubeDns = builtIn(
  'v1',
  'Service',
  'kube-system',
  'kube-dns',
  {
    spec: {
      type: 'ClusterIP',
      selector: DNS_LABELS,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
    },
  },
  { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
);

const kubernetes = builtIn(
  'v1',
  'Service',
  'default',
  'kubernetes',
  { spec: { type: 'ClusterIP', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] } },
  { component: 'apiserver', provider: 'kubernetes' },
);

/** Documents of the same kind, namespace and name replace these. */
export const BUILT_INS: readonly Manifest[] = [
  namespace('default'),
  namespace('kube-node-lease'),
  namespace('kube-public'),
  namespace('kube-system'),
  coredns,
  kubeDns,
  kubernetes,
];

/** The last part of the address that the first Services of a cluster have: .1 and .10 of the Service range. */
export const RESERVED_CLUSTER_IPS: Readonly<Record<string, number>> = {
  'default/kubernetes': 1,
  'kube-system/kube-dns': 10,
};
