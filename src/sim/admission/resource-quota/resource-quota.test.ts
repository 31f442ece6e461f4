/** What a quota counts, whom it refuses with upstream's words, and in which order. */
import { describe, expect, test } from 'vitest';
import { type Simulation, simulate, walk } from '../../simulate.ts';

function run(text: string): Simulation & { line: number } {
  const line = text.split('\n').findIndex((l) => l.includes('▶')) + 1;
  return { ...simulate({ files: [{ name: 'a.yaml', text: text.replaceAll('▶', '') }] }), line };
}

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
const QUOTA = (hard: string, more = '', name = 'quota') =>
  `${NAMESPACE}---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: ${name}, namespace: shop}\nspec: {hard: {${hard}}${more}}\n`;
const SECOND = (hard: string, name: string) =>
  `---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: ${name}, namespace: shop}\nspec: {hard: {${hard}}}\n`;

const container = (resources: string, name = 'c') =>
  `{name: ${name}, image: nginx, resources: {${resources}}}`;
const POD = (name: string, containers: string, spec = '', meta = '', status = '') =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop${meta}}\nspec: {containers: [${containers}]${spec === '' ? '' : `, ${spec}`}}\n${status}`;
const SERVICE = (name: string, spec: string) =>
  `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: {${spec}}\n`;
const OWNER = (kind: string, name: string, spec: string, replicas = 1) =>
  `---\napiVersion: ${kind === 'Job' ? 'batch/v1' : 'apps/v1'}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}
spec:
  ${kind === 'Job' ? `parallelism: ${replicas}` : `replicas: ${replicas}\n  selector: {matchLabels: {app: ${name}}}`}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {${spec}${kind === 'Job' ? ', restartPolicy: Never' : ''}}
`;

const refusals = (s: Simulation): readonly string[] => s.cluster.refused.map((r) => r.message);
const inShop = (s: Simulation) => s.cluster.pods.filter((p) => p.namespace === 'shop').map((p) => p.name);
const statusOf = (s: Simulation, name = 'quota') =>
  s.cluster.objects.find((o) => o.kind === 'ResourceQuota' && o.metadata.name === name)?.status as
    | { hard: Record<string, string>; used: Record<string, string> }
    | undefined;
const used = (s: Simulation, name?: string) => statusOf(s, name)?.used;

const BIG = container('requests: {cpu: 600m, memory: 256Mi}, limits: {cpu: "1", memory: 512Mi}');

describe('exceeded', () => {
  test('pods, in the order in which they stand', () => {
    const s = run(QUOTA('pods: 1') + POD('first', container('')) + POD('second', container('')));
    expect(inShop(s)).toEqual(['first']);
    expect(refusals(s)).toEqual([
      'pods "second" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1',
    ]);
    expect(statusOf(s)).toEqual({ hard: { pods: '1' }, used: { pods: '1' } });
  });

  test('all that is exceeded, by name; the line is that of what asks', () => {
    const s = run(
      `${QUOTA('requests.memory: 1Gi, requests.cpu: "1", limits.cpu: 2, limits.memory: 2Gi')}${POD('a', BIG)}---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: shop}
spec:
  containers:
    - name: c
      image: nginx
      resources:
        requests:
          cpu: ▶0.5
          memory: 1Mi
        limits: {cpu: 1, memory: 1Mi}
`,
    );
    expect(refusals(s)).toEqual([
      'pods "b" is forbidden: exceeded quota: quota, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    ]);
    expect(s.diagnostics.find((d) => d.code === 'admission/resource-quota')).toMatchObject({
      severity: 'error',
      range: { line: s.line },
    });
    expect(
      refusals(run(QUOTA('requests.memory: 400Mi, requests.cpu: "1"') + POD('a', BIG) + POD('b', BIG))),
    ).toEqual([
      'pods "b" is forbidden: exceeded quota: quota, requested: requests.cpu=600m,requests.memory=256Mi, used: requests.cpu=600m,requests.memory=256Mi, limited: requests.cpu=1,requests.memory=400Mi',
    ]);
  });

  test('what was refused does not count: a smaller one fits', () => {
    const s = run(
      QUOTA('requests.cpu: "1"') +
        POD('a', BIG) +
        POD('b', BIG) +
        POD('c', container('requests: {cpu: 400m}')),
    );
    expect(inShop(s)).toEqual(['a', 'c']);
    expect(used(s)).toEqual({ 'requests.cpu': '1' });
  });

  test('the first quota by name that is exceeded; none of them counts the pod', () => {
    const s = run(
      QUOTA('pods: 5', '', 'a') +
        SECOND('count/pods: 0', 'b') +
        SECOND('pods: 0', 'c') +
        POD('p', container('')),
    );
    expect(refusals(s)[0]).toContain('exceeded quota: b, requested: count/pods=1, used: count/pods=0');
    expect(used(s, 'a')).toEqual({ pods: '0' });
  });

  test('another namespace has no quota', () => {
    const s = run(
      `${QUOTA('pods: 0')}---\napiVersion: v1\nkind: Pod\nmetadata: {name: free}\nspec: {containers: [${container('')}]}\n`,
    );
    expect(refusals(s)).toEqual([]);
  });
});

describe('what has to be named', () => {
  test.each<[string, string, string, string | undefined]>([
    ['nothing of it', 'pods: 5', container(''), undefined],
    [
      'each resource with the containers that leave it out',
      'limits.cpu: 2, requests.memory: 1Gi, limits.memory: 2Gi',
      `${container('', 'web')}, ${container('limits: {memory: 1Mi}', 'log')}`,
      'must specify limits.cpu for: log,web; limits.memory for: web; requests.memory for: web',
    ],
    ['a limit is a request too', 'requests.cpu: 1', container('limits: {cpu: 1m}'), undefined],
    ['cpu is requests.cpu', 'cpu: 1', container(''), 'must specify cpu for: c'],
    ['storage of one’s own need not be named', 'requests.ephemeral-storage: 1Gi', container(''), undefined],
  ])('%s', (_, hard, containers, message) => {
    expect(refusals(run(QUOTA(hard) + POD('p', containers)))).toEqual(
      message === undefined ? [] : [`pods "p" is forbidden: failed quota: quota: ${message}`],
    );
  });

  test('init containers too, and not where the pod names its own', () => {
    const init = `initContainers: [${container('', 'i')}]`;
    expect(
      refusals(run(QUOTA('requests.cpu: 1') + POD('p', container('requests: {cpu: 1m}'), init))),
    ).toEqual(['pods "p" is forbidden: failed quota: quota: must specify requests.cpu for: i']);
    const own = run(QUOTA('requests.cpu: 1') + POD('p', container(''), 'resources: {requests: {cpu: 300m}}'));
    expect([refusals(own), used(own)]).toEqual([[], { 'requests.cpu': '300m' }]);
  });

  test('a LimitRange fills it in first', () => {
    const s = run(
      `${QUOTA('limits.cpu: "1"')}---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: shop}
spec: {limits: [{type: Container, default: {cpu: 400m}}]}
${['a', 'b', 'c'].map((name) => POD(name, container(''))).join('')}`,
    );
    expect(inShop(s)).toEqual(['a', 'b']);
    expect(refusals(s)).toEqual([
      'pods "c" is forbidden: exceeded quota: quota, requested: limits.cpu=400m, used: limits.cpu=800m, limited: limits.cpu=1',
    ]);
  });
});

describe('what a pod counts for', () => {
  const r = (cpu: string, name: string, more = '') =>
    `{name: ${name}, image: nginx, resources: {requests: {cpu: ${cpu}}, limits: {cpu: ${cpu}}}${more}}`;
  test.each<[string, string, string, string]>([
    ['its containers together', `${r('100m', 'a')}, ${r('200m', 'b')}`, '', '300m'],
    ['an init container where that is more', r('100m', 'a'), `initContainers: [${r('700m', 'i')}]`, '700m'],
    [
      'sidecars with what runs beside them',
      r('100m', 'a'),
      `initContainers: [${r('50m', 's', ', restartPolicy: Always')}, ${r('80m', 'i')}]`,
      '150m',
    ],
    ['the overhead of its class', r('100m', 'a'), 'runtimeClassName: kata', '350m'],
  ])('%s', (_, containers, spec, sum) => {
    const s = run(
      `${QUOTA('requests.cpu: "2", limits.cpu: "2"')}---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: kata}\nhandler: kata\noverhead: {podFixed: {cpu: 250m}}\n${POD('p', containers, spec)}`,
    );
    expect(refusals(s)).toEqual([]);
    expect(used(s)).toEqual({ 'limits.cpu': sum, 'requests.cpu': sum });
  });

  test('extended resources and huge pages by their requests', () => {
    const s = run(
      QUOTA('requests.nvidia.com/gpu: 4, requests.hugepages-2Mi: 8Mi, hugepages-2Mi: 8Mi') +
        POD('p', container('limits: {nvidia.com/gpu: 3, hugepages-2Mi: 4Mi, cpu: 1}')),
    );
    expect(used(s)).toEqual({
      'hugepages-2Mi': '4Mi',
      'requests.hugepages-2Mi': '4Mi',
      'requests.nvidia.com/gpu': '3',
    });
  });

  test('what was stored before counts from the start; what ended only as an object', () => {
    const uid = ', uid: 6f1c2f0e-0000-4000-8000-000000000000';
    const s = run(
      QUOTA('pods: 1, count/pods: 5') +
        POD('new', container('')) +
        POD('old', container(''), '', uid) +
        POD('done', container(''), '', uid, 'status: {phase: Succeeded}\n'),
    );
    expect(refusals(s)).toEqual([
      'pods "new" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1',
    ]);
    expect(used(s)).toEqual({ 'count/pods': '2', pods: '1' });
  });
});

describe('scopes', () => {
  const priority = (more: string) =>
    `, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, ${more}}]}`;
  const high = 'priorityClassName: high';
  const remote =
    'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, namespaces: [bank]}]}}';
  const some = container('requests: {cpu: 1m}');
  test.each<[string, string, string, boolean]>([
    [', scopes: [BestEffort]', container(''), '', true],
    [', scopes: [BestEffort]', container('limits: {memory: 1Mi}'), '', false],
    [', scopes: [BestEffort]', container('limits: {ephemeral-storage: 1Mi}'), '', true],
    [', scopes: [NotBestEffort]', container(''), '', false],
    [', scopes: [NotBestEffort]', some, '', true],
    [', scopes: [Terminating]', some, 'activeDeadlineSeconds: 60', true],
    [', scopes: [Terminating]', some, '', false],
    [', scopes: [NotTerminating]', some, '', true],
    [', scopes: [NotTerminating, BestEffort]', some, '', false],
    [', scopes: [PriorityClass]', some, '', false],
    [', scopes: [PriorityClass]', some, high, true],
    [priority('operator: In, values: [high]'), some, high, true],
    [priority('operator: In, values: [low]'), some, high, false],
    [priority('operator: NotIn, values: [high]'), some, high, false],
    [priority('operator: NotIn, values: [high]'), some, '', true],
    [priority('operator: DoesNotExist'), some, '', true],
    [priority('operator: Exists'), some, '', false],
    [', scopes: [CrossNamespacePodAffinity]', some, remote, true],
    [', scopes: [CrossNamespacePodAffinity]', some, '', false],
  ])('%s: %s %s', (scope, containers, spec, counts) => {
    const s = run(QUOTA('pods: 0', scope) + POD('p', containers, spec));
    expect(refusals(s)).toEqual(
      counts
        ? ['pods "p" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=0, limited: pods=0']
        : [],
    );
  });

  test('a pod without a class is of the default one', () => {
    const s = run(
      `${QUOTA('pods: 0', priority('operator: In, values: [usual]'))}---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: usual}\nvalue: 10\nglobalDefault: true\n${POD('p', some)}`,
    );
    expect(refusals(s)).toHaveLength(1);
  });
});

describe('other objects', () => {
  const PORTS = 'ports: [{name: a, port: 80}, {name: b, port: 81}]';
  test.each<[string, string, string | undefined]>([
    ['services: 0', SERVICE('web', PORTS), 'services=1, used: services=0, limited: services=0'],
    ['services.nodeports: 1', SERVICE('web', PORTS), undefined],
    [
      'services.nodeports: 1',
      SERVICE('web', `type: NodePort, ${PORTS}`),
      'services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
    ],
    [
      'services.nodeports: 0',
      SERVICE('web', `type: LoadBalancer, ${PORTS}`),
      'services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=0',
    ],
    [
      'services.nodeports: 0',
      SERVICE('web', `type: LoadBalancer, allocateLoadBalancerNodePorts: false, ${PORTS}`),
      undefined,
    ],
    [
      'services.loadbalancers: 0',
      SERVICE('web', `type: LoadBalancer, ${PORTS}`),
      'services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0',
    ],
    [
      'count/services: 0',
      SERVICE('web', PORTS),
      'count/services=1, used: count/services=0, limited: count/services=0',
    ],
  ])('%s', (hard, text, message) => {
    expect(refusals(run(QUOTA(hard) + text))).toEqual(
      message === undefined
        ? []
        : [`services "web" is forbidden: exceeded quota: quota, requested: ${message}`],
    );
  });

  test('by their kind and group, and claims', () => {
    const map = (name: string) =>
      `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\n`;
    const claim = (name: string) =>
      `---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}, namespace: shop}\nspec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 3Gi}}}\n`;
    const s = run(
      QUOTA(
        'configmaps: 2, count/deployments.apps: 1, count/networkpolicies.networking.k8s.io: 1, requests.storage: 5Gi, fast.storageclass.storage.k8s.io/persistentvolumeclaims: 3',
      ) +
        map('a') +
        map('b') +
        OWNER('Deployment', 'x', `containers: [${container('')}]`, 0) +
        OWNER('Deployment', 'z', `containers: [${container('')}]`, 0) +
        claim('one') +
        claim('two'),
    );
    // kube-root-ca.crt is the first ConfigMap of every namespace.
    expect(
      refusals(s).map((message) => message.replace('is forbidden: exceeded quota: quota, requested: ', '')),
    ).toEqual([
      'configmaps "b" configmaps=1, used: configmaps=2, limited: configmaps=2',
      'deployments.apps "z" count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1',
      'persistentvolumeclaims "two" requests.storage=3Gi, used: requests.storage=3Gi, limited: requests.storage=5Gi',
    ]);
    expect(used(s)).toEqual({
      configmaps: '2',
      'count/deployments.apps': '1',
      'count/networkpolicies.networking.k8s.io': '0',
      'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'requests.storage': '3Gi',
    });
  });
});

describe('workloads', () => {
  const spec = `containers: [${container('requests: {cpu: 300m}')}]`;

  test('the pods that fit are made, the rest is FailedCreate, in the order of the documents', () => {
    const s = run(
      QUOTA('requests.cpu: "1"') +
        OWNER('Deployment', 'web', spec, 2) +
        OWNER('StatefulSet', 'db', spec, 3) +
        OWNER('Job', 'a-job', spec, 1) +
        SERVICE('db', 'clusterIP: None, selector: {app: db}, ports: [{port: 80}]'),
    );
    expect(inShop(s).map((name) => name.replace(/^web-.*/, 'web'))).toEqual(['db-0', 'web', 'web']);
    const over =
      'exceeded quota: quota, requested: requests.cpu=300m, used: requests.cpu=900m, limited: requests.cpu=1';
    expect(s.cluster.events.filter((e) => e.reason === 'FailedCreate').map((e) => e.message)).toEqual([
      `create Pod db-1 in StatefulSet db failed error: pods "db-1" is forbidden: ${over}`,
      expect.stringMatching(/^Error creating: pods "a-job-\w{5}" is forbidden: exceeded quota: quota/),
    ]);
    const told = s.diagnostics.filter((d) => d.code === 'admission/resource-quota');
    expect(told.map(({ params }) => [params['how'], params['pods'], params['owner']])).toEqual([
      ['not-made', 2, 'StatefulSet db'],
      ['not-made', 1, 'Job a-job'],
    ]);
    expect(used(s)).toEqual({ 'requests.cpu': '900m' });
  });

  test('part of a ReplicaSet: its status says so, its Service has the others', () => {
    const s = run(
      QUOTA('pods: 3') +
        POD('client', container('')) +
        OWNER('Deployment', 'web', spec, 4) +
        SERVICE('web', 'selector: {app: web}, ports: [{port: 80}]'),
    );
    expect(inShop(s)).toHaveLength(3);
    const set = s.cluster.objects.find((o) => o.kind === 'ReplicaSet' && o.metadata.namespace === 'shop');
    expect(set?.status).toMatchObject({
      replicas: 2,
      conditions: [{ type: 'ReplicaFailure', reason: 'FailedCreate' }],
    });
    expect(walk(s, { from: 'shop/client', tool: 'curl', to: 'http://web' })).toMatchObject({
      verdict: 'delivered',
    });
  });

  test('nothing is counted twice: the same text gives the same', () => {
    const text = QUOTA('pods: 3') + OWNER('Deployment', 'web', spec, 4);
    expect(used(run(text))).toEqual(used(run(text)));
    expect(run(text).cluster.pods).toBe(run(text).cluster.pods);
  });
});

describe('a quota that the API server refuses', () => {
  test.each<[string, string, string]>([
    [
      'gpu: 1',
      '',
      'spec.hard[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified, spec.hard[gpu]: Invalid value: "gpu": must be a standard resource for quota',
    ],
    ['pods: 1500m', '', 'spec.hard[pods]: Invalid value: 1500m: must be an integer'],
    ['pods: -1', '', 'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
    ['pods: 1', ', scopes: [Best]', 'spec.scopes: Invalid value: ["Best"]: unsupported scope'],
    [
      'requests.cpu: 1',
      ', scopes: [BestEffort]',
      'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
    ],
    [
      'pods: 1',
      ', scopes: [BestEffort, NotBestEffort]',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ],
    [
      'pods: 1',
      ', scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In}]}',
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
    [
      'pods: 1',
      ', scopeSelector: {matchExpressions: [{scopeName: Terminating, operator: DoesNotExist}]}',
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "DoesNotExist": must be \'Exist\' when scope is any of',
    ],
  ])('%s%s', (hard, more, message) => {
    const s = run(QUOTA(hard, more) + POD('p', container('')));
    expect(refusals(s)).toHaveLength(1);
    expect(refusals(s)[0]).toContain(message);
    expect(inShop(s)).toEqual(['p']);
  });

  test('a number that is none', () => {
    const s = run(QUOTA('requests.memory: 64mi'));
    expect(refusals(s)[0]).toContain("unable to parse quantity's suffix");
  });
});
