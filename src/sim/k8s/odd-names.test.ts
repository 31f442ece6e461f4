/** Keys and names that every JavaScript object has as properties (`constructor`) are there only where somebody wrote them. */
import { describe, expect, it, test } from 'vitest';
import { simulate, type Simulation } from '../simulate.ts';
import { evaluate } from '../policy/evaluate.ts';
import { nearMiss } from '../policy/near-miss.ts';
import { reachMatrix } from '../policy/reach.ts';
import { labelOf, matchesSelector, type SelectorMiss } from './selectors.ts';

const pod = (name: string, labels: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: ${labels}}\nspec: {nodeName: kind-worker, containers: [{name: c, image: nginx, ports: [{containerPort: 80}]}]}`;
const made = (cni: string, ...documents: readonly string[]): Simulation =>
  simulate({
    files: [
      {
        name: 'a.yaml',
        text: [`apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}`, ...documents].join(
          '\n---\n',
        ),
      },
    ],
  });

const PLAIN = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: ';
const CALICO = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: ';
const CILIUM = 'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\nspec: ';
const TO_WEB = 'podSelector: {matchLabels: {app: web}}';
const IN = (from: string): string =>
  `{selector: "app == 'web'", ingress: [{action: Allow, source: ${from}}]}`;

/** Who reaches web: nobody by such a label, but `odd`, which has it. */
const NAMING: readonly { readonly cni: string; readonly policy: string; readonly odd: boolean }[] = (
  [
    ['calico', `${PLAIN}{${TO_WEB}, ingress: [{from: [{podSelector: {matchLabels: {constructor: x}}}]}]}`],
    [
      'calico',
      `${PLAIN}{${TO_WEB}, ingress: [{from: [{podSelector: {matchExpressions: [{key: constructor, operator: Exists}]}}]}]}`,
    ],
    [
      'calico',
      `${PLAIN}{${TO_WEB}, ingress: [{from: [{podSelector: {}, namespaceSelector: {matchLabels: {constructor: x}}}]}]}`,
      false,
    ],
    ['calico', CALICO + IN('{selector: "has(constructor)"}')],
    ['calico', CALICO + IN('{selector: "has(toString) || has(__proto__)"}'), false],
    ['calico', CALICO + IN('{selector: "constructor contains \'x\'"}')],
    ['calico', CALICO + IN('{namespaceSelector: "has(constructor)"}'), false],
    ['calico', CALICO + IN('{serviceAccounts: {selector: "has(constructor)"}}'), false],
    [
      'calico',
      `${CALICO + IN('{selector: "has(constructor)"}')}\n---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s, labels: {a: b}}\nspec: {nets: ["0.0.0.0/0"]}`,
    ],
    [
      'cilium',
      `${CILIUM}{endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEndpoints: [{matchExpressions: [{key: constructor, operator: Exists}]}]}]}`,
    ],
  ] as readonly (readonly [cni: string, policy: string, odd?: boolean])[]
).map(([cni, policy, odd = true]) => ({ cni, policy, odd }));

describe('a policy that names pods by a label which none has', () => {
  it.each(NAMING)('$cni: $policy', ({ cni, policy, odd }) => {
    const { cluster } = made(
      cni,
      policy,
      pod('web', '{app: web}'),
      pod('client', '{app: client}'),
      pod('odd', '{constructor: x}'),
    );
    const named = (name: string) => cluster.pods.find((one) => one.name === name)!;
    const matrix = reachMatrix(cluster, { port: 80, protocol: 'TCP', enforced: true });
    for (const [name, allowed] of [
      ['client', false],
      ['odd', odd],
    ] as const) {
      const flow = { from: named(name), to: named('web'), port: 80, protocol: 'TCP' } as const;
      expect([name, evaluate(cluster, flow).allowed]).toEqual([name, allowed]);
      const { pods } = matrix;
      expect(matrix.allowedAt(pods.indexOf(`default/${name}`), pods.indexOf('default/web'))).toBe(allowed);
      const misses = nearMiss(cluster, 'ingress', flow)?.policies[0]?.closest?.peer?.misses ?? [];
      expect(misses.length > 0).toBe(!allowed);
      for (const miss of misses) if (miss.what === 'label') expect(miss.found).toBeUndefined();
    }
  });

  it.each([
    ['calico', `${CALICO}{selector: has(constructor), types: [Ingress]}`],
    ['calico', `${PLAIN}{podSelector: {matchExpressions: [{key: constructor, operator: Exists}]}}`],
    [
      'cilium',
      `${CILIUM}{endpointSelector: {matchExpressions: [{key: constructor, operator: Exists}]}, ingress: [{}]}`,
    ],
  ])('selects nobody: %s: %s', (cni, policy) => {
    const { cluster } = made(cni, policy, pod('web', '{app: web}'), pod('odd', '{constructor: x}'));
    const [web, odd] = ['web', 'odd'].map((name) => cluster.pods.find((one) => one.name === name)!);
    const into = (from = web!, to = web!) =>
      evaluate(cluster, { from, to, port: 80, protocol: 'TCP' }).ingress.verdict;
    expect(into(odd, web)).toBe('not-selected');
    expect(into(web, odd)).not.toBe('not-selected');
  });
});

test('a label is there only where it was written', () => {
  expect(labelOf({}, 'constructor')).toBeUndefined();
  expect(labelOf(undefined, 'app')).toBeUndefined();
  expect(labelOf({ constructor: 'x' } as never, 'constructor')).toBe('x');
  const misses: SelectorMiss[] = [];
  const matchExpressions = [{ key: 'toString', operator: 'In', values: ['x'] }] as const;
  expect(matchesSelector({ matchLabels: { valueOf: 'x' } as never, matchExpressions }, {}, misses)).toBe(
    false,
  );
  expect(misses.map((miss) => miss.found)).toEqual([undefined, undefined]);
});

const CONTAINER = '{name: c, image: nginx}';
const labelled = (spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {${spec}, containers: [${CONTAINER}]}`;
const ROWS: readonly (readonly [name: string, document: string, told: readonly string[]])[] = [
  [
    'a tier',
    'apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: constructor}\nspec: {order: 5}',
    [],
  ],
  [
    'a quota’s scope',
    'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {scopes: [constructor], hard: {pods: 5}}',
    ['value/resource Invalid value: ["constructor"]: unsupported scope'],
  ],
  [
    'a request of a resource without a limit',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx, resources: {requests: {constructor: 1}}}]}',
    [
      'value/resource Invalid value: "constructor": must be a standard resource type or fully qualified',
      'value/resource Invalid value: "constructor": must be a standard resource for containers',
    ],
  ],
  [
    'a type of ICMP',
    `${CILIUM}{endpointSelector: {}, ingress: [{icmps: [{fields: [{type: constructor}]}]}]}`,
    ['ciliumpolicy/icmp-type', 'ciliumpolicy/invalid'],
  ],
  ['a kind', 'apiVersion: policy/v1beta1\nkind: constructor\nmetadata: {name: x}', ['kind/unknown']],
  [
    'a class of load balancers',
    'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: LoadBalancer, loadBalancerClass: constructor, ports: [{port: 80}]}',
    ['service/load-balancer-class'],
  ],
  [
    'a template that does not have what its selector wants',
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {selector: {matchExpressions: [{key: constructor, operator: Exists}]}, template: {metadata: {labels: {a: b}}, spec: {containers: [${CONTAINER}]}}}`,
    ['workload/selector-mismatch'],
  ],
  [
    'a label of nodes',
    labelled(
      'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: constructor, operator: Exists}]}]}}}',
    ),
    ['pod/unschedulable'],
  ],
  [
    'a topology',
    labelled(
      'affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: constructor, labelSelector: {}}]}}',
    ),
    ['pod/unschedulable'],
  ],
];

test.each(ROWS)('%s of such a name', (_, document, told) => {
  const { diagnostics } = made('calico', document);
  const notes = diagnostics
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, params }) => (code === 'value/resource' ? `${code} ${String(params['problem'])}` : code));
  expect(notes).toEqual(told);
});
