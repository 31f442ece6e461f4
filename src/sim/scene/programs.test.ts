/** Services that programs serve out of maps: who stands on the plate, and which row is set where. */
import { beforeAll, expect, test } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../simulate.ts';
import { clientAndWeb } from './client-and-web-fixture.ts';
import { frames } from './frames.ts';
import { planNarrow } from './plan-narrow.ts';
import { planScene } from './plan.ts';
import { projectScene } from './project.ts';

beforeAll(loadAllPlugins);

const scenario = (cni: string, mode: string): string => `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}]
networking: {kubeProxyMode: ${mode}}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
---
${clientAndWeb()}`;

const cilium = (replacement: boolean): string =>
  `{name: cilium, options: {kubeProxyReplacement: "${replacement}"}}`;

function look(cni: string, mode: string) {
  const simulation = simulate({ files: [{ name: 'a.yaml', text: scenario(cni, mode) }] });
  const scene = projectScene(simulation.cluster, simulation.world);
  const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web' });
  const plan = planScene(scene, { trace });
  return { scene, trace, plan, room: plan.rooms.find((r) => r.room.name === 'kind-worker') };
}

test.each([
  ['on socket calls', cilium(true), 'none', 'cil_sock4_connect', 'eBPF'],
  ['on the packets of pods', cilium(false), 'iptables', 'cil_from_container', 'eBPF'],
  ['in a switch', 'antrea', 'iptables', 'br-int', 'OpenFlow'],
])('%s: the plate names the program, and its row stays set on the way', (_name, cni, mode, program, how) => {
  const { trace, plan, room } = look(cni, mode);
  expect(trace.verdict).toBe('delivered');
  expect(room?.room.servedBy).toEqual({ name: program, how });
  expect(room?.plate?.sections.map((s) => s.service.id)).toContain('default/web');
  const all = frames(plan, trace);
  const delivered = all[trace.decidedBy ?? -1];
  const state = delivered?.plates.find((p) => p.service === 'default/web');
  expect(state).toMatchObject({ room: 'node/kind-worker', hook: program });
  expect(state?.to).toBe(`${plan.pods.find((p) => p.id === 'default/web')?.pod.ip}:80`);
});

test('a program is marked on the devices that it is attached to, and nowhere else', () => {
  const marked = (cni: string, mode: string) =>
    look(cni, mode)
      .room?.room.devices.filter((d) => d.program !== undefined)
      .map((d) => d.kind) ?? [];
  expect(new Set(marked(cilium(true), 'none'))).toEqual(new Set(['ethernet', 'veth', 'tunnel']));
  expect(marked('flannel', 'iptables')).toEqual([]);
});

test('where nobody serves Services no plate stands, on a phone neither', () => {
  const { scene, trace, plan } = look('flannel', 'none');
  expect(scene.rulesBy).toBeUndefined();
  expect(plan.rooms.filter((r) => r.plate !== undefined)).toEqual([]);
  const narrow = planNarrow(scene, undefined, 0);
  expect(narrow?.rooms.filter((r) => r.plate !== undefined)).toEqual([]);
  expect(trace.verdict).not.toBe('delivered');
});
