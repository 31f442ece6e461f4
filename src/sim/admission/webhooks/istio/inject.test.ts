/** What istiod makes of pods, held against the files that Istio's own tests compare with (pkg/kube/inject/testdata/inject). */
import { describe, expect, test } from 'vitest';
import type { AdmissionCall } from '../../../k8s/controllers/admission.ts';
import { asRecord, asRecords, type Body } from '../../../k8s/kinds/schema.ts';
import { type Simulation, simulate, walk } from '../../../simulate.ts';
import { admissionWalks } from '../../steps.ts';
import { called, deployment, messages, namespace, pod, scenarioOf } from '../webhooks-fixture.ts';
import { ISTIOD } from './istio-fixture.ts';

const run = (...documents: readonly (object | string)[]): Simulation => simulate(scenarioOf(...documents));

const MESH = namespace('shop', { 'istio-injection': 'enabled' });

function change(s: Simulation, name: string): AdmissionCall['change'] {
  const record = s.admission.find(({ object }) => object.kind === 'Pod' && object.name.startsWith(name));
  return record?.calls.find((call) => call.plugin === 'mutating-webhook' && call.change)?.change;
}

const names = (list: unknown): unknown[] => asRecords(list).map(({ name }) => name);

/** A pod of `shop` as it is stored. */
function injected(spec: object = {}, metadata: object = {}, ...more: readonly object[]): Body {
  const s = run(...ISTIOD, MESH, pod('hello', spec, { namespace: 'shop', ...metadata }), ...more);
  return asRecord(change(s, 'hello'));
}
const specOf = (changed: Body): Body => asRecord(changed['spec']);
const container = (changed: Body, name: string): Body =>
  [...asRecords(specOf(changed)['initContainers']), ...asRecords(specOf(changed)['containers'])].find(
    (one) => one['name'] === name,
  ) ?? {};
const env = (changed: Body): Body =>
  Object.fromEntries(
    asRecords(container(changed, 'istio-proxy')['env']).map(({ name, value }) => [String(name), value]),
  );

describe('hello-otel-semconv.yaml.injected', () => {
  const s = run(
    ...ISTIOD,
    MESH,
    deployment('hello', 'shop', {
      containers: [
        {
          name: 'hello',
          image: 'fake.docker.io/google-samples/hello-go-gke:1.0',
          ports: [{ name: 'http', containerPort: 80 }],
        },
      ],
    }),
  );
  const made = asRecord(change(s, 'hello-'));

  test('labels and annotations', () => {
    expect(made['labels']).toMatchObject({
      app: 'hello',
      'security.istio.io/tlsMode': 'istio',
      'service.istio.io/canonical-name': 'hello',
      'service.istio.io/canonical-revision': 'latest',
    });
    expect(made['annotations']).toEqual({
      'istio.io/rev': 'default',
      'kubectl.kubernetes.io/default-container': 'hello',
      'kubectl.kubernetes.io/default-logs-container': 'hello',
      'prometheus.io/path': '/stats/prometheus',
      'prometheus.io/port': '15020',
      'prometheus.io/scrape': 'true',
      'sidecar.istio.io/status':
        '{"initContainers":["istio-init","istio-proxy"],"containers":null,"volumes":["workload-socket","credential-socket","workload-certs","istio-envoy","istio-data","istio-podinfo","istio-token","istiod-ca-cert","istio-ca-crl"],"imagePullSecrets":null,"revision":"default"}',
    });
  });

  test('istio-init', () => {
    expect(container(made, 'istio-init')).toMatchObject({
      args: 'istio-iptables,-p,15001,-z,15006,-u,1337,-m,REDIRECT,-i,*,-x,,-b,*,-d|15090,15021,15020|--log_output_level=default:info'
        .split('|')
        .flatMap((part, i) => (i === 1 ? [part] : part.split(','))),
      image: 'registry.istio.io/testing/proxyv2:latest',
      resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
        privileged: false,
        readOnlyRootFilesystem: false,
        runAsGroup: 0,
        runAsNonRoot: false,
        runAsUser: 0,
      },
    });
  });

  test('istio-proxy', () => {
    const proxy = container(made, 'istio-proxy');
    expect(proxy).toMatchObject({
      args: [
        'proxy',
        'sidecar',
        '--domain',
        '$(POD_NAMESPACE).svc.cluster.local',
        '--proxyLogLevel=warning',
        '--proxyComponentLogLevel=misc:error',
        '--log_output_level=default:info',
      ],
      ports: [{ containerPort: 15090, name: 'http-envoy-prom', protocol: 'TCP' }],
      readinessProbe: { failureThreshold: 4, periodSeconds: 15, timeoutSeconds: 3 },
      startupProbe: { failureThreshold: 600, periodSeconds: 1, timeoutSeconds: 3 },
      restartPolicy: 'Always',
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsGroup: 1337,
        runAsNonRoot: true,
        runAsUser: 1337,
      },
    });
    expect(names(proxy['volumeMounts'])).toEqual([
      'workload-socket',
      'credential-socket',
      'workload-certs',
      'istiod-ca-cert',
      'istio-ca-crl',
      'istio-data',
      'istio-envoy',
      'istio-token',
      'istio-podinfo',
    ]);
    expect(env(made)).toMatchObject({
      CA_ADDR: 'istiod.istio-system.svc:15012',
      ISTIO_META_APP_CONTAINERS: 'hello',
      ISTIO_META_INTERCEPTION_MODE: 'REDIRECT',
      ISTIO_META_WORKLOAD_NAME: 'hello',
      ISTIO_META_OWNER: 'kubernetes://apis/apps/v1/namespaces/shop/deployments/hello',
      ISTIO_NATIVE_SIDECAR: 'true',
    });
    expect(JSON.parse(String(env(made)['ISTIO_META_POD_PORTS']))).toEqual([
      { name: 'http', containerPort: 80, protocol: 'TCP' },
    ]);
  });

  test('the pod is up with it, and its walks stay open', () => {
    const made = s.cluster.pods.find((p) => p.namespace === 'shop');
    expect(made).toMatchObject({ phase: 'Running', ready: true });
    expect(made?.containers.map((one) => one.name)).toEqual(['istio-init', 'istio-proxy', 'hello']);
    const { verdict, reason } = walk(s, {
      from: 'node/kind-worker',
      to: `shop/${made?.name}`,
      tool: 'curl',
      port: 80,
    });
    expect([verdict, reason]).toEqual([
      'unknown',
      { code: 'unknown.field', params: { field: 'istio-proxy', object: 'hello' } },
    ]);
  });

  test('the steps name the webhook and what it changed', () => {
    const steps = admissionWalks(s).find(({ object }) => object.name.startsWith('hello-'))?.steps ?? [];
    const step = steps.find(({ webhook }) => webhook !== undefined);
    expect(step).toMatchObject({
      plugin: 'MutatingAdmissionWebhook',
      webhook: 'istio-sidecar-injector/namespace.sidecar-injector.istio.io',
      answer: 'changed',
    });
    expect(step?.changes?.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'spec.initContainers',
        'spec.volumes',
        'metadata.labels.security.istio.io/tlsMode',
      ]),
    );
  });
});

describe('with Istio’s CNI plug-in (hello.yaml.cni.injected)', () => {
  const values = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio-sidecar-injector', namespace: 'istio-system' },
    data: {
      values: JSON.stringify({
        pilot: { cni: { enabled: true } },
        global: { hub: 'gcr.io/me', tag: '1.28.1' },
      }),
    },
  };

  test('istio-validation needs nothing', () => {
    const made = injected({}, {}, values);
    expect(names(specOf(made)['initContainers'])).toEqual(['istio-validation', 'istio-proxy']);
    const validation = container(made, 'istio-validation');
    expect(validation).toMatchObject({
      image: 'gcr.io/me/proxyv2:1.28.1',
      securityContext: { capabilities: { drop: ['ALL'] }, runAsNonRoot: true, runAsUser: 1337 },
    });
    expect((validation['args'] as string[]).slice(-2)).toEqual(['--run-validation', '--skip-rule-apply']);
    expect(made['annotations']).toMatchObject({
      'sidecar.istio.io/interceptionMode': 'REDIRECT',
      'traffic.sidecar.istio.io/excludeInboundPorts': '15020',
      'traffic.sidecar.istio.io/includeInboundPorts': '*',
      'traffic.sidecar.istio.io/includeOutboundIPRanges': '*',
    });
  });

  test('and so the standard baseline lets it pass, which turns down istio-init', () => {
    const baseline = namespace('shop', {
      'istio-injection': 'enabled',
      'pod-security.kubernetes.io/enforce': 'baseline',
    });
    const hello = pod('hello', {}, { namespace: 'shop' });
    expect(messages(run(...ISTIOD, baseline, hello, values))).toEqual([]);
    const s = run(...ISTIOD, baseline, hello);
    // Of a sidecar in a pod that is not there nothing is said.
    expect(s.diagnostics.map((d) => d.code)).toEqual(['admission/pod-security']);
    expect(messages(s)).toEqual([
      'pods "hello" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "istio-init" must not include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add)',
    ]);
  });
});

describe('who has a sidecar', () => {
  const asked = (labels: object, metadata: object, spec: object = {}): string[] => {
    const s = run(
      ...ISTIOD,
      namespace('shop', labels),
      pod('hello', spec, { namespace: 'shop', ...metadata }),
    );
    return [...called(s, 'hello'), ...(change(s, 'hello') === undefined ? [] : ['injected'])];
  };
  const BY = (prefix: string): string => `istio-sidecar-injector/${prefix}`;

  test.each<[string, object, object, string[]]>([
    ['no label', {}, {}, []],
    ['the namespace’s label', { 'istio-injection': 'enabled' }, {}, [BY('namespace'), 'injected']],
    ['disabled', { 'istio-injection': 'disabled' }, { labels: { 'sidecar.istio.io/inject': 'true' } }, []],
    [
      'the pod does not want it',
      { 'istio-injection': 'enabled' },
      { labels: { 'sidecar.istio.io/inject': 'false' } },
      [],
    ],
    [
      'by an annotation: it is asked, and lets the pod be',
      { 'istio-injection': 'enabled' },
      { annotations: { 'sidecar.istio.io/inject': 'false' } },
      [BY('namespace')],
    ],
    [
      'the pod’s own label',
      {},
      { labels: { 'sidecar.istio.io/inject': 'true' } },
      [BY('object'), 'injected'],
    ],
    ['the namespace’s revision', { 'istio.io/rev': 'default' }, {}, [BY('rev'), 'injected']],
    ['another revision', { 'istio.io/rev': 'canary' }, {}, []],
    ['the pod’s revision', {}, { labels: { 'istio.io/rev': 'default' } }, [BY('rev'), 'injected']],
  ])('%s', (_, labels, metadata, expected) => expect(asked(labels, metadata)).toEqual(expected));

  test('nobody in the node’s own network', () => {
    expect(asked({ 'istio-injection': 'enabled' }, {}, { hostNetwork: true })).toEqual([BY('namespace')]);
  });

  test('nobody in kube-system, whatever its labels', () => {
    const s = run(
      ...ISTIOD,
      pod('hello', {}, { namespace: 'kube-system', labels: { 'sidecar.istio.io/inject': 'true' } }),
    );
    expect(called(s, 'hello')).toEqual([BY('object')]);
    expect(change(s, 'hello')).toBeUndefined();
  });
});

describe('what a pod may say', () => {
  const args = (annotations: object): string[] =>
    container(injected({}, { annotations }), 'istio-init')['args'] as string[];
  const valueOf = (list: string[], flag: string): string | undefined => list[list.indexOf(flag) + 1];

  test('which traffic is taken', () => {
    const list = args({
      'traffic.sidecar.istio.io/includeOutboundIPRanges': '10.0.0.0/8',
      'traffic.sidecar.istio.io/excludeOutboundIPRanges': '10.1.0.0/16',
      'traffic.sidecar.istio.io/includeInboundPorts': '80',
      'traffic.sidecar.istio.io/excludeInboundPorts': '81,82',
      'traffic.sidecar.istio.io/excludeOutboundPorts': '5432',
      'sidecar.istio.io/interceptionMode': 'TPROXY',
    });
    expect(
      Object.fromEntries(['-m', '-i', '-x', '-b', '-d', '-o'].map((flag) => [flag, valueOf(list, flag)])),
    ).toEqual({
      '-m': 'TPROXY',
      '-i': '10.0.0.0/8',
      '-x': '10.1.0.0/16',
      '-b': '80',
      '-d': '15090,15021,81,82,15020',
      '-o': '5432',
    });
  });

  test('no interception: no rules, and the proxy is there', () => {
    const made = injected({}, { annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } });
    expect(names(specOf(made)['initContainers'])).toEqual(['istio-proxy']);
  });

  test('what the proxy asks for', () => {
    const made = injected(
      {},
      { annotations: { 'sidecar.istio.io/proxyCPU': '10m', 'sidecar.istio.io/proxyMemoryLimit': '1Gi' } },
    );
    expect(container(made, 'istio-proxy')['resources']).toEqual({
      limits: { memory: '1Gi' },
      requests: { cpu: '10m' },
    });
  });

  test('a proxy that is no native sidecar is the last container, and the rules come after every other init container', () => {
    const made = injected(
      { initContainers: [{ name: 'setup', image: 'busybox' }] },
      { annotations: { 'sidecar.istio.io/nativeSidecar': 'false' } },
    );
    expect(names(specOf(made)['initContainers'])).toEqual(['setup', 'istio-init']);
    expect(names(specOf(made)['containers'])).toEqual(['c', 'istio-proxy']);
    expect(container(made, 'istio-proxy')['restartPolicy']).toBeUndefined();
  });

  test('so it is where a kubelet is older than 1.33', () => {
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'old', labels: { 'node-role.kubernetes.io/control-plane': '' } },
      status: {
        addresses: [{ type: 'InternalIP', address: '172.18.0.2' }],
        nodeInfo: { kubeletVersion: 'v1.31.4' },
      },
    };
    expect(names(specOf(injected({}, {}, node))['containers'])).toEqual(['c', 'istio-proxy']);
  });

  test('a native one goes before the other init containers', () => {
    const made = injected({ initContainers: [{ name: 'setup', image: 'busybox' }] });
    expect(names(specOf(made)['initContainers'])).toEqual(['istio-init', 'istio-proxy', 'setup']);
  });

  test('what Prometheus was told, the agent is told', () => {
    const made = injected(
      {},
      { annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' } },
    );
    expect(env(made)['ISTIO_PROMETHEUS_ANNOTATIONS']).toBe('{"scrape":"true","path":"","port":"9090"}');
    expect(made['annotations']).toMatchObject({ 'prometheus.io/port': '15020' });
    const off = injected({}, { annotations: { 'prometheus.io/scrape': 'false' } });
    expect(off['annotations']).toMatchObject({ 'prometheus.io/scrape': 'false' });
  });

  test.each([
    [
      'an annotation that is not modelled',
      {},
      { 'sidecar.istio.io/userVolume': '{}' },
      'sidecar.istio.io/userVolume',
    ],
    [
      'a value that istiod turns down',
      {},
      { 'sidecar.istio.io/interceptionMode': 'MAGIC' },
      'sidecar.istio.io/interceptionMode',
    ],
    ['a proxy of one’s own', { initContainers: [{ name: 'istio-proxy', image: 'auto' }] }, {}, 'istio-proxy'],
  ])('%s: the answer is not known', (_, spec, annotations, what) => {
    const s = run(...ISTIOD, MESH, pod('hello', spec, { namespace: 'shop', annotations }));
    expect(s.diagnostics.find((d) => d.params['how'] === 'unknown')?.params['message']).toBe(
      `webhook "namespace.sidecar-injector.istio.io", https://istiod.istio-system.svc:443/inject: ${what}`,
    );
    expect(
      s.cluster.unmodelled.some(({ affects }) => affects.kind === 'pod' && affects.name === 'shop/hello'),
    ).toBe(true);
  });
});

describe('the kubelet asks the agent, and the agent the app', () => {
  const probed = (port: number | string): object => ({
    containers: [
      {
        name: 'c',
        image: 'nginx:1.29',
        ports: [{ name: 'web', containerPort: 80 }],
        readinessProbe: { httpGet: { path: '/ready', port } },
        livenessProbe: { tcpSocket: { port: 80 } },
      },
    ],
  });

  test('probes', () => {
    const made = injected(probed('web'));
    expect(container(made, 'c')).toMatchObject({
      readinessProbe: { httpGet: { path: '/app-health/c/readyz', port: 15020, scheme: 'HTTP' } },
      livenessProbe: { httpGet: { path: '/app-health/c/livez', port: 15020, scheme: 'HTTP' } },
    });
    expect(asRecord(container(made, 'c')['livenessProbe'])['tcpSocket']).toBeUndefined();
    expect(JSON.parse(String(env(made)['ISTIO_KUBE_APP_PROBERS']))).toMatchObject({
      '/app-health/c/livez': { tcpSocket: { port: 80 }, timeoutSeconds: 1 },
      '/app-health/c/readyz': { httpGet: { path: '/ready', port: 80 }, timeoutSeconds: 1 },
    });
  });

  test('unless it is not to', () => {
    const made = injected(probed(80), { annotations: { 'sidecar.istio.io/rewriteAppHTTPProbers': 'false' } });
    expect(env(made)['ISTIO_KUBE_APP_PROBERS']).toBeUndefined();
    expect(container(made, 'c')['readinessProbe']).toMatchObject({ httpGet: { path: '/ready', port: 80 } });
  });

  test.each([
    [80, true],
    [8080, false],
  ])('an app on 80 that is asked on %i is ready: %s', (port, ready) => {
    const s = run(...ISTIOD, MESH, pod('hello', probed(port), { namespace: 'shop' }));
    expect(s.cluster.pods.find((p) => p.name === 'hello')?.ready).toBe(ready);
  });
});

describe('after a change the plug-ins are asked again', () => {
  const range = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'l', namespace: 'shop' },
    spec: { limits: [{ type: 'Container', default: { 'ephemeral-storage': '1Gi' } }] },
  };

  test('LimitRanger fills in what the injected containers left out', () => {
    const s = run(...ISTIOD, MESH, range, pod('hello', {}, { namespace: 'shop' }));
    const record = s.admission.find(({ object }) => object.name === 'hello');
    expect(
      record?.calls
        .filter(({ stage }) => stage === 'mutating')
        .map(({ plugin, change, reinvoked }) => [plugin, change !== undefined, reinvoked === true]),
    ).toEqual([
      ['limit-ranger', true, false],
      ['mutating-webhook', true, false],
      ['limit-ranger', true, true],
    ]);
    const last = record?.calls.at(-1)?.request.pod?.spec;
    const storage = [...(last?.initContainers ?? []), ...(last?.containers ?? [])].map(
      ({ resources }) => resources?.limits?.['ephemeral-storage'],
    );
    expect(storage).toEqual(['1Gi', '1Gi', '1Gi']);
    const steps = admissionWalks(s).find(({ object }) => object.name === 'hello')?.steps ?? [];
    expect(
      steps.filter(({ answer }) => answer === 'changed').map(({ plugin, reinvoked }) => [plugin, reinvoked]),
    ).toEqual([
      ['LimitRanger', undefined],
      ['MutatingAdmissionWebhook', undefined],
      ['LimitRanger', true],
    ]);
  });

  test('a quota counts the sidecar', () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'shop' },
      spec: { hard: { 'requests.cpu': '150m' } },
    };
    const asks = { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100m' } } }] };
    expect(messages(run(...ISTIOD, MESH, quota, pod('hello', asks, { namespace: 'shop' })))[0]).toMatch(
      /^pods "hello" is forbidden: exceeded quota: q, requested: requests.cpu=200m/,
    );
  });

  test('what another plug-in says is said where it was written', () => {
    const strict = namespace('shop', {
      'istio-injection': 'enabled',
      'pod-security.kubernetes.io/enforce': 'baseline',
    });
    const s = run(
      ...ISTIOD,
      strict,
      pod(
        'hello',
        { initContainers: [{ name: 'setup', image: 'busybox', securityContext: { privileged: true } }] },
        { namespace: 'shop', annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } },
      ),
    );
    expect(s.diagnostics.find((d) => d.params['how'] === 'refused')?.path).toEqual([
      'spec',
      'initContainers',
      0,
      'securityContext',
      'privileged',
    ]);
  });
});
