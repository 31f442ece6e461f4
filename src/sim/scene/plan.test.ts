import { describe, expect, test } from 'vitest';
import { simulate, walk } from '../simulate.ts';
import { shownSteps } from './lens.ts';
import { wayBetween } from './net-graph.ts';
import { planNarrow } from './plan-narrow.ts';
import { planScene } from './plan.ts';
import type { Box, Plan } from './planned.ts';
import { projectScene } from './project.ts';
import type { Scene } from './scene.ts';

const cluster = (workers: number, cni: string): string => `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes:
- role: control-plane
${'- role: worker\n'.repeat(workers)}---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
`;
const deployment = (name: string, replicas: number): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: nginx, image: nginx}]}
`;
const service = (name: string): string => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
`;
const client = `---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: curl, image: curlimages/curl}]}
`;

function sceneOf(text: string): { scene: Scene; simulation: ReturnType<typeof simulate> } {
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  return { scene: projectScene(simulation.cluster, simulation.world), simulation };
}

const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function expectTidy(plan: Plan, name: string): void {
  const groups: Record<string, readonly { id: string; box: Box }[]> = {
    rooms: plan.rooms.map((r) => ({ id: r.room.id, box: r.box })),
    pods: plan.pods,
    pills: plan.pills.map((p) => ({ id: p.service.id, box: p.box })),
    hosts: plan.hosts,
    devices: plan.devices.map((d) => ({ id: `${d.netns} ${d.device.name}`, box: d.box })),
  };
  for (const [group, things] of Object.entries(groups)) {
    things.forEach((a, i) => {
      expect(a.box.x, `${name} ${group} ${a.id}`).toBeGreaterThanOrEqual(0);
      expect(a.box.x + a.box.w, `${name} ${group} ${a.id}`).toBeLessThanOrEqual(plan.width);
      expect(a.box.y + a.box.h, `${name} ${group} ${a.id}`).toBeLessThanOrEqual(plan.height);
      for (const b of things.slice(i + 1))
        expect(overlaps(a.box, b.box), `${name}: ${a.id} on ${b.id}`).toBe(false);
    });
  }
}

const SMALL = deployment('web', 2) + service('web') + client;
const CROWD =
  deployment('web', 12) +
  deployment('batch', 30) +
  deployment('api', 18) +
  service('web') +
  service('api') +
  client;

describe('planScene', () => {
  for (const cni of ['flannel', 'calico', 'kubenet']) {
    for (const [name, text, workers] of [
      ['one node', SMALL, 1],
      ['two nodes', SMALL, 2],
      ['a crowd', CROWD, 5],
      ['ten nodes', CROWD, 10],
    ] as const) {
      test(`nothing lies on anything else: ${name}, ${cni}`, () => {
        const { scene, simulation } = sceneOf(cluster(workers, cni) + text);
        expectTidy(planScene(scene), `${name} at rest`);
        const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web/' });
        const plan = planScene(scene, { trace });
        expectTidy(plan, `${name} walked`);
        for (const step of trace.steps) {
          if (step.segment < 0 || !step.place.startsWith('node/')) continue;
          expect(plan.rooms.find((r) => r.room.id === step.place)?.folded, step.place).toBe(false);
        }
      });
    }
  }

  test('the same scene twice gives the same plan', () => {
    const a = planScene(sceneOf(cluster(2, 'flannel') + SMALL).scene);
    const b = planScene(sceneOf(cluster(2, 'flannel') + SMALL).scene);
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
  });

  test('sending a packet moves no room that was there', () => {
    const { scene, simulation } = sceneOf(cluster(2, 'flannel') + SMALL);
    const rest = planScene(scene);
    const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web/' });
    const sent = planScene(scene, { trace });
    for (const room of rest.rooms.filter((r) => !r.folded)) {
      const after = sent.rooms.find((r) => r.room.id === room.room.id);
      expect([after?.box.x, after?.box.y]).toEqual([room.box.x, room.box.y]);
    }
  });

  test('the control plane is folded until the walk passes it', () => {
    const { scene, simulation } = sceneOf(cluster(2, 'flannel') + SMALL);
    const folded = (plan: Plan): boolean | undefined =>
      plan.rooms.find((r) => r.room.role === 'control-plane')?.folded;
    expect(folded(planScene(scene))).toBe(true);
    const byName = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web/' });
    expect(folded(planScene(scene, { trace: byName }))).toBe(false);
  });

  test('a dragged pod keeps its wire, with a bend', () => {
    const { scene } = sceneOf(cluster(2, 'flannel') + SMALL);
    const plan = planScene(scene, { dragged: { 'default/client': { x: 40, y: 60 } } });
    const pod = plan.pods.find((p) => p.id === 'default/client');
    expect(pod?.box).toMatchObject({ x: 40, y: 60 });
    expect(plan.wires.find((w) => w.id === 'wire:default/client')?.points[0]).toEqual(pod?.port);
  });

  test('a pod without an address has no pair, and so no wire', () => {
    const { scene, simulation } = sceneOf(
      `${cluster(2, 'flannel')}${SMALL}---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
---
apiVersion: v1
kind: Pod
metadata: {name: lost}
spec: {nodeName: kind-worker, runtimeClassName: gvisor, containers: [{name: c, image: nginx}]}
`.replace(
        'nodes:',
        'containerdConfigPatches: [\'[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.kata]\']\nnodes:',
      ),
    );
    expect(simulation.cluster.pods.find((p) => p.name === 'lost')?.ips).toEqual([]);
    const plan = planScene(scene);
    expect(plan.pods.map((p) => p.id)).toContain('default/lost');
    const wires = plan.wires.map((w) => w.id);
    expect(wires).toContain('wire:default/client');
    expect(wires).not.toContain('wire:default/lost');
  });

  test('no bridge, no tunnel: read off the links', () => {
    const kinds = (cni: string): readonly string[] => [
      ...new Set(planScene(sceneOf(cluster(2, cni) + SMALL).scene).devices.map((d) => d.device.kind)),
    ];
    expect(kinds('flannel').toSorted()).toEqual(['bridge', 'ethernet', 'tunnel']);
    expect(kinds('calico').toSorted()).toEqual(['ethernet', 'tunnel']);
    expect(kinds('kubenet').toSorted()).toEqual(['bridge', 'ethernet']);
  });
});

describe('nodes in several subnets', () => {
  const pod = (name: string, node: string): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec: {nodeName: ${node}, containers: [{name: c, image: nginx}]}
`;
  const balancer = `---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {type: LoadBalancer, selector: {app: far}, ports: [{port: 80}]}
`;
  const subnets = (workers: number, second: readonly string[], third: readonly string[] = []): string =>
    `${cluster(workers, 'flannel')}external: [{name: laptop}, {name: printer, ip: 172.19.0.100}]
nodeSubnets:
- cidr: 172.18.0.0/16
- {cidr: 172.19.0.0/16, nodes: [${second.join()}]}
${third.length === 0 ? '' : `- {cidr: 172.20.0.0/16, nodes: [${third.join()}]}\n`}`;
  const far = (n: number): string => `kind-worker${n}`;
  const rows: readonly [name: string, text: string, target: string][] = [
    ['two and one', subnets(3, [far(3)]) + pod('client', 'kind-worker') + pod('far', far(3)), far(3)],
    [
      'one and one, with a load balancer',
      subnets(2, [far(2)]) + pod('client', 'kind-worker') + pod('far', far(2)) + balancer,
      far(2),
    ],
    [
      'more than fit in a row',
      subnets(6, [far(4), far(5), far(6)]) + pod('client', 'kind-worker') + pod('far', far(6)),
      far(6),
    ],
    [
      'three of them',
      subnets(4, [far(3)], [far(4)]) + pod('client', 'kind-worker') + pod('far', far(4)) + balancer,
      far(4),
    ],
    [
      'a crowd, whose second subnet is folded',
      subnets(12, [far(11), far(12)]) + pod('client', 'kind-worker') + pod('far', far(12)),
      far(12),
    ],
  ];

  test.each(rows)('%s: tidy, and joined by the router alone', (name, text, target) => {
    const { scene, simulation } = sceneOf(text);
    const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'default/far', port: 80 });
    expect(trace.verdict).toBe('delivered');
    for (const plan of [planScene(scene), planScene(scene, { trace })]) {
      expectTidy(plan, name);
      const tap = (id: string): string => `tap:node/${id}`;
      const way = wayBetween(plan.graph, tap('kind-worker'), tap(target));
      const router = plan.hosts.find((h) => h.id === 'external/gateway');
      const inside = ({ x, y }: { x: number; y: number }, box: Box): boolean =>
        x > box.x && x < box.x + box.w && y > box.y && y < box.y + box.h;
      const joints = plan.hosts.filter((h) => h.id === router?.id || h.id === 'external/loadbalancer');
      expect(way.some((point) => joints.some(({ box }) => inside(point, box)))).toBe(true);
      // Without them there is no way from one subnet to the other.
      const without = reachable(plan, tap('kind-worker'), new Set(joints.map((h) => `host:${h.id}`)));
      expect(without.has(tap(target))).toBe(false);
      expect(plan.labels.map((l) => l.text)).toEqual(
        expect.arrayContaining(['172.18.0.0/16', '172.19.0.0/16']),
      );
      for (const { x, y } of [
        ...plan.tubes.flatMap((t) => t.lines.flat()),
        ...plan.wires.flatMap((w) => w.points),
      ]) {
        expect(x).toBeLessThanOrEqual(plan.width);
        expect(y).toBeLessThanOrEqual(plan.height);
      }
    }
    const narrow = planNarrow(scene, trace, 0);
    if (narrow === undefined) throw new Error('no narrow plan');
    expectTidy(narrow, `${name}, narrow`);
    const order = [...narrow.rooms, ...narrow.hosts].sort((a, b) => a.box.y - b.box.y);
    expect(order.map((o) => ('room' in o ? o.room.id : o.id))).toEqual([
      'node/kind-worker',
      'external/gateway',
      `node/${target}`,
    ]);
  });

  function reachable(plan: Plan, from: string, without: ReadonlySet<string>): ReadonlySet<string> {
    const seen = new Set([from]);
    for (const id of seen) {
      for (const next of plan.graph.edges.get(id) ?? []) if (!without.has(next)) seen.add(next);
    }
    return seen;
  }

  test('the lens of nodes and overlay stops at the router', () => {
    const { simulation } = sceneOf(rows[0]?.[1] ?? '');
    const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'default/far', port: 80 });
    const stops = shownSteps(trace, 'overlay').map((i) => trace.steps[i]?.place);
    expect(stops).toContain('external/gateway');
    expect(shownSteps(trace, 'pod-network').map((i) => trace.steps[i]?.place)).not.toContain(
      'external/gateway',
    );
  });
});

describe('planNarrow', () => {
  test('one conversation from top to bottom', () => {
    const { scene, simulation } = sceneOf(cluster(2, 'flannel') + SMALL);
    const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web/' });
    for (const segment of trace.segments) {
      const plan = planNarrow(scene, trace, segment.index);
      expect(plan, segment.label).toBeDefined();
      if (plan !== undefined) expectTidy(plan, segment.label);
    }
    const rest = planNarrow(scene, undefined, -1);
    if (rest !== undefined) expectTidy(rest, 'rest');
  });
});

describe('two nodes fit beside the editor and the inspector on a desk, at full size', () => {
  const v6 = cluster(2, 'flannel').replace(
    '---',
    'networking: {ipFamily: ipv6, podSubnet: "fd00:10:244::/56", serviceSubnet: "fd00:10:96::/112"}\n---',
  );
  const web = `---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: nginx, image: nginx}]}
`;
  test.each([
    ['IPv4', cluster(2, 'flannel') + client + deployment('web', 2) + service('web'), 792],
    ['long addresses', cluster(2, 'calico') + client + deployment('web', 2) + service('web'), 816],
    ['IPv6', v6 + client + web + service('web'), 792],
  ])('%s', (_, text, widest) => {
    const { width, pods } = planScene(sceneOf(text).scene);
    expect(pods.length).toBeGreaterThan(1);
    expect(width).toBeLessThanOrEqual(widest);
  });
});

test('in a crowd the rules of all Services stand as a chip on each open node', () => {
  for (const cni of ['flannel', 'calico']) {
    const plan = planScene(sceneOf(cluster(5, cni) + CROWD).scene);
    const open = plan.rooms.filter((r) => !r.folded);
    expect(open.length).toBeGreaterThan(3);
    for (const { chip, room, box } of open) {
      // The two here, kubernetes and kube-dns.
      expect(chip?.count, room.name).toBe(4);
      const at = chip?.box ?? box;
      expect(at.x >= box.x && at.x + at.w <= box.x + box.w).toBe(true);
      const around = [...plan.pods, ...plan.devices].map((thing) => thing.box);
      expect(around.filter((b) => overlaps(at, b))).toEqual([]);
    }
  }
});
