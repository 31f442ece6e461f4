/** What almost let a flow through, and where it says so. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterState } from '../k8s/cluster-state.ts';
import { fakeCni, settleText } from '../k8s/controllers/cluster-fixture.ts';
import { settle } from '../k8s/controllers/settle.ts';
import { parseScenario } from '../k8s/parse/parse-scenario.ts';
import { evaluate } from './evaluate.ts';
import type { FlowEnd } from './matching.ts';
import { withoutIpBlocks } from './matching.ts';
import { nearMiss } from './near-miss.ts';
import { randomCluster, randomDualCluster } from './random-fixture.ts';
import { trapText } from './trap-fixture.ts';

function endOf(cluster: ClusterState, name: string): FlowEnd {
  const pod = cluster.pods.find((p) => `${p.namespace}/${p.name}` === name);
  return pod ?? { ip: name };
}

interface Row {
  readonly name: string;
  readonly policies: Readonly<Record<string, string>>;
  readonly from?: string;
  readonly to?: string;
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP' | 'ICMP';
  readonly direction?: 'egress';
  /** `policy rule list[index] field: what`, for each miss of the closest rule. */
  readonly closest: readonly string[];
  readonly leftOpen?: readonly string[];
}

const web = '{matchLabels: {app: web}}';

const ROWS: readonly Row[] = [
  { name: 'no rules: nothing is close', policies: { p: '{podSelector: {}}' }, closest: [] },
  {
    name: 'a label of another value',
    policies: { p: `{podSelector: ${web}, ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]}` },
    closest: ['p 0 from.0.podSelector.matchLabels.app: app Equals front, has client'],
  },
  {
    name: 'the peer with the fewest misses',
    policies: {
      p: `{podSelector: ${web}, ingress: [{from: [{podSelector: {matchLabels: {app: a, tier: b}}}, {podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [client]}]}}]}]}`,
    },
    closest: ['p 0 from.1.podSelector.matchExpressions.0: app NotIn client, has client'],
  },
  {
    name: 'the rule of which one half fits, though its port misses',
    policies: {
      p: `{podSelector: ${web}, ingress: [{from: [{podSelector: {matchLabels: {app: x}}}], ports: [{port: 1}]}, {from: [{podSelector: {}}], ports: [{port: 80}]}]}`,
    },
    closest: ['p 1 ports.0.port: 80, not 8080'],
  },
  {
    name: 'the closest of two policies comes first',
    policies: {
      a: `{podSelector: ${web}}`,
      b: `{podSelector: ${web}, ingress: [{ports: [{port: 9000, endPort: 9010}]}]}`,
    },
    closest: ['b 0 ports.0.port: 9000-9010, not 8080'],
  },
  {
    name: 'a podSelector alone means the own namespace',
    policies: { p: `{podSelector: ${web}, ingress: [{from: [{podSelector: {}}]}]}` },
    from: 'team/client',
    closest: ['p 0 from.0.podSelector: namespace default, is team'],
  },
  {
    name: 'both selectors of one peer may miss',
    policies: {
      p: `{podSelector: ${web}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}, podSelector: {matchLabels: {role: x}}}]}]}`,
    },
    from: 'team/client',
    closest: [
      'p 0 from.0.namespaceSelector.matchLabels.team: team Equals red, has blue',
      'p 0 from.0.podSelector.matchLabels.role: role Equals x, has nothing',
    ],
  },
  {
    name: 'a named port means another number here',
    policies: { p: `{podSelector: ${web}, ingress: [{ports: [{port: http}]}]}` },
    to: 'default/web2',
    closest: ['p 0 ports.0.port: http means 9090, not 8080'],
  },
  {
    name: 'the protocol, and the port as well',
    policies: { p: `{podSelector: ${web}, ingress: [{ports: [{port: 53}]}]}` },
    protocol: 'UDP',
    closest: ['p 0 ports.0.protocol: TCP, not UDP', 'p 0 ports.0.port: 53, not 8080'],
  },
  {
    name: 'an exception of a block',
    policies: {
      p: `{podSelector: ${web}, ingress: [{from: [{ipBlock: {cidr: 172.18.0.0/24, except: [172.18.0.0/28, 172.18.0.32/28]}}]}]}`,
    },
    from: '172.18.0.40',
    closest: ['p 0 from.0.ipBlock.except.1: except 172.18.0.32/28'],
  },
  {
    name: 'a block, asked about a pod: left to the CNI',
    policies: { p: `{podSelector: ${web}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}` },
    closest: ['p 0 from.0.ipBlock.cidr: not in 192.0.2.0/24'],
    leftOpen: ['ip-block-of-pod'],
  },
  {
    name: 'selectors name no address',
    policies: { p: `{podSelector: ${web}, ingress: [{from: [{namespaceSelector: {}}]}]}` },
    from: '172.18.0.40',
    closest: ['p 0 from.0.namespaceSelector: no pod'],
  },
  {
    name: 'a pod on its node’s network is no pod peer',
    policies: { p: `{podSelector: ${web}, ingress: [{from: [{podSelector: {}}]}]}` },
    from: 'default/on-node',
    to: 'default/web2',
    closest: ['p 0 from.0.podSelector: no pod'],
    leftOpen: ['host-network'],
  },
  {
    name: 'ICMP has no port to name',
    policies: { p: `{podSelector: ${web}, ingress: [{ports: [{protocol: TCP}]}]}` },
    protocol: 'ICMP',
    closest: ['p 0 ports.0.protocol: TCP, not ICMP'],
    leftOpen: ['icmp'],
  },
  {
    name: 'egress',
    policies: {
      p: `{podSelector: {matchLabels: {app: client}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {tier: back}}}]}]}`,
    },
    direction: 'egress',
    closest: ['p 0 to.0.podSelector.matchLabels.tier: tier Equals back, has front'],
  },
];

function told(miss: Readonly<Record<string, unknown>>): string {
  switch (miss['what']) {
    case 'label':
      return `${String(miss['key'])} ${String(miss['operator'])} ${String(miss['values'])}, has ${String(miss['found'] ?? 'nothing')}`;
    case 'namespace':
      return `namespace ${String(miss['wanted'])}, is ${String(miss['found'])}`;
    case 'port':
      return `${String(miss['wanted'])}${miss['end'] === undefined ? '' : `-${String(miss['end'])}`}, not ${String(miss['found'])}`;
    case 'port-name':
      return `${String(miss['wanted'])} means ${String(miss['means'])}, not ${String(miss['found'])}`;
    case 'protocol':
      return `${String(miss['wanted'])}, not ${String(miss['found'])}`;
    case 'except':
      return `except ${String(miss['except'])}`;
    case 'block':
      return `not in ${String(miss['cidr'])}`;
    default:
      return 'no pod';
  }
}

it.each(ROWS)('$name', (row) => {
  const { cluster } = settleText(trapText({ policies: row.policies }));
  const protocol = row.protocol ?? 'TCP';
  const flow = {
    from: endOf(cluster, row.from ?? 'default/client'),
    to: endOf(cluster, row.to ?? 'default/web'),
    protocol,
    ...(protocol === 'ICMP' ? {} : { port: row.port ?? 8080 }),
  };
  const near = nearMiss(cluster, row.direction ?? 'ingress', flow);
  const first = near?.policies[0];
  const misses = [...(first?.closest?.peer?.misses ?? []), ...(first?.closest?.port?.misses ?? [])];
  const direction = row.direction ?? 'ingress';
  expect(
    misses.map((miss) => {
      const [spec, list, rule, ...field] = miss.origin.path ?? [];
      expect([spec, list, rule]).toEqual(['spec', direction, first?.closest?.rule]);
      return `${first?.policy.replace('default/', '')} ${rule} ${field.join('.')}: ${told(miss as never)}`;
    }),
  ).toEqual(row.closest);
  expect(near?.leftOpen).toEqual(row.leftOpen ?? []);
});

it('names the Service whose own port a rule has', () => {
  const { cluster } = settleText(`${trapText({
    policies: { p: `{podSelector: ${web}, ingress: [{ports: [{port: 80}]}]}` },
  })}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {tier: front}, ports: [{port: 80, targetPort: 8080}]}
`);
  const flow = {
    from: endOf(cluster, 'default/client'),
    to: endOf(cluster, 'default/web'),
    port: 8080,
    protocol: 'TCP',
  } as const;
  const closest = nearMiss(cluster, 'ingress', flow)?.policies[0]?.closest;
  expect(closest?.servicePort).toEqual({ service: 'default/front', port: 80, targetPort: 8080 });
  const other = { ...flow, to: endOf(cluster, 'default/web2') };
  expect(nearMiss(cluster, 'ingress', other)?.policies[0]?.closest?.servicePort).toBeUndefined();
});

describe('on random clusters', () => {
  it.each([
    ['IPv4', randomCluster],
    ['both families', randomDualCluster],
  ])(
    'of %s: a near miss exactly where the evaluator denies, with every policy that denies',
    (_, clusters) => {
      fc.assert(
        fc.property(clusters, fc.boolean(), (text, outside) => {
          const settled = settle(parseScenario([{ name: 'random.yaml', text }]), [fakeCni()], ['iptables']);
          const cluster = outside
            ? { ...settled.cluster, networkPolicies: withoutIpBlocks(settled.cluster.networkPolicies) }
            : settled.cluster;
          for (const from of cluster.pods) {
            for (const to of cluster.pods) {
              if (from === to) continue;
              const flow = { from, to, port: 80, protocol: 'TCP' } as const;
              const outcome = evaluate(cluster, flow);
              for (const direction of ['egress', 'ingress'] as const) {
                const near = nearMiss(cluster, direction, flow);
                const denied = outcome[direction].verdict === 'denied';
                expect(near !== undefined).toBe(denied);
                expect(near?.policies.map((p) => p.policy).sort() ?? []).toEqual(
                  [...outcome[direction].deniedBy].sort(),
                );
                for (const { closest } of near?.policies ?? []) {
                  const misses = [...(closest?.peer?.misses ?? []), ...(closest?.port?.misses ?? [])];
                  expect(misses.length > 0).toBe(closest !== undefined);
                }
              }
            }
          }
        }),
        { numRuns: 60, seed: 17 },
      );
    },
  );
});
