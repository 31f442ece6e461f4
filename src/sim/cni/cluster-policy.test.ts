/**
 * Cluster-wide policies: rows as network-policy-api's own conformance tests ask them, put to the evaluator and walked through
 * what each CNI writes that enforces them; and random clusters, where the two must agree.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../policy/evaluate.ts';
import { randomCluster, randomClusterPolicies } from '../policy/random-fixture.ts';
import { trapText } from '../policy/trap-fixture.ts';
import { askedPairs, denyingRule } from '../probe/asked-pairs-fixture.ts';
import { simulate, walk } from '../simulate.ts';
import { cniRegistry } from './registry.ts';

const KIND = 'ClusterNetworkPolicy';
const enforcing = cniRegistry
  .filter((cni) => cni.clusterPolicies?.kinds.includes(KIND) === true)
  .map((cni) => cni.id);

interface Row {
  readonly name: string;
  /** Spec by name. */
  readonly cluster: Readonly<Record<string, string>>;
  readonly policies?: Readonly<Record<string, string>>;
  readonly flows: readonly {
    readonly from: string;
    readonly to: string;
    readonly port: number;
    readonly allowed: boolean;
    /** The policy and rule that decide. */
    readonly by?: readonly [policy: string, rule: number];
  }[];
}

const WEB = 'default/web';
const WEB_SUBJECT = 'subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}';
const ANYBODY = '[{namespaces: {}}]';
const TEAM = '[{namespaces: {matchLabels: {team: blue}}}]';
const isolate = (ingress: string): Readonly<Record<string, string>> => ({
  np: `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: ${ingress}}`,
});
const client = { from: 'default/client', to: WEB, port: 8080 };
const team = { from: 'team/client', to: WEB, port: 8080 };

const rows: readonly Row[] = [
  {
    name: 'Deny in the Admin tier cannot be overridden',
    cluster: { a: `{tier: Admin, priority: 5, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}}]}` },
    policies: isolate('[{}]'),
    flows: [{ ...client, allowed: false, by: ['a', 0] }],
  },
  {
    name: 'Accept in the Admin tier opens what NetworkPolicy closes',
    cluster: { a: `{tier: Admin, priority: 5, ${WEB_SUBJECT}, ingress: [{action: Accept, from: ${TEAM}}]}` },
    policies: isolate('[]'),
    flows: [
      { ...team, allowed: true, by: ['a', 0] },
      { ...client, allowed: false },
    ],
  },
  {
    name: 'Pass leaves it to NetworkPolicy, past the rest of its tier',
    cluster: {
      a: `{tier: Admin, priority: 1, ${WEB_SUBJECT}, ingress: [{action: Pass, from: ${TEAM}}, {action: Deny, from: ${ANYBODY}}]}`,
      b: `{tier: Admin, priority: 2, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}}]}`,
    },
    policies: isolate('[{}]'),
    flows: [
      { ...team, allowed: true },
      { ...client, allowed: false, by: ['a', 1] },
    ],
  },
  {
    name: 'the lower priority number goes first, whatever the names',
    cluster: {
      a: `{tier: Admin, priority: 20, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}}]}`,
      z: `{tier: Admin, priority: 10, ${WEB_SUBJECT}, ingress: [{action: Accept, from: ${ANYBODY}}]}`,
    },
    flows: [{ ...client, allowed: true, by: ['z', 0] }],
  },
  {
    name: 'the Baseline tier is for pods that no NetworkPolicy isolates',
    cluster: {
      a: `{tier: Baseline, priority: 0, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}}]}`,
    },
    flows: [{ ...client, allowed: false, by: ['a', 0] }],
  },
  {
    name: 'NetworkPolicy has the last word before the Baseline tier',
    cluster: {
      a: `{tier: Baseline, priority: 0, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}}]}`,
    },
    policies: isolate('[{}]'),
    flows: [{ ...client, allowed: true }],
  },
  {
    name: 'Pass in the Admin tier and nothing else: the Baseline tier decides',
    cluster: {
      a: `{tier: Admin, priority: 0, ${WEB_SUBJECT}, ingress: [{action: Pass, from: ${ANYBODY}}]}`,
      b: `{tier: Baseline, priority: 0, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}}]}`,
    },
    flows: [{ ...client, allowed: false, by: ['b', 0] }],
  },
  {
    name: 'rules do not isolate: what none matches goes through',
    cluster: { a: `{tier: Admin, priority: 5, ${WEB_SUBJECT}, ingress: [{action: Accept, from: ${TEAM}}]}` },
    flows: [{ ...client, allowed: true }],
  },
  {
    name: 'protocols and ports are the target’s',
    cluster: {
      a: `{tier: Admin, priority: 5, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}, protocols: [{udp: {}}, {tcp: {destinationPort: {range: {start: 8000, end: 8100}}}}]}]}`,
    },
    flows: [
      { ...client, allowed: false, by: ['a', 0] },
      { ...client, port: 8443, allowed: true },
    ],
  },
  {
    name: 'networks mean pods, too',
    cluster: {
      a: '{tier: Admin, priority: 5, subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: [10.244.0.0/16, 192.0.2.0/24]}]}]}',
    },
    flows: [{ ...client, allowed: false, by: ['a', 0] }],
  },
  {
    name: 'both ends have a say: the source’s egress and the target’s ingress',
    cluster: {
      a: `{tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: Accept, to: ${ANYBODY}}]}`,
      b: `{tier: Admin, priority: 2, ${WEB_SUBJECT}, ingress: [{action: Deny, from: ${ANYBODY}}]}`,
    },
    flows: [{ ...client, allowed: false, by: ['b', 0] }],
  },
];

const policyText = (cluster: Row['cluster']): string =>
  Object.entries(cluster)
    .map(
      ([name, spec]) =>
        `apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ${KIND}\nmetadata: {name: ${name}}\nspec: ${spec}`,
    )
    .join('\n---\n');
const settings = (cni: string): string =>
  `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n`;

it('is enforced by Calico', () => expect(enforcing).toEqual(['calico']));

describe.each(enforcing)('%s', (cni) => {
  describe.each(rows)('$name', (row) => {
    const text = `${trapText({ policies: row.policies ?? {} }, settings(cni))}\n---\n${policyText(row.cluster)}`;
    const simulation = simulate({ files: [{ name: 'rows.yaml', text }] });
    const find = (name: string) => {
      const pod = simulation.cluster.pods.find((p) => `${p.namespace}/${p.name}` === name);
      if (pod === undefined) throw new Error(`no pod ${name}`);
      return pod;
    };

    it.each(row.flows)('$from to $to:$port', (flow) => {
      expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      const from = find(flow.from);
      const to = find(flow.to);
      const said = evaluate(simulation.cluster, { from, to, port: flow.port, protocol: 'TCP' });
      expect(said.allowed).toBe(flow.allowed);
      const trace = walk(simulation, { from: flow.from, to: to.ips[0] ?? '', tool: 'nc', port: flow.port });
      expect(trace.reason.code === 'policy.deny').toBe(!flow.allowed);
      if (flow.by === undefined) return;
      const [name, rule] = flow.by;
      expect(trace.policy.by).toContainEqual({ object: { kind: KIND, name }, rule });
      if (!flow.allowed) {
        expect(trace.reason.params).toMatchObject({ policies: name, rule, kind: KIND });
        expect(trace.steps[trace.decidedBy]?.origin).toMatchObject({ object: { kind: KIND, name } });
      }
    });
  });

  it('evaluator and walk agree on random clusters', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(randomCluster, randomClusterPolicies, (text, policies) => {
        const simulation = simulate({
          files: [{ name: 'random.yaml', text: `${settings(cni)}---\n${text}\n---\n${policies}` }],
        });
        for (const protocol of ['TCP', 'UDP'] as const) {
          for (const { pair, outcome, trace } of askedPairs(simulation, protocol)) {
            expect([pair, trace.verdict]).toEqual([pair, outcome.allowed ? 'delivered' : 'dropped']);
            const decided = denyingRule(outcome);
            if (decided === undefined) continue;
            expect(trace.reason.params).toMatchObject({ policies: decided.policy, rule: decided.rule });
          }
        }
      }),
      { numRuns: 40, seed: 21 },
    );
  });
});

describe('fields that Calico does not know', () => {
  const ask = (rule: string) => {
    const policy = policyText({ a: `{tier: Admin, priority: 5, ${WEB_SUBJECT}, ingress: [${rule}]}` });
    const simulation = simulate({
      files: [{ name: 'a.yaml', text: `${trapText({ policies: {} }, settings('calico'))}\n---\n${policy}` }],
    });
    const to = simulation.cluster.pods.find((pod) => pod.namespace === 'default' && pod.name === 'web')
      ?.ips[0];
    return {
      trace: walk(simulation, { from: 'default/client', to: to ?? '', tool: 'nc', port: 8443 }),
      said: simulation.diagnostics.map((diagnostic) => diagnostic.code),
    };
  };
  it('Deny with a named port denies everything', () => {
    const { trace, said } = ask(
      `{action: Deny, from: ${ANYBODY}, protocols: [{destinationNamedPort: http}]}`,
    );
    expect(trace.verdict).toBe('dropped');
    expect(said).toContain('policy/fails-closed');
  });
  it('Accept with a named port accepts nothing', () => {
    const { trace } = ask(
      `{action: Accept, from: ${ANYBODY}, protocols: [{destinationNamedPort: http}]}, {action: Deny, from: ${ANYBODY}}`,
    );
    expect(trace.verdict).toBe('dropped');
  });
});
