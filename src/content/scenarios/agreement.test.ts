/** The matrix, the walks and the assertions are three ways to one answer: over every scenario they agree. */
import { describe, expect, it } from 'vitest';
import { expectations } from '../../sim/probe/expectations.ts';
import { matrixOf } from '../../sim/matrix.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { scenarioEntries } from './registry.ts';

describe.each(scenarioEntries.map((s) => [s.slug, s] as const))('%s', (_, { files }) => {
  const simulation = simulate({ files });
  const { cluster, world } = simulation;

  it('a cell says what the walk to a listening port comes to', () => {
    const pods = cluster.pods.filter((p) => p.phase === 'Running');
    const nameOf = (p: (typeof pods)[number]): string => `${p.namespace}/${p.name}`;
    const ports = new Set(
      pods.flatMap((p) =>
        p.listening.flatMap((l) =>
          l.protocol === 'SCTP' || l.address.startsWith('127.') ? [] : [`${l.port}/${l.protocol}`],
        ),
      ),
    );
    let compared = 0;
    for (const text of ports) {
      const [port = '', protocol = ''] = text.split('/');
      const matrix = matrixOf(simulation, Number(port), protocol as 'TCP' | 'UDP');
      const cells: Record<string, unknown> = {};
      const walks: Record<string, unknown> = {};
      for (const to of pods) {
        const listens = to.listening.some(
          (l) => l.port === Number(port) && l.protocol === protocol && !l.address.startsWith('127.'),
        );
        for (const from of listens ? pods : []) {
          const cell = matrix.allowed[matrix.pods.indexOf(nameOf(from))]?.[matrix.pods.indexOf(nameOf(to))];
          if (cell === null || cell === 'unknown') continue;
          const pair = `${nameOf(from)} -> ${nameOf(to)} ${text}`;
          cells[pair] = cell;
          walks[pair] =
            walk(simulation, {
              from: nameOf(from),
              to: to.ips[0] ?? '',
              tool: 'nc',
              port: Number(port),
              proto: protocol === 'UDP' ? 'udp' : 'tcp',
            }).verdict === 'delivered';
          compared++;
        }
      }
      expect(cells).toEqual(walks);
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('an assertion says what the walk behind it comes to', () => {
    for (const entry of expectations(world, cluster)) {
      if (entry.error !== undefined) continue;
      const trace = walk(simulation, entry.probe);
      expect([entry.verdict, entry.clientSees]).toEqual([trace.verdict, trace.clientSees]);
      const actual = entry.wanted.key === 'allowed' ? trace.verdict === 'delivered' : trace[entry.wanted.key];
      expect(entry.holds).toBe(actual === entry.wanted.value);
    }
  });
});
