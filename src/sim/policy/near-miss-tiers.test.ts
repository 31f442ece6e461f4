/** A rule that denies, what came before it and what after; each statement is held against the evaluator. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterPolicy, ClusterState } from '../k8s/cluster-state.ts';
import { fakeCni, settleText } from '../k8s/controllers/cluster-fixture.ts';
import { settle } from '../k8s/controllers/settle.ts';
import { parseScenario } from '../k8s/parse/parse-scenario.ts';
import { evaluate, type Flow } from './evaluate.ts';
import { nearMiss } from './near-miss.ts';
import type { RuleBefore } from './near-miss-tiers.ts';
import { randomCluster, randomClusterPolicies } from './random-fixture.ts';
import { clusterPoliciesEnforced } from './tiers.ts';

const PODS = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: red}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
`;

const policy = (name: string, tier: string, priority: number, rules: string): string => `---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: ${name}}
spec: {tier: ${tier}, priority: ${priority}, subject: {namespaces: {}}, ${rules}}
`;
const networkPolicy = (spec: string): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np, namespace: shop}
spec: ${spec}
`;

/** `name rule action [leads] misses...`. */
function beforeText({ policy: name, rule, action, leads, peer, port }: RuleBefore): string {
  const misses = [...(peer?.misses ?? []), ...(port?.misses ?? [])].map(
    (miss) => `${miss.what}@${miss.origin.path?.slice(2).join('.')}`,
  );
  return [name, rule, action, ...(leads === undefined ? [] : [leads]), ...misses].join(' ');
}

interface Row {
  readonly name: string;
  readonly policies: string;
  readonly protocol?: 'TCP' | 'ICMP';
  readonly to?: 'outside' | 'node';
  readonly denied: string;
  readonly before: readonly string[];
  readonly late?: readonly string[];
  readonly isolated?: boolean;
}

const ALL = '{namespaces: {}}';
const DENY = `{action: Deny, from: [${ALL}]}`;
const CLIENT = '{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: client}}}}';

const ROWS: readonly Row[] = [
  {
    name: 'nothing before',
    policies: policy('a', 'Admin', 1, `ingress: [${DENY}]`),
    denied: 'a 0 Admin',
    before: [],
  },
  {
    name: 'a label of the namespace, a label of the pod, a port: the closest first',
    policies: policy(
      'a',
      'Admin',
      1,
      `ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: red, stage: x}}}]}, {action: Accept, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}]}, {action: Accept, from: [${ALL}], protocols: [{udp: {}}, {tcp: {destinationPort: {range: {start: 81, end: 90}}}}]}, ${DENY}]`,
    ),
    denied: 'a 3 Admin',
    before: [
      'a 1 Accept label@1.from.0.pods.podSelector.matchLabels.app',
      'a 2 Accept protocol@2.protocols.0.udp',
      'a 0 Accept label@0.from.0.namespaces.matchLabels.team label@0.from.0.namespaces.matchLabels.stage',
    ],
  },
  {
    name: 'an accepting rule of a policy that goes first, and one that matches but comes after',
    policies: [
      policy('late', 'Admin', 9, `ingress: [{action: Accept, from: [${CLIENT}]}]`),
      policy(
        'early',
        'Admin',
        0,
        `ingress: [{action: Accept, from: [${ALL}], protocols: [{tcp: {destinationPort: {number: 81}}}]}]`,
      ),
      policy('deny', 'Admin', 5, `ingress: [${DENY}, {action: Accept, from: [${ALL}]}]`),
    ].join(''),
    denied: 'deny 0 Admin',
    before: ['early 0 Accept port@0.protocols.0.tcp.destinationPort.number'],
    late: ['deny 1', 'late 0'],
  },
  {
    name: 'a rule that would pass: what is below says',
    policies:
      policy(
        'a',
        'Admin',
        1,
        `ingress: [{action: Pass, from: [{namespaces: {matchLabels: {team: red}}}]}, ${DENY}]`,
      ) + networkPolicy('{podSelector: {}}'),
    denied: 'a 1 Admin',
    before: ['a 0 Pass denied label@0.from.0.namespaces.matchLabels.team'],
    isolated: true,
  },
  {
    name: 'the baseline: accepting rules of the Admin tier count, passing ones do not',
    policies: [
      policy(
        'a',
        'Admin',
        1,
        `ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: red}}}]}, {action: Pass, from: [{namespaces: {matchLabels: {team: red}}}]}]`,
      ),
      policy(
        'b',
        'Baseline',
        1,
        `ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: blue}}}]}, ${DENY}]`,
      ),
    ].join(''),
    denied: 'b 1 Baseline',
    before: [
      'a 0 Accept label@0.from.0.namespaces.matchLabels.team',
      'b 0 Accept label@0.from.0.namespaces.matchLabels.team',
    ],
  },
  {
    name: 'ports do not cover ICMP',
    policies: policy(
      'a',
      'Admin',
      1,
      `ingress: [{action: Accept, from: [${ALL}], protocols: [{tcp: {}}]}, ${DENY}]`,
    ),
    protocol: 'ICMP',
    denied: 'a 1 Admin',
    before: ['a 0 Accept protocol@0.protocols.0.tcp'],
  },
  {
    name: 'an address outside: selectors, networks, nodes and names',
    policies: policy(
      'a',
      'Admin',
      1,
      `egress: [{action: Accept, to: [${ALL}]}, {action: Accept, to: [{networks: [10.0.0.0/8, 192.168.0.0/16]}]}, {action: Accept, to: [{nodes: {}}]}, {action: Accept, to: [{domainNames: [example.com]}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]`,
    ),
    to: 'outside',
    denied: 'a 4 Admin',
    before: [
      'a 1 Accept block@1.to.0.networks',
      'a 2 Accept no-node@2.to.0.nodes',
      'a 3 Accept domain-name@3.to.0.domainNames',
      'a 0 Accept no-pod@0.to.0.namespaces',
    ],
  },
  {
    name: 'a node’s label',
    policies: policy(
      'a',
      'Admin',
      1,
      'egress: [{action: Accept, to: [{nodes: {matchLabels: {zone: b}}}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]',
    ),
    to: 'node',
    denied: 'a 1 Admin',
    before: ['a 0 Accept label@0.to.0.nodes.matchLabels.zone'],
  },
  {
    name: 'the kinds of v1alpha1',
    policies: `---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: anp}
spec: {priority: 3, subject: {namespaces: {}}, ingress: [{action: Allow, from: [${ALL}], ports: [{portNumber: {port: 81}}, {portRange: {start: 90, end: 99}}, {namedPort: web}]}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec: {subject: {namespaces: {}}, ingress: [${DENY}]}
`,
    denied: 'default 0 Baseline',
    before: ['anp 0 Accept port@0.ports.0.portNumber.port'],
  },
];

function clusterOf(policies: string): ClusterState {
  return settleText(`${PODS}${policies}`).cluster;
}

describe('a rule that says Deny', () => {
  it.each(ROWS)(
    '$name',
    ({ policies, protocol = 'TCP', to, denied, before, late = [], isolated = false }) => {
      const cluster = clusterOf(policies);
      const find = (name: string) => {
        const pod = cluster.pods.find((one) => one.name === name);
        if (pod === undefined) throw new Error(name);
        return pod;
      };
      const far = to === 'node' ? { ip: cluster.nodes[1]?.ips[0] ?? '' } : { ip: '203.0.113.10' };
      const flow: Flow = {
        from: find('client'),
        to: to === undefined ? find('web') : far,
        protocol,
        ...(protocol === 'TCP' ? { port: 80 } : {}),
      };
      const told = nearMiss(cluster, to === undefined ? 'ingress' : 'egress', flow)?.byRule;
      expect(told && `${told.denied.policy} ${told.denied.rule} ${told.denied.tier}`).toBe(denied);
      expect(told?.before.map(beforeText)).toEqual(before);
      expect(told?.late.map((rule) => `${rule.policy} ${rule.rule}`)).toEqual(late);
      expect(told).toMatchObject({ isolated, own: false });
    },
  );

  it('a field that the CNI does not know is named, where the rule fails closed for it', () => {
    const cluster = clusterOf(
      policy(
        'a',
        'Admin',
        1,
        `ingress: [{action: Accept, from: [${ALL}], protocols: [{destinationNamedPort: web}]}, {action: Deny, from: [{namespaces: {matchLabels: {team: red}}}], protocols: [{destinationNamedPort: web}]}]`,
      ),
    );
    const read = {
      ...cluster,
      clusterPolicies: clusterPoliciesEnforced(cluster.clusterPolicies, {
        kinds: ['ClusterNetworkPolicy'],
        lacks: ['namedPorts'],
      }),
    };
    const [from, to] = ['client', 'web'].map((name) => cluster.pods.find((one) => one.name === name));
    if (from === undefined || to === undefined) throw new Error('no pods');
    const flow: Flow = { from, to, port: 80, protocol: 'TCP' };
    const told = nearMiss(read, 'ingress', flow, cluster.clusterPolicies)?.byRule;
    expect(told).toMatchObject({
      denied: { rule: 1, failsClosed: 'namedPorts' },
      before: [{ rule: 0, failsClosed: 'namedPorts' }],
    });
  });
});

/** The policies with one rule that matches everybody, where it stands. */
function widened(policies: readonly ClusterPolicy[], { kind, policy: name, rule }: RuleBefore) {
  return policies.map((one): ClusterPolicy => {
    if (one.kind !== kind || one.name !== name) return one;
    const widen = (list: ClusterPolicy['ingress']): ClusterPolicy['ingress'] =>
      list.map((own, i) => (i === rule ? { ...own, peers: [], ports: [] } : own));
    return { ...one, ingress: widen(one.ingress), egress: widen(one.egress) };
  });
}

it('each rule before would have decided otherwise, on random clusters', { timeout: 60_000 }, () => {
  let rules = 0;
  fc.assert(
    fc.property(randomCluster, randomClusterPolicies, (text, policies) => {
      const files = [{ name: 'random.yaml', text: `${text}\n---\n${policies}` }];
      const { cluster } = settle(parseScenario(files), [fakeCni()], ['iptables']);
      const pods = cluster.pods.filter((pod) => /^p\d$/.test(pod.name));
      for (const from of pods) {
        for (const to of pods) {
          if (from === to) continue;
          const flow: Flow = { from, to, port: 80, protocol: 'TCP' };
          const said = evaluate(cluster, flow);
          for (const direction of ['ingress', 'egress'] as const) {
            const told = nearMiss(cluster, direction, flow);
            const { verdict, deniedRule } = said[direction];
            expect(told !== undefined).toBe(verdict === 'denied');
            expect(
              told?.byRule && { policy: told.byRule.denied.policy, rule: told.byRule.denied.rule },
            ).toEqual(deniedRule && { policy: deniedRule.policy, rule: deniedRule.rule });
            for (const rule of told?.byRule?.before ?? []) {
              rules++;
              const clusterPolicies = widened(cluster.clusterPolicies, rule);
              const networkPolicies = [...cluster.networkPolicies];
              const now = evaluate({ ...cluster, networkPolicies, clusterPolicies }, flow)[direction];
              expect(now.verdict === 'denied').toBe(rule.leads === 'denied');
              expect((rule.peer?.misses.length ?? 0) + (rule.port?.misses.length ?? 0)).toBeGreaterThan(0);
            }
          }
        }
      }
    }),
    { numRuns: 300, seed: 7 },
  );
  expect(rules).toBeGreaterThan(100);
});
