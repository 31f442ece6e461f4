/** Why a cell of the matrix is what it is: each policy with its kind, its side and its own rule. */
import { expect, it } from 'vitest';
import { folder, run } from './cli-fixture.ts';

const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop, labels: {app: ${name}}}\nspec: {containers: [{name: c, image: nginx}]}\n`;
const BASE = [
  'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\n',
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
  pod('a'),
  pod('b'),
].join('---\n');
const plain = (name: string, spec: string): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;
const calico = (name: string, spec: string): string =>
  `---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;

const OUT = plain(
  'out',
  '{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}',
);
const IN = plain(
  'in',
  '{podSelector: {matchLabels: {app: b}}, ingress: [{from: [{podSelector: {matchLabels: {app: z}}}]}, {from: [{podSelector: {matchLabels: {app: a}}}]}]}',
);
const SAME_NAME = [
  plain('np', '{podSelector: {matchLabels: {app: b}}}'),
  calico('np', `{selector: "app == 'b'", ingress: [{action: Allow, protocol: UDP}]}`),
];
const own = { policy: 'shop/np', kind: 'NetworkPolicy.projectcalico.org' };

async function reasonOf(policies: readonly string[]): Promise<unknown> {
  const root = folder({ 'a.yaml': [BASE, ...policies].join('') });
  const json = (await run(['matrix', root, '--port', '80', '--json'])).json() as {
    pods: string[];
    reasons: unknown[][];
  };
  return json.reasons[json.pods.indexOf('shop/a')]?.[json.pods.indexOf('shop/b')];
}

it.each([
  {
    name: 'each end has its own policy and rule',
    policies: [OUT, IN],
    is: {
      code: 'allowed',
      by: [
        { direction: 'egress', says: 'allow', policy: 'shop/out', kind: 'NetworkPolicy', rule: 0 },
        { direction: 'ingress', says: 'allow', policy: 'shop/in', kind: 'NetworkPolicy', rule: 1 },
      ],
      policies: ['shop/out', 'shop/in'],
      rule: 1,
    },
  },
  {
    name: 'policies of two kinds and one name',
    policies: SAME_NAME,
    is: {
      code: 'ingress-denied',
      by: [
        { direction: 'ingress', says: 'deny', policy: 'shop/np', kind: 'NetworkPolicy' },
        { direction: 'ingress', says: 'deny', ...own },
      ],
      policies: ['shop/np'],
    },
  },
  {
    name: 'a rule that denies',
    policies: [calico('np', `{selector: "app == 'b'", ingress: [{action: Log}, {action: Deny}]}`)],
    is: {
      code: 'ingress-denied',
      by: [{ direction: 'ingress', says: 'deny', ...own, rule: 1 }],
      policies: ['shop/np'],
      rule: 1,
    },
  },
  {
    name: 'a field outside the model',
    policies: [calico('np', `{selector: "app == 'b'", ingress: [{action: Allow, http: {methods: [GET]}}]}`)],
    is: { code: 'unmodelled', by: [], policies: [] },
  },
  { name: 'nothing decides', policies: [], is: { code: 'open', by: [], policies: [] } },
])('$name', async ({ policies, is }) => {
  expect(await reasonOf(policies)).toEqual(is);
});

it('a walk in words tells policies of one name by their kind', async () => {
  const root = folder({ 'a.yaml': [BASE, ...SAME_NAME].join('') });
  const { out } = await run(['walk', root, '--from', 'shop/a', '--to', 'shop/b:80']);
  expect(out).toContain('  NetworkPolicy.projectcalico.org shop/np, rule 1 (');
});
