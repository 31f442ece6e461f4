/** The stack's own rules, with policies in their normalised form: rows, and evaluator and matrix on random clusters. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidr } from '../base/ip.ts';
import type {
  ClusterState,
  EndSet,
  NodeRelation,
  OwnPolicy,
  OwnRule,
  Pod,
  PodSelection,
  PolicyTierPlan,
} from '../k8s/cluster-state.ts';
import { fakeCni, settleText } from '../k8s/controllers/cluster-fixture.ts';
import { settle } from '../k8s/controllers/settle.ts';
import { parseScenario } from '../k8s/parse/parse-scenario.ts';
import { evaluate } from './evaluate.ts';
import { reachAgain } from './reach-again.ts';
import { reachMatrix } from './reach.ts';
import { randomCluster } from './random-fixture.ts';
import { trapText } from './trap-fixture.ts';

const GROUP = 'example.org';
const TIERS: readonly PolicyTierPlan[] = [
  { name: 'first', order: 1, how: 'first-match', end: 'deny', ownPolicies: GROUP },
  {
    name: 'default',
    order: 2,
    how: 'first-match',
    end: 'deny',
    ownPolicies: GROUP,
    networkPolicies: { order: 10 },
  },
  { name: 'last', order: 3, how: 'first-match', end: 'next', ownPolicies: GROUP },
];
const ONE_TIER: readonly PolicyTierPlan[] = [
  {
    name: 'default',
    order: 1,
    how: 'deny-first',
    end: 'deny',
    ownPolicies: GROUP,
    networkPolicies: { order: 0 },
  },
];

const label = (key: string, ...values: string[]): PodSelection => ({
  is: 'label',
  on: 'pod',
  key,
  test: 'in',
  values,
});
const WEB = label('app', 'web');

function rule(action: OwnRule['action'], more: Partial<OwnRule> = {}): OwnRule {
  return { action, rule: 0, peers: [], traffic: [], origin: { object: { kind: 'Own', name: 'x' } }, ...more };
}
function policy(name: string, more: Partial<OwnPolicy> = {}): OwnPolicy {
  const { ingress = [], egress = [] } = more;
  return {
    group: GROUP,
    kind: 'Own',
    name,
    tier: 'default',
    order: 0,
    subject: WEB,
    isolates: { ingress: true, egress: false },
    spec: {},
    origin: { object: { kind: 'Own', name } },
    ...more,
    ingress: ingress.map((one, i) => ({ ...one, rule: i })),
    egress: egress.map((one, i) => ({ ...one, rule: i })),
  };
}

interface Row {
  readonly name: string;
  readonly tiers?: readonly PolicyTierPlan[];
  readonly own: readonly OwnPolicy[];
  readonly network?: Readonly<Record<string, string>>;
  readonly allowed: boolean;
  readonly by?: readonly [policy: string, rule: number];
}
const OPEN = { np: '{podSelector: {matchLabels: {app: web}}, ingress: [{}]}' };

const rows: readonly Row[] = [
  {
    name: 'order puts a Deny before a NetworkPolicy',
    own: [policy('d', { order: 9, ingress: [rule('deny')] })],
    network: OPEN,
    allowed: false,
    by: ['d', 0],
  },
  {
    name: 'and behind it',
    own: [policy('d', { order: 11, ingress: [rule('deny')] })],
    network: OPEN,
    allowed: true,
    by: ['default/np', 0],
  },
  {
    name: 'equal order: by name',
    own: [policy('z', { ingress: [rule('deny')] }), policy('a', { ingress: [rule('allow')] })],
    allowed: true,
    by: ['a', 0],
  },
  {
    name: 'log decides nothing',
    own: [policy('a', { ingress: [rule('log'), rule('allow')] })],
    allowed: true,
    by: ['a', 1],
  },
  {
    name: 'a tier that ends in deny isolates the pods that it selects',
    own: [policy('a', { tier: 'first', ingress: [rule('allow', { traffic: [{ protocol: 'UDP' }] })] })],
    network: OPEN,
    allowed: false,
  },
  {
    name: 'pass goes on to the next tier, past what follows',
    own: [
      policy('a', { tier: 'first', ingress: [rule('pass')] }),
      policy('b', { tier: 'first', order: 1, ingress: [rule('deny')] }),
    ],
    network: OPEN,
    allowed: true,
    by: ['default/np', 0],
  },
  {
    name: 'pass and nothing behind it: open',
    own: [policy('a', { ingress: [rule('pass')] })],
    allowed: true,
  },
  {
    name: 'a tier that ends in next leaves it open',
    own: [policy('a', { tier: 'last', ingress: [rule('allow', { traffic: [{ protocol: 'UDP' }] })] })],
    allowed: true,
  },
  {
    name: 'a policy that does not isolate closes nothing',
    own: [policy('a', { isolates: { ingress: false, egress: false }, ingress: [] })],
    allowed: true,
  },
  {
    name: 'deny first: a Deny wins over any Allow, whatever the order',
    tiers: ONE_TIER,
    own: [
      policy('a', { ingress: [rule('allow')] }),
      policy('z', { order: 9, isolates: { ingress: false, egress: false }, ingress: [rule('deny')] }),
    ],
    network: OPEN,
    allowed: false,
    by: ['z', 0],
  },
  {
    name: 'deny first: NetworkPolicy isolates for all',
    tiers: ONE_TIER,
    own: [policy('a', { isolates: { ingress: false, egress: false }, ingress: [rule('allow')] })],
    network: { np: '{podSelector: {matchLabels: {app: web}}}' },
    allowed: true,
    by: ['a', 0],
  },
  {
    name: 'the subject must be among the rule’s own ends',
    own: [policy('a', { ingress: [rule('deny', { self: { notPods: WEB } }), rule('allow')] })],
    allowed: true,
    by: ['a', 1],
  },
  {
    name: 'not these pods: everybody else, hosts outside as well',
    own: [policy('a', { ingress: [rule('allow', { peers: [{ notPods: label('app', 'client') }] })] })],
    allowed: false,
  },
  {
    name: 'another group’s policies have no effect',
    own: [{ ...policy('a', { ingress: [rule('deny')] }), group: 'example.com' }],
    allowed: true,
  },
];

describe('rows', () => {
  it.each(rows)('$name', ({ own, tiers = TIERS, network = {}, allowed, by }) => {
    const { cluster } = settleText(trapText({ policies: network }));
    const find = (name: string) => cluster.pods.find((p) => `${p.namespace}/${p.name}` === name) as Pod;
    const from = find('default/client');
    const all = { ...cluster, ownPolicies: own, policyTiers: tiers };
    const outcome = evaluate(all, { from, to: find('default/web'), port: 8080, protocol: 'TCP' });
    expect(outcome.allowed).toBe(allowed);
    if (by === undefined) return;
    const [decided, index] = by;
    const said = [...outcome.ingress.allowedBy, outcome.ingress.deniedRule];
    expect(said).toContainEqual(expect.objectContaining({ policy: decided, rule: index }));
  });
});

const selection: fc.Arbitrary<PodSelection> = fc.oneof(
  fc.constant<PodSelection>({ is: 'all' }),
  fc.constantFrom('a', 'b', 'c').map((value) => label('app', value)),
  fc.constantFrom<PodSelection>(
    { is: 'not', of: label('app', 'a') },
    { is: 'and', of: [label('app', 'a', 'b'), label('tier', 'x')] },
    { is: 'or', of: [label('app', 'c'), label('tier', 'y')] },
    { is: 'label', on: 'namespace', key: 'team', test: 'starts-with', values: ['bl'] },
    { is: 'label', on: 'pod', key: 'tier', test: 'exists', values: [] },
  ),
);
const nets = fc.subarray(['10.244.0.64/26', '10.244.1.0/24', '10.244.0.0/16'].map(cidr), { minLength: 1 });
const nodes = fc.subarray<NodeRelation>(['own', 'other', 'own-apiserver', 'other-apiserver'], {
  minLength: 1,
});
const endSet: fc.Arbitrary<EndSet> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      { pods: selection, notPods: selection, nets, notNets: nets, outsideOnly: fc.constant(true) },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ nodes }) },
);
const traffic = fc.array(
  fc.constantFrom<OwnRule['traffic'][number]>(
    { protocol: 'TCP' },
    { protocol: 'UDP', port: 80 },
    { protocol: 'TCP', port: 79, endPort: 81 },
    { port: 'http' },
    { protocol: 'ICMP' },
    { protocol: 'other' },
  ),
  { maxLength: 2 },
);
const randomRule = fc
  .record(
    {
      action: fc.constantFrom<OwnRule['action']>('allow', 'deny', 'pass', 'log'),
      peers: fc.array(endSet, { maxLength: 2 }),
      traffic,
      self: endSet,
      notTraffic: traffic,
    },
    { requiredKeys: ['action', 'peers', 'traffic'] },
  )
  .map(({ action, ...more }) => rule(action, more));
const randomPolicies = fc
  .array(
    fc.record(
      {
        tier: fc.constantFrom('first', 'default', 'last'),
        order: fc.constantFrom(0, 10, 20),
        namespace: fc.constantFrom('default', 'team'),
        subject: selection,
        isolates: fc.record({ ingress: fc.boolean(), egress: fc.boolean() }),
        ingress: fc.array(randomRule, { maxLength: 3 }),
        egress: fc.array(randomRule, { maxLength: 3 }),
      },
      { requiredKeys: ['tier', 'order', 'subject', 'isolates', 'ingress', 'egress'] },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((specs) => specs.map((spec, i) => policy(`o${i}`, spec)));

/** A pod on the network of each node. */
const ON_NODES = ['kind-control-plane', 'kind-worker', 'kind-worker2']
  .map(
    (node) =>
      `\n---\n{"apiVersion":"v1","kind":"Pod","metadata":{"name":"on-${node}"},"spec":{"hostNetwork":true,"nodeName":"${node}","containers":[{"name":"c","image":"nginx"}]}}`,
  )
  .join('');

it.each([
  ['first match', TIERS],
  ['deny first', ONE_TIER],
  ['deny first, the own node as well', ONE_TIER.map((plan) => ({ ...plan, deniesOwnNode: true as const }))],
] as const)(
  '%s: the matrix says what the evaluator says, from scratch and after an edit',
  { timeout: 60_000 },
  (_, tiers) => {
    fc.assert(
      fc.property(randomCluster, randomPolicies, randomPolicies, (text, own, later) => {
        const { cluster } = settle(
          parseScenario([{ name: 'random.yaml', text: text + ON_NODES }]),
          [fakeCni()],
          ['iptables'],
        );
        expect(cluster.pods.filter((pod) => pod.hostNetwork && pod.name.startsWith('on-'))).toHaveLength(3);
        const passes = tiers !== TIERS ? (p: OwnPolicy) => ({ ...p, tier: 'default' }) : (p: OwnPolicy) => p;
        const before: ClusterState = { ...cluster, ownPolicies: own.map(passes), policyTiers: tiers };
        const after: ClusterState = {
          ...before,
          ownPolicies: [...before.ownPolicies.slice(1), ...later.map(passes)],
        };
        for (const protocol of ['TCP', 'UDP'] as const) {
          const question = { port: 80, protocol, enforced: true };
          const matrix = reachMatrix(before, question);
          const again = reachAgain({ cluster: before, question, matrix }, after).matrix;
          for (const [state, said] of [
            [before, matrix],
            [after, again],
          ] as const) {
            const pods = said.pods.map((name) =>
              state.pods.find((pod) => `${pod.namespace}/${pod.name}` === name),
            ) as Pod[];
            pods.forEach((from, row) => {
              pods.forEach((to, column) => {
                const cell = said.allowed[row]?.[column];
                if (row === column || cell === 'unknown') return;
                const { allowed } = evaluate(state, { from, to, port: 80, protocol });
                expect([from.name, to.name, cell]).toEqual([from.name, to.name, allowed]);
              });
            });
          }
        }
      }),
      { numRuns: 80, seed: 11 },
    );
  },
);

it.each([
  ['may come in from other nodes', [rule('allow', { peers: [{ nodes: ['other'] }] })], true],
  [
    'may come in from everywhere but the own node',
    [rule('deny', { peers: [{ nodes: ['own'] }] }), rule('allow')],
    true,
  ],
  [
    'may come in from the own node alone',
    [rule('deny', { peers: [{ nodes: ['other'] }] }), rule('allow')],
    false,
  ],
] as const)('the same policy means another node for each pod: %s', (_, ingress, fromOther) => {
  const pod = (name: string, node: string): string =>
    `\n---\n{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}","labels":{"app":"web"}},"spec":{"nodeName":"${node}","containers":[{"name":"c","image":"nginx"}]}}`;
  const text = pod('a', 'kind-worker') + pod('b', 'kind-worker2') + ON_NODES;
  const { cluster } = settle(
    parseScenario([{ name: 'a.yaml', text: text.slice(5) }]),
    [fakeCni()],
    ['iptables'],
  );
  const policyTiers = ONE_TIER.map((plan) => ({ ...plan, deniesOwnNode: true as const }));
  const state: ClusterState = { ...cluster, ownPolicies: [policy('p', { ingress })], policyTiers };
  const matrix = reachMatrix(state, { port: 80, protocol: 'TCP', enforced: true });
  const at = (from: string, to: string) =>
    matrix.allowedAt(matrix.pods.indexOf(`default/${from}`), matrix.pods.indexOf(`default/${to}`));
  expect([at('on-kind-worker2', 'a'), at('on-kind-worker', 'b')]).toEqual([fromOther, fromOther]);
  for (const [from, to] of [
    ['on-kind-worker', 'a'],
    ['on-kind-worker2', 'b'],
    ['on-kind-worker2', 'a'],
    ['on-kind-worker', 'b'],
  ] as const) {
    const named = (name: string) => state.pods.find((one) => one.name === name)!;
    const { allowed } = evaluate(state, { from: named(from), to: named(to), port: 80, protocol: 'TCP' });
    expect([from, to, at(from, to)]).toEqual([from, to, allowed]);
  }
});
