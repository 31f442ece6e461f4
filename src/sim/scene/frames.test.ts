import { describe, expect, test } from 'vitest';
import type { Scenario } from '../scenario.ts';
import { simulate, walk } from '../simulate.ts';
import type { ProbeSpec } from '../k8s/cluster-state.ts';
import type { Trace } from '../trace/trace.ts';
import { flightPaths, frames, wayBetweenFrames, type Frame } from './frames.ts';
import { LENSES, shownSteps } from './lens.ts';
import { planScene } from './plan.ts';
import type { Plan } from './planned.ts';
import { projectScene } from './project.ts';

const CLUSTER = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: CNI
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {nodeName: kind-worker, containers: [{name: curl, image: curlimages/curl}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: nginx, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-2, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: nginx, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

const DENY = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
`;

function picture(
  cni: string,
  extra = '',
  more: Partial<ProbeSpec> = {},
): { plan: Plan; trace: Trace; all: readonly Frame[] } {
  const scenario: Scenario = { files: [{ name: 'a.yaml', text: CLUSTER.replace('CNI', cni) + extra }] };
  const simulation = simulate(scenario);
  const trace = walk(simulation, {
    from: 'default/client',
    tool: 'curl',
    to: 'http://web/',
    endpoint: 'default/web-2',
    ...more,
  });
  const plan = planScene(projectScene(simulation.cluster, simulation.world), { trace });
  return { plan, trace, all: frames(plan, trace) };
}

const probeStep = (trace: Trace, test: (s: Trace['steps'][number]) => boolean): number =>
  trace.steps.find((s) => trace.segments[s.segment]?.purpose === 'probe' && test(s))?.index ?? -1;

describe('frames', () => {
  test('there is one for each step, and each stands on a point of the picture', () => {
    for (const cni of ['flannel', 'calico', 'kubenet']) {
      const { plan, trace, all } = picture(cni);
      expect(all).toHaveLength(trace.steps.length);
      const points = new Set([...plan.graph.points.values()].map((p) => `${p.x},${p.y}`));
      for (const frame of all)
        expect(points, `${cni} step ${frame.step}`).toContain(`${frame.point.x},${frame.point.y}`);
    }
  });

  test('every way runs along the lines: no slanted piece', () => {
    for (const cni of ['flannel', 'calico', 'kubenet']) {
      const { all, trace } = picture(cni);
      for (const { way, step } of all) {
        way.forEach((p, i) => {
          const before = way[i - 1];
          if (before === undefined) return;
          const straight = before.x === p.x || before.y === p.y;
          expect(straight, `${cni} ${step} ${trace.steps[step]?.reason.code} ${JSON.stringify(way)}`).toBe(
            true,
          );
        });
      }
    }
  });

  test('DNAT happens at the hook and sets the plate of its own node only', () => {
    const { plan, trace, all } = picture('flannel');
    const nat = all[probeStep(trace, (s) => s.kind === 'nat')] as Frame;
    const room = plan.rooms.find((r) => r.room.id === 'node/kind-worker');
    expect(nat.point.y).toBe(room?.planeY);
    expect(nat.plates.map((p) => [p.room, p.service, p.to])).toEqual([
      ['node/kind-worker', 'default/web', expect.stringMatching(/^10\.244\.2\.\d+:80$/)],
    ]);
    expect(nat.letter?.rows.find((r) => r.name === 'IP')?.dstWas).toMatch(/^10\.96\./);
  });

  test('a wrapped packet goes through the tube and not by the direct line', () => {
    const { plan, trace, all } = picture('flannel');
    const from = probeStep(trace, (s) => s.kind === 'encap');
    const to = probeStep(trace, (s) => s.kind === 'decap');
    const way = wayBetweenFrames(all, from, to);
    expect(way[0]).toEqual(plan.graph.points.get('dev:node/kind-worker/flannel.1'));
    expect(way.at(-1)).toEqual(plan.graph.points.get('dev:node/kind-worker2/flannel.1'));
    const corner = plan.graph.points.get('corner:node/kind-worker');
    expect(way).not.toContainEqual(corner);
    expect(way).toHaveLength(4);
    expect(all[from]?.letter?.inner?.title).toBe('TCP SYN');
    expect(all[from]?.letter?.bytes).toBe((all[from]?.letter?.inner?.bytes ?? 0) + 50);
  });

  test('after a drop nothing is still to come', () => {
    const { trace, all } = picture('calico', DENY);
    const drop = probeStep(trace, (s) => s.kind === 'drop');
    expect(all[drop]?.operation).toBe('drop');
    expect(all[drop]?.gates.at(-1)?.open).toBe(false);
    expect(flightPaths(all, drop).ahead).toEqual([]);
  });

  test('a flight begins at the sender and ends at the receiver', () => {
    const { plan, trace, all } = picture('flannel');
    const end = probeStep(trace, (s) => s.kind === 'deliver');
    const { walked } = flightPaths(all, end);
    expect(walked).toHaveLength(1);
    expect(walked[0]?.[0]).toEqual(plan.graph.points.get('pod:default/client'));
    expect(walked[0]?.at(-1)).toEqual(plan.graph.points.get('pod:default/web-2'));
    expect(all[end]).toMatchObject({ from: 'default/client', to: 'default/web-2' });
  });
});

describe('lenses', () => {
  test('each finer lens shows what the coarser shows and more; the deciding step is in all', () => {
    const { trace } = picture('calico', DENY);
    let before: readonly number[] = [];
    for (const lens of LENSES) {
      const shown = shownSteps(trace, lens);
      for (const step of before) expect(shown, lens).toContain(step);
      expect(shown).toContain(trace.decidedBy);
      before = shown;
    }
    expect(before).toHaveLength(trace.steps.length);
  });

  test('from the first packet, DNAT is at most two presses away in the default lens', () => {
    const { trace } = picture('flannel');
    const shown = shownSteps(trace, 'overlay');
    const start = shown.indexOf(probeStep(trace, (s) => s.kind === 'originate'));
    const nat = shown.indexOf(probeStep(trace, (s) => s.kind === 'nat'));
    expect(nat - start).toBeLessThanOrEqual(2);
  });
});
