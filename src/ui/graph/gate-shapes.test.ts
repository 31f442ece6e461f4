import { expect, test } from 'vitest';
import { graph as en } from '../../i18n/graph.en.ts';
import { graph as ko } from '../../i18n/graph.ko.ts';
import { frames } from '../../sim/scene/frames.ts';
import { planScene } from '../../sim/scene/plan.ts';
import { projectScene } from '../../sim/scene/project.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { gateCard } from './gate-shapes.ts';

const scenario = (faults: string, service: string): string => `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
external: [{name: laptop, ip: 172.18.0.100}]
faults: [${faults}]
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: curl, image: curlimages/curl}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: nginx, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, type: NodePort, ports: [{port: 80, nodePort: 30080}], ${service}}
`;

function cardOf(text: string, from: string, to: string, words = en) {
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const scene = projectScene(simulation.cluster, simulation.world);
  const trace = walk(simulation, { from, tool: 'curl', to });
  const plan = planScene(scene, { trace });
  const frame = frames(plan, trace).find((f) => f.bad);
  const gate = frame?.gates.at(-1);
  if (frame === undefined || gate === undefined) throw new Error('nothing was stopped');
  const { box, shapes } = gateCard(plan, gate, frame, words);
  return { box, room: plan.rooms.find((r) => r.room.id === gate.room), text: JSON.stringify(shapes) };
}

test('a card beside the line names what stopped the packet, where a switch of the kernel did', () => {
  const text = scenario('{fault: ip-forward-off, node: kind-worker}', 'clusterIP: 10.96.7.7');
  for (const words of [en, ko]) {
    const card = cardOf(text, 'default/client', 'http://10.96.7.7', words);
    expect(card.text).toContain('net.ipv4.ip_forward = 0');
    expect(card.text).not.toContain(words.endsHere);
  }
});

test('what is stopped on its way in to the node leaves the node’s own box free', () => {
  const text = scenario('', 'externalTrafficPolicy: Local');
  const { box, room } = cardOf(text, 'external/laptop', 'http://172.18.0.3:30080');
  expect(room?.local.w).toBeGreaterThan(0);
  expect(box.y + box.h).toBeLessThanOrEqual(room?.local.y ?? 0);
});
