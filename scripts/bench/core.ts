/** Measures the simulator itself, in Node: the same code as in the worker. Prints rows for bench.mjs. */
import { encodeLink } from '../../src/share/link.ts';
import { projectScene } from '../../src/sim/scene/project.ts';
import { burst } from '../../src/sim/probe/burst.ts';
import { loadAllPlugins, simulate, walk } from '../../src/sim/simulate.ts';
import { frames } from '../../src/sim/scene/frames.ts';
import { planScene } from '../../src/sim/scene/plan.ts';
import { editOneService, scenarioOf } from './scenario.ts';

export interface Row {
  readonly name: string;
  readonly ms: number;
  readonly limitMs: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * The lesser of wall clock and processor time: on a busy machine the one counts waiting for the processor, and the other
 * counts V8's helper threads.
 */
export function time(run: () => unknown): number {
  const cpu = process.cpuUsage();
  const began = performance.now();
  run();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return Math.min(wall, (user + system) / 1000);
}

/** The median of `rounds` runs after `warm` runs that do not count. */
export function measure(rounds: number, warm: number, run: (round: number) => unknown): number {
  for (let i = 0; i < warm; i++) run(-1 - i);
  return median(Array.from({ length: rounds }, (_, i) => time(() => run(i))));
}

export async function coreBench(): Promise<Row[]> {
  await loadAllPlugins();
  const rows: Row[] = [];
  const big = scenarioOf({ nodes: 10, deployments: 100, replicas: 3, services: 1000 });
  const small = scenarioOf({ nodes: 3, deployments: 2, replicas: 2, services: 2 });

  // Nothing is cached yet: what a page pays that opens the large scenario first.
  rows.push({
    name: '10 nodes, 300 pods, 1,000 Services: cold from text',
    ms: time(() => simulate({ files: big })),
    limitMs: 700,
  });
  const fromDocuments = measure(7, 2, (round) => {
    // A changed cluster CIDR makes every later stage new while the documents stay parsed.
    const files = big.map((f) =>
      f.name === 'cluster.yaml'
        ? { name: f.name, text: `${f.text}networking: {podSubnet: 10.${100 + ((round + 50) % 50)}.0.0/16}\n` }
        : f,
    );
    simulate({ files });
  });
  rows.push({ name: '  the same from parsed documents', ms: fromDocuments, limitMs: 150 });
  let edited = big;
  rows.push({
    name: '  after a key stroke in one Service',
    ms: measure(15, 5, (round) => {
      edited = editOneService(big, 500, 8000 + round + 100);
      return simulate({ files: edited });
    }),
    limitMs: 40,
  });
  const bigSimulation = simulate({ files: big });
  const target = bigSimulation.cluster.services.find((s) => s.name === 'svc-777')?.clusterIPs[0] ?? '';
  const probe = { from: 'default/client', tool: 'nc', to: `${target}:80` } as const;
  if (walk(bigSimulation, probe).verdict !== 'delivered')
    throw new Error('the benched walk is not delivered');
  rows.push({
    name: '  one probe to a ClusterIP, trace recorded',
    ms: measure(200, 100, () => walk(bigSimulation, probe)),
    limitMs: 1,
  });

  const lesson = simulate({ files: small });
  const curl = { from: 'default/client', tool: 'curl', to: 'http://svc-0/' } as const;
  if (walk(lesson, curl).verdict !== 'delivered') throw new Error('the benched burst is not delivered');
  rows.push({
    name: 'lesson size: a burst of 1,000 requests by name, each walked',
    ms: measure(3, 1, () => burst(lesson.world, lesson.cluster, curl, 1000).send(1000)),
    limitMs: 300,
  });

  let key = 0;
  rows.push({
    name: 'lesson size: from text to new picture (after a key stroke)',
    ms: measure(50, 20, () => {
      const files = editOneService(small, 1, 8000 + (key++ % 100));
      const simulation = simulate({ files });
      const scene = projectScene(simulation.cluster, simulation.world);
      const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://svc-0/' });
      return frames(planScene(scene), trace);
    }),
    limitMs: 16,
  });
  const smallSimulation = simulate({ files: small });
  const smallTarget = smallSimulation.cluster.services.find((s) => s.name === 'svc-0')?.clusterIPs[0] ?? '';
  rows.push({
    name: '  one probe to a ClusterIP, trace recorded',
    ms: measure(500, 300, () =>
      walk(smallSimulation, { from: 'default/client', tool: 'nc', to: `${smallTarget}:80` }),
    ),
    limitMs: 0.3,
  });
  return rows;
}

/** Link fragments that the browser's part of the bench opens. */
export async function benchLinks(): Promise<{ readonly big: string; readonly crowd: string }> {
  const big = scenarioOf({ nodes: 10, deployments: 100, replicas: 3, services: 1000 });
  // One worker with 60 pods on one bridge: a broadcast is 60 frames at once.
  const crowd = scenarioOf({ nodes: 2, deployments: 20, replicas: 3, services: 1 });
  return {
    big: await encodeLink({ files: big, view: {} }),
    crowd: await encodeLink({
      files: crowd,
      view: { lens: 'wire', probe: { from: 'default/client', tool: 'ping', to: '10.244.1.2' }, step: 0 },
    }),
  };
}
