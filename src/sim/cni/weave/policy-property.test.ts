/**
 * weave-npc's rules and the evaluator give the same verdict on random clusters, once the policies are what weave-npc reads
 * (`asRead`). Two more of its ways are kept out of the clusters, and have rows in weave.test.ts: rules of a direction that
 * `policyTypes` lacks, and sets that share a name.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asEnforced } from '../../enforced.ts';
import { randomCluster } from '../../policy/random-fixture.ts';
import { askedPairs } from '../../probe/asked-pairs-fixture.ts';
import { loadAllPlugins, simulate } from '../../simulate.ts';
import { selectorKey } from './npc-sets.ts';

await loadAllPlugins();

interface Peer {
  readonly podSelector?: object;
  readonly namespaceSelector?: object;
}
interface Document {
  readonly kind: string;
  readonly spec: {
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly { readonly from: readonly Peer[] }[];
    readonly egress?: readonly { readonly to: readonly Peer[] }[];
  };
}

/** Without the rules of a direction that the policy is not about. */
function withoutIdleRules(text: string): string {
  return text
    .split('\n---\n')
    .map((one) => {
      const document = JSON.parse(one) as Document;
      if (document.kind !== 'NetworkPolicy') return one;
      const { policyTypes, ingress, egress } = document.spec;
      const spec = {
        ...document.spec,
        ingress: policyTypes.includes('Ingress') ? ingress : undefined,
        egress: policyTypes.includes('Egress') ? egress : undefined,
      };
      return JSON.stringify({ ...document, spec });
    })
    .join('\n---\n');
}

/** Whether a namespaceSelector alone and two selectors of one peer come to one name. */
function sharesName(text: string): boolean {
  const alone = new Set<string>();
  const both = new Set<string>();
  for (const one of text.split('\n---\n')) {
    const { kind, spec } = JSON.parse(one) as Document;
    if (kind !== 'NetworkPolicy') continue;
    const peers = [
      ...(spec.ingress ?? []).flatMap((r) => r.from),
      ...(spec.egress ?? []).flatMap((r) => r.to),
    ];
    for (const { podSelector, namespaceSelector } of peers) {
      if (namespaceSelector === undefined) continue;
      const key = selectorKey(namespaceSelector);
      if (podSelector === undefined) alone.add(key);
      else both.add(`${key}${selectorKey(podSelector)}`);
    }
  }
  return [...both].some((key) => alone.has(key));
}

it.each(['TCP', 'UDP'] as const)('weave-npc agrees about %s', { timeout: 60_000 }, (protocol) => {
  const settings = JSON.stringify({
    apiVersion: 'packetwalk.dev/v1alpha1',
    kind: 'Playground',
    cni: 'weave',
  });
  const clusters = randomCluster.map(withoutIdleRules).filter((text) => !sharesName(text));
  let denied = 0;
  fc.assert(
    fc.property(clusters, (text) => {
      const simulation = simulate({ files: [{ name: 'random.yaml', text: `${settings}\n---\n${text}` }] });
      for (const { pair, outcome, trace } of askedPairs(
        simulation,
        protocol,
        asEnforced(simulation.cluster),
      )) {
        if (!outcome.allowed) denied++;
        expect([pair, trace.verdict, trace.reason.code === 'policy.deny']).toEqual([
          pair,
          outcome.allowed ? 'delivered' : 'dropped',
          !outcome.allowed,
        ]);
        const rules = [...outcome.egress.allowedBy, ...outcome.ingress.allowedBy].length;
        if (outcome.allowed) expect(trace.policy.by.length).toBe(rules);
        else expect(trace.policy.by.map((by) => by.rule)).toContain(-1);
      }
    }),
    { numRuns: 25, seed: 11 },
  );
  expect(denied).toBeGreaterThan(20);
});
