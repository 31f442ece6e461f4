import { beforeAll, expect, test } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../simulate.ts';
import { planScene } from './plan.ts';
import { projectScene } from './project.ts';

beforeAll(loadAllPlugins);

const scenario = (cni: string, service: string): string => `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes:
  - {role: control-plane}
  - {role: worker, labels: {topology.kubernetes.io/zone: a}}
  - {role: worker, labels: {topology.kubernetes.io/zone: b}}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Pod
metadata: {name: near, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}], ${service}}
`;

/** The pods on each worker's plate for the Service, and those that a walk from that node's pod chose from. */
function plates(text: string): Record<string, { readonly drawn: unknown; readonly asked: unknown }> {
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const scene = projectScene(simulation.cluster, simulation.world);
  return Object.fromEntries(
    (['kind-worker', 'kind-worker2'] as const).map((node) => {
      const from = node === 'kind-worker' ? 'default/near' : 'default/far';
      const trace = walk(simulation, { from, tool: 'curl', to: 'http://web' });
      const room = planScene(scene, { trace }).rooms.find((r) => r.room.name === node);
      const section = room?.plate?.sections.find((s) => s.service.id === 'default/web');
      const choice = trace.choices.find((c) => c.service.startsWith('default/web'));
      return [
        node,
        {
          drawn: section?.rows.map((r) => r.endpoint.pod).toSorted(),
          asked: choice?.options.map((o) => o.pod).toSorted(),
        },
      ];
    }),
  );
}

const both = ['default/far', 'default/near'];

test.each([
  ['flannel', 'trafficDistribution: PreferSameZone', ['default/near'], ['default/far']],
  ['flannel', 'internalTrafficPolicy: Local', ['default/near'], ['default/far']],
  ['flannel', 'internalTrafficPolicy: Cluster', both, both],
  // Its service topology is off by default.
  ['cilium', 'trafficDistribution: PreferSameZone', both, both],
  ['cilium', 'internalTrafficPolicy: Local', ['default/near'], ['default/far']],
])('%s, %s: a plate shows the endpoints that its node chooses from', (cni, service, near, far) => {
  expect(plates(scenario(cni, service))).toEqual({
    'kind-worker': { drawn: near, asked: near },
    'kind-worker2': { drawn: far, asked: far },
  });
});

/** What each worker's plate says of the Service when somebody asks `to`. */
function said(text: string, from: string, to: string): unknown {
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const scene = projectScene(simulation.cluster, simulation.world);
  const trace = walk(simulation, { from, tool: 'curl', to });
  const sections = planScene(scene, { trace }).rooms.flatMap((r) =>
    r.room.role === 'worker' ? (r.plate?.sections ?? []).filter((s) => s.service.id === 'default/web') : [],
  );
  return sections.map((s) => [s.address, s.own, ...s.rows.map((r) => r.endpoint.pod).toSorted()]);
}

test.each(['Local', 'Cluster'])(
  'externalTrafficPolicy: %s is seen on the plates from outside only',
  (policy) => {
    const text = scenario(
      'flannel',
      `type: NodePort, externalTrafficPolicy: ${policy}, clusterIP: 10.96.7.7`,
    ).replace('{port: 80}', '{port: 80, nodePort: 30080}');
    const local = policy === 'Local';
    expect(said(text, 'external/laptop', 'http://172.18.0.3:30080')).toEqual([
      ['172.18.0.3:30080', local, ...(local ? ['default/near'] : both)],
      ['172.18.0.4:30080', local, ...(local ? ['default/far'] : both)],
    ]);
    // A pod of this cluster gets any of them, by the node port too.
    for (const to of ['http://10.96.7.7', 'http://172.18.0.3:30080']) {
      expect(said(text, 'default/near', to)).toEqual([
        ['10.96.7.7:80', false, ...both],
        ['10.96.7.7:80', false, ...both],
      ]);
    }
  },
);
