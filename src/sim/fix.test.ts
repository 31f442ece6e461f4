/** Every fix that is offered does what it says: it admits (or stops) the walk, and opens and closes what it says it does. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { adminHasTheLastWord } from '../content/scenarios/admin-has-the-last-word/scenario.ts';
import { defaultDenyWithAllow } from '../content/scenarios/default-deny-with-allow/scenario.ts';
import { egressForgotDns } from '../content/scenarios/egress-forgot-dns/scenario.ts';
import { cniRegistry } from './cni/registry.ts';
import { type Fix, type FixAnswer, smallestFix } from './fix.ts';
import { evaluate } from './policy/evaluate.ts';
import { endName, type FlowEnd } from './policy/matching.ts';
import { randomCluster, randomClusterPolicies } from './policy/random-fixture.ts';
import { livePods } from './policy/reach-diff.ts';
import type { ProbeQuestion } from './probe/options.ts';
import type { ScenarioFile } from './scenario.ts';
import { simulate, walk, type Simulation } from './simulate.ts';

type Files = readonly ScenarioFile[];

function ask(files: Files, probe: ProbeQuestion, want: 'allow' | 'block'): FixAnswer {
  return smallestFix(simulate({ files }), files, probe, want);
}

function merged(files: Files, fix: Fix): Files {
  return files.map((file) => fix.files.find((one) => one.name === file.name) ?? file);
}

/** The changed lines of a fix, as a diff prints them. */
function diffText(fix: Fix): string {
  const mark = { same: ' ', removed: '-', added: '+', gap: '.' } as const;
  return fix.diff
    .flatMap(({ file, changes }) => [
      file,
      ...changes.filter((c) => c.kind !== 'same').map((c) => `${mark[c.kind]}${c.text}`),
    ])
    .join('\n');
}

function edited(files: Files, from: string | RegExp, to: string): Files {
  return files.map((file) => ({ ...file, text: file.text.replace(from, to) }));
}

const web = defaultDenyWithAllow.files;
const db = egressForgotDns.files;
const stranger: ProbeQuestion = { from: 'default/stranger', tool: 'curl', to: 'http://api/' };
const frontend: ProbeQuestion = { ...stranger, from: 'default/frontend' };
const byName: ProbeQuestion = { from: 'default/app', tool: 'nc', to: 'db', port: 5432 };

interface Row {
  readonly name: string;
  readonly files: Files;
  readonly probe: ProbeQuestion;
  readonly want: 'allow' | 'block';
  readonly kinds: readonly string[];
  readonly diff: string;
  /** Pairs beside the walk's own. */
  readonly others?: number;
}

const ROWS: readonly Row[] = [
  {
    name: 'a peer of another label is added to the rule that fits otherwise',
    files: web,
    probe: stranger,
    want: 'allow',
    kinds: ['add-peer'],
    diff: `policies.yaml
+        - podSelector:
+            matchLabels:
+              role: stranger`,
  },
  {
    name: 'the Service’s port in a rule becomes the pod’s',
    files: edited(web, '- port: 8080\n', '- port: 80 # the Service\n'),
    probe: frontend,
    want: 'allow',
    kinds: ['change-port'],
    diff: `policies.yaml
-        - port: 80 # the Service
+        - port: 8080 # the Service`,
  },
  {
    name: 'a rule in flow style stays in flow style',
    files: edited(
      web,
      /- from:[^]*8080/,
      '- {from: [{podSelector: {matchLabels: {role: x}}}], ports: [{port: 8080}]}',
    ),
    probe: frontend,
    want: 'allow',
    kinds: ['add-peer'],
    diff: `policies.yaml
-    - {from: [{podSelector: {matchLabels: {role: x}}}], ports: [{port: 8080}]}
+    - {from: [{podSelector: {matchLabels: {role: x}}}, {podSelector: {matchLabels: {role: frontend}}}], ports: [{port: 8080}]}`,
  },
  {
    name: 'DNS is let out over both protocols',
    files: db,
    probe: byName,
    want: 'allow',
    kinds: ['add-rule'],
    diff: `policy.yaml
+    - to:
+        - namespaceSelector:
+            matchLabels:
+              kubernetes.io/metadata.name: kube-system
+          podSelector:
+            matchLabels:
+              k8s-app: kube-dns
+      ports:
+        - protocol: UDP
+          port: 53
+        - protocol: TCP
+          port: 53`,
    // The other protocol, and the other replica.
    others: 3,
  },
  {
    name: 'DNS and then the peer: as many edits as it takes',
    files: edited(
      db,
      '- podSelector:\n            matchLabels:\n              app: db\n',
      '- podSelector: {matchLabels: {app: x}}\n',
    ),
    probe: byName,
    want: 'allow',
    kinds: ['add-rule', 'add-peer'],
    diff: `policy.yaml
+        - podSelector:
+            matchLabels:
+              app: db
+    - to:
+        - namespaceSelector:
+            matchLabels:
+              kubernetes.io/metadata.name: kube-system
+          podSelector:
+            matchLabels:
+              k8s-app: kube-dns
+      ports:
+        - protocol: UDP
+          port: 53
+        - protocol: TCP
+          port: 53`,
    others: 3,
  },
  {
    name: 'nothing but a policy that denies all: one that allows is written',
    files: edited(web, /\n---\n# \.\.\. but[^]*/, '\n'),
    probe: frontend,
    want: 'allow',
    kinds: ['add-policy'],
    diff: `policies.yaml
+---
+apiVersion: networking.k8s.io/v1
+kind: NetworkPolicy
+metadata:
+  name: allow-api-from-frontend
+spec:
+  podSelector:
+    matchLabels:
+      app: api
+  policyTypes: [Ingress]
+  ingress:
+    - from:
+        - podSelector:
+            matchLabels:
+              role: frontend
+      ports:
+        - port: 8080`,
  },
  {
    name: 'an address outside is let out to alone',
    files: db,
    probe: { from: 'default/app', tool: 'nc', to: '203.0.113.10', port: 443 },
    want: 'allow',
    kinds: ['add-rule'],
    diff: `policy.yaml
+    - to:
+        - ipBlock:
+            cidr: 203.0.113.10/32
+      ports:
+        - port: 443`,
  },
  {
    name: 'the only rule that admits is taken out: an empty list, not everybody',
    files: web,
    probe: frontend,
    want: 'block',
    kinds: ['remove-rule'],
    diff: `policies.yaml
-  ingress:
-    - from:
-        - podSelector:
-            matchLabels:
-              role: frontend
-      ports:
-        - port: 8080
+  ingress: []`,
  },
  {
    name: 'one of two peers is taken out, and what is written beside it stays',
    files: edited(
      web,
      'role: frontend\n      ports:\n',
      'role: frontend\n        # others\n        - podSelector: {matchLabels: {role: stranger}} # for now\n      ports:\n',
    ),
    probe: stranger,
    want: 'block',
    kinds: ['remove-peer'],
    diff: `policies.yaml
-        - podSelector: {matchLabels: {role: stranger}} # for now`,
  },
  {
    name: 'a peer that names everybody leaves this pod out',
    files: edited(
      web,
      'podSelector:\n            matchLabels:\n              role: frontend',
      'podSelector: {}',
    ),
    probe: stranger,
    want: 'block',
    kinds: ['narrow-peer'],
    diff: `policies.yaml
-        - podSelector: {}
+        - podSelector: {matchExpressions: [{key: role, operator: NotIn, values: [stranger]}]}`,
  },
];

const admin = adminHasTheLastWord.files;
const guest: ProbeQuestion = { from: 'guest/visitor', tool: 'curl', to: 'http://web.shop/' };
const stock: ProbeQuestion = { from: 'shop/cart', tool: 'curl', to: 'http://items.stock/' };
const cart: ProbeQuestion = { from: 'shop/cart', tool: 'curl', to: 'http://web.shop/' };
const NO_GUESTS = /    - name: no-guests\n      action: Deny\n/;

const CLUSTER_ROWS: readonly Row[] = [
  {
    name: 'a Pass before the rule that denies, because what is below allows it',
    files: admin,
    probe: guest,
    want: 'allow',
    kinds: ['let-rule'],
    diff: `policies.yaml
+    - action: Pass
+      from:
+        - namespaces:
+            matchLabels:
+              kubernetes.io/metadata.name: guest
+      protocols:
+        - tcp:
+            destinationPort:
+              number: 8080`,
    // The policy is about all pods of the shop.
    others: 1,
  },
  {
    name: 'an Accept, where what is below denies as well',
    files: edited(admin, '  ingress:\n    - {}\n', '  ingress: []\n'),
    probe: guest,
    want: 'allow',
    kinds: ['let-rule'],
    diff: `policies.yaml
+    - action: Accept
+      from:
+        - namespaces:
+            matchLabels:
+              kubernetes.io/metadata.name: guest
+      protocols:
+        - tcp:
+            destinationPort:
+              number: 8080`,
    others: 1,
  },
  {
    name: 'a rule that passes another port is given this one',
    files: edited(
      admin,
      NO_GUESTS,
      `    - {action: Pass, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}
$&`,
    ),
    probe: guest,
    want: 'allow',
    kinds: ['add-port'],
    diff: `policies.yaml
-    - {action: Pass, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}
+    - {action: Pass, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}, {tcp: {destinationPort: {number: 8080}}}]}`,
    others: 1,
  },
  {
    name: 'one of two peers is taken out of the rule that denies',
    files: edited(
      admin,
      /- name: no-guests[^]*?guest\n/,
      `- action: Deny
      from:
        - namespaces: {matchLabels: {kubernetes.io/metadata.name: stock}}
        - namespaces: {matchLabels: {kubernetes.io/metadata.name: guest}} # why?
      protocols: [{tcp: {destinationPort: {number: 8080}}}]
`,
    ),
    probe: guest,
    want: 'allow',
    kinds: ['remove-peer'],
    diff: `policies.yaml
-        - namespaces: {matchLabels: {kubernetes.io/metadata.name: guest}} # why?`,
    others: 1,
  },
  {
    name: 'in the Baseline tier there is nothing to pass on to',
    files: admin,
    probe: stock,
    want: 'allow',
    kinds: ['let-rule'],
    diff: `policies.yaml
+    - action: Accept
+      from:
+        - namespaces:
+            matchLabels:
+              kubernetes.io/metadata.name: shop
+      protocols:
+        - tcp:
+            destinationPort:
+              number: 8080`,
    others: 1,
  },
  {
    name: 'what a rule accepts is denied before it',
    files: edited(admin, NO_GUESTS, '    - name: guests\n      action: Accept\n'),
    probe: guest,
    want: 'block',
    kinds: ['deny-rule'],
    diff: `policies.yaml
+    - action: Deny
+      from:
+        - namespaces:
+            matchLabels:
+              kubernetes.io/metadata.name: guest
+      protocols:
+        - tcp:
+            destinationPort:
+              number: 8080`,
    others: 1,
  },
  {
    name: 'an address outside is denied to who was masqueraded on the way',
    files: admin,
    probe: { from: 'shop/cart', tool: 'nc', to: '203.0.113.10', port: 443 },
    want: 'block',
    kinds: ['deny-rule'],
    diff: `policies.yaml
+  egress:
+    - action: Deny
+      to:
+        - networks: [203.0.113.10/32]
+      protocols:
+        - tcp:
+            destinationPort:
+              number: 443`,
    // The shop's other pod.
    others: 1,
  },
];

it.each(CLUSTER_ROWS)('cluster-wide: $name', ({ files, probe, want, kinds, diff, others = 0 }) => {
  const answer = ask(files, probe, want);
  if (!answer.ok) throw new Error(answer.why);
  const { fix } = answer;
  expect(diffText(fix)).toBe(diff);
  expect(fix.steps.map((step) => step.kind)).toEqual(kinds);
  expect([...fix.opens, ...fix.closes].filter((change) => !change.own)).toHaveLength(others);
  const now = simulate({ files: merged(files, fix) });
  expect(now.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  expect(walk(now, probe).verdict).toBe(want === 'allow' ? 'delivered' : 'dropped');
});

it('no edit of a policy that the CNI does not enforce is offered', () => {
  const files = edited(admin, 'cni: calico', 'cni: cilium');
  const answer = ask(files, cart, 'block');
  if (!answer.ok) throw new Error(answer.why);
  expect(answer.fix.steps.map((step) => step.policy).filter((name) => !name.includes('/'))).toEqual([]);
  expect(answer.fix.walked.verdict).toBe('dropped');
});

describe('the smallest fix', () => {
  it.each(ROWS)('$name', ({ files, probe, want, kinds, diff, others = 0 }) => {
    const answer = ask(files, probe, want);
    if (!answer.ok) throw new Error(answer.why);
    const { fix } = answer;
    expect(fix.steps.map((step) => step.kind)).toEqual(kinds);
    expect(diffText(fix)).toBe(diff);
    expect([...fix.opens, ...fix.closes].filter((change) => !change.own)).toHaveLength(others);
    expect(fix.walked.verdict).toBe(want === 'allow' ? 'delivered' : 'dropped');
    const now = simulate({ files: merged(files, fix) });
    expect(now.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    expect(walk(now, probe).verdict).toBe(fix.walked.verdict);
  });

  it('where nothing isolates either end, a policy leaves out this pair and nobody else', () => {
    const files = web.map((file) => (file.name === 'policies.yaml' ? { ...file, text: '' } : file));
    const answer = ask(files, frontend, 'block');
    if (!answer.ok) throw new Error(answer.why);
    const { fix } = answer;
    expect(fix.steps.map((step) => step.kind)).toEqual(['add-policy']);
    // The pod listens on a UDP port as well.
    expect(fix.closes.map((c) => `${c.from} ${c.to.replace(/-[^/]*$/, '')} ${c.port}/${c.protocol}`)).toEqual(
      ['default/frontend default/api 8080/TCP', 'default/frontend default/api 8081/UDP'],
    );
    expect(fix.opens).toEqual([]);
    // In the file that has the pod which is isolated.
    expect(fix.files.map((file) => file.name)).toEqual([
      fix.steps[0]?.policy.includes('api-from') ? 'app.yaml' : 'clients.yaml',
    ]);
  });

  it('says that there is nothing to do, or nobody to do it', () => {
    expect(ask(web, frontend, 'allow')).toEqual({ ok: false, why: 'already' });
    expect(ask(web, stranger, 'block')).toEqual({ ok: false, why: 'already' });
    const flannel = edited(web, 'cni: calico', 'cni: flannel');
    expect(ask(flannel, frontend, 'block')).toEqual({ ok: false, why: 'not-enforced' });
  });
});

const enforcing = cniRegistry.filter((cni) => cni.enforcesNetworkPolicy).map((cni) => cni.id);

it.each(enforcing)('a fix holds on %s', (cni) => {
  const on = (files: Files): Files => edited(files, 'cni: calico', `cni: ${cni}`);
  for (const [files, probe, want] of [
    [web, stranger, 'allow'],
    [web, frontend, 'block'],
    [db, byName, 'allow'],
  ] as const) {
    const answer = ask(on(files), probe, want);
    if (!answer.ok) throw new Error(answer.why);
    expect(answer.fix.walked.verdict).toBe(want === 'allow' ? 'delivered' : 'dropped');
  }
});

/** All pairs on every port that the target listens on, and on the asked one: by the evaluator alone. */
function reach({ cluster }: Simulation, port: number): ReadonlySet<string> {
  const outside = cluster.settings.external.flatMap((host) => host.ips.map((ip): FlowEnd => ({ ip })));
  const pods = livePods(cluster);
  const open = new Set<string>();
  for (const from of [...pods, ...outside]) {
    for (const to of [...pods, ...outside]) {
      if (from === to || ('ip' in from && 'ip' in to)) continue;
      const own = 'listening' in to ? to.listening : [];
      for (const l of [...own, { port, protocol: 'TCP' as const }]) {
        const { port: asked, protocol } = l;
        if (evaluate(cluster, { from, to, port: asked, protocol }).allowed) {
          open.add(`${endName(from)} ${endName(to)} ${asked}/${protocol}`);
        }
      }
    }
  }
  return open;
}

const settings = stringify({ apiVersion: 'packetwalk.dev/v1alpha1', kind: 'Playground', cni: 'calico' });
const PORT = 80;

/** The same documents in block style. */
function asBlock(text: string): string {
  return text
    .split('\n---\n')
    .map((one) => stringify(JSON.parse(one), { version: '1.1' }))
    .join('---\n');
}

/** Without and with cluster-wide policies. */
const randomScenario = fc
  .tuple(randomCluster, fc.option(randomClusterPolicies))
  .map(([cluster, policies]) => (policies === null ? cluster : `${cluster}\n---\n${policies}`));

it.each([
  { want: 'allow', style: 'flow' },
  { want: 'allow', style: 'block' },
  { want: 'block', style: 'flow' },
  { want: 'block', style: 'block' },
] as const)('on random clusters, $want in $style style', { timeout: 120_000 }, ({ want, style }) => {
  let offered = 0;
  fc.assert(
    fc.property(randomScenario, fc.nat(), (random, pick) => {
      const text = style === 'block' ? asBlock(random) : random;
      const files = [{ name: 'random.yaml', text: `${settings}---\n${text}\n` }];
      const simulation = simulate({ files });
      const pods = simulation.cluster.pods.filter((pod) => /^p\d$/.test(pod.name));
      const pairs = pods.flatMap((from) => pods.filter((to) => to !== from).map((to) => ({ from, to })));
      const wanted = pairs.filter(
        ({ from, to }) =>
          evaluate(simulation.cluster, { from, to, port: PORT, protocol: 'TCP' }).allowed ===
          (want === 'block'),
      );
      const pair = wanted[pick % Math.max(1, wanted.length)];
      if (pair === undefined) return;
      const { from, to } = pair;
      const probe: ProbeQuestion = {
        from: `${from.namespace}/${from.name}`,
        to: to.ips[0] ?? '',
        tool: 'nc',
        port: PORT,
        proto: 'tcp',
      };
      const answer = smallestFix(simulation, files, probe, want);
      if (!answer.ok) throw new Error(answer.why);
      offered++;
      const { fix } = answer;
      const after = simulate({ files: merged(files, fix) });
      expect(after.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      expect(evaluate(after.cluster, { from, to, port: PORT, protocol: 'TCP' }).allowed).toBe(
        want === 'allow',
      );
      expect(walk(after, probe).verdict).toBe(want === 'allow' ? 'delivered' : 'dropped');
      const was = reach(simulation, PORT);
      const is = reach(after, PORT);
      const told = (changes: Fix['opens']) =>
        changes.map((c) => `${c.from} ${c.to} ${c.port}/${c.protocol}`).sort();
      expect(told(fix.opens)).toEqual([...is].filter((one) => !was.has(one)).sort());
      expect(told(fix.closes)).toEqual([...was].filter((one) => !is.has(one)).sort());
    }),
    { numRuns: 60, seed: 23 },
  );
  expect(offered).toBeGreaterThan(15);
});
