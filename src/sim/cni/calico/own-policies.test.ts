/**
 * Calico's own policies: a row per trap, put to the evaluator and walked through Felix' rules; random clusters, where
 * evaluator, walk and matrix agree; and the rules as Felix writes them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../policy/evaluate.ts';
import {
  inBothFamilies,
  randomCalicoPolicies,
  randomCluster,
  randomDualCluster,
} from '../../policy/random-fixture.ts';
import { reachMatrix } from '../../policy/reach.ts';
import { trapText } from '../../policy/trap-fixture.ts';
import { askedPairs, denyingRule } from '../../probe/asked-pairs-fixture.ts';
import { simulate, type Simulation, walk } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';

const CALICO =
  'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\nexternal: [{name: laptop, ip: 172.18.0.100, listen: ["8080/TCP"]}]\n';
const WEB = "selector: app == 'web'";

interface Doc {
  readonly kind?: 'NetworkPolicy' | 'GlobalNetworkPolicy' | 'Tier' | 'NetworkSet' | 'GlobalNetworkSet';
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: string;
  readonly spec: string;
  readonly apiVersion?: string;
}

const docText = ({ kind = 'GlobalNetworkPolicy', name, namespace, labels, spec, apiVersion }: Doc): string =>
  `apiVersion: ${apiVersion ?? 'projectcalico.org/v3'}\nkind: ${kind}\nmetadata: {name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`}${labels === undefined ? '' : `, labels: ${labels}`}}\nspec: ${spec}`;

/** Two accounts, pods that run as them and as the default one, and a Service whose port is not that of its pods. */
const ACCOUNTS = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot, namespace: default, labels: {role: machine}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot, namespace: team, labels: {role: spare}}
---
apiVersion: v1
kind: Pod
metadata: {name: r2, namespace: default, labels: {app: droid}, annotations: {packetwalk.dev/listen: "7000/TCP"}}
spec: {serviceAccountName: robot, nodeName: kind-worker2, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: r2, namespace: team, labels: {app: droid}, annotations: {packetwalk.dev/listen: "7000/TCP"}}
spec: {serviceAccountName: robot, nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
`;

function build(own: readonly Doc[], network: Readonly<Record<string, string>> = {}): Simulation {
  const text = [trapText({ policies: network }, CALICO), ACCOUNTS, ...own.map(docText)].join('\n---\n');
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

const LAPTOP = 'external/laptop';
const set = (name: string, net: string, labels: string, namespace?: string): Doc => ({
  kind: namespace === undefined ? 'GlobalNetworkSet' : 'NetworkSet',
  name,
  labels,
  ...(namespace === undefined ? {} : { namespace }),
  spec: `{nets: [${net}]}`,
});
/** What the clients may send to. */
const egress = (name: string, destination: string, namespace?: string): Doc => ({
  ...(namespace === undefined ? {} : { kind: 'NetworkPolicy', namespace }),
  name,
  spec: `{selector: app == 'client', types: [Egress], egress: [{action: Allow, destination: {${destination}}}]}`,
});

/** Rows about names that Calico gives things, accounts, Services and network sets. */
const more: readonly Row[] = [
  {
    name: 'the account of a pod is a label of it',
    own: [
      own('g', "ingress: [{action: Allow, source: {selector: projectcalico.org/serviceaccount == 'robot'}}]"),
    ],
    flows: [
      { from: 'default/r2', allowed: true, by: ['g', 0] },
      { from: 'team/r2', allowed: true },
      { allowed: false },
    ],
  },
  {
    name: 'also the account that nobody wrote',
    own: [
      own(
        'g',
        "ingress: [{action: Allow, source: {selector: projectcalico.org/serviceaccount == 'default'}}]",
      ),
    ],
    flows: [{ from: 'default/r2', allowed: false }, { allowed: true }],
  },
  {
    name: 'labels of the account, and of the namespace, are inherited with their prefixes',
    own: [
      own(
        'g',
        "ingress: [{action: Allow, source: {selector: pcsa.role == 'machine' || (pcns.team == 'blue' && pcsa.projectcalico.org/name == 'default')}}]",
      ),
    ],
    flows: [
      { from: 'default/r2', allowed: true },
      { from: 'team/r2', allowed: false },
      { from: 'team/client', allowed: true },
      { allowed: false },
    ],
  },
  {
    name: 'every pod is of an orchestrator and of a namespace',
    own: [
      own(
        'g',
        "ingress: [{action: Allow, source: {selector: projectcalico.org/orchestrator == 'k8s' && projectcalico.org/namespace == 'team' && pcns.kubernetes.io/metadata.name == 'team' && pcns.projectcalico.org/name == 'team'}}]",
      ),
    ],
    flows: [{ from: 'team/stranger', allowed: true }, { allowed: false }],
  },
  {
    name: 'serviceAccounts by name: of every namespace in a global policy',
    own: [own('g', 'ingress: [{action: Allow, source: {serviceAccounts: {names: [robot, nobody]}}}]')],
    flows: [{ from: 'default/r2', allowed: true }, { from: 'team/r2', allowed: true }, { allowed: false }],
  },
  {
    name: 'and of its own in a namespaced one',
    own: [namespaced('own', 'ingress: [{action: Allow, source: {serviceAccounts: {names: [robot]}}}]')],
    flows: [
      { from: 'default/r2', allowed: true },
      { from: 'team/r2', allowed: false },
    ],
  },
  {
    name: 'serviceAccounts by name and by labels: both have to hold, and so has a selector',
    own: [
      own(
        'g',
        "ingress: [{action: Allow, source: {selector: app == 'droid', serviceAccounts: {names: [robot], selector: role == 'machine'}}}]",
      ),
    ],
    flows: [
      { from: 'default/r2', allowed: true },
      { from: 'team/r2', allowed: false },
    ],
  },
  {
    name: 'serviceAccountSelector picks the subjects',
    own: [
      {
        name: 'g',
        spec: "{serviceAccountSelector: projectcalico.org/name == 'robot' && role == 'machine', ingress: [{action: Deny}]}",
      },
    ],
    flows: [
      { allowed: true },
      { to: 'default/r2', port: 7000, allowed: false, by: ['g', 0] },
      { to: 'team/r2', port: 7000, allowed: true },
    ],
  },
  {
    name: 'all() of it is every pod with an account',
    own: [{ name: 'g', spec: '{serviceAccountSelector: all(), ingress: [{action: Deny}]}' }],
    flows: [{ allowed: false, by: ['g', 0] }],
  },
  {
    name: 'egress to a Service: to its endpoints, on the ports that they listen on',
    own: [
      {
        name: 'g',
        spec: "{selector: app == 'client', types: [Egress], egress: [{action: Allow, destination: {services: {name: web, namespace: default}}}]}",
      },
    ],
    flows: [
      { allowed: true },
      { port: 8443, allowed: false },
      { to: 'default/web2', port: 9090, allowed: true },
      { to: 'default/web2', port: 8080, allowed: false },
      { to: 'team/stranger', port: 7000, allowed: false },
    ],
  },
  {
    name: 'a Service without a namespace is the policy’s neighbour',
    own: [
      {
        kind: 'NetworkPolicy',
        namespace: 'default',
        name: 'own',
        spec: "{selector: app == 'client', types: [Egress], egress: [{action: Deny, protocol: UDP, destination: {services: {name: web}}}, {action: Allow, protocol: TCP, destination: {services: {name: web}}}]}",
      },
    ],
    flows: [{ allowed: true }, { to: 'default/web2', port: 9000, allowed: false }],
  },
  {
    name: 'ingress from a Service: from its endpoints, whatever the port',
    own: [
      {
        name: 'g',
        spec: "{selector: app == 'client', ingress: [{action: Deny, source: {services: {name: web, namespace: default}}}, {action: Allow}]}",
      },
    ],
    flows: [
      { from: 'default/web', to: 'default/client', port: 7000, allowed: false, by: ['g', 0] },
      { from: 'team/stranger', to: 'default/client', port: 7000, allowed: true },
    ],
  },
  {
    name: 'a Service that there is not has no endpoints',
    own: [own('g', 'ingress: [{action: Allow, source: {services: {name: nothing, namespace: default}}}]')],
    flows: [{ allowed: false }],
  },
  {
    name: 'a selector means network sets as well: of every namespace in a global policy',
    own: [
      set('hosts', '172.18.0.0/24', '{kind: hosts}'),
      set('pods', '10.244.0.0/16', '{kind: pods}', 'team'),
      egress('g', "selector: kind == 'hosts'"),
    ],
    flows: [{ allowed: false }, { to: LAPTOP, allowed: true, by: ['g', 0] }],
  },
  {
    name: 'the sets of another namespace are not meant by a namespaced policy, nor are global ones',
    own: [
      set('hosts', '172.18.0.0/24', '{kind: net}'),
      set('pods', '10.244.0.0/16', '{kind: net}', 'team'),
      egress('own', "selector: kind == 'net'", 'default'),
    ],
    flows: [{ allowed: false }, { to: LAPTOP, allowed: false }],
  },
  {
    name: 'but its own namespace’s are',
    own: [
      set('hosts', '172.18.0.100', '{kind: net}', 'default'),
      egress('own', "selector: kind == 'net'", 'default'),
    ],
    flows: [{ allowed: false }, { to: LAPTOP, allowed: true }],
  },
  {
    name: 'unless it says where: global() is what is in no namespace',
    own: [
      set('hosts', '172.18.0.0/24', '{kind: net}'),
      egress('own', "selector: kind == 'net', namespaceSelector: global()", 'default'),
    ],
    flows: [{ allowed: false }, { to: LAPTOP, allowed: true }],
  },
  {
    name: 'a network set inherits the labels of its namespace, and holds the addresses of pods',
    own: [
      set('pods', '10.244.0.0/16', '{kind: net}', 'team'),
      own(
        'g',
        "ingress: [{action: Allow, source: {selector: kind == 'net', namespaceSelector: team == 'blue'}}]",
      ),
    ],
    flows: [{ allowed: true }],
  },
  {
    name: 'notSelector leaves out the addresses of network sets, too',
    own: [set('hosts', '172.18.0.0/24', '{kind: net}'), egress('g', "notSelector: kind == 'net'")],
    flows: [{ allowed: true }, { to: LAPTOP, allowed: false }],
  },
  {
    name: 'a set of everything is two halves',
    own: [set('all', '0.0.0.0/0', '{kind: net}'), egress('g', "selector: kind == 'net'")],
    flows: [{ allowed: true }, { to: LAPTOP, allowed: true }],
  },
  {
    name: 'a port’s name is that of a selected pod, not of an address in a network set',
    own: [
      set('all', '10.244.0.0/16', '{app: none}'),
      {
        name: 'g',
        spec: "{selector: app == 'client', types: [Egress], egress: [{action: Allow, protocol: TCP, destination: {selector: app == 'none' || tier == 'front', ports: [http]}}, {action: Allow, protocol: TCP, destination: {selector: app == 'none', ports: [8443]}}]}",
      },
    ],
    flows: [
      { allowed: true },
      { to: 'default/web2', port: 9090, allowed: false },
      { port: 8443, allowed: true },
    ],
  },
];

describe('rows', () => {
  describe.each([...rows, ...more])('$name', (row) => {
    const simulation = build(row.own, row.network);
    const { cluster } = simulation;

    it('is taken', () => {
      const said = simulation.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code);
      expect(said.filter((code) => code !== 'policy/no-such-tier')).toEqual([]);
    });

    it.each(row.flows)('$from to $to:$port $tool', (flow) => {
      const { from = 'default/client', to = 'default/web', port = 8080, tool = 'nc', allowed, by } = flow;
      const node = cluster.nodes.find((one) => `node/${one.name}` === from);
      const host = cluster.settings.external.find((one) => `external/${one.name}` === to);
      const target = host === undefined ? podOf(simulation, to) : { ip: host.ips[0] ?? '' };
      const address = 'ip' in target ? target.ip : (target.ips[0] ?? '');
      const asked = tool === 'ping' ? { protocol: 'ICMP' as const } : { protocol: 'TCP' as const, port };
      const source = node === undefined ? podOf(simulation, from) : { ip: node.ips[0] ?? '' };
      const said = evaluate(cluster, { from: source, to: target, ...asked });
      expect(said.allowed).toBe(allowed);
      const trace = walk(simulation, {
        from,
        to: address,
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
      const evaluated = [said.ingress, said.egress].flatMap((one) => [...one.allowedBy, one.deniedRule]);
      expect(evaluated).toContainEqual(expect.objectContaining({ policy: name, rule }));
      if (allowed) return;
      const step = trace.steps[trace.decidedBy];
      expect(step?.origin).toMatchObject({ path: ['spec', 'ingress', rule] });
    });
  });
});

it.each([
  ['IPv4', randomCluster, randomCalicoPolicies, 150],
  ['both families', randomDualCluster, inBothFamilies(randomCalicoPolicies), 60],
] as const)(
  'evaluator, walk and matrix agree on random clusters of %s',
  { timeout: 120_000 },
  (_, clusters, own, numRuns) => {
    fc.assert(
      fc.property(clusters, own, (text, policies) => {
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
      { numRuns, seed: 33 },
    );
  },
);

describe('what the API server refuses', () => {
  it.each([
    {
      doc: own('g', 'ingress: [{action: Allow, source: {services: {name: web}}}]'),
      says: "error with field Namespace = '' (must specify a namespace)",
    },
    {
      doc: own(
        'g',
        'egress: [{action: Allow, protocol: TCP, destination: {services: {name: web, namespace: default}, ports: [80]}}]',
      ),
      says: "error with field Destination.Ports = '[80]' (cannot specify ports with a service selector)",
    },
    {
      doc: own('g', 'ingress: [{action: Allow, source: {serviceAccounts: {selector: a = b}}}]'),
      says: "error with field Selector = 'a = b' (Reason: failed to validate Field: Selector because of Tag: selector )",
    },
    {
      doc: set('x', '10.0.0.0/33', '{}'),
      says: "error with field Nets[0] = '10.0.0.0/33' (Reason: failed to validate Field: Nets[0] because of Tag: cidr )",
    },
    {
      doc: set('x', '10.1.2.3/8', '{projectcalico.org/namespace: a}'),
      says: "error with field Metadata.Labels (label) = 'projectcalico.org/namespace' (projectcalico.org/namespace is not a valid label name)",
    },
  ])('$says', ({ doc, says }) => {
    expect(build([doc]).cluster.refused.map((one) => one.message)).toEqual([expect.stringContaining(says)]);
  });
});

describe('what cannot be said', () => {
  const spec = `{${WEB}, ingress: [{action: Allow, http: {methods: [GET]}}]}`;
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
      docText(set('s', '10.0.0.0/8', '{}')),
    ];
    const simulation = simulate({ files: [{ name: 'a.yaml', text: text.join('\n---\n') }] });
    const said = simulation.diagnostics.find((d) => d.code === 'policy/kind-not-enforced');
    expect(said?.params).toMatchObject({ policy: 'g', kind: 'GlobalNetworkPolicy', use: 'Calico' });
    const sets = simulation.diagnostics.find((d) => d.params?.['kind'] === 'GlobalNetworkSet');
    expect(sets).toMatchObject({ code: 'policy/kind-not-enforced', params: { policy: 's' } });
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
  await expect(`${printed(simulation).join('\n')}\n`).toMatchFileSnapshot('own-policies.txt');
});

it('what they say of accounts, Services and network sets, and what the sets hold', async () => {
  const simulation = build([
    set('lan', '172.18.0.0/24, 172.18.0.100, 0.0.0.0/0', '{kind: lan}', 'default'),
    own(
      'g',
      "ingress: [{action: Allow, source: {services: {name: web, namespace: default}}}, {action: Deny, source: {serviceAccounts: {names: [robot, admin], selector: has(role)}}}], egress: [{action: Allow, protocol: TCP, destination: {services: {name: web, namespace: default}}}, {action: Allow, destination: {selector: kind == 'lan'}}]",
    ),
  ]);
  const sets = tableOf(simulation, 'node/kind-worker', 'ipset save')
    .map((line) => line.text)
    .filter((text) => /cali40(?:s|svc|svcnoport):/.test(text));
  await expect(`${[...printed(simulation), ...sets].join('\n')}\n`).toMatchFileSnapshot(
    'own-policies-ends.txt',
  );
});

function printed(simulation: Simulation): readonly string[] {
  return ['iptables-save -t filter', 'ipset list'].flatMap((command) =>
    tableOf(simulation, 'node/kind-worker', command)
      .map((line) => line.text)
      .filter((text) => /cali-(?:pi|po)-|tier|^Name: cali40[sn]/.test(text)),
  );
}
