import { describe, expect, test } from 'vitest';
import { graph as words } from '../../i18n/graph.en.ts';
import { frames } from '../../sim/scene/frames.ts';
import { shownSteps } from '../../sim/scene/lens.ts';
import { planNarrow } from '../../sim/scene/plan-narrow.ts';
import { planScene } from '../../sim/scene/plan.ts';
import { projectScene } from '../../sim/scene/project.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { easeFall, easeSettle, easeTravel, motionBetween, T_HOP, T_OP } from './motion.ts';
import { movingShapes } from './motion-shapes.ts';
import type { Shape } from './shapes.ts';

const TEXT = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
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
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

function setUp() {
  const simulation = simulate({ files: [{ name: 'a.yaml', text: TEXT }] });
  const scene = projectScene(simulation.cluster, simulation.world);
  const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web/' });
  return { scene, trace };
}

/** Every number that a shape is drawn with, and every text. */
function flat(shapes: readonly Shape[]): string {
  return JSON.stringify(shapes, (_, v: unknown) =>
    typeof v === 'number' && !Number.isFinite(v) ? 'NaN' : v,
  );
}

describe('motionBetween', () => {
  const { scene, trace } = setUp();
  const plan = planScene(scene, { trace });
  const all = frames(plan, trace);
  const shown = shownSteps(trace, 'overlay');
  const nat =
    trace.steps.find((s) => s.kind === 'nat' && trace.segments[s.segment]?.purpose === 'probe')?.index ?? -1;
  const before = shown[shown.indexOf(nat) - 1] ?? -1;

  test('one step is a way and an operation', () => {
    expect(motionBetween(all, before, nat, shown)).toMatchObject({ travelMs: T_HOP, opMs: T_OP });
  });

  test('going back, or over several steps, is a cut', () => {
    expect(motionBetween(all, nat, before, shown)).toMatchObject({ travelMs: 0, opMs: 0 });
    expect(motionBetween(all, 0, nat, shown)).toMatchObject({ travelMs: 0, opMs: 0 });
  });

  test('the eases begin at 0, end at 1 and never go back', () => {
    for (const ease of [easeTravel, easeSettle, easeFall]) {
      let last = 0;
      for (let i = 0; i <= 100; i++) {
        const now = ease(i / 100);
        expect(now).toBeGreaterThanOrEqual(last - 1e-6);
        last = now;
      }
      expect([ease(0), ease(1)]).toEqual([0, 1]);
    }
  });

  test('every instant of every step can be drawn, wide and narrow', () => {
    const probe = trace.segments.find((s) => s.purpose === 'probe')?.index ?? 0;
    for (const p of [plan, planNarrow(scene, trace, probe)]) {
      if (p === undefined) continue;
      const list = frames(p, trace);
      const view = { x: 0, y: 0, w: p.width, h: p.height };
      shown.forEach((to, i) => {
        const motion = motionBetween(list, shown[i - 1] ?? -1, to, shown);
        for (const ms of [0, 100, 300, 420, 700, 5000]) {
          const { under, over } = movingShapes({ plan: p, all: list, motion, ms, level: 3, view, words });
          expect(flat([...under, ...over]), `step ${to} at ${ms} ms`).not.toMatch(/NaN|undefined|null/);
        }
      });
    }
  });

  test('before the packet arrives the plate is not set; when it rests, the old value is struck', () => {
    const motion = motionBetween(all, before, nat, shown);
    const view = { x: 0, y: 0, w: plan.width, h: plan.height };
    const at = (ms: number): string => {
      const { under, over } = movingShapes({ plan, all, motion, ms, level: 3, view, words });
      return flat([...under, ...over]);
    };
    expect(at(100)).not.toContain('"detour"');
    expect(at(T_HOP + T_OP)).toContain('"detour"');
    expect(at(T_HOP + 20)).not.toContain('"strike"');
    expect(at(T_HOP + T_OP)).toContain('"strike"');
  });
});
