import { describe, expect, test } from 'vitest';
import { diagnostics as en } from '../../i18n/diagnostics.en.ts';
import { diagnostics as ko } from '../../i18n/diagnostics.ko.ts';
import { type Simulation, simulate, walk } from '../simulate.ts';
import { admissionPlugins } from './registry.ts';

/** `▶` marks the line that the diagnostic points to and is taken out. */
function run(text: string): Simulation & { line: number } {
  const line = text.split('\n').findIndex((l) => l.includes('▶')) + 1;
  return { ...simulate({ files: [{ name: 'a.yaml', text: text.replaceAll('▶', '') }] }), line };
}

const told = (s: Simulation, how?: string) =>
  s.diagnostics.filter(
    (d) => d.code.startsWith('admission/') && (how === undefined || d.params['how'] === how),
  );

const NAMESPACE = (...labels: string[]) =>
  `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    team: a\n${labels
    .map((l) => l.replace(/^(▶?)(.*)$/, '$1    pod-security.kubernetes.io/$2\n'))
    .join('')}`;

const CLASS = (more = '') =>
  `---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: gvisor}\nhandler: runsc\n${more}`;

/** What `restricted` asks for. */
const GOOD =
  'securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: c, image: nginx, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]';
const PLAIN = 'containers: [{name: c, image: nginx}]';

const POD = (name: string, spec: string, more = '') =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop${more}}\nspec: {${spec}}\n`;

const OWNER = (kind: string, name: string, spec: string, more = '') =>
  `---\napiVersion: ${kind === 'Job' ? 'batch/v1' : 'apps/v1'}
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec:
  ${kind === 'Job' ? '' : `selector: {matchLabels: {app: ${name}}}`}
  ${more}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {${spec}${kind === 'Job' ? ', restartPolicy: Never' : ''}}
`;

const PLAIN_MESSAGE =
  'PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

test('every plug-in has words in both languages for all that it can say', () => {
  for (const { id } of admissionPlugins) {
    for (const how of ['refused', 'not-made', 'warn', 'audit', 'both', 'configuration', 'unknown-label']) {
      const params = { how, message: 'no', pods: 2, owner: 'ReplicaSet web' };
      expect(en[`admission/${id}`]?.(params)).toMatch(/no$/);
      expect(ko[`admission/${id}`]?.(params)).toMatch(/[가-힣].*no$/);
    }
  }
});

describe('enforce', () => {
  test('a bare pod is refused with the API server’s words, the rest lives', () => {
    const s = run(NAMESPACE('enforce: restricted') + POD('bad', `▶${PLAIN}`) + POD('good', GOOD));
    const message = `pods "bad" is forbidden: violates ${PLAIN_MESSAGE}`;
    expect(s.cluster.refused).toEqual([
      { object: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'bad' }, message },
    ]);
    expect(s.cluster.pods.filter((p) => p.namespace === 'shop').map((p) => p.name)).toEqual(['good']);
    const [only, ...more] = told(s);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ code: 'admission/pod-security', severity: 'error' });
    expect(only?.range?.line).toBe(s.line);
    expect(en['admission/pod-security']?.(only?.params ?? {})).toContain(message);
  });

  test('the line is that of the one field at fault', () => {
    const s = run(
      `${NAMESPACE('enforce: baseline')}---
apiVersion: v1
kind: Pod
metadata:
  name: bad
  namespace: shop
spec:
  containers:
    - name: fine
      image: nginx
    - name: c
      image: nginx
      securityContext:
        runAsUser: 0
        privileged: ▶true
`,
    );
    expect(told(s)[0]).toMatchObject({
      path: ['spec', 'containers', 1, 'securityContext', 'privileged'],
      range: { line: s.line },
    });
  });

  test('two fields: what holds both', () => {
    const s = run(
      NAMESPACE('enforce: baseline') +
        POD(
          'bad',
          'hostPID: true, containers: [{name: c, image: nginx, securityContext: {privileged: true}}]',
        ),
    );
    expect(told(s)[0]?.path).toEqual(['spec']);
  });

  test('a Deployment is stored, its ReplicaSet fails with FailedCreate, its Service has nobody', () => {
    const s = run(
      `${NAMESPACE('enforce: restricted')}${OWNER('Deployment', 'web', PLAIN, 'replicas: 3')}---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
${POD('client', GOOD)}`,
    );
    const { cluster } = s;
    expect(cluster.pods.filter((p) => p.namespace === 'shop').map((p) => p.name)).toEqual(['client']);
    const [refused] = cluster.refused;
    const message = `pods "${refused?.object.name}" is forbidden: violates ${PLAIN_MESSAGE}`;
    expect(cluster.refused).toHaveLength(1);
    expect(refused).toMatchObject({ object: { kind: 'Pod', namespace: 'shop' }, message });
    expect(refused?.object.name).toMatch(/^web-[a-z0-9]+-[a-z0-9]{5}$/);
    const stored = cluster.objects.filter((o) => o.metadata.namespace === 'shop');
    for (const kind of ['Deployment', 'ReplicaSet']) {
      expect(stored.find((o) => o.kind === kind)?.status).toEqual({
        replicas: 0,
        conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }],
      });
    }
    const set = stored.find((o) => o.kind === 'ReplicaSet')?.metadata.name;
    expect(cluster.events.filter((e) => e.type === 'Warning')).toEqual([
      {
        type: 'Warning',
        reason: 'FailedCreate',
        object: { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop', name: set },
        message: `Error creating: ${message}`,
      },
    ]);
    expect(told(s)).toMatchObject([
      {
        severity: 'error',
        object: { kind: 'Deployment', name: 'web' },
        params: { how: 'not-made', pods: 3 },
      },
    ]);
    expect(s.diagnostics.map((d) => d.code)).toContain('service/pods-refused');
    const trace = walk(s, { from: 'shop/client', tool: 'curl', to: 'http://web' });
    expect(trace).toMatchObject({ verdict: 'rejected', clientSees: 'refused' });
  });

  test.each([
    ['ReplicaSet', 'web', 'replicas: 2', 2, /^Error creating: pods "web-\w{5}" is forbidden/],
    ['DaemonSet', 'web', '', 2, /^Error creating: pods "web-\w{5}" is forbidden/],
    ['Job', 'web', 'parallelism: 2', 2, /^Error creating: pods "web-\w{5}" is forbidden/],
    [
      'StatefulSet',
      'web',
      'replicas: 2',
      2,
      /^create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden/,
    ],
  ])('%s', (kind, name, more, pods, message) => {
    const s = run(NAMESPACE('enforce: baseline') + OWNER(kind, name, `hostPID: true, ${PLAIN}`, more));
    const [event] = s.cluster.events.filter((e) => e.reason === 'FailedCreate');
    expect(event?.object).toMatchObject({ kind, name });
    expect(event?.message).toMatch(message);
    expect(told(s)).toMatchObject([
      { params: { pods, owner: `${kind} ${name}` }, path: ['spec', 'template', 'spec', 'hostPID'] },
    ]);
    expect(s.cluster.pods.filter((p) => p.namespace === 'shop')).toEqual([]);
    if (kind === 'DaemonSet') {
      const stored = s.cluster.objects.find((o) => o.kind === 'DaemonSet');
      expect(stored?.status).toMatchObject({ desiredNumberScheduled: 2, currentNumberScheduled: 0 });
    }
  });

  test('what an API server printed had passed; other namespaces have no policy', () => {
    const s = run(
      `${NAMESPACE('enforce: restricted')}${POD('old', PLAIN, ', uid: 6f1c2f0e-0000-4000-8000-000000000000')}---
apiVersion: v1
kind: Pod
metadata: {name: elsewhere}
spec: {hostNetwork: true, ${PLAIN}}
`,
    );
    // It is the label that is new (pod-security/existing-pods.test.ts).
    expect(told(s)).toMatchObject([{ severity: 'warning', object: { kind: 'Namespace' } }]);
    expect(s.cluster.refused).toEqual([]);
    expect(s.cluster.pods.map((p) => p.name)).toEqual(expect.arrayContaining(['old', 'elsewhere']));
  });

  test('the built-in pods of kube-system were there before its label', () => {
    const s = run(
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system, labels: {pod-security.kubernetes.io/enforce: restricted}}\n',
    );
    expect(s.cluster.pods.filter((p) => p.namespace === 'kube-system' && p.ready)).toHaveLength(2);
    expect(told(s)).toEqual([]);
  });
});

describe('warn and audit', () => {
  test.each([
    [['warn: restricted'], 'warn'],
    [['audit: restricted'], 'audit'],
    [['warn: restricted', 'audit: restricted'], 'both'],
  ])('%s: the workload is warned about, its pods run', (labels, how) => {
    const s = run(NAMESPACE(...labels) + OWNER('Deployment', 'web', PLAIN));
    expect(told(s)).toMatchObject([
      {
        severity: 'warning',
        object: { kind: 'Deployment' },
        params: { how, message: `would violate ${PLAIN_MESSAGE}` },
      },
    ]);
    expect(s.cluster.pods.filter((p) => p.namespace === 'shop' && p.ready)).toHaveLength(1);
    expect(s.cluster.refused).toEqual([]);
  });

  test('each mode has a level and a version of its own', () => {
    const s = run(
      NAMESPACE('enforce: baseline', 'enforce-version: v1.22', 'warn: restricted', 'warn-version: v1.7') +
        POD('web', PLAIN),
    );
    expect(told(s).map((d) => d.params['message'])).toEqual([
      'would violate PodSecurity "restricted:v1.7": runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
    ]);
  });

  test('host ports that hostNetwork would fill in are the pod’s, not the template’s', () => {
    const spec = (hostPort: string) =>
      `hostNetwork: true, containers: [{name: c, image: nginx, ports: [{containerPort: 80${hostPort}}]}]`;
    const said = (text: string) =>
      told(run(NAMESPACE('warn: baseline') + text)).map((d) => d.params['message']);
    const only = 'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)';
    const both = `${only}, hostPort (container "c" uses hostPort 80)`;
    expect(said(OWNER('Deployment', 'web', spec('')))).toEqual([only]);
    expect(said(OWNER('Deployment', 'web', spec(', hostPort: 80')))).toEqual([both]);
    expect(said(POD('web', spec('')))).toEqual([both]);
  });

  test('a refused pod is not warned about as well', () => {
    const s = run(
      NAMESPACE('enforce: restricted', 'warn: restricted', 'audit: restricted') + POD('a', PLAIN),
    );
    expect(told(s).map((d) => d.params['how'])).toEqual(['refused']);
  });
});

describe('labels that mean nothing', () => {
  test.each([
    ['▶enforce: strict', 'enforce', 'strict', 'must be one of privileged, baseline, restricted'],
    ['▶warn: Restricted', 'warn', 'Restricted', 'must be one of privileged, baseline, restricted'],
    ['▶audit-version: "1.25"', 'audit-version', '1.25', 'must be "latest" or "v1.x"'],
    ['▶enforce-version: v1.025', 'enforce-version', 'v1.025', 'must be "latest" or "v1.x"'],
    ['▶enforce-version: v2.0', 'enforce-version', 'v2.0', 'must be "latest" or "v1.x"'],
  ])('%s', (label, key, value, why) => {
    const s = run(NAMESPACE(label) + POD('web', PLAIN));
    const message = `Namespace "shop" is invalid: metadata.labels[pod-security.kubernetes.io/${key}]: Invalid value: "${value}": ${why}`;
    expect(s.cluster.refused.map((r) => r.message)).toEqual([message, 'namespaces "shop" not found']);
    expect(told(s)[0]).toMatchObject({ severity: 'error', range: { line: s.line } });
    // The namespace is written: adding it again would not help.
    expect(s.diagnostics.find((d) => d.code === 'namespace/not-found')?.fixes).toBeUndefined();
  });

  test('two at once', () => {
    const s = run(NAMESPACE('enforce: none', 'warn-version: new'));
    expect(s.cluster.refused[0]?.message).toBe(
      'Namespace "shop" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "none": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "new": must be "latest" or "v1.x"]',
    );
  });

  test('a label that nobody knows is accepted, and said to do nothing', () => {
    const s = run(NAMESPACE('▶enforced: restricted', 'enforce: baseline') + POD('web', PLAIN));
    expect(told(s)).toMatchObject([
      {
        severity: 'warning',
        params: { how: 'unknown-label', message: 'pod-security.kubernetes.io/enforced' },
        range: { line: s.line },
      },
    ]);
    expect(s.cluster.pods.some((p) => p.name === 'web')).toBe(true);
  });

  test('versions to come are as the newest', () => {
    const s = run(NAMESPACE('enforce: restricted', 'enforce-version: v1.99') + POD('web', PLAIN));
    expect(s.cluster.refused[0]?.message).toContain('violates PodSecurity "restricted:v1.99": allow');
  });
});

describe('the API server’s own configuration', () => {
  const CONFIGURATION = (text: string) => `---
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      defaults: {enforce: restricted, enforce-version: v1.30}
      exemptions: {${text}}
`;
  const bare = `${NAMESPACE()}${CLASS()}${POD('web', `runtimeClassName: gvisor, ${PLAIN}`)}`;
  const owned = `${NAMESPACE()}${OWNER('Deployment', 'web', PLAIN)}`;
  test.each([
    ['defaults count where a namespace has no label', bare, '', false],
    [
      'a label counts before the default',
      `${NAMESPACE('enforce: privileged')}${POD('web', PLAIN)}`,
      '',
      true,
    ],
    ['an exempt namespace', bare, 'namespaces: [shop]', true],
    ['another exempt namespace', bare, 'namespaces: [bank]', false],
    ['an exempt runtime class', bare, 'runtimeClasses: [gvisor]', true],
    ['an exempt user', bare, 'usernames: [kubernetes-admin]', true],
    ['the user’s pods are the controller’s', owned, 'usernames: [kubernetes-admin]', false],
    [
      'an exempt controller',
      owned,
      'usernames: ["system:serviceaccount:kube-system:replicaset-controller"]',
      true,
    ],
  ])('%s', (_, yaml, exemptions, lives) => {
    const s = run(yaml + CONFIGURATION(exemptions));
    expect(s.cluster.pods.some((p) => p.namespace === 'shop')).toBe(lives);
    expect(s.cluster.refused).toHaveLength(lives ? 0 : 1);
    if (!lives) expect(s.cluster.refused[0]?.message).toContain('PodSecurity "restricted:v1.30"');
    expect(s.cluster.objects.some((o) => o.kind === 'AdmissionConfiguration')).toBe(false);
  });

  test('what is wrong in it is told, and left out', () => {
    const s = run(
      `${bare}${CONFIGURATION('users: [me], namespaces: shop').replace('restricted', 'strict')}  - name: EventRateLimit\n`,
    );
    expect(told(s, 'configuration').map((d) => [d.params['message'], d.path?.slice(3).join('.')])).toEqual([
      [
        'defaults.enforce: Invalid value: "strict": must be one of privileged, baseline, restricted',
        'defaults.enforce',
      ],
      ['strict decoding error: unknown field "exemptions.users"', 'exemptions.users'],
      ['exemptions.namespaces: Invalid value: "shop": must be a list of names', 'exemptions.namespaces'],
    ]);
    expect(s.diagnostics.filter((d) => d.code === 'field/unmodelled').map((d) => d.path?.join('.'))).toEqual([
      'plugins.1.name',
    ]);
    expect(s.cluster.pods.some((p) => p.name === 'web')).toBe(true);
  });
});

describe('RuntimeClass', () => {
  const GVISOR = `runtimeClassName: gvisor, ${PLAIN}`;
  const refusals = (text: string): readonly string[] => run(text).cluster.refused.map((r) => r.message);

  test.each<[string, string, string | undefined]>([
    ['no such class', POD('a', GVISOR), 'pod rejected: RuntimeClass "gvisor" not found'],
    ['the class is there', CLASS() + POD('a', GVISOR), undefined],
    [
      'an overhead of one’s own',
      POD('a', `overhead: {cpu: 1}, ${PLAIN}`),
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
    [
      'another overhead than the class has',
      CLASS('overhead: {podFixed: {cpu: 250m}}\n') + POD('a', `overhead: {cpu: 1}, ${GVISOR}`),
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      'the same overhead',
      CLASS('overhead: {podFixed: {cpu: 250m}}\n') + POD('a', `overhead: {cpu: 250m}, ${GVISOR}`),
      undefined,
    ],
    [
      'a node selector that contradicts',
      CLASS('scheduling: {nodeSelector: {sandbox: "yes"}}\n') +
        POD('a', `nodeSelector: {sandbox: "no"}, ${GVISOR}`),
      'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no',
    ],
  ])('%s', (_, text, message) => {
    expect(refusals(NAMESPACE() + text)).toEqual(
      message === undefined ? [] : [`pods "a" is forbidden: ${message}`],
    );
  });

  test('a Deployment that names a missing class has no pods, and the line is that of the name', () => {
    const s = run(
      `${NAMESPACE()}${OWNER('Deployment', 'web', PLAIN)}      ▶runtimeClassName: gvisor\n`.replace(
        `spec: {${PLAIN}}`,
        'spec:\n      containers: [{name: c, image: nginx}]',
      ),
    );
    expect(told(s)).toMatchObject([
      {
        code: 'admission/runtime-class',
        params: { how: 'not-made' },
        path: ['spec', 'template', 'spec', 'runtimeClassName'],
        range: { line: s.line },
      },
    ]);
    expect(s.cluster.events.find((e) => e.reason === 'FailedCreate')?.message).toMatch(
      /^Error creating: pods "web-\w+-\w{5}" is forbidden: pod rejected: RuntimeClass "gvisor" not found$/,
    );
  });

  test('its node selector and tolerations count where its pods go', () => {
    const nodes = `---
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker, labels: {sandbox: "yes"}}]
`;
    const of = (scheduling: string, pod = GVISOR) =>
      run(
        NAMESPACE() +
          nodes +
          CLASS(`scheduling: ${scheduling}\n`) +
          OWNER('Deployment', 'a', pod, 'replicas: 3'),
      )
        .cluster.pods.filter((p) => p.namespace === 'shop')
        .map((p) => p.node);
    expect(of('{nodeSelector: {sandbox: "yes"}}')).toEqual(Array(3).fill('kind-worker2'));
    expect(of('{nodeSelector: {sandbox: "yes"}}', PLAIN)).toContain('kind-worker');
    const control = '{nodeSelector: {node-role.kubernetes.io/control-plane: ""}';
    expect(of(`${control}}`)).toEqual([undefined, undefined, undefined]);
    expect(of(`${control}, tolerations: [{operator: Exists}]}`)).toEqual(Array(3).fill('kind-control-plane'));
  });

  test('what did not change keeps its identity', () => {
    const text = NAMESPACE() + CLASS('scheduling: {nodeSelector: {}}\n') + OWNER('Deployment', 'web', GVISOR);
    expect(run(text).cluster.pods).toBe(run(text).cluster.pods);
  });
});
