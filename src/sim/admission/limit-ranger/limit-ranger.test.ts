/** Upstream's table (limitranger/admission_test.go) in its words, and what a person sees of it. */
import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from '../../simulate.ts';

function run(text: string): Simulation & { line: number } {
  const line = text.split('\n').findIndex((l) => l.includes('▶')) + 1;
  return { ...simulate({ files: [{ name: 'a.yaml', text: text.replaceAll('▶', '') }] }), line };
}

const RANGE = (...items: readonly string[]) =>
  `apiVersion: v1\nkind: LimitRange\nmetadata: {name: range}\nspec:\n  limits:\n${items
    .map((item) => `    - {${item}}\n`)
    .join('')}`;

const CONTAINER = (name: string, resources: string, more = '') =>
  `{name: ${name}, image: nginx, resources: {${resources}}${more}}`;

const POD = (containers: readonly string[], spec = '') =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  ${spec}\n  containers:\n${containers
    .map((c) => `    - ${c}\n`)
    .join('')}`;

const c = (requests: string, limits: string) =>
  CONTAINER('c', `requests: {${requests}}, limits: {${limits}}`);

const refusals = (s: Simulation): readonly string[] => s.cluster.refused.map((r) => r.message);
const change = (s: Simulation) =>
  s.admission
    .find(({ object }) => object.kind === 'Pod')
    ?.calls.find(({ plugin, stage }) => plugin === 'limit-ranger' && stage === 'mutating')?.change;

describe('minimum, maximum, ratio', () => {
  const one = 'type: Container, ';
  test.each<[string, string, string, string | undefined]>([
    ['within', `${one}min: {cpu: 100m}, max: {cpu: "2"}`, c('cpu: 200m', 'cpu: "1"'), undefined],
    [
      'below in its request',
      `${one}min: {memory: 500Mi}, max: {memory: 1Gi}`,
      c('memory: 100Mi', 'memory: 800Mi'),
      'minimum memory usage per Container is 500Mi, but request is 100Mi',
    ],
    [
      'above in its limit',
      `${one}max: {cpu: 800m}`,
      c('cpu: 500m', 'cpu: "1.5"'),
      'maximum cpu usage per Container is 800m, but limit is 1500m',
    ],
    [
      'numbers in their canonical form',
      `${one}max: {cpu: "1", memory: 1024Mi}`,
      c('', 'cpu: "1", memory: 1536Mi'),
      'maximum memory usage per Container is 1Gi, but limit is 1536Mi',
    ],
    [
      'several at once',
      `${one}max: {cpu: "1", memory: 1Gi}`,
      c('', 'cpu: "2", memory: 2Gi'),
      '[maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
    ],
    [
      'a ratio',
      `${one}maxLimitRequestRatio: {cpu: "1.5"}`,
      c('cpu: 500m', 'cpu: "1"'),
      'cpu max limit to request ratio per Container is 1500m, but provided ratio is 2.000000',
    ],
    [
      'a ratio without a limit',
      `${one}maxLimitRequestRatio: {cpu: "2"}`,
      c('cpu: 500m', ''),
      'cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0',
    ],
    [
      'a ratio without a request',
      `${one}maxLimitRequestRatio: {cpu: "2"}`,
      c('', ''),
      'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
    ],
    [
      'no limit, and no default of a type Pod',
      'type: Pod, max: {cpu: "1"}',
      c('cpu: 100m', ''),
      'maximum cpu usage per Pod is 1.  No limit is specified',
    ],
    [
      'no request',
      'type: Pod, min: {memory: 64Mi}',
      c('cpu: 100m', ''),
      'minimum memory usage per Pod is 64Mi.  No request is specified',
    ],
    ['a request that its limit implies', `${one}min: {cpu: 100m}`, c('', 'cpu: 200m'), undefined],
    // Less than a thousandth makes a thousandth: the comparison is no finer.
    ['thousandths', `${one}max: {cpu: 1m}`, c('', 'cpu: 100u'), undefined],
  ])('%s', (_, item, container, message) => {
    expect(refusals(run(RANGE(item) + POD([container])))).toEqual(
      message === undefined ? [] : [`pods "web" is forbidden: ${message}`],
    );
  });

  const two = (cpu: string) => CONTAINER('a', `requests: {cpu: ${cpu}}, limits: {cpu: ${cpu}}`);
  const init = (cpu: string, more = '') =>
    `initContainers: [${CONTAINER('i', `limits: {cpu: ${cpu}}`, more)}]`;
  const over = (limit: string) => `maximum cpu usage per Pod is 1, but limit is ${limit}`;
  test.each<[string, readonly string[], string, string | undefined]>([
    ['containers together', [two('600m'), two('600m').replace('name: a', 'name: b')], '', over('1200m')],
    ['an init container alone', [two('500m')], init('"2"'), over('2')],
    ['an init container is over before the others start', [two('500m')], init('900m'), undefined],
    ['a sidecar runs beside them', [two('500m')], init('900m', ', restartPolicy: Always'), over('1400m')],
    [
      'an init container behind a sidecar',
      [two('100m')],
      `initContainers: [${CONTAINER('s', 'limits: {cpu: 300m}', ', restartPolicy: Always')}, ${CONTAINER('i', 'limits: {cpu: 800m}')}]`,
      over('1100m'),
    ],
    ['what the pod says of itself', [two('100m')], 'resources: {limits: {cpu: "3"}}', over('3')],
  ])('a pod: %s', (_, containers, spec, message) => {
    expect(refusals(run(RANGE('type: Pod, max: {cpu: "1"}') + POD(containers, spec)))).toEqual(
      message === undefined ? [] : [`pods "web" is forbidden: ${message}`],
    );
  });

  test('each init container and each container', () => {
    const s = run(
      RANGE('type: Container, max: {cpu: "1"}') +
        POD(
          [CONTAINER('b', 'limits: {cpu: "3"}')],
          `initContainers: [${CONTAINER('a', 'limits: {cpu: "2"}')}]`,
        ),
    );
    expect(refusals(s)).toEqual([
      'pods "web" is forbidden: [maximum cpu usage per Container is 1, but limit is 3, maximum cpu usage per Container is 1, but limit is 2]',
    ]);
  });

  test('claims', () => {
    const claim = (storage: string) =>
      `---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: ${storage}}}\n`;
    const of = (storage: string) =>
      refusals(
        run(RANGE('type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: 2Gi}') + claim(storage)),
      );
    const said = (text: string) => [
      `persistentvolumeclaims "data" is forbidden: ${text} usage per PersistentVolumeClaim is `,
    ];
    expect(of('2048Mi')).toEqual([]);
    expect(of('500Mi')).toEqual([`${said('minimum storage')[0]}1Gi, but request is 500Mi`]);
    expect(of('10Gi')).toEqual([`${said('maximum storage')[0]}2Gi, but request is 10Gi`]);
  });
});

describe('what is filled in', () => {
  const filled = (item: string, container: string) =>
    change(run(RANGE(`type: Container, ${item}`) + POD([container])))?.spec?.containers?.[0]?.resources;

  test.each<[string, string, string, object | undefined]>([
    [
      'both, from defaults',
      'default: {cpu: 500m}, defaultRequest: {cpu: 100m}',
      c('', ''),
      { limits: { cpu: '500m' }, requests: { cpu: '100m' } },
    ],
    [
      'a request from the limit',
      'default: {cpu: 500m}',
      c('', ''),
      { limits: { cpu: '500m' }, requests: { cpu: '500m' } },
    ],
    [
      'a limit from the maximum',
      'max: {cpu: "2"}',
      c('', ''),
      { limits: { cpu: '2' }, requests: { cpu: '2' } },
    ],
    ['a request from the minimum', 'min: {cpu: 50m}', c('', ''), { limits: {}, requests: { cpu: '50m' } }],
    [
      'only what is missing; a limit of one’s own makes the request',
      'default: {cpu: 500m, memory: 1Gi}, defaultRequest: {cpu: 100m}',
      c('', 'cpu: 300m'),
      { limits: { cpu: '300m', memory: '1Gi' }, requests: { cpu: '300m', memory: '1Gi' } },
    ],
    ['nothing', 'default: {cpu: 500m}', c('cpu: 1m', 'cpu: 2m'), undefined],
  ])('%s', (_, item, container, resources) => {
    expect(filled(item, container)).toEqual(resources);
  });

  test('the annotation tells of it', () => {
    const s = run(
      RANGE('type: Container, default: {cpu: 500m, memory: 1Gi}, defaultRequest: {cpu: 100m}') +
        POD([c('cpu: 200m', '')], `initContainers: [${CONTAINER('i', 'limits: {cpu: 1m}')}]`),
    );
    expect(change(s)?.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: memory request for container c; cpu, memory limit for container c; memory request for init container i; memory limit for init container i',
    });
  });

  test('a default limit below a request of one’s own makes the pod invalid', () => {
    const s = run(RANGE('type: Container, default: {cpu: 500m}') + POD([`▶${c('cpu: 700m', '')}`]));
    expect(refusals(s)).toEqual([
      'Pod "web" is invalid: spec.containers[0].resources.requests: Invalid value: "700m": must be less than or equal to cpu limit of 500m',
    ]);
    expect(s.diagnostics.filter((d) => d.code === 'admission/limit-ranger')).toMatchObject([
      { severity: 'error', range: { line: s.line } },
    ]);
  });
});

test('a Deployment is stored and makes no pod; another namespace has no limits', () => {
  const deployment = (namespace: string) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: c
          image: nginx
          resources:
            limits:
              cpu: ▶"2"
`;
  const s = run(
    `${RANGE('type: Container, max: {cpu: "1"}')}---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
${deployment('default')}${deployment('shop').replace('▶', '')}`,
  );
  expect(refusals(s)[0]).toMatch(
    /^pods "web-\w+-\w{5}" is forbidden: maximum cpu usage per Container is 1, but limit is 2$/,
  );
  expect(s.cluster.pods.filter((p) => p.namespace !== 'kube-system').map((p) => p.namespace)).toEqual([
    'shop',
    'shop',
  ]);
  expect(s.diagnostics.find((d) => d.code === 'admission/limit-ranger')).toMatchObject({
    params: { how: 'not-made', pods: 2 },
    range: { line: s.line },
  });
});

describe('a LimitRange that the API server refuses', () => {
  test.each<[string, string]>([
    [
      'type: Node',
      'spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified',
    ],
    [
      'type: Pod, default: {cpu: 1}',
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    ],
    [
      'type: Container, min: {cpu: "2"}, max: {cpu: "1"}, defaultRequest: {cpu: "1"}, default: {cpu: "1"}',
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1, spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1, spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
    [
      'type: Container, default: {cpu: "1"}, defaultRequest: {cpu: 1500m}',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1500m": default request value 1500m is greater than default limit value 1',
    ],
    [
      'type: Container, maxLimitRequestRatio: {cpu: 500m}',
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
    ],
    [
      'type: Pod, min: {cpu: 1}, max: {cpu: 2}, maxLimitRequestRatio: {cpu: 3}',
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000',
    ],
    [
      'type: Container, max: {gpu: "1"}',
      'spec.limits[0].max[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified, spec.limits[0].max[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    ],
    [
      'type: PersistentVolumeClaim',
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
  ])('%s', (item, message) => {
    const [said, ...more] = refusals(run(RANGE(item)));
    expect(more).toEqual([]);
    expect(said).toContain(message);
  });

  test('one type twice, and a number that is none', () => {
    const s = run(RANGE('type: Container, max: {cpu: 1 core}', 'type: Container, max: {cpu: 1}'));
    expect(refusals(s)[0]).toContain('spec.limits[1].type: Duplicate value: "Container"');
    expect(s.diagnostics.map((d) => d.code)).toContain('value/quantity');
  });
});
