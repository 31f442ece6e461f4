/** What rules of CNIs' own policies miss: nothing where, and only where, the evaluator takes them to match. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missText } from '../../i18n/policy-text.ts';
import { policy as words } from '../../i18n/policy.en.ts';
import { objectKey, type LocatedOrigin } from '../base/origin.ts';
import { nearMissOf } from '../explain.ts';
import type { ClusterState, OwnRule } from '../k8s/cluster-state.ts';
import { simulate, type Simulation } from '../simulate.ts';
import { whatPoliciesSay } from './evaluate.ts';
import { type Direction, type FlowEnd, flowFamily } from './matching.ts';
import { nearMiss } from './near-miss.ts';
import { ownRuleMisses } from './own-misses.ts';
import {
  inBothFamilies,
  randomCalicoPolicies,
  randomCiliumPolicies,
  randomCluster,
  randomDualCluster,
} from './random-fixture.ts';
import { policyStack, policyWorld, ruleCovers } from './stack.ts';

const playground = (cni: string): string => `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external: [{name: laptop, ip: 172.18.0.100, listen: ["80/TCP"]}]
`;
const made = (cni: string, ...texts: readonly string[]): Simulation =>
  simulate({ files: [{ name: 'a.yaml', text: [playground(cni), ...texts].join('\n---\n') }] });

describe.each([
  { cni: 'calico', of: 'IPv4', clusters: randomCluster, policies: randomCalicoPolicies },
  { cni: 'cilium', of: 'IPv4', clusters: randomCluster, policies: randomCiliumPolicies },
  {
    cni: 'calico',
    of: 'both families',
    clusters: randomDualCluster,
    policies: inBothFamilies(randomCalicoPolicies),
  },
])('$cni, $of', ({ cni, clusters, policies }) => {
  it('a rule misses nothing where it matches, and something where it does not', { timeout: 60_000 }, () => {
    let missed = 0;
    fc.assert(
      fc.property(clusters, policies, (text, own) => {
        const { cluster } = made(cni, text, own);
        const world = policyWorld(cluster);
        const pods = cluster.pods.filter((pod) => pod.origin.by !== 'built-in' && !pod.hostNetwork);
        const ends: readonly FlowEnd[] = [
          ...pods,
          { ip: '172.18.0.100' },
          { ip: cluster.nodes[0]?.ips[0] ?? '' },
        ];
        for (const policy of policyStack(cluster).flatMap((tier) => tier.policies)) {
          if (policy.own === undefined) continue;
          for (const direction of ['ingress', 'egress'] as const satisfies readonly Direction[]) {
            for (const rule of policy[direction]) {
              for (const subject of pods) {
                for (const peer of ends) {
                  if (peer === subject || rule.own === undefined) continue;
                  const [from, to] = direction === 'ingress' ? [peer, subject] : [subject, peer];
                  const flow = { from, to, port: 80, protocol: 'TCP' } as const;
                  const family = flowFamily(flow);
                  const seen = { peer, target: to, port: 80, protocol: 'TCP', family } as const;
                  const told = ownRuleMisses(rule.own, flow, direction, subject, world);
                  expect(told === undefined).toBe(ruleCovers(rule, subject, seen, world));
                  if (told === undefined) continue;
                  missed++;
                  const { peer: ends, port } = told.missed;
                  const misses = [...(ends?.misses ?? []), ...(port?.misses ?? [])];
                  expect(misses.length).toBeGreaterThan(0);
                }
              }
            }
          }
        }
      }),
      { numRuns: 60, seed: 5 },
    );
    expect(missed).toBeGreaterThan(1000);
  });
});

/** The cluster in which one rule of a policy is about everything and everybody. */
function withRuleOpen(cluster: ClusterState, { object, path = [] }: LocatedOrigin): ClusterState {
  const open = (rules: readonly OwnRule[]): readonly OwnRule[] =>
    rules.map((rule) =>
      rule.origin.path?.join('.') === path.join('.')
        ? { action: rule.action, rule: rule.rule, origin: rule.origin, peers: [], traffic: [] }
        : rule,
    );
  const ownPolicies = cluster.ownPolicies.map((own) =>
    objectKey(own.origin.object) === objectKey(object)
      ? { ...own, ingress: open(own.ingress), egress: open(own.egress) }
      : own,
  );
  return { ...cluster, networkPolicies: [...cluster.networkPolicies], ownPolicies };
}

describe.each([
  { cni: 'calico', policies: randomCalicoPolicies },
  { cni: 'cilium', policies: randomCiliumPolicies },
])('$cni', ({ cni, policies }) => {
  it('a rule that came close would have decided as is told, had it matched', { timeout: 60_000 }, () => {
    let asked = 0;
    fc.assert(
      fc.property(randomCluster, policies, (text, own) => {
        const { cluster } = made(cni, text, own);
        const pods = cluster.pods.filter((pod) => pod.origin.by !== 'built-in' && !pod.hostNetwork);
        for (const from of pods) {
          for (const to of pods) {
            if (from === to) continue;
            const flow = { from, to, port: 80, protocol: 'TCP' } as const;
            for (const direction of ['ingress', 'egress'] as const) {
              const near = nearMiss(cluster, direction, flow);
              if (near === undefined) continue;
              const close = [
                ...(near.byRule?.before ?? []).map(({ origin, kind, leads }) => ({ origin, kind, leads })),
                ...near.policies.flatMap(({ kind = 'NetworkPolicy', closest }) =>
                  closest === undefined ? [] : [{ origin: closest.origin, kind, leads: undefined }],
                ),
              ];
              for (const { origin, kind, leads } of close) {
                if (kind === 'NetworkPolicy' && origin.object.apiVersion === 'networking.k8s.io/v1') continue;
                asked++;
                const said = whatPoliciesSay(withRuleOpen(cluster, origin), flow)[direction];
                expect(said.verdict === 'denied' ? 'denied' : 'allowed').toBe(leads ?? 'allowed');
              }
            }
          }
        }
      }),
      { numRuns: 60, seed: 11 },
    );
    expect(asked).toBeGreaterThan(50);
  });
});

const PODS = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: red}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client, tier: front}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}]}]}
`;
const calico = (spec: string, kind = 'GlobalNetworkPolicy', name = 'g'): string =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: {name: ${name}${kind === 'NetworkPolicy' ? ', namespace: shop' : ''}}\nspec: ${spec}`;
const cilium = (spec: string, namespace = 'shop', app = 'web'): string =>
  `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: g, namespace: ${namespace}}\nspec: {endpointSelector: {matchLabels: {app: ${app}}}, ${spec}}`;

/** What is told of a probe that a policy stopped, each miss with the text that it stands at. */
function told(cni: string, texts: readonly string[], to = 'shop/web'): readonly string[] {
  const simulation = made(cni, PODS, ...texts);
  const near = nearMissOf(simulation, { from: 'default/client', to, tool: 'nc', port: 80 });
  if (near === undefined) return ['nothing'];
  const text =
    simulation.parsed.rangeOf === undefined ? '' : [playground(cni), PODS, ...texts].join('\n---\n');
  const lines = text.split('\n');
  const rules = near.byRule?.before ?? near.policies.map(({ policy, closest }) => ({ policy, ...closest }));
  const said = rules.flatMap(({ policy, rule, peer, port }) => [
    `${policy} ${rule}`,
    ...[...(peer?.misses ?? []), ...(port?.misses ?? [])].map((miss) => {
      const { range } = miss.origin;
      const at = lines[(range?.line ?? 0) - 1]?.slice((range?.column ?? 1) - 1, (range?.endColumn ?? 1) - 1);
      return `${missText(words, miss, near)} @ ${at}`;
    }),
  ]);
  const late = near.byRule?.late.map(({ policy, rule }) => `late ${policy} ${rule}`) ?? [];
  return [
    ...(near.byRule === undefined ? [] : [`denied ${near.byRule.denied.rule} ${near.byRule.denied.tier}`]),
    ...said,
    ...late,
  ];
}

describe('rows', () => {
  it.each([
    {
      name: 'Calico: a label, at the selector',
      texts: [
        calico("{selector: app == 'web', ingress: [{action: Allow, source: {selector: app == 'clients'}}]}"),
      ],
      is: ['g 0', "default/client has app=client; the rule wants app=clients @ app == 'clients'"],
    },
    {
      name: 'Calico: an expression, by the part that missed',
      texts: [
        calico(
          "{selector: app == 'web', ingress: [{action: Allow, source: {selector: has(app) && (tier starts with 'b' || !has(tier))}}]}",
        ),
      ],
      is: [
        'g 0',
        "default/client has tier=front; the rule wants a tier that starts with b @ has(app) && (tier starts with 'b' || !has(tier))",
      ],
    },
    {
      name: 'Calico: a namespaced policy stays in its namespace',
      texts: [
        calico(
          "{selector: app == 'web', ingress: [{action: Allow, source: {selector: all()}}]}",
          'NetworkPolicy',
        ),
      ],
      is: [
        'shop/g 0',
        'namespace default has kubernetes.io/metadata.name=default; the rule wants kubernetes.io/metadata.name=shop @ all()',
      ],
    },
    {
      name: 'Calico: the namespace’s selector, the account, ranges and ports, each at its field; the closest rule first',
      texts: [
        calico(
          "{selector: app == 'web', ingress: [{action: Allow, source: {namespaceSelector: team == 'red'}}, {action: Allow, source: {serviceAccounts: {names: [robot]}, notNets: [10.244.0.0/16]}}, {action: Allow, protocol: TCP, destination: {ports: [8080]}}]}",
        ),
      ],
      is: ['g 0', "namespace default has no label team; the rule wants team=red @ team == 'red'"],
    },
    {
      name: 'Calico: a port',
      texts: [
        calico(
          "{selector: app == 'web', ingress: [{action: Allow, protocol: TCP, destination: {ports: [8080]}}]}",
        ),
      ],
      is: ['g 0', 'it goes to port 80; the rule names 8080 @ [8080]'],
    },
    {
      name: 'Calico: a rule that denies, what is before it and what is too late',
      texts: [
        calico(
          "{selector: app == 'web', order: 10, ingress: [{action: Log}, {action: Pass, source: {nets: [10.0.0.0/16]}}, {action: Allow, protocol: UDP}, {action: Deny}, {action: Allow}]}",
        ),
      ],
      is: [
        'denied 3 default',
        'g 2',
        'it is TCP; the rule is about UDP @ UDP',
        'g 1',
        '10.244.0.65 is not in 10.0.0.0/16 @ [10.0.0.0/16]',
        'late g 4',
      ],
    },
    {
      name: 'Calico: NetworkPolicies stand in the same order',
      texts: [
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np, namespace: shop}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}',
        calico("{selector: app == 'web', order: 2000, ingress: [{action: Deny}]}"),
      ],
      is: [
        'denied 0 default',
        'shop/np 0',
        'default/client is in namespace default; a podSelector alone means pods of shop @ podSelector',
      ],
    },
    {
      name: 'Calico: a Service',
      texts: [
        'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 8080}]}',
        calico(
          "{selector: app == 'client', types: [Egress], egress: [{action: Allow, destination: {services: {name: web, namespace: shop}}}]}",
        ),
      ],
      is: ['g 0', 'it goes to port 80; the rule names 8080 @ {name: web, namespace: shop}'],
    },
    {
      name: 'Cilium: a label and a port, at their own places',
      texts: [
        cilium(
          'ingress: [{fromEndpoints: [{matchLabels: {app: clients, io.kubernetes.pod.namespace: default}}], toPorts: [{ports: [{port: "8080", protocol: TCP}]}]}]',
        ),
      ],
      is: [
        'shop/g 0',
        'default/client has app=client; the rule wants app=clients @ clients',
        'it goes to port 80; the rule names 8080 @ "8080"',
      ],
    },
    {
      name: 'Cilium: an entity, and of several peers the closest',
      texts: [cilium('ingress: [{fromEntities: [world]}, {fromCIDR: [10.0.0.0/8]}]')],
      is: [
        'shop/g 1',
        '10.0.0.0/8 means addresses outside; this CNI does not take default/client, a pod, for one @ 10.0.0.0/8',
      ],
    },
    {
      name: 'Cilium: an entity alone',
      texts: [cilium('ingress: [{fromEntities: [world]}]')],
      is: ['shop/g 0', 'world does not mean default/client @ world'],
    },
    {
      name: 'Calico: a pod is never without a namespace; at the field that says so',
      texts: [
        calico(
          "{selector: app == 'web', ingress: [{action: Allow, source: {selector: app == 'client', namespaceSelector: global()}}]}",
        ),
      ],
      is: [
        'g 0',
        'it means only what is in no namespace, as hosts and global network sets are, so no pod; default/client is in default @ global()',
      ],
    },
    {
      name: 'Calico: without a selector, at the field that is written',
      texts: [
        calico(
          "{selector: app == 'web', ingress: [{action: Allow, source: {serviceAccounts: {names: [robot]}}}]}",
        ),
      ],
      is: [
        'g 0',
        'default/client has projectcalico.org/serviceaccount=default; the rule wants projectcalico.org/serviceaccount=robot @ {names: [robot]}',
      ],
    },
    {
      name: 'Calico: an address that no network set holds, at the selector of either',
      texts: [
        'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: partners, labels: {list: partners}}\nspec: {nets: [172.18.0.101/32]}',
        calico(
          "{selector: app == 'client', types: [Egress], egress: [{action: Allow, destination: {selector: list == 'partners'}}, {action: Allow, protocol: UDP, destination: {namespaceSelector: has(team)}}]}",
        ),
      ],
      to: '172.18.0.100',
      is: ['g 0', 'no network set that this selector names holds 172.18.0.100 @ selector'],
    },
    {
      name: 'Calico: without a selector, an address is told at the namespaces',
      texts: [
        calico(
          "{selector: app == 'client', types: [Egress], egress: [{action: Allow, destination: {namespaceSelector: has(team)}}]}",
        ),
      ],
      to: '172.18.0.100',
      is: ['g 0', 'no network set that this selector names holds 172.18.0.100 @ namespaceSelector'],
    },
    {
      name: 'Cilium: a Service is no selector',
      texts: [
        'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}',
        cilium(
          'egress: [{toServices: [{k8sService: {serviceName: web, namespace: shop}}]}]',
          'default',
          'client',
        ),
      ],
      to: '172.18.0.100',
      is: [
        'default/g 0',
        'Service shop/web does not mean 172.18.0.100 @ {k8sService: {serviceName: web, namespace: shop}}',
      ],
    },
    {
      name: 'Cilium: a selector of what is no pod, by its labels',
      texts: [cilium('ingress: [{fromEndpoints: [{matchLabels: {"reserved:host": ""}}]}]')],
      is: ['shop/g 0', 'reserved:host does not mean default/client @ {matchLabels: {"reserved:host": ""}}'],
    },
    {
      name: 'Cilium: a denial, and what it overrules',
      texts: [cilium('ingress: [{fromEntities: [cluster]}], ingressDeny: [{fromEntities: [all]}]')],
      is: ['denied 0 Cilium', 'late shop/g 0'],
    },
  ])('$name', ({ texts, is, ...asked }) => {
    const cni = texts.some((text) => text.includes('cilium.io')) ? 'cilium' : 'calico';
    expect(told(cni, texts, 'to' in asked ? asked.to : undefined)).toEqual(is);
  });
});

it.each([
  { name: 'names of hosts', spec: 'egress: [{toFQDNs: [{matchName: example.com}]}]', rules: 1 },
  { name: 'nobody', spec: 'egress: [{toEntities: [none]}, {toEndpoints: []}]', rules: 2 },
  { name: 'nothing at all', spec: 'egress: [{}]', rules: 1 },
])('a rule that can match nothing is a rule: $name', ({ spec, rules }) => {
  const simulation = made('cilium', PODS, cilium(spec, 'default', 'client'));
  const near = nearMissOf(simulation, { from: 'default/client', to: 'shop/web', tool: 'nc', port: 80 });
  expect(near?.policies).toMatchObject([{ policy: 'default/g', rules }]);
  // Where it selects the pod, and not where the object begins.
  expect(near?.policies[0]?.origin.path).toEqual(['spec', 'endpointSelector']);
});
