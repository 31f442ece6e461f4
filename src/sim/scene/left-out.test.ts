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
