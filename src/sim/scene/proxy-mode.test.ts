import { beforeAll, expect, test } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../simulate.ts';
import { clientAndWeb } from './client-and-web-fixture.ts';
import { frames } from './frames.ts';
import { planScene } from './plan.ts';
import { projectScene } from './project.ts';

beforeAll(loadAllPlugins);

const scenario = (mode: string): string => `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}]
networking: {kubeProxyMode: ${mode}}
---
${clientAndWeb()}`;

test.each([
  ['ipvs', 'kube-ipvs0', undefined, 'INPUT'],
  ['iptables', undefined, undefined, 'PREROUTING'],
  ['nftables', undefined, 'nat-prerouting', 'PREROUTING'],
])('in %s mode the plate stands at %s or in %s, and its row is set at %s', (mode, device, chain, hook) => {
  const simulation = simulate({ files: [{ name: 'a.yaml', text: scenario(mode) }] });
  const scene = projectScene(simulation.cluster, simulation.world);
  const room = scene.rooms.find((r) => r.name === 'kind-worker');
  expect(room?.ipvsDevice).toBe(device);
  expect(room?.nftChains?.PREROUTING).toBe(chain);
  const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web' });
  const plates = frames(planScene(scene, { trace }), trace).flatMap((f) => f.plates);
  expect(new Set(plates.filter((p) => p.service === 'default/web').map((p) => p.hook))).toEqual(
    new Set([hook]),
  );
});
