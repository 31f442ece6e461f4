/** One pod both ways says what the matrix says, of every pod, and names what the evaluator names. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fakeCni } from '../k8s/controllers/cluster-fixture.ts';
import { settle } from '../k8s/controllers/settle.ts';
import { parseScenario } from '../k8s/parse/parse-scenario.ts';
import { type PeerReach, podReach, type PortReach } from './pod-reach.ts';
import { randomCluster, randomClusterPolicies } from './random-fixture.ts';
import { askedPods, podName, reachMatrix } from './reach.ts';

/** Two that share a node's network, one without an address. */
const MORE = `
---
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"on-worker"},"spec":{"hostNetwork":true,"nodeName":"kind-worker","containers":[{"name":"c","image":"nginx"}]}}
---
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"on-worker2"},"spec":{"hostNetwork":true,"nodeName":"kind-worker2","containers":[{"name":"c","image":"nginx"}]}}
---
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"lost"},"spec":{"nodeSelector":{"no":"such"},"containers":[{"name":"c","image":"nginx"}]}}
---
`;

const decidedBy = ({ by, egress }: PortReach): readonly object[] =>
  by.filter((one) => one.says === 'deny' && one.direction === (egress === 'denied' ? 'egress' : 'ingress'));

it('says of every pair what the matrix says', { timeout: 120_000 }, () => {
  let denied = 0;
  let grouped = 0;
  fc.assert(
    fc.property(randomCluster, randomClusterPolicies, fc.boolean(), (text, policies, enforced) => {
      const scenario = parseScenario([{ name: 'random.yaml', text: `${text}${MORE}${policies}` }]);
      const { cluster } = settle(scenario, [fakeCni()], ['iptables']);
      for (const protocol of ['TCP', 'UDP'] as const) {
        const matrix = reachMatrix(cluster, { port: 80, protocol, enforced });
        for (const subject of askedPods(cluster)) {
          const reach = podReach(cluster, subject, { port: 80, protocol }, enforced);
          const own = matrix.pods.indexOf(podName(subject));
          const compare = (
            peers: readonly PeerReach[],
            cell: (i: number) => readonly [number, number],
          ): void => {
            expect(peers.flatMap((peer) => peer.pods).toSorted()).toEqual(
              matrix.pods.filter((_, i) => i !== own).toSorted(),
            );
            for (const { pods, ports } of peers) {
              expect(ports).toHaveLength(1);
              const [said] = ports as [PortReach];
              if (pods.length > 1) grouped++;
              for (const pod of pods) {
                const at = cell(matrix.pods.indexOf(pod));
                const ends = at.map((i) => matrix.pods[i]);
                expect([...ends, said.allowed]).toEqual([...ends, matrix.allowedAt(...at)]);
                if (said.allowed !== false) continue;
                denied++;
                expect(decidedBy(said)).toMatchObject(matrix.reasonAt(...at).by);
              }
            }
          };
          compare(reach.to, (i) => [own, i]);
          compare(reach.from, (i) => [i, own]);
        }
      }
    }),
    { numRuns: 40, seed: 3 },
  );
  expect(denied).toBeGreaterThan(100);
  expect(grouped).toBeGreaterThan(0);
});

it('asks every port that the receiver listens on, and says who selects the pod', () => {
  const pod = (name: string, listen: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "${listen}"}}\nspec: {containers: [{name: c, image: example.org/app}]}\n`;
  const text = [
    pod('web', '80/TCP,443/TCP,53/UDP'),
    pod('client', ''),
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 443}]}]}\n',
  ].join('---\n');
  const { cluster } = settle(parseScenario([{ name: 'a.yaml', text }]), [fakeCni()], ['iptables']);
  const web = cluster.pods.find((one) => one.name === 'web')!;
  const reach = podReach(cluster, web, {}, true);
  const [client] = reach.from.filter((peer) => peer.pods.includes('default/client'));
  expect(client?.ports.map(({ port, protocol, allowed }) => `${port}/${protocol} ${allowed}`)).toEqual([
    '80/TCP false',
    '443/TCP true',
    '53/UDP false',
  ]);
  expect(reach.to.find((peer) => peer.pods.includes('default/client'))?.ports).toEqual([]);
  expect(reach.selectedBy.ingress.map((one) => `${one.kind} ${one.policy}`)).toEqual([
    'NetworkPolicy default/p',
  ]);
  expect(reach.selectedBy.egress).toEqual([]);
  const tcp = podReach(cluster, web, { protocol: 'TCP' }, true);
  expect(tcp.from[0]?.ports.map((one) => one.port)).toEqual([80, 443]);
  const one = podReach(cluster, web, { port: 443, protocol: 'TCP', peer: 'default/client' }, true);
  expect([...one.to, ...one.from].flatMap((peer) => peer.pods)).toEqual(['default/client', 'default/client']);
  expect(one.from[0]).toEqual(
    podReach(cluster, web, { port: 443 }, true).from.find((peer) => peer.pods.includes('default/client')),
  );
});
