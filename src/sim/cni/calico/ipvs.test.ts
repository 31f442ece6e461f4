/** Policies hold through IPVS: packets that pass INPUT and OUTPUT instead of FORWARD are policed all the same. */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadAllPlugins, type Simulation, simulate, walk } from '../../simulate.ts';

beforeAll(loadAllPlugins);

const pod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {type: NodePort, selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080}]}
`;

function build(mode: string, policy: string): Simulation {
  return simulate({
    files: [
      {
        name: 'cluster.yaml',
        text: [
          `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}, {role: worker}]\nnetworking: {kubeProxyMode: ${mode}}\n`,
          'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\nexternal: [{name: laptop, ip: 172.18.0.100}]\n',
          pod('client', 'kind-worker'),
          pod('near', 'kind-worker'),
          pod('far', 'kind-worker2'),
          `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: it}\nspec: ${policy}\n`,
        ].join('---\n'),
      },
    ],
  });
}

const nodePort = (simulation: Simulation, name: string): number =>
  simulation.cluster.services.find((s) => s.name === name)?.ports[0]?.nodePort ?? 0;

const POLICIES: readonly (readonly [string, string])[] = [
  ['none that selects', '{podSelector: {matchLabels: {app: nobody}}}'],
  [
    'egress to one pod',
    '{podSelector: {matchLabels: {app: client}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: near}}}], ports: [{port: 8080}]}]}',
  ],
  [
    'egress to the Service’s port, which is not the pod’s',
    '{podSelector: {matchLabels: {app: client}}, policyTypes: [Egress], egress: [{ports: [{port: 80}]}]}',
  ],
  ['no egress', '{podSelector: {matchLabels: {app: client}}, policyTypes: [Egress]}'],
  ['no ingress to the pod on the client’s node', '{podSelector: {matchLabels: {app: near}}}'],
  ['no ingress to the pod on the other node', '{podSelector: {matchLabels: {app: far}}}'],
  [
    'ingress from the client',
    '{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]}',
  ],
  [
    'ingress from the nodes’ network',
    '{podSelector: {matchLabels: {app: near}}, ingress: [{from: [{ipBlock: {cidr: 172.18.0.0/16}}]}]}',
  ],
];

describe.each(POLICIES)('%s', (_, policy) => {
  test.each([
    ['default/client', 'near', 'clusterIP'],
    ['default/client', 'far', 'clusterIP'],
    ['default/client', 'client', 'clusterIP'],
    ['default/far', 'near', 'clusterIP'],
    ['external/laptop', 'near', 'kind-worker'],
    ['external/laptop', 'far', 'kind-worker'],
    ['default/client', 'far', 'kind-worker'],
    ['node/kind-worker', 'near', 'clusterIP'],
    ['node/kind-worker', 'far', 'clusterIP'],
  ])('from %s to %s by %s: as in the iptables mode', (from, name, by) => {
    const told = ['iptables', 'ipvs'].map((mode) => {
      const simulation = build(mode, policy);
      const service = simulation.cluster.services.find((s) => s.name === name);
      const node = simulation.cluster.nodes.find((n) => n.name === by);
      const to =
        by === 'clusterIP' ? `${service?.clusterIPs[0]}:80` : `${node?.ips[0]}:${nodePort(simulation, name)}`;
      const trace = walk(simulation, { from, tool: 'nc', to });
      return {
        verdict: trace.verdict,
        clientSees: trace.clientSees,
        policy: trace.policy,
        server: trace.server?.netns,
        sees: trace.server?.sees.ip,
        reason: trace.reason.code,
      };
    });
    expect(told[1]).toEqual(told[0]);
  });
});
