/**
 * The policy evaluator and the walk through what each enforcing CNI writes give the same verdict, on random clusters. Cilium
 * and Weave Net differ in known ways, and have tests of their own.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '../policy/evaluate.ts';
import { randomCluster } from '../policy/random-fixture.ts';
import { simulate, walk } from '../simulate.ts';

import { cniRegistry } from './registry.ts';

const OWN_TEST: readonly string[] = ['cilium', 'weave'];
const enforcing = cniRegistry
  .filter((c) => c.enforcesNetworkPolicy && !OWN_TEST.includes(c.id))
  .map((c) => c.id);
const rows = enforcing.flatMap((cni) => (['TCP', 'UDP'] as const).map((protocol) => ({ cni, protocol })));

it.each(rows)('$cni agrees about $protocol', { timeout: 60_000 }, ({ cni, protocol }) => {
  const settings = JSON.stringify({ apiVersion: 'packetwalk.dev/v1alpha1', kind: 'Playground', cni });
  fc.assert(
    fc.property(randomCluster, (text) => {
      const simulation = simulate({ files: [{ name: 'random.yaml', text: `${settings}\n---\n${text}` }] });
      const { cluster } = simulation;
      const pods = cluster.pods.filter((pod) => /^p\d$/.test(pod.name));
      for (const from of pods) {
        for (const to of pods) {
          if (from === to) continue;
          const outcome = evaluate(cluster, { from, to, port: 80, protocol });
          const trace = walk(simulation, {
            from: `${from.namespace}/${from.name}`,
            to: to.ips[0] ?? '',
            tool: 'nc',
            port: 80,
            proto: protocol === 'TCP' ? 'tcp' : 'udp',
          });
          expect([`${from.name} ${to.name}`, trace.verdict, trace.reason.code === 'policy.deny']).toEqual([
            `${from.name} ${to.name}`,
            outcome.allowed ? 'delivered' : 'dropped',
            !outcome.allowed,
          ]);
          const said = trace.policy.by.map((by) => `${by.object.namespace}/${by.object.name} ${by.rule}`);
          const meant = [...outcome.egress.allowedBy, ...outcome.ingress.allowedBy].map(
            (by) => `${by.policy} ${by.rule}`,
          );
          if (outcome.allowed) expect(said).toEqual(meant);
        }
      }
    }),
    { numRuns: 25, seed: 11 },
  );
});
