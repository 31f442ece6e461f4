/** Walks in IPv6, alone and beside IPv4: the picture says the addresses that the packet has. */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../simulate.ts';
import { clientAndWeb } from './client-and-web-fixture.ts';
import { frames } from './frames.ts';
import { wayBetween } from './net-graph.ts';
import { planScene } from './plan.ts';
import type { Plan } from './planned.ts';
import { projectScene } from './project.ts';

beforeAll(loadAllPlugins);

const scenario = (ipFamily: string, policy = ''): string => `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}]
networking: {ipFamily: ${ipFamily}}
---
${clientAndWeb(policy)}`;

function look(text: string, to: string) {
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const scene = projectScene(simulation.cluster, simulation.world);
  const [first = '', second = ''] =
    simulation.cluster.services.find((s) => s.name === 'web')?.clusterIPs ?? [];
  const target = to === 'second' ? `http://[${second}]` : to === 'first' ? `http://${first}` : to;
  const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: target });
  const plan = planScene(scene, { trace });
  return { trace, plan, frames: frames(plan, trace) };
}

const plateOf = (plan: Plan, service: string) =>
  plan.rooms
    .find((r) => r.room.name === 'kind-worker')
    ?.plate?.sections.find((s) => s.service.id === service);
const ipOf = (plan: Plan, pod: string) => plan.pods.find((p) => p.id === pod)?.pod.ip;

describe('IPv6', () => {
  test('the chosen row, the plate and the pod have one address, with brackets only before a port', () => {
    const { trace, plan, frames: all } = look(scenario('ipv6'), 'http://web');
    expect(trace.verdict).toBe('delivered');
    const chosen = all.flatMap((f) => f.plates).find((p) => p.service === 'default/web');
    expect(chosen?.to).toBe(`[${ipOf(plan, 'default/web')}]:80`);
    expect(plateOf(plan, 'default/web')?.rows.map((r) => r.endpoint.ip)).toEqual([ipOf(plan, 'default/web')]);
    expect(plateOf(plan, 'default/web')?.address).toMatch(/^\[fd00:10:96::.+\]:80$/);
  });

  test('pods are wider where their addresses are longer, and do not overlap', () => {
    const of = (family: string) => look(scenario(family), 'http://web').plan.pods.map((p) => p.box);
    const four = of('ipv4').toSorted((a, b) => a.x - b.x);
    const six = of('ipv6').toSorted((a, b) => a.x - b.x);
    expect(four.map((b) => b.w)).toEqual(four.map(() => 92));
    for (const [i, b] of six.entries()) {
      expect(b.w).toBeGreaterThan(110);
      const next = six[i + 1];
      if (next !== undefined) expect(next.x).toBeGreaterThan(b.x + b.w);
    }
  });
});

describe('dual stack', () => {
  const text = scenario('dual', 'ipFamilyPolicy: RequireDualStack,');

  test.each([
    ['first', /^10\.96\./, /^10\.244\./],
    ['second', /^\[fd00:10:96:/, /^fd00:10:244:/],
  ])('%s: Service, endpoints and pods in the family of the walk', (to, address, ip) => {
    const { trace, plan } = look(text, to);
    expect(trace.verdict).toBe('delivered');
    const plate = plateOf(plan, 'default/web');
    expect(plate?.address).toMatch(address);
    expect(plate?.rows).toHaveLength(1);
    expect(plate?.more).toBe(0);
    expect(plate?.rows[0]?.endpoint.ip).toMatch(ip);
    expect(ipOf(plan, 'default/web')).toBe(plate?.rows[0]?.endpoint.ip);
    expect(ipOf(plan, 'default/client')).toMatch(ip);
  });
});

test('two tunnel devices of one node: each has its own way, square and clear of the other', () => {
  const { plan } = look(scenario('dual', 'ipFamilyPolicy: RequireDualStack,'), 'second');
  for (const room of plan.rooms.filter((r) => !r.folded)) {
    const tunnels = plan.devices.filter((d) => d.netns === room.room.id && d.device.kind === 'tunnel');
    expect(tunnels).toHaveLength(2);
    for (const { device, box } of tunnels) {
      expect(box.x).toBeGreaterThan(room.box.x);
      expect(box.x + box.w).toBeLessThan(room.box.x + room.box.w);
      const way = [
        ...wayBetween(plan.graph, `route:${room.room.id}`, `dev:${room.room.id}/${device.name}`, (id) =>
          id.startsWith('mid:'),
        ),
        ...wayBetween(plan.graph, `dev:${room.room.id}/${device.name}`, `dev:${room.room.id}/eth0`, (id) =>
          id.startsWith('corner:'),
        ),
      ];
      const other = tunnels.find((t) => t.device !== device)?.box;
      way.forEach((p, i) => {
        const before = way[i - 1];
        if (before !== undefined) expect(p.x === before.x || p.y === before.y).toBe(true);
        if (other === undefined || before === undefined) return;
        const inside = (v: number, from: number, size: number): boolean => v > from && v < from + size;
        const crosses =
          p.y === before.y &&
          inside(p.y, other.y, other.h) &&
          Math.min(p.x, before.x) < other.x &&
          Math.max(p.x, before.x) > other.x + other.w;
        expect(crosses).toBe(false);
      });
    }
  }
});
