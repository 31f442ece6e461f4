import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterState, Pod, Protocol } from '../k8s/cluster-state.ts';
import { fakeCni, settleText } from '../k8s/controllers/cluster-fixture.ts';
import { settle } from '../k8s/controllers/settle.ts';
import { parseScenario } from '../k8s/parse/parse-scenario.ts';
import { evaluate } from './evaluate.ts';
import { inBothFamilies, randomCluster, randomClusterPolicies, randomDualCluster } from './random-fixture.ts';
import type { ReachMatrix } from './reach-matrix.ts';
import { reachMatrix } from './reach.ts';
import { TRAPS, trapText } from './trap-fixture.ts';

/** The counts of denied cells are those of the cells. */
function expectCounts(matrix: ReachMatrix): void {
  const denied = (cells: readonly unknown[]): number => cells.filter((cell) => cell === false).length;
  const { deniedFrom, deniedTo } = matrix.data;
  expect([...deniedFrom]).toEqual(matrix.allowed.map(denied));
  expect([...deniedTo]).toEqual(
    matrix.pods.map((_, column) => denied(matrix.allowed.map((row) => row[column]))),
  );
  expect(matrix.denied).toBe(denied(matrix.allowed.flat()));
}

/** Cell by cell what the evaluator says; host-network sources are left to their own test. */
function expectAgreement(cluster: ClusterState, port: number, protocol: Protocol): void {
  const matrix = reachMatrix(cluster, { port, protocol, enforced: true });
  const pods = matrix.pods.map((name) =>
    cluster.pods.find((pod) => `${pod.namespace}/${pod.name}` === name),
  ) as Pod[];
  expectCounts(matrix);
  pods.forEach((from, row) => {
    pods.forEach((to, column) => {
      const cell = matrix.allowed[row]?.[column];
      const reason = matrix.reasons[matrix.reasonOf[row]?.[column] ?? -1];
      if (row === column) {
        expect(cell).toBeNull();
        return;
      }
      if (cell === 'unknown') {
        expect(from.hostNetwork || from.ips.length === 0 || to.ips.length === 0).toBe(true);
        return;
      }
      const outcome = evaluate(cluster, { from, to, port, protocol });
      expect([matrix.pods[row], matrix.pods[column], cell]).toEqual([
        matrix.pods[row],
        matrix.pods[column],
        outcome.allowed,
      ]);
      if (cell === false) {
        const denied =
          outcome.egress.deniedBy.length > 0 ? outcome.egress.deniedBy : outcome.ingress.deniedBy;
        expect(reason?.policies).toEqual(denied);
      }
      const allowing = [...outcome.egress.allowedBy, ...outcome.ingress.allowedBy];
      if (cell === true && allowing.length > 0) {
        expect(reason).toMatchObject({ code: 'allowed', rule: allowing.at(-1)?.rule });
      }
    });
  });
}

describe('the matrix agrees with the evaluator', () => {
  it.each(TRAPS)('$name', (row) => {
    const { cluster } = settleText(trapText(row));
    for (const port of [53, 7000, 8080, 8443, 9000, 9090]) expectAgreement(cluster, port, 'TCP');
    expectAgreement(cluster, 53, 'UDP');
  });
});

it.each([
  ['IPv4', randomCluster],
  ['both families', randomDualCluster],
])('agrees on random clusters of %s', { timeout: 60_000 }, (_, clusters) => {
  fc.assert(
    fc.property(clusters, (text) => {
      const { cluster } = settle(parseScenario([{ name: 'random.yaml', text }]), [fakeCni()], ['iptables']);
      expect(cluster.networkPolicies.length).toBe(text.split('"NetworkPolicy"').length - 1);
      expectAgreement(cluster, 80, 'TCP');
      expectAgreement(cluster, 80, 'UDP');
    }),
    { numRuns: 60, seed: 7 },
  );
});

it.each([
  ['IPv4', randomCluster, randomClusterPolicies],
  ['both families', randomDualCluster, inBothFamilies(randomClusterPolicies)],
])('agrees on random clusters of %s with cluster-wide policies', { timeout: 60_000 }, (_, clusters, wide) => {
  fc.assert(
    fc.property(clusters, wide, (text, policies) => {
      const { cluster } = settle(
        parseScenario([{ name: 'random.yaml', text: `${text}\n---\n${policies}` }]),
        [fakeCni()],
        ['iptables'],
      );
      expect(cluster.clusterPolicies.length).toBe(policies.split('"ClusterNetworkPolicy"').length - 1);
      expectAgreement(cluster, 80, 'TCP');
      expectAgreement(cluster, 80, 'UDP');
    }),
    { numRuns: 60, seed: 9 },
  );
});

it('counts the denied cells where targets are asked on several ports, are on a host, have no address', () => {
  const more = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"lost"},"spec":{"nodeSelector":{"no":"such"},"containers":[{"name":"c","image":"nginx"}]}}
---
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"on-node"},"spec":{"hostNetwork":true,"nodeName":"kind-worker","containers":[{"name":"c","image":"nginx"}]}}
---
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"mute","labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"example.org/mute"}]}}`;
  let several = 0;
  let host = 0;
  fc.assert(
    fc.property(randomCluster, fc.boolean(), (text, enforced) => {
      const scenario = parseScenario([{ name: 'random.yaml', text: `${text}\n---\n${more}` }]);
      const { cluster } = settle(scenario, [fakeCni()], ['iptables']);
      const matrix = reachMatrix(cluster, { protocol: 'TCP', enforced });
      if ((matrix.data.firstColumn.at(-1) ?? 0) > matrix.pods.length) several++;
      host += matrix.data.host.filter((one) => one === 1).length;
      expectCounts(matrix);
      if (!enforced) expect(matrix.denied).toBe(0);
    }),
    { numRuns: 40, seed: 11 },
  );
  expect(several).toBeGreaterThan(0);
  expect(host).toBeGreaterThan(0);
});

describe('reasons and special cells', () => {
  const text = trapText({ policies: { deny: '{podSelector: {matchLabels: {app: web}}}' } });
  const { cluster } = settleText(text);
  const at = (enforced: boolean, from: string, to: string, port?: number) => {
    const matrix = reachMatrix(cluster, { port, protocol: 'TCP', enforced });
    const row = matrix.pods.indexOf(from);
    const column = matrix.pods.indexOf(to);
    return {
      allowed: matrix.allowed[row]?.[column],
      ...matrix.reasons[matrix.reasonOf[row]?.[column] ?? -1],
    };
  };

  it.each([
    {
      enforced: true,
      from: 'default/client',
      to: 'default/web',
      allowed: false,
      code: 'ingress-denied',
      policies: ['default/deny'],
    },
    {
      enforced: false,
      from: 'default/client',
      to: 'default/web',
      allowed: true,
      code: 'not-enforced',
      policies: ['default/deny'],
    },
    { enforced: true, from: 'default/web', to: 'default/client', allowed: true, code: 'open', policies: [] },
    { enforced: true, from: 'default/web', to: 'default/web', allowed: null, code: 'same-pod', policies: [] },
    { enforced: true, from: 'default/on-node', to: 'default/web', allowed: true, code: 'open', policies: [] },
    {
      enforced: true,
      from: 'default/on-node',
      to: 'default/web2',
      allowed: false,
      code: 'ingress-denied',
      policies: ['default/deny'],
    },
  ])('$from to $to, enforced: $enforced', ({ enforced, from, to, ...expected }) => {
    expect(at(enforced, from, to, 8080)).toMatchObject(expected);
  });

  it('asks the first listening port where no port is given', () => {
    const open = settleText(
      trapText({
        policies: { p: '{podSelector: {matchLabels: {tier: front}}, ingress: [{ports: [{port: 8080}]}]}' },
      }),
    ).cluster;
    const matrix = reachMatrix(open, { protocol: 'TCP', enforced: true });
    const row = matrix.pods.indexOf('default/client');
    expect(matrix.allowed[row]?.[matrix.pods.indexOf('default/web')]).toBe(true);
    const closed = settleText(
      trapText({
        policies: { p: '{podSelector: {matchLabels: {tier: front}}, ingress: [{ports: [{port: 8443}]}]}' },
      }),
    ).cluster;
    const other = reachMatrix(closed, { protocol: 'TCP', enforced: true });
    expect(other.allowed[row]?.[other.pods.indexOf('default/web')]).toBe(false);
  });

  it('a pod without an address is unknown', () => {
    const pending = settleText(`${text}
---
apiVersion: v1
kind: Pod
metadata: {name: lost}
spec: {nodeSelector: {no: such}, containers: [{name: c, image: nginx}]}
`).cluster;
    const matrix = reachMatrix(pending, { port: 80, protocol: 'TCP', enforced: true });
    const column = matrix.pods.indexOf('default/lost');
    expect(matrix.allowed[0]?.[column]).toBe('unknown');
    expect(matrix.reasons[matrix.reasonOf[0]?.[column] ?? -1]?.code).toBe('no-address');
  });
});
