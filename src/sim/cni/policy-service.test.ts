/**
 * Policies and Services: what a policy sees of a connection that NAT changes on the way. DNAT comes first everywhere, so
 * peers and ports are the pod's; a NodePort's source is the client or the node that took it in, as the traffic policy says.
 */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../simulate.ts';
import { cniRegistry } from './registry.ts';

const CLIENT = '172.18.0.100';

const cluster = (cni: string, traffic: string): string => `
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external: [{name: laptop, ip: ${CLIENT}}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker, containers: [{name: main, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {nodeName: kind-worker2, containers: [{name: main, image: example.com/app}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  clusterIP: 10.96.20.20
  externalTrafficPolicy: ${traffic}
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
`;

const policy = (spec: string): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p}
spec: ${spec}
`;

const WEB = 'podSelector: {matchLabels: {app: web}}';
const OUT = 'podSelector: {matchLabels: {app: client}}, policyTypes: [Egress]';
const FROM_CLIENT = `{${WEB}, ingress: [{from: [{ipBlock: {cidr: ${CLIENT}/32}}]}]}`;
/** A packet for another node's pod leaves the node that took it in with an address of that node. */
const NODES = `{${WEB}, ingress: [{from: [{ipBlock: {cidr: 172.18.0.0/28}}, {ipBlock: {cidr: 10.244.0.0/16}}]}]}`;

interface Row {
  readonly name: string;
  readonly spec: string;
  readonly from: string;
  readonly to: string;
  readonly traffic?: 'Local';
  readonly allowed: boolean;
}

const ROWS: readonly Row[] = [
  {
    name: 'an ingress rule that names the Service’s port admits nothing',
    spec: `{${WEB}, ingress: [{ports: [{port: 80}]}]}`,
    from: 'default/client',
    to: '10.96.20.20:80',
    allowed: false,
  },
  {
    name: 'an ingress rule names the pod’s port',
    spec: `{${WEB}, ingress: [{ports: [{port: 8080}]}]}`,
    from: 'default/client',
    to: '10.96.20.20:80',
    allowed: true,
  },
  {
    name: 'an egress rule that names the Service’s port admits nothing',
    spec: `{${OUT}, egress: [{to: [{podSelector: {}}], ports: [{port: 80}]}]}`,
    from: 'default/client',
    to: '10.96.20.20:80',
    allowed: false,
  },
  {
    name: 'an egress rule names the pod’s port',
    spec: `{${OUT}, egress: [{to: [{podSelector: {}}], ports: [{port: 8080}]}]}`,
    from: 'default/client',
    to: '10.96.20.20:80',
    allowed: true,
  },
  {
    name: 'an egress ipBlock around the ClusterIP admits nothing',
    spec: `{${OUT}, egress: [{to: [{ipBlock: {cidr: 10.96.0.0/16}}]}]}`,
    from: 'default/client',
    to: '10.96.20.20:80',
    allowed: false,
  },
  {
    name: 'NodePort, externalTrafficPolicy Local: the pod sees the client',
    spec: FROM_CLIENT,
    from: 'external/laptop',
    to: 'node/kind-worker:30080',
    traffic: 'Local',
    allowed: true,
  },
  {
    name: 'NodePort at another node: the client’s address is gone',
    spec: FROM_CLIENT,
    from: 'external/laptop',
    to: 'node/kind-worker2:30080',
    allowed: false,
  },
  {
    name: 'a rule for the nodes does not admit a client whose address is kept',
    spec: NODES,
    from: 'external/laptop',
    to: 'node/kind-worker:30080',
    traffic: 'Local',
    allowed: false,
  },
];

const enforcing = cniRegistry.filter((cni) => cni.enforcesNetworkPolicy).map(({ id }) => id);

describe.each(enforcing)('%s', (cni) => {
  it.each(ROWS)('$name', ({ spec, from, to, traffic, allowed }) => {
    const text = `${cluster(cni, traffic ?? 'Cluster')}${policy(spec)}`;
    const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
    expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const trace = walk(simulation, { from, to, tool: 'nc' });
    expect([trace.verdict, trace.reason.code]).toEqual(
      allowed ? ['delivered', expect.anything()] : ['dropped', 'policy.deny'],
    );
  });
});
