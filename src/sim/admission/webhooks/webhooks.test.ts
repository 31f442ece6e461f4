/** Which webhooks are called for what, and what comes of calls that reach nobody that is known. */
import { describe, expect, test } from 'vitest';
import { admissionWalks } from '../steps.ts';
import { type Simulation, simulate, walk } from '../../simulate.ts';
import {
  called,
  configuration,
  deployment,
  HOOK,
  messages,
  namespace,
  pod,
  RULE,
  scenarioOf,
  service,
  webhook,
} from './webhooks-fixture.ts';

const run = (...documents: readonly (object | string)[]): Simulation => simulate(scenarioOf(...documents));

const FAILS = (why: string, name = 'a', kind = 'a', time = 10): string =>
  `Internal error occurred: failed calling webhook "${name}.example.com": failed to call webhook: Post "https://hook.tools.svc:443/${kind}?timeout=${time}s": ${why}`;

describe('a call that fails', () => {
  const one = configuration('Mutating', 'hooks', webhook('a'));

  test('no such Service', () => {
    expect(messages(run(one, pod('web')))).toEqual([FAILS('service "hook" not found')]);
  });

  test.each<[string, object, string]>([
    ['another port', { ports: [{ port: 8443 }] }, 'no service port 443 found for service "hook"'],
    [
      'headless',
      { clusterIP: 'None', ports: [{ port: 443 }] },
      'cannot route to service with ClusterIP "None"',
    ],
    [
      'no endpoints: what kube-proxy rejects',
      { clusterIP: '10.96.77.7', selector: { app: 'none' }, ports: [{ port: 443 }] },
      'dial tcp 10.96.77.7:443: connect: connection refused',
    ],
  ])('%s', (_, spec, why) => {
    const s = run(one, namespace('tools'), service('hook', 'tools', spec), pod('web'));
    expect(messages(s)).toEqual([FAILS(why)]);
  });

  test('nobody listens in the pod', () => {
    const s = run(
      one,
      namespace('tools'),
      deployment('hook', 'tools', { containers: [{ name: 'server', image: 'nginx:1.29' }] }),
      service('hook', 'tools', {
        clusterIP: '10.96.77.7',
        selector: { app: 'hook' },
        ports: [{ port: 443, targetPort: 8443 }],
      }),
      pod('web'),
    );
    expect(messages(s)).toEqual([FAILS('dial tcp 10.96.77.7:443: connect: connection refused')]);
  });

  test('a firewall in between: the time that was given', () => {
    const s = run(
      configuration('Mutating', 'hooks', webhook('a', { timeoutSeconds: 5 })),
      ...HOOK,
      pod('web'),
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: flannel\nfaults: [{fault: port-blocked, protocol: UDP, port: 8472}]',
    );
    expect(messages(s)).toEqual([FAILS('context deadline exceeded', 'a', 'a', 5)]);
  });

  test('the object is refused at its place, and the steps end there', () => {
    const s = run(one, pod('web'));
    expect(s.cluster.pods.filter((p) => p.namespace === 'default')).toEqual([]);
    expect(s.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code)).toEqual([
      'admission/mutating-webhook',
    ]);
    const steps = admissionWalks(s).find(({ object }) => object.name === 'web')?.steps ?? [];
    const at = steps.findIndex(({ answer }) => answer === 'refused');
    expect(steps[at]).toMatchObject({
      stage: 'mutating',
      plugin: 'MutatingAdmissionWebhook',
      webhook: 'hooks/a.example.com',
      message: FAILS('service "hook" not found'),
    });
    expect(steps.slice(at + 1).every(({ answer }) => answer === 'not-reached')).toBe(true);
  });

  test('a controller’s pods: FailedCreate, and the Deployment is there', () => {
    const s = run(one, deployment('web', 'default', { containers: [{ name: 'c', image: 'nginx' }] }, 3));
    expect(s.cluster.events.filter((e) => e.reason === 'FailedCreate').map((e) => e.message)).toEqual([
      `Error creating: ${FAILS('service "hook" not found')}`,
    ]);
    expect(s.cluster.pods.filter((p) => p.namespace === 'default')).toEqual([]);
  });

  test.each([
    ['Mutating', 'failed-open.mutation.webhook.admission.k8s.io/round_0_index_0: a.example.com'],
    ['Validating', 'failed-open.validating.webhook.admission.k8s.io/round_0_index_0: a.example.com'],
  ] as const)('%s, to be ignored: stored, and the audit log says so', (kind, audit) => {
    const s = run(configuration(kind, 'hooks', webhook('a', { failurePolicy: 'Ignore' })), pod('web'));
    expect(messages(s)).toEqual([]);
    expect(s.diagnostics.find((d) => d.params['how'] === 'audit')?.params['message']).toBe(audit);
    const steps = admissionWalks(s).find(({ object }) => object.name === 'web')?.steps ?? [];
    expect(steps.find(({ audit: noted }) => noted !== undefined)).toMatchObject({
      answer: 'remarked',
      audit,
    });
  });
});

describe('nobody guesses', () => {
  test.each([
    ['a program that is not known', HOOK, {}],
    ['an address outside', [], { clientConfig: { url: 'https://hooks.example.com/a' } }],
  ])('%s: not known, and the walks of the object stay open', (_, there, change) => {
    const s = run(
      configuration('Validating', 'hooks', webhook('a', change)),
      ...there,
      pod('web'),
      pod('other'),
    );
    expect(messages(s)).toEqual([]);
    const said = s.diagnostics.find((d) => d.params['how'] === 'unknown');
    expect(said).toMatchObject({
      code: 'admission/validating-webhook',
      path: ['webhooks', 0, 'clientConfig'],
    });
    const { verdict, reason } = walk(s, { from: 'default/other', to: 'default/web', tool: 'curl', port: 80 });
    expect([verdict, reason.params]).toEqual([
      'unknown',
      { field: 'ValidatingWebhookConfiguration hooks', object: 'web' },
    ]);
  });

  test('of its own objects it says nothing', () => {
    const s = run(configuration('Validating', 'hooks', webhook('a')), ...HOOK);
    expect(s.diagnostics.filter((d) => d.severity !== 'info')).toEqual([]);
  });
});

describe('who is called', () => {
  const asked = (change: object, ...more: readonly object[]): string[] =>
    called(
      run(configuration('Validating', 'hooks', webhook('a', change)), ...HOOK, ...more, pod('web')),
      'web',
    );

  test.each<[string, object, boolean]>([
    ['a rule for pods', {}, true],
    ['every resource', { rules: [{ ...RULE, resources: ['*'] }] }, true],
    ['pods and their subresources', { rules: [{ ...RULE, resources: ['pods/*'] }] }, true],
    ['a subresource alone', { rules: [{ ...RULE, resources: ['pods/status'] }] }, false],
    ['another group', { rules: [{ ...RULE, apiGroups: ['apps'] }] }, false],
    ['another version', { rules: [{ ...RULE, apiVersions: ['v2'] }] }, false],
    ['another operation', { rules: [{ ...RULE, operations: ['UPDATE', 'DELETE'] }] }, false],
    ['cluster-wide alone', { rules: [{ ...RULE, scope: 'Cluster' }] }, false],
    ['in namespaces', { rules: [{ ...RULE, scope: 'Namespaced' }] }, true],
    ['no rules', { rules: [] }, false],
    ['the second of two rules', { rules: [{ ...RULE, resources: ['services'] }, RULE] }, true],
    [
      'its namespace by name',
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } },
      true,
    ],
    ['another namespace', { namespaceSelector: { matchLabels: { team: 'a' } } }, false],
    ['its own labels', { objectSelector: { matchLabels: { app: 'web' } } }, false],
    [
      'a condition that holds',
      { matchConditions: [{ name: 'c', expression: 'object.metadata.name == "web"' }] },
      true,
    ],
    [
      'one that does not',
      { matchConditions: [{ name: 'c', expression: 'request.userInfo.username == "me"' }] },
      false,
    ],
    [
      'one of two that does not',
      {
        matchConditions: [
          { name: 'c', expression: 'true' },
          { name: 'd', expression: 'object.kind != "Pod"' },
        ],
      },
      false,
    ],
    [
      'one that fails, to be ignored',
      { failurePolicy: 'Ignore', matchConditions: [{ name: 'c', expression: 'object.nothing == 1' }] },
      false,
    ],
  ])('%s', (_, change, expected) => expect(asked(change)).toEqual(expected ? ['hooks/a'] : []));

  test('a condition that fails refuses in words of its own', () => {
    const failing = webhook('a', { matchConditions: [{ name: 'c', expression: 'object.nothing == 1' }] });
    expect(messages(run(configuration('Mutating', 'hooks', failing), pod('web')))).toEqual([
      `pods "web" is forbidden: expression 'object.nothing == 1' resulted in error: no such key: nothing`,
    ]);
  });

  test('a condition of which nobody here knows', () => {
    const open = webhook('a', { matchConditions: [{ name: 'c', expression: 'object.metadata.uid == "1"' }] });
    const s = run(configuration('Mutating', 'hooks', open), pod('web'));
    expect(messages(s)).toEqual([]);
    expect(s.diagnostics.find((d) => d.params['how'] === 'unknown')?.path).toEqual([
      'webhooks',
      0,
      'matchConditions',
      0,
      'expression',
    ]);
  });

  test('configurations by name, webhooks as they stand; those that change before those that judge', () => {
    const s = run(
      configuration('Validating', 'judges', webhook('j')),
      configuration('Mutating', 'b', webhook('b2'), webhook('b1')),
      configuration('Mutating', 'a', webhook('a1')),
      ...HOOK,
      pod('web'),
    );
    expect(called(s, 'web')).toEqual(['a/a1', 'b/b2', 'b/b1', 'judges/j']);
  });

  test('the first mutating one that fails is the last that is called; validating ones are called at once', () => {
    const two = [webhook('a'), webhook('b')];
    expect(called(run(configuration('Mutating', 'h', ...two), pod('web')), 'web')).toEqual(['h/a']);
    const judged = run(configuration('Validating', 'h', ...two), pod('web'));
    expect(called(judged, 'web')).toEqual(['h/a', 'h/b']);
    expect(messages(judged)).toEqual([FAILS('service "hook" not found')]);
  });

  test('for every kind of object, the webhooks’ own configurations and policies excepted', () => {
    const everything = webhook('a', {
      rules: [{ ...RULE, apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
      namespaceSelector: {},
      clientConfig: { service: { name: 'none', namespace: 'tools' } },
    });
    const s = run(
      configuration('Validating', 'all', everything),
      configuration('Mutating', 'other', webhook('b')),
      namespace('shop'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}',
      'apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.9}]}',
    );
    expect(s.cluster.refused.map(({ object }) => object.kind)).toEqual(['Namespace', 'ConfigMap']);
  });

  test('kube-system is as any other namespace; what every cluster has was there before', () => {
    const everywhere = webhook('a', { namespaceSelector: {} });
    const s = run(configuration('Validating', 'h', everywhere), pod('web', {}, { namespace: 'kube-system' }));
    expect(s.cluster.refused.map(({ object }) => object.name)).toEqual(['web']);
    expect(s.cluster.pods.some((p) => p.name.startsWith('coredns'))).toBe(true);
  });
});

describe('how a webhook comes up', () => {
  test('its own pods wait for nobody where it is not asked about them', () => {
    const s = run(configuration('Mutating', 'hooks', webhook('a')), ...HOOK, pod('web'));
    expect(messages(s)).toEqual([]);
    expect(s.cluster.pods.some((p) => p.name.startsWith('hook-'))).toBe(true);
  });

  test('one that is asked about its own pods never does', () => {
    const s = run(
      configuration('Mutating', 'hooks', webhook('a', { namespaceSelector: {} })),
      ...HOOK,
      pod('web'),
    );
    expect(messages(s)).toHaveLength(2);
    expect(messages(s)[0]).toMatch(/dial tcp 10\.96\.\d+\.\d+:443: connect: connection refused$/);
    expect(s.cluster.pods.some((p) => p.name.startsWith('hook-'))).toBe(false);
  });

  test('unless it is passed over while it is not there', () => {
    const ignored = webhook('a', { namespaceSelector: {}, failurePolicy: 'Ignore' });
    const s = run(configuration('Mutating', 'hooks', ignored), ...HOOK, pod('web'));
    expect(messages(s)).toEqual([]);
    expect(called(s, 'web')).toEqual(['hooks/a']);
  });

  test('one after the other: the second waits for the first', () => {
    const second = webhook('b', {
      clientConfig: { service: { name: 'late', namespace: 'tools' } },
      namespaceSelector: {},
    });
    const s = run(
      configuration('Mutating', 'hooks', webhook('b', { objectSelector: { matchLabels: { app: 'late' } } })),
      configuration('Validating', 'late', { ...second, objectSelector: { matchLabels: { app: 'web' } } }),
      ...HOOK,
      deployment('late', 'tools', {
        containers: [{ name: 'server', image: 'example.com/late:1', ports: [{ containerPort: 8443 }] }],
      }),
      service('late', 'tools', { selector: { app: 'late' }, ports: [{ port: 443, targetPort: 8443 }] }),
      pod('web', {}, { labels: { app: 'web' } }),
    );
    expect(messages(s)).toEqual([]);
    expect(called(s, 'web')).toEqual(['late/b']);
  });

  test('pods that another plug-in refuses do not come up', () => {
    const [, backend, address] = HOOK;
    const s = run(
      configuration('Mutating', 'hooks', webhook('a')),
      namespace('tools', { 'pod-security.kubernetes.io/enforce': 'restricted' }),
      backend as object,
      address as object,
      pod('web'),
    );
    expect(messages(s)).toHaveLength(2);
    expect(messages(s)[0]).toMatch(/^Internal error occurred: .*connection refused$/);
  });
});
