/**
 * The policy evaluator and the walk through what each enforcing CNI writes give the same verdict, on random clusters. Cilium
 * and Weave Net differ in known ways, and have tests of their own.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomCluster, randomDualCluster } from '../policy/random-fixture.ts';
import { askedPairs } from '../probe/asked-pairs-fixture.ts';
import { simulate } from '../simulate.ts';

import { cniRegistry } from './registry.ts';

const OWN_TEST: readonly string[] = ['cilium', 'weave'];
const enforcing = cniRegistry
  .filter((c) => c.enforcesNetworkPolicy && !OWN_TEST.includes(c.id))
  .map((c) => c.id);
const DUAL: readonly string[] = ['calico', 'kindnet'];
const rows = (['TCP', 'UDP'] as const).flatMap((protocol) => [
  ...enforcing.map((cni) => ({ cni, protocol, of: 'IPv4', clusters: randomCluster })),
  ...DUAL.map((cni) => ({ cni, protocol, of: 'both families', clusters: randomDualCluster })),
]);

it.each(rows)(
  '$cni agrees about $protocol in clusters of $of',
  { timeout: 60_000 },
  ({ cni, protocol, clusters }) => {
    const settings = JSON.stringify({ apiVersion: 'packetwalk.dev/v1alpha1', kind: 'Playground', cni });
    fc.assert(
      fc.property(clusters, (text) => {
        const simulation = simulate({ files: [{ name: 'random.yaml', text: `${settings}\n---\n${text}` }] });
        for (const { pair, outcome, trace } of askedPairs(simulation, protocol)) {
          expect([pair, trace.verdict, trace.reason.code === 'policy.deny']).toEqual([
            pair,
            outcome.allowed ? 'delivered' : 'dropped',
            !outcome.allowed,
          ]);
          const said = trace.policy.by.map((by) => `${by.object.namespace}/${by.object.name} ${by.rule}`);
          const meant = [...outcome.egress.allowedBy, ...outcome.ingress.allowedBy].map(
            (by) => `${by.policy} ${by.rule}`,
          );
          if (outcome.allowed) expect(said).toEqual(meant);
        }
      }),
      { numRuns: 25, seed: 11 },
    );
  },
);
