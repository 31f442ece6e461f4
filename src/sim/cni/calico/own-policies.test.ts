/**
 * Calico's own policies: a row per trap, put to the evaluator and walked through Felix' rules; random clusters, where
 * evaluator, walk and matrix agree; and the rules as Felix writes them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../policy/evaluate.ts';
import { randomCalicoPolicies, randomCluster } from '../../policy/random-fixture.ts';
import { reachMatrix } from '../../policy/reach.ts';
import { trapText } from '../../policy/trap-fixture.ts';
import { askedPairs, denyingRule } from '../../probe/asked-pairs-fixture.ts';
import { simulate, type Simulation, walk } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';

const CALICO = 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\n';
const WEB = "selector: app == 'web'";

interface Doc {
  readonly kind?: 'NetworkPolicy' | 'GlobalNetworkPolicy' | 'Tier';
  readonly name: string;
  readonly namespace?: string;
  readonly spec: string;
  readonly apiVersion?: string;
}

const docText = ({ kind = 'GlobalNetworkPolicy', name, namespace, spec, apiVersion }: Doc): string =>
  `apiVersion: ${apiVersion ?? 'projectcalico.org/v3'}\nkind: ${kind}\nmetadata: {name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`}}\nspec: ${spec}`;

function build(own: readonly Doc[], network: Readonly<Record<string, string>> = {}): Simulation {
  const text = [trapText({ policies: network }, CALICO), ...own.map(docText)].join('\n---\n');
  return simulate({ files: [{ name: 'rows.yaml', text }] });
}

function podOf(simulation: Simulation, name: string) {
  const pod = simulation.cluster.pods.find((p) => `${p.namespace}/${p.name}` === name);
  if (pod === undefined) throw new Error(`no pod ${name}`);
  return pod;
}

interface Row {
  readonly name: string;
  readonly own: readonly Doc[];
  readonly network?: Readonly<Record<string, string>>;
  readonly flows: readonly {
    readonly from?: string;
    readonly to?: string;
    readonly port?: number;
    readonly tool?: 'nc' | 'ping';
    readonly allowed: boolean;
    /** The policy and the rule that decide. */
    readonly by?: readonly [policy: string, rule: number];
  }[];
}

const OPEN = { np: '{podSelector: {matchLabels: {app: web}}, ingress: [{}]}' };
const CLOSED = { np: '{podSelector: {matchLabels: {app: web}}}' };
const own = (name: string, spec: string): Doc => ({ name, spec: `{${WEB}, ${spec}}` });
const namespaced = (name: string, spec: string): Doc => ({
  kind: 'NetworkPolicy',
  name,
  namespace: 'default',
  spec: `{${WEB}, ${spec}}`,
});

const rows: readonly Row[] = [
  {
    name: 'a Deny of lower order goes before NetworkPolicies, which have 1000',
    own: [own('d', 'order: 999, ingress: [{action: Deny}]')],
    network: OPEN,
    flows: [{ allowed: false, by: ['d', 0] }],
  },
  {
    name: 'of higher order, or without any, it comes behind them',
    own: [own('d', 'ingress: [{action: Deny}]'), own('e', 'order: 1001, ingress: [{action: Deny}]')],
    network: OPEN,
    flows: [{ allowed: true }],
  },
  {
    name: 'with the same order the name decides',
    own: [own('a', 'order: 1000, ingress: [{action: Deny}]')],
    network: OPEN,
    flows: [{ allowed: false, by: ['a', 0] }],
  },
  {
    name: 'an Allow opens what a NetworkPolicy of the same tier closes',
    own: [own('z', "order: 2000, ingress: [{action: Allow, source: {selector: app == 'client'}}]")],
    network: CLOSED,
    flows: [
      { allowed: true, by: ['z', 0] },
      { from: 'team/stranger', allowed: false },
    ],
  },
  {
    name: 'Pass leaves the tier: nothing behind it decides, and the namespace’s profile allows',
    own: [own('p', 'order: 1, ingress: [{action: Pass}]')],
    network: CLOSED,
    flows: [{ allowed: true }],
  },
  {
    name: 'Pass in a tier before leaves it to NetworkPolicies',
    own: [
      { kind: 'Tier', name: 'sec', spec: '{order: 100}' },
      own('sec.p', 'tier: sec, ingress: [{action: Pass}]'),
    ],
    network: CLOSED,
    flows: [{ allowed: false }],
  },
  {
    name: 'a tier ends in Deny for the pods that a policy in it selects',
    own: [
      { kind: 'Tier', name: 'sec', spec: '{order: 100}' },
      own('sec.p', "tier: sec, ingress: [{action: Allow, source: {selector: app == 'client'}}]"),
    ],
    network: OPEN,
    flows: [
      { allowed: true, by: ['sec.p', 0] },
      { from: 'team/stranger', allowed: false },
    ],
  },
  {
    name: 'a tier with defaultAction Pass does not',
    own: [
      { kind: 'Tier', name: 'sec', spec: '{order: 100, defaultAction: Pass}' },
      own('sec.p', "tier: sec, ingress: [{action: Deny, source: {selector: app == 'client'}}]"),
    ],
    flows: [
      { allowed: false, by: ['sec.p', 0] },
      { from: 'team/stranger', allowed: true },
    ],
  },
  {
    name: 'Log decides nothing',
    own: [own('l', 'order: 1, ingress: [{action: Log}, {action: Allow}]')],
    flows: [{ allowed: true, by: ['l', 1] }],
  },
  {
    name: 'types left out with egress rules alone: Egress, and not Ingress as in Kubernetes',
    own: [own('e', 'egress: [{action: Allow}]')],
    flows: [{ allowed: true }],
  },
  {
    name: 'types left out without rules: Ingress',
    own: [own('i', 'order: 1')],
    flows: [{ allowed: false }, { from: 'default/web', to: 'default/client', allowed: true }],
  },
  {
    name: 'stored without types (crd.projectcalico.org/v1): both',
    own: [{ ...own('default.s', 'order: 1'), apiVersion: 'crd.projectcalico.org/v1' }],
    flows: [{ allowed: false }, { from: 'default/web', to: 'default/client', allowed: false }],
  },
  {
    name: 'a namespaced policy’s selector stays in its namespace',
    own: [namespaced('ns', 'ingress: [{action: Allow, source: {selector: all()}}]')],
    flows: [{ allowed: true }, { from: 'team/client', allowed: false }],
  },
  {
    name: 'unless it says which namespaces',
    own: [
      namespaced(
        'ns',
        "ingress: [{action: Allow, source: {selector: all(), namespaceSelector: team == 'blue'}}]",
      ),
    ],
    flows: [{ allowed: false }, { from: 'team/client', allowed: true }],
  },
  {
    name: 'a rule without a source is for everybody, whatever the namespace',
    own: [namespaced('ns', 'ingress: [{action: Allow}]')],
    flows: [{ allowed: true }, { from: 'team/client', allowed: true }],
  },
  {
    name: 'a namespaced policy’s notSelector stays there, too',
    own: [namespaced('ns', "ingress: [{action: Allow, source: {notSelector: role == 'neighbour'}}]")],
    flows: [
      { allowed: true },
      { from: 'default/neighbour', allowed: false },
      { from: 'team/client', allowed: false },
    ],
  },
  {
    name: 'a global policy’s notSelector means everybody else',
    own: [own('g', "ingress: [{action: Allow, source: {notSelector: app == 'client'}}]")],
    flows: [
      { allowed: false },
      { from: 'team/stranger', allowed: true },
      { from: 'node/kind-worker2', allowed: true },
    ],
  },
  {
    name: 'selector and notSelector: both have to hold',
    own: [own('g', "ingress: [{action: Allow, source: {selector: has(app), notSelector: app == 'client'}}]")],
    flows: [{ allowed: false }, { from: 'team/stranger', allowed: true }],
  },
  {
    name: 'nets and notNets compare pods’ addresses',
    own: [own('g', 'ingress: [{action: Allow, source: {nets: [10.244.0.0/16], notNets: [10.244.0.0/16]}}]')],
    flows: [{ allowed: false }],
  },
  {
    name: 'notNets of everything: Felix leaves the rule out',
    own: [own('g', 'order: 1, ingress: [{action: Deny, source: {notNets: [0.0.0.0/0]}}]')],
    network: OPEN,
    flows: [{ allowed: true }],
  },
  {
    name: 'the destination of an ingress rule is the pod itself',
    own: [
      {
        name: 'g',
        spec: "{selector: has(app), ingress: [{action: Allow, destination: {selector: app == 'web'}}]}",
      },
    ],
    flows: [{ allowed: true }, { from: 'default/web', to: 'default/client', port: 7000, allowed: false }],
  },
  {
    name: 'ports: numbers, ranges, names, and those that it is not',
    own: [
      own(
        'g',
        'ingress: [{action: Allow, protocol: TCP, destination: {ports: ["8000:8100"], notPorts: [8081]}}, {action: Allow, protocol: TCP, destination: {ports: [metrics]}}]',
      ),
    ],
    flows: [
      { allowed: true, by: ['g', 0] },
      { port: 8081, allowed: false },
      { port: 8443, allowed: false },
    ],
  },
  {
    name: 'a protocol by its number, and one that it is not',
    own: [own('g', 'ingress: [{action: Allow, protocol: 1}, {action: Deny, notProtocol: UDP}]')],
    flows: [
      { tool: 'ping', allowed: true, by: ['g', 0] },
      { allowed: false, by: ['g', 1] },
    ],
  },
  {
    name: 'an ICMP type',
    own: [
      own(
        'g',
        'ingress: [{action: Deny, protocol: ICMP, icmp: {type: 8}}, {action: Allow, protocol: ICMP, notICMP: {type: 3}}]',
      ),
    ],
    flows: [{ tool: 'ping', allowed: false, by: ['g', 0] }],
  },
  {
    name: 'a rule of the other family says nothing',
    own: [own('g', 'ingress: [{action: Allow, ipVersion: 6}, {action: Allow, ipVersion: 4}]')],
    flows: [{ allowed: true, by: ['g', 1] }],
  },
  {
    name: 'a global policy’s namespaceSelector picks its subjects',
    own: [
      { name: 'g', spec: "{namespaceSelector: projectcalico.org/name == 'team', ingress: [{action: Deny}]}" },
    ],
    flows: [{ allowed: true }, { to: 'team/client', port: 7000, allowed: false, by: ['g', 0] }],
  },
  {
    name: 'policies for hosts’ own interfaces are not for pods',
    own: [own('g', 'doNotTrack: true, applyOnForward: true, ingress: [{action: Deny}]')],
    flows: [{ allowed: true }],
  },
  {
    name: 'cluster-wide policies of the API go by tier as well',
    own: [own('k', 'tier: kube-admin, order: 0, ingress: [{action: Deny}]')],
    network: OPEN,
    flows: [{ allowed: false, by: ['k', 0] }],
  },
  {
    name: 'a policy of a tier that there is not has no effect',
    own: [own('g', 'tier: nowhere, ingress: [{action: Deny}]')],
    flows: [{ allowed: true }],
  },
];

describe('rows', () => {
  describe.each(rows)('$name', (row) => {
    const simulation = build(row.own, row.network);
    const { cluster } = simulation;

    it('is taken', () => {
      const said = simulation.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code);
      expect(said.filter((code) => code !== 'policy/no-such-tier')).toEqual([]);
    });

    it.each(row.flows)('$from to $to:$port $tool', (flow) => {
      const { from = 'default/client', to = 'default/web', port = 8080, tool = 'nc', allowed, by } = flow;
      const node = cluster.nodes.find((one) => `node/${one.name}` === from);
      const target = podOf(simulation, to);
      const asked = tool === 'ping' ? { protocol: 'ICMP' as const } : { protocol: 'TCP' as const, port };
      const source = node === undefined ? podOf(simulation, from) : { ip: node.ips[0] ?? '' };
      const said = evaluate(cluster, { from: source, to: target, ...asked });
      expect(said.allowed).toBe(allowed);
      const trace = walk(simulation, {
        from,
        to: target.ips[0] ?? '',
        tool,
        ...(tool === 'ping' ? {} : { port }),
      });
      expect(trace.reason.code === 'policy.deny').toBe(!allowed);
      if (by === undefined) return;
      const [name, rule] = by;
      const decided = [...trace.policy.by];
      expect(decided).toContainEqual(
        expect.objectContaining({ object: expect.objectContaining({ name: name.split('/').at(-1) }), rule }),
      );
      const evaluated = [...said.ingress.allowedBy, said.ingress.deniedRule];
      expect(evaluated).toContainEqual(expect.objectContaining({ policy: name, rule }));
      if (allowed) return;
      const step = trace.steps[trace.decidedBy];
      expect(step?.origin).toMatchObject({ path: ['spec', 'ingress', rule] });
    });
  });
});

it('evaluator, walk and matrix agree on random clusters', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(randomCluster, randomCalicoPolicies, (text, policies) => {
      const simulation = simulate({
        files: [{ name: 'random.yaml', text: `${CALICO}---\n${text}\n---\n${policies}` }],
      });
      expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      const { cluster } = simulation;
      for (const protocol of ['TCP', 'UDP'] as const) {
        const matrix = reachMatrix(cluster, { port: 80, protocol, enforced: true });
        const cell = (from: string, to: string) =>
          matrix.allowed[matrix.pods.indexOf(from)]?.[matrix.pods.indexOf(to)];
        for (const { from, to, pair, outcome, trace } of askedPairs(simulation, protocol)) {
          expect([pair, trace.verdict]).toEqual([pair, outcome.allowed ? 'delivered' : 'dropped']);
          expect([pair, cell(`${from.namespace}/${from.name}`, `${to.namespace}/${to.name}`)]).toEqual([
            pair,
            outcome.allowed,
          ]);
          const decided = denyingRule(outcome);
          if (decided === undefined) continue;
          expect(trace.reason.params).toMatchObject({ policies: decided.policy, rule: decided.rule });
        }
      }
    }),
    { numRuns: 150, seed: 33 },
  );
});

describe('what cannot be said', () => {
  const spec = `{${WEB}, ingress: [{action: Allow, source: {serviceAccounts: {names: [robot]}}}]}`;
  it('a field outside the model makes the walks of the policy’s pods unknown, and no others', () => {
    const simulation = build([{ name: 'g', spec }]);
    const ask = (to: string, port: number) =>
      walk(simulation, { from: 'default/client', to: podOf(simulation, to).ips[0] ?? '', tool: 'nc', port });
    expect(ask('default/web', 8080).verdict).toBe('unknown');
    expect(ask('team/stranger', 7000).verdict).not.toBe('unknown');
  });

  it('another CNI reads none of it, and says so', () => {
    const text = [
      trapText({ policies: {} }, CALICO.replace('calico', 'flannel')),
      docText({ name: 'g', spec }),
    ];
    const simulation = simulate({ files: [{ name: 'a.yaml', text: text.join('\n---\n') }] });
    const said = simulation.diagnostics.find((d) => d.code === 'policy/kind-not-enforced');
    expect(said?.params).toMatchObject({ policy: 'g', kind: 'GlobalNetworkPolicy', use: 'Calico' });
    const to = podOf(simulation, 'default/web').ips[0] ?? '';
    expect(walk(simulation, { from: 'default/client', to, tool: 'nc', port: 8080 }).verdict).toBe(
      'delivered',
    );
  });
});

it('Felix’ rules, as iptables-save and ipset print them', async () => {
  const simulation = build(
    [
      { kind: 'Tier', name: 'security', spec: '{order: 100}' },
      { kind: 'Tier', name: 'platform', spec: '{order: 200, defaultAction: Pass}' },
      own(
        'security.quarantine',
        "tier: security, ingress: [{action: Log, source: {selector: role == 'neighbour'}}, {action: Deny, source: {selector: role == 'neighbour'}}, {action: Pass, metadata: {annotations: {why: rest}}}]",
      ),
      own(
        'platform.egress',
        'tier: platform, types: [Egress], egress: [{action: Deny, notProtocol: UDP, destination: {notSelector: has(app), notNets: [10.0.0.0/8]}}]',
      ),
      namespaced(
        'web',
        'order: 10, ingress: [{action: Allow, protocol: TCP, source: {selector: app == "client", notSelector: has(role)}, destination: {ports: [http, "9000:9010"], notPorts: [9005]}}, {action: Allow, protocol: ICMP, icmp: {type: 8, code: 0}}, {action: Allow, protocol: 47, source: {nets: [192.168.0.0/16, 172.16.0.0/12], notNets: [192.168.1.0/24]}}]',
      ),
    ],
    OPEN,
  );
  const kept = ['iptables-save -t filter', 'ipset list'].flatMap((command) =>
    tableOf(simulation, 'node/kind-worker', command)
      .map((line) => line.text)
      .filter((text) => /cali-(?:pi|po)-|tier|^Name: cali40[sn]:/.test(text)),
  );
  await expect(`${kept.join('\n')}\n`).toMatchFileSnapshot('own-policies.txt');
});
