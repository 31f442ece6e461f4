/**
 * Every field of a Service, with a walk through it, in every mode of kube-proxy: the same verdict, the same client
 * address at the server. Where a mode is another by design, the row says so and where that is written.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../k8s/cluster-state.ts';
import type { ProxyMode } from './registry.ts';
import { loadAllPlugins, type Simulation, simulate, walk } from '../simulate.ts';
import { proxyPlugins } from './registry.ts';

await loadAllPlugins();

/** Every node has a load balancer's address on kube-ipvs0: without this they all answer ARP for it (MetalLB asks for it). */
const STRICT_ARP = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: ipvs
ipvs: {strictARP: true}
---
`;

const CLUSTER = (mode: string): string => `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes:
  - role: control-plane
    labels: {topology.kubernetes.io/zone: a}
  - role: worker
    labels: {topology.kubernetes.io/zone: a}
  - role: worker
    labels: {topology.kubernetes.io/zone: b}
networking: {kubeProxyMode: ${mode}}
---
${mode === 'ipvs' ? STRICT_ARP : ''}apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
external:
  - {name: laptop, ip: 172.18.0.100, routes: [{to: 192.0.2.0/24, via: kind-worker}]}
  - {name: office, ip: 172.18.0.101}
  - {name: shop, ip: 203.0.113.80, listen: [80/TCP], dnsNames: [shop.example]}
---
${[
  ['client', 'kind-worker', ''],
  ['web-1', 'kind-worker', 'listen: "8080/TCP,5353/UDP,9090/TCP", port: 8080'],
  ['web-2', 'kind-worker2', 'listen: "8081/TCP,5353/UDP,9090/TCP", port: 8081'],
]
  .map(([name = '', node = '', ports = '']) => {
    const [, listen = '', port = ''] = /listen: (".*"), port: (\d+)/.exec(ports) ?? [];
    return `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name.slice(0, 3)}}, annotations: {packetwalk.dev/listen: ${listen === '' ? '""' : listen}}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app${port === '' ? '' : `, ports: [{name: http, containerPort: ${port}}]`}}]}
---`;
  })
  .join('\n')}
`;

/** A Service called `s`; the pods listen on 9090 alike, and on a port called `http` each on another. */
const S = (spec: string, more = ''): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: s${more}}\nspec: {${spec}}\n`;
const WEB = 'selector: {app: web}';
const PORT = 'ports: [{port: 80, targetPort: 9090}]';
const LB = `type: LoadBalancer, loadBalancerIP: 172.18.255.200, ${WEB}`;
const VIP = '172.18.255.200:80';
const POD = (name: string, node: string, more: string, metadata = ''): string =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name.split('-')[0]}}${metadata}, annotations: {packetwalk.dev/listen: "9090/TCP"}}\nspec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}\n${more}`;

interface Row {
  readonly field: string;
  readonly yaml: string;
  readonly ask: Partial<ProbeSpec> & { readonly to: string };
  readonly verdict: string;
  readonly clientSees: string;
  /** The pod (or place) that the request reached, and the address it saw. */
  readonly at?: string;
  readonly sees?: string;
  /** Every pod that chance could have chosen, over all seeds. */
  readonly endpoints?: readonly string[];
  readonly status?: number;
  /** With `count`: whether all connections reached one pod, or more than one. */
  readonly reached?: 'one' | 'several';
  /** Modes that answer otherwise by design. */
  readonly but?: Partial<
    Record<
      ProxyMode,
      {
        readonly verdict: string;
        readonly clientSees: string;
        readonly source: string;
        readonly ask?: Partial<ProbeSpec>;
      }
    >
  >;
}

const client = 'default/client';
const laptop = 'external/laptop';

const SCTP_POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: sig-1, labels: {app: sig}, annotations: {packetwalk.dev/listen: "5060/SCTP"}}\nspec: {nodeName: kind-worker2, containers: [{name: c, image: example.com/app}]}\n---\n';

const rows: readonly Row[] = [
  {
    field: 'type: ClusterIP, from a pod of the same node',
    yaml: S(`${WEB}, ${PORT}`),
    ask: { from: client, to: 's:80', endpoint: 'default/web-1' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
    sees: 'default/client',
    endpoints: ['default/web-1', 'default/web-2'],
  },
  {
    field: 'clusterIP',
    yaml: S(`${WEB}, ${PORT}, clusterIP: 10.96.7.7`),
    ask: { from: client, to: '10.96.7.7:80', endpoint: 'default/web-2' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-2',
    sees: 'default/client',
  },
  {
    field: 'clusterIP: None',
    yaml: S(`${WEB}, ${PORT}, clusterIP: None`),
    ask: { from: client, to: 's:9090' },
    verdict: 'delivered',
    clientSees: 'connected',
    sees: 'default/client',
  },
  {
    field: 'selector that finds nothing',
    yaml: S(`selector: {app: nobody}, ${PORT}`),
    ask: { from: client, to: 's:80' },
    verdict: 'rejected',
    clientSees: 'refused',
  },
  {
    field: 'ports.targetPort, a name that each pod gives another number',
    yaml: S(`${WEB}, ports: [{port: 80, targetPort: http}]`),
    ask: { from: client, to: 's:80', endpoint: 'default/web-2' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-2:8081',
    endpoints: ['default/web-1', 'default/web-2'],
  },
  {
    field: 'ports, the second of two',
    yaml: S(`${WEB}, ports: [{name: a, port: 80, targetPort: 1}, {name: b, port: 81, targetPort: 9090}]`),
    ask: { from: client, to: 's:81' },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  {
    field: 'ports.protocol: UDP',
    yaml: S(`${WEB}, ports: [{port: 53, targetPort: 5353, protocol: UDP}]`),
    ask: { from: client, to: 's:53', proto: 'udp', endpoint: 'default/web-2' },
    verdict: 'delivered',
    clientSees: 'timeout',
    at: 'default/web-2',
    sees: 'default/client',
  },
  {
    field: 'ports.protocol: SCTP',
    yaml: SCTP_POD + S('selector: {app: sig}, ports: [{port: 5060, protocol: SCTP}]'),
    ask: { from: client, to: 's:5060', proto: 'sctp' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/sig-1',
    sees: 'default/client',
  },
  {
    field: 'ports.protocol: SCTP, ports.nodePort',
    yaml:
      SCTP_POD +
      S('type: NodePort, selector: {app: sig}, ports: [{port: 5060, protocol: SCTP, nodePort: 30060}]'),
    ask: { from: laptop, to: 'node/kind-worker:30060', proto: 'sctp' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/sig-1',
    sees: '10.244.1.0',
  },
  {
    // The refusal comes as ICMP, which SCTP takes for a soft error: the client goes on trying.
    field: 'ports.protocol: SCTP without endpoints',
    yaml: S('selector: {app: nobody}, ports: [{port: 5060, protocol: SCTP}]'),
    ask: { from: client, to: 's:5060', proto: 'sctp' },
    verdict: 'rejected',
    clientSees: 'timeout',
  },
  {
    field: 'type: NodePort, ports.nodePort written',
    yaml: S(`type: NodePort, ${WEB}, ports: [{port: 80, targetPort: 9090, nodePort: 30080}]`),
    ask: { from: laptop, to: 'node/kind-worker:30080', endpoint: 'default/web-1' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
    sees: '10.244.1.1',
    endpoints: ['default/web-1', 'default/web-2'],
  },
  {
    field: 'externalTrafficPolicy: Local keeps the client address',
    yaml: S(
      `type: NodePort, externalTrafficPolicy: Local, ${WEB}, ports: [{port: 80, targetPort: 9090, nodePort: 30080}]`,
    ),
    ask: { from: laptop, to: 'node/kind-worker:30080' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
    sees: '172.18.0.100',
    endpoints: ['default/web-1'],
  },
  {
    field: 'externalTrafficPolicy: Local, a node without endpoints',
    yaml: S(
      `type: NodePort, externalTrafficPolicy: Local, ${WEB}, ports: [{port: 80, targetPort: 9090, nodePort: 30080}]`,
    ),
    ask: { from: laptop, to: 'node/kind-control-plane:30080' },
    verdict: 'dropped',
    clientSees: 'timeout',
    but: {
      ipvs: {
        verdict: 'delivered',
        clientSees: 'connected',
        source: 'pkg/proxy/ipvs/proxier.go syncEndpoint: all endpoints where there is no local one',
      },
    },
  },
  {
    field: 'internalTrafficPolicy: Local, from a node with an endpoint',
    yaml: S(`internalTrafficPolicy: Local, ${WEB}, ${PORT}`),
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
    endpoints: ['default/web-1'],
  },
  {
    field: 'internalTrafficPolicy: Local, from a node without',
    yaml: S(`internalTrafficPolicy: Local, selector: {app: far}, ${PORT}`) + POD('far-1', 'kind-worker2', ''),
    ask: { from: client, to: 's:80' },
    verdict: 'dropped',
    clientSees: 'timeout',
    but: {
      ipvs: {
        verdict: 'rejected',
        clientSees: 'refused',
        source:
          'pkg/proxy/serviceport.go UsesClusterEndpoints: a Service with no way in from outside has no other endpoints to fall back on; IPVS refuses what has no real server',
      },
    },
  },
  {
    field: 'sessionAffinity: None',
    yaml: S(`${WEB}, ${PORT}`),
    ask: { from: client, to: 's:80', count: 12 },
    verdict: 'delivered',
    clientSees: 'connected',
    reached: 'several',
  },
  {
    field: 'sessionAffinity: ClientIP',
    yaml: S(`sessionAffinity: ClientIP, ${WEB}, ${PORT}`),
    ask: { from: client, to: 's:80', count: 12, endpoint: 'default/web-2' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-2',
    reached: 'one',
  },
  {
    field: 'sessionAffinityConfig.clientIP.timeoutSeconds, each connection within it',
    yaml: S(
      `sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}}, ${WEB}, ${PORT}`,
    ),
    ask: { from: client, to: 's:80', count: 12, interval: 8 },
    verdict: 'delivered',
    clientSees: 'connected',
    reached: 'one',
  },
  {
    field: 'sessionAffinityConfig.clientIP.timeoutSeconds, each connection after it',
    yaml: S(
      `sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}}, ${WEB}, ${PORT}`,
    ),
    // In ipvs mode longer than a closed connection stays in the table (120 s) and holds its template there.
    ask: { from: client, to: 's:80', count: 12, interval: 200 },
    verdict: 'delivered',
    clientSees: 'connected',
    reached: 'several',
  },
  {
    field: 'publishNotReadyAddresses: false',
    yaml:
      S(`selector: {app: late}, ${PORT}`) +
      POD(
        'late-1',
        'kind-worker2',
        'status: {phase: Running, conditions: [{type: Ready, status: "False"}]}\n',
      ),
    ask: { from: client, to: 's:80' },
    verdict: 'rejected',
    clientSees: 'refused',
  },
  {
    field: 'publishNotReadyAddresses: true',
    yaml:
      S(`publishNotReadyAddresses: true, selector: {app: late}, ${PORT}`) +
      POD(
        'late-1',
        'kind-worker2',
        'status: {phase: Running, conditions: [{type: Ready, status: "False"}]}\n',
      ),
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/late-1',
  },
  {
    field: 'endpoints that are terminating, and no others',
    yaml: `${S(PORT)}---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s-1, labels: {kubernetes.io/service-name: s}}
addressType: IPv4
ports: [{name: "", port: 9090}]
endpoints:
  - {addresses: [10.244.1.3], nodeName: kind-worker, conditions: {ready: false, serving: true, terminating: true}}
`,
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
  },
  {
    field: 'no selector, an EndpointSlice to a host outside',
    yaml: `${S('ports: [{port: 80}]')}---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s-1, labels: {kubernetes.io/service-name: s}}
addressType: IPv4
ports: [{name: "", port: 80}]
endpoints: [{addresses: [203.0.113.80]}]
`,
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'external/shop',
    sees: '172.18.0.3',
  },
  {
    field: 'no selector, Endpoints',
    yaml: `${S('ports: [{port: 80}]')}---
apiVersion: v1
kind: Endpoints
metadata: {name: s}
subsets: [{addresses: [{ip: 203.0.113.80}], ports: [{port: 80}]}]
`,
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'external/shop',
  },
  {
    field: 'type: ExternalName',
    yaml: S('type: ExternalName, externalName: shop.example'),
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'external/shop',
    sees: '172.18.0.3',
    endpoints: [],
  },
  {
    field: 'externalIPs, from a host that routes them to a node',
    yaml: S(`externalIPs: [192.0.2.9], ${WEB}, ${PORT}`),
    ask: { from: laptop, to: '192.0.2.9:80', endpoint: 'default/web-1' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
    sees: '10.244.1.1',
  },
  {
    field: 'externalIPs, from a pod',
    yaml: S(`externalIPs: [192.0.2.9], ${WEB}, ${PORT}`),
    ask: { from: client, to: '192.0.2.9:80', endpoint: 'default/web-2' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-2',
  },
  {
    field: 'type: LoadBalancer, loadBalancerIP',
    yaml: S(`${LB}, ${PORT}`),
    ask: { from: laptop, to: VIP },
    verdict: 'delivered',
    clientSees: 'connected',
    endpoints: ['default/web-1', 'default/web-2'],
  },
  {
    field: 'type: LoadBalancer, from the internet',
    yaml: S(`${LB}, ${PORT}`),
    ask: { from: 'external/internet', to: VIP },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  {
    field: 'type: LoadBalancer, a port that it does not have',
    yaml: S(`${LB}, ${PORT}`),
    ask: { from: laptop, to: '172.18.255.200:81' },
    verdict: 'dropped',
    clientSees: 'timeout',
  },
  {
    field: 'type: LoadBalancer, from a pod: the short cut',
    yaml: S(`${LB}, externalTrafficPolicy: Local, ${PORT}`),
    ask: { from: client, to: VIP, endpoint: 'default/web-2' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-2',
    sees: 'default/client',
    but: {
      ipvs: {
        ask: { endpoint: undefined },
        verdict: 'delivered',
        clientSees: 'connected',
        source:
          'pkg/proxy/ipvs/proxier.go syncEndpoint: the address has this node’s endpoints alone, for pods too',
      },
    },
  },
  {
    field: 'type: LoadBalancer, externalTrafficPolicy: Local',
    yaml: S(`${LB}, externalTrafficPolicy: Local, ${PORT}`),
    ask: { from: laptop, to: VIP, endpoint: 'default/web-2' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-2',
    sees: '172.18.0.100',
  },
  {
    field: 'type: LoadBalancer without endpoints',
    yaml: S(`${LB.replace('web', 'nobody')}, ${PORT}`),
    ask: { from: laptop, to: VIP },
    verdict: 'rejected',
    clientSees: 'refused',
  },
  {
    field: 'type: LoadBalancer, externalTrafficPolicy: Local without endpoints: no node is healthy',
    yaml: S(`${LB.replace('web', 'nobody')}, externalTrafficPolicy: Local, ${PORT}`),
    ask: { from: laptop, to: VIP },
    verdict: 'dropped',
    clientSees: 'timeout',
  },
  {
    field: 'healthCheckNodePort, a node with an endpoint',
    yaml: S(`${LB}, externalTrafficPolicy: Local, healthCheckNodePort: 30900, ${PORT}`),
    ask: { from: laptop, tool: 'curl', to: 'http://172.18.0.3:30900/' },
    verdict: 'delivered',
    clientSees: 'http',
    status: 200,
  },
  {
    field: 'healthCheckNodePort, a node without',
    yaml: S(`${LB}, externalTrafficPolicy: Local, healthCheckNodePort: 30900, ${PORT}`),
    ask: { from: laptop, tool: 'curl', to: 'http://172.18.0.2:30900/' },
    verdict: 'delivered',
    clientSees: 'http',
    status: 503,
  },
  {
    field: 'allocateLoadBalancerNodePorts: false',
    yaml: S(`${LB}, allocateLoadBalancerNodePorts: false, ${PORT}`),
    ask: { from: laptop, to: VIP },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  {
    field: 'loadBalancerSourceRanges, inside',
    yaml: S(`${LB}, loadBalancerSourceRanges: [172.18.0.100/32], ${PORT}`),
    ask: { from: laptop, to: VIP },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  {
    field: 'loadBalancerSourceRanges, outside',
    yaml: S(`${LB}, loadBalancerSourceRanges: [172.18.0.100/32], ${PORT}`),
    ask: { from: 'external/office', to: VIP },
    verdict: 'dropped',
    clientSees: 'timeout',
  },
  {
    field: 'loadBalancerSourceRanges of the other family alone: no firewall for this one',
    yaml: S(`${LB}, loadBalancerSourceRanges: ["2001:db8::/32"], ${PORT}`),
    ask: { from: laptop, to: VIP },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  {
    field: 'loadBalancerSourceRanges do not guard node ports',
    yaml: S(
      `${LB}, loadBalancerSourceRanges: [172.18.0.100/32], ports: [{port: 80, targetPort: 9090, nodePort: 30080}]`,
    ),
    ask: { from: 'external/office', to: 'node/kind-worker:30080' },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  {
    field: 'loadBalancerClass that proxies: the client address is lost whatever the policy',
    yaml: S(`${LB}, loadBalancerClass: packetwalk.dev/proxy, externalTrafficPolicy: Local, ${PORT}`),
    ask: { from: laptop, to: VIP, endpoint: 'default/web-1' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
    sees: '172.18.255.200',
  },
  {
    field: 'loadBalancerSourceRanges at a proxying load balancer',
    yaml: S(
      `${LB}, loadBalancerClass: packetwalk.dev/proxy, loadBalancerSourceRanges: [172.18.0.100/32], ${PORT}`,
    ),
    ask: { from: 'external/office', to: VIP },
    verdict: 'dropped',
    clientSees: 'timeout',
  },
  {
    field: 'loadBalancerClass that nobody answers for: pending',
    yaml: S(`${LB}, loadBalancerClass: example.com/lb, ${PORT}`),
    ask: { from: laptop, to: VIP },
    verdict: 'unroutable',
    clientSees: 'unreachable',
  },
  {
    field: 'status.loadBalancer.ingress that is written, of another network',
    yaml: `${S(`type: LoadBalancer, ${WEB}, ${PORT}`)}status: {loadBalancer: {ingress: [{ip: 198.51.100.7}]}}\n`,
    ask: { from: 'external/internet', to: '198.51.100.7:80' },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  {
    field: 'status.loadBalancer.ingress.ipMode: Proxy, from a pod: out to the load balancer',
    yaml: `${S(`type: LoadBalancer, ${WEB}, ${PORT}`)}status: {loadBalancer: {ingress: [{ip: 172.18.255.200, ipMode: Proxy}]}}\n`,
    ask: { from: client, to: VIP },
    verdict: 'delivered',
    clientSees: 'connected',
  },
  ...(['PreferClose', 'PreferSameZone', 'PreferSameNode'] as const).map(
    (value): Row => ({
      field: `trafficDistribution: ${value}`,
      yaml: S(`trafficDistribution: ${value}, ${WEB}, ${PORT}`),
      ask: { from: client, to: 's:80' },
      verdict: 'delivered',
      clientSees: 'connected',
      at: 'default/web-1',
      endpoints: ['default/web-1'],
    }),
  ),
  {
    field: 'trafficDistribution: PreferSameZone, a zone without endpoints',
    yaml:
      S(`trafficDistribution: PreferSameZone, selector: {app: far}, ${PORT}`) +
      POD('far-1', 'kind-worker2', ''),
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/far-1',
  },
  {
    field: 'service.kubernetes.io/topology-mode: Auto',
    yaml: S(`${WEB}, ${PORT}`, ', annotations: {service.kubernetes.io/topology-mode: Auto}'),
    ask: { from: client, to: 's:80' },
    verdict: 'delivered',
    clientSees: 'connected',
    at: 'default/web-1',
    endpoints: ['default/web-1'],
  },
];

/** `none` is no mode: nobody serves Services there. */
const modes = proxyPlugins.map((plugin) => plugin.id).filter((id) => id !== 'none');

describe.each(modes)('kube-proxy in %s mode', (mode) => {
  const worlds = new Map<string, Simulation>();
  const build = (yaml: string): Simulation => {
    let known = worlds.get(yaml);
    if (known === undefined) {
      known = simulate({ files: [{ name: 'a.yaml', text: `${CLUSTER(mode)}${yaml}` }] });
      worlds.set(yaml, known);
    }
    return known;
  };
  beforeAll(() => worlds.clear());

  it.each(rows.map((row) => [row.field, row] as const))('%s', (_, row) => {
    const simulation = build(row.yaml);
    const problems = simulation.diagnostics.filter((d) => d.severity === 'error');
    expect(problems).toEqual([]);
    const expected = row.but?.[mode] ?? row;
    const probe: ProbeSpec = { from: client, tool: 'nc', ...row.ask, ...expected.ask };
    const trace = walk(simulation, probe);
    expect({ verdict: trace.verdict, clientSees: trace.clientSees }).toEqual({
      verdict: expected.verdict,
      clientSees: expected.clientSees,
    });
    if (row.status !== undefined) expect(trace.http?.status).toBe(row.status);
    if (expected !== row) return;
    if (row.at !== undefined) {
      const { netns = '', port = 0 } = trace.server ?? {};
      expect(row.at.includes(':') ? `${netns}:${port}` : netns).toBe(row.at);
    }
    if (row.sees !== undefined) {
      const pod = simulation.cluster.pods.find((p) => `${p.namespace}/${p.name}` === row.sees);
      expect(trace.server?.sees.ip).toBe(pod?.ips[0] ?? row.sees);
    }
    if (row.reached !== undefined) {
      const pods = new Set(trace.connections?.map((c) => c.server?.netns));
      expect(pods.size === 1 ? 'one' : 'several').toBe(row.reached);
    }
    if (row.endpoints !== undefined) {
      const met = new Set<string>();
      for (let seed = 1; seed <= 12; seed++) {
        const { choices } = walk(simulation, { ...probe, endpoint: undefined, seed });
        for (const c of choices) for (const o of c.options) if (o.pod !== undefined) met.add(o.pod);
      }
      expect([...met].filter((pod) => !pod.startsWith('kube-system/')).sort()).toEqual(row.endpoints);
    }
  });
});
