import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import type { ProbeSpec } from '../k8s/cluster-state.ts';
import { simulate, walk, type Simulation } from '../simulate.ts';
import { burst, type Burst } from './burst.ts';

const scenario = (slug: string, ...names: string[]): Simulation =>
  simulate({
    files: names.map((name) => ({
      name,
      text: readFileSync(new URL(`../../content/scenarios/${slug}/${name}`, import.meta.url), 'utf8'),
    })),
  });

const SERVICE = scenario('service-to-remote-pod', 'app.yaml', 'client.yaml', 'cluster.yaml');
const CURL: ProbeSpec = { from: 'client', tool: 'curl', to: 'http://web/' };

function sent({ world, cluster }: Simulation, probe: ProbeSpec, asked: number, each = asked): Burst {
  const run = burst(world, cluster, probe, asked);
  while (!run.done()) run.send(each);
  return run.soFar();
}

it('is the walks of the same probe, one after another', () => {
  const { order, groups } = sent(SERVICE, CURL, 40);
  const { connections } = walk(SERVICE, { ...CURL, count: 40, interval: 0 });
  expect(order.map((g) => groups[g]?.server?.netns)).toEqual(connections?.map((c) => c.server?.netns));
  for (const { first, server, status } of groups) {
    const trace = walk(SERVICE, { ...CURL, count: first + 1, interval: 0 });
    expect([trace.server?.netns, trace.http?.status]).toEqual([server?.netns, status]);
  }
});

it('reaches each endpoint about as often as the other, and counts every request once', () => {
  const { order, groups } = sent(SERVICE, CURL, 400);
  expect(groups.map((g) => g.server?.port)).toEqual([8080, 8080]);
  expect(groups.reduce((sum, g) => sum + g.count, 0)).toBe(400);
  for (const [i, { count, first }] of groups.entries()) {
    expect(order.filter((g) => g === i)).toHaveLength(count);
    expect(order.indexOf(i)).toBe(first);
    // Six standard deviations of 400 fair throws.
    expect(Math.abs(count - 200)).toBeLessThan(60);
  }
});

it('comes to the same in pieces, and what is there so far stays as it was', () => {
  const { world, cluster } = SERVICE;
  const run = burst(world, cluster, CURL, 30);
  run.send(7);
  const early = run.soFar();
  while (!run.done()) run.send(7);
  expect(early.order).toHaveLength(7);
  expect(early.order).toEqual(run.soFar().order.slice(0, 7));
  expect(run.soFar()).toEqual(sent(SERVICE, CURL, 30));
});

it('tells requests that got no answer from those that did', () => {
  const { groups } = sent(SERVICE, { from: 'client', tool: 'nc', to: 'web', port: 81 }, 3);
  expect(groups).toMatchObject([{ count: 3, first: 0 }]);
  expect(groups[0]?.clientSees).not.toBe('connected');
  expect(() => sent(SERVICE, { ...CURL, from: 'nobody' }, 3)).toThrow(/unknown-pod/);
});
