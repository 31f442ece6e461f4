/**
 * The policy evaluator and the walk through Cilium's maps give the same verdict, on random clusters, once the two known
 * differences are taken out: an `ipBlock` means no pod, and a named port in egress must be one number for all its peers.
 * With Cilium's own policies beside them the matrix is asked, too, and other nodes knock at the pods.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClusterState, NetworkPolicyRule } from '../../k8s/cluster-state.ts';
import { evaluate } from '../../policy/evaluate.ts';
import { peerMatches, namespaceLabels } from '../../policy/matching.ts';
import { randomCiliumPolicies, randomCluster } from '../../policy/random-fixture.ts';
import { reachMatrix } from '../../policy/reach.ts';
import { askedPairs } from '../../probe/asked-pairs-fixture.ts';
import { simulate, walk } from '../../simulate.ts';
import { CASES, settingsText } from './fixture.ts';

const NOBODY = { podSelector: { matchLabels: { 'no-such': 'pod' } } };

/** The policies as Cilium reads them: written anew from the API's objects, without Cilium's own code. */
function asCiliumReads(cluster: ClusterState): ClusterState {
  const spaces = namespaceLabels(cluster);
  const rule = (namespace: string, one: NetworkPolicyRule, egress: boolean): NetworkPolicyRule => {
    const peers = one.peers.map((peer) => (peer.ipBlock === undefined ? peer : NOBODY));
    if (!egress) return { ...one, peers };
    const meant = cluster.pods.filter(
      (pod) =>
        !pod.hostNetwork &&
        (peers.length === 0 || peers.some((peer) => peerMatches(peer, namespace, pod, spaces))),
    );
    const ports = one.ports.flatMap((port) => {
      if (typeof port.port !== 'string') return [port];
      const numbers = new Set(
        meant.flatMap((pod) =>
          pod.containers.flatMap((c) =>
            c.ports
              .filter((p) => p.name === port.port && p.protocol === port.protocol)
              .map((p) => p.containerPort),
          ),
        ),
      );
      return numbers.size === 1 ? [{ ...port, port: [...numbers][0] ?? 0 }] : [];
    });
    // A rule whose ports all lost their meaning allows nothing: no empty list, which would mean every port.
    return ports.length === 0 && one.ports.length > 0
      ? { ...one, peers: [NOBODY] }
      : { ...one, peers, ports };
  };
  return {
    ...cluster,
    networkPolicies: cluster.networkPolicies.map((policy) => ({
      ...policy,
      ingress: policy.ingress.map((one) => rule(policy.namespace, one, false)),
      egress: policy.egress.map((one) => rule(policy.namespace, one, true)),
    })),
  };
}

const settings = CASES.filter((one) => /^(tunnel beside|native, eBPF)/.test(one.name));

it.each(settings.flatMap((one) => (['TCP', 'UDP'] as const).map((protocol) => ({ ...one, protocol }))))(
  '$name agrees about $protocol',
  { timeout: 60_000 },
  ({ protocol, ...one }) => {
    const head = settingsText(one);
    fc.assert(
      fc.property(randomCluster, (text) => {
        const simulation = simulate({ files: [{ name: 'random.yaml', text: head + text }] });
        const read = asCiliumReads(simulation.cluster);
        for (const { pair, outcome, trace } of askedPairs(simulation, protocol, read)) {
          expect([pair, trace.verdict, trace.reason.code === 'policy.deny']).toEqual([
            pair,
            outcome.allowed ? 'delivered' : 'dropped',
            !outcome.allowed,
          ]);
          if (outcome.allowed) {
            expect([trace.policy.egress, trace.policy.ingress]).toEqual([
              outcome.egress.verdict,
              outcome.ingress.verdict,
            ]);
          }
        }
      }),
      { numRuns: 20, seed: 11 },
    );
  },
);

it.each(settings.flatMap((one) => (['TCP', 'UDP'] as const).map((protocol) => ({ ...one, protocol }))))(
  '$name agrees about $protocol with policies of its own, and the matrix with it',
  { timeout: 120_000 },
  ({ protocol, ...one }) => {
    const head = settingsText(one);
    const proto = protocol === 'TCP' ? 'tcp' : 'udp';
    fc.assert(
      fc.property(randomCluster, randomCiliumPolicies, (text, own) => {
        const simulation = simulate({
          files: [{ name: 'random.yaml', text: `${head}${text}\n---\n${own}` }],
        });
        expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
        const read = asCiliumReads(simulation.cluster);
        const matrix = reachMatrix(read, { port: 80, protocol, enforced: true });
        const row = (name: string): number => matrix.pods.indexOf(name);
        const pods = read.pods.filter((pod) => /^p\d$/.test(pod.name));
        for (const to of pods) {
          const target = `${to.namespace}/${to.name}`;
          const ask = (from: string): readonly [string, boolean] => {
            const trace = walk(simulation, { from, to: to.ips[0] ?? '', tool: 'nc', port: 80, proto });
            expect(['delivered', 'dropped']).toContain(trace.verdict);
            return [`${from} ${target}`, trace.verdict === 'delivered'];
          };
          for (const from of pods) {
            if (from === to) continue;
            const source = `${from.namespace}/${from.name}`;
            const outcome = evaluate(read, { from, to, port: 80, protocol });
            expect(ask(source)).toEqual([`${source} ${target}`, outcome.allowed]);
            const cell = matrix.allowed[row(source)]?.[row(target)];
            expect([source, target, cell]).toEqual([source, target, outcome.allowed]);
          }
          for (const node of read.nodes) {
            const from = { ip: node.ips[0] ?? '' };
            const { allowed } = evaluate(read, { from, to, port: 80, protocol });
            expect(ask(`node/${node.name}`)).toEqual([`node/${node.name} ${target}`, allowed]);
          }
        }
      }),
      { numRuns: 40, seed: 5 },
    );
  },
);
