/** An Ingress in the picture: beside the Services, with a line to who serves it, or none. */
import { expect, it } from 'vitest';
import { scenarioEntries } from '../../content/scenarios/registry.ts';
import { simulate, walk } from '../simulate.ts';
import { planScene } from './plan.ts';
import { projectScene } from './project.ts';

function planned(slug: string) {
  const files = scenarioEntries.find((entry) => entry.slug === slug)?.files ?? [];
  const { cluster, world } = simulate({ files });
  return planScene(projectScene(cluster, world));
}

it('a line to the controller’s pod, and its hosts', () => {
  const { ingresses, pods, pills, morePills } = planned('ingress-hosts-and-paths');
  expect(ingresses.map(({ ingress, hosts }) => `${ingress.id} ${hosts}`)).toEqual([
    'default/shop shop.example +1',
  ]);
  const [one] = ingresses;
  const controller = pods.find(({ id }) => id.startsWith('ingress-nginx/'));
  expect(one?.ingress.pods).toEqual([controller?.id]);
  const [line] = one?.lines ?? [];
  const end = line?.at(-1);
  expect(end?.y).toBe(controller?.box.y);
  expect(end?.x).toBeGreaterThan(controller?.box.x ?? 0);
  // Nothing stands over anything else.
  const boxes = [one?.box, ...pills.map(({ box }) => box), morePills?.box].flatMap((box) => box ?? []);
  boxes.forEach((box, i) => {
    const next = boxes[i + 1];
    if (next !== undefined) expect(box.x + box.w).toBeLessThanOrEqual(next.x);
  });
});

it('nobody serves it: no line', () => {
  const [one] = planned('ingress-without-a-controller').ingresses;
  expect([one?.ingress.pods, one?.lines]).toEqual([[], []]);
});

it('a walk whose requests are shared out among Services is drawn with the one that was chosen', () => {
  const files = scenarioEntries.find(({ slug }) => slug === 'canary-through-ingress')?.files ?? [];
  const simulation = simulate({ files });
  const [probe] = simulation.cluster.settings.probes;
  if (probe === undefined) throw new Error('no probe');
  const trace = walk(simulation, probe);
  const { pills } = planScene(projectScene(simulation.cluster, simulation.world), { trace });
  expect(pills.map(({ service }) => service.id)).toContain(trace.http?.backend?.service);
});
