/**
 * What the injection template of Istio's `sidecar` adds to a pod (istio-discovery files/injection-template.yaml, held against
 * pkg/kube/inject/testdata/inject): the container that writes the iptables rules, the proxy as a native sidecar, volumes,
 * labels and annotations, with what the API server defaults in them.
 */
import { asRecord, type Body } from '../../../k8s/kinds/schema.ts';
import type { Labels } from '../../../k8s/cluster-state.ts';
import type { UpstreamContainer, UpstreamPodSpec } from '../../../k8s/upstream.ts';
import type { Values } from './values.ts';

export interface Workload {
  readonly name: string;
  readonly kind: string;
  readonly apiVersion: string;
}

export interface Input {
  readonly values: Values;
  readonly workload: Workload;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: UpstreamPodSpec;
  /** The proxy as an init container that stays, where every kubelet knows such. */
  readonly native: boolean;
}

const STATUS_PORT = '15020';
const TRAFFIC = 'traffic.sidecar.istio.io';

const DEFAULTED = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
} as const;

/** `latest`, or no tag at all, is pulled always. */
const pullPolicy = (image: string): string =>
  /@|:(?!latest$)[^/]*$/.test(image) ? 'IfNotPresent' : 'Always';

/** Of the containers that there were, without one of the proxy's own. */
export const appContainers = ({ spec }: Pick<Input, 'spec'>): readonly UpstreamContainer[] =>
  (spec.containers ?? []).filter(({ name }) => name !== 'istio-proxy');

export function interceptionMode({ annotations }: Pick<Input, 'annotations'>): string {
  return annotations['sidecar.istio.io/interceptionMode'] ?? 'REDIRECT';
}

/** 15020 is left out once, whoever names it. */
function excludedInbound(annotations: Labels): string {
  const own = (annotations[`${TRAFFIC}/excludeInboundPorts`] ?? '').trim();
  const ports = own === '' ? [] : own.split(',');
  return ports.includes(STATUS_PORT) ? own : [...ports, STATUS_PORT].join(',');
}

function resourcesOf({ annotations, values }: Input): Body {
  const own = (list: string, suffix: string): Body => {
    const cpu = annotations[`sidecar.istio.io/proxyCPU${suffix}`];
    const memory = annotations[`sidecar.istio.io/proxyMemory${suffix}`];
    return cpu === undefined && memory === undefined
      ? {}
      : { [list]: { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) } };
  };
  const asked = { ...own('limits', 'Limit'), ...own('requests', '') };
  return Object.keys(asked).length === 0 ? values.resources : asked;
}

function imageOf({ annotations, values }: Input): string {
  const own = annotations['sidecar.istio.io/proxyImage'] ?? '';
  if (own.includes('/')) return own;
  const type = annotations['sidecar.istio.io/proxyImageType'];
  if (type === undefined) return values.image;
  const plain = values.image.replace(/-(distroless|debug)$/, '');
  return type === 'default' ? plain : `${plain}-${type}`;
}

/** `istio-init` writes the pod's rules; with Istio's CNI plug-in `istio-validation` only looks whether they are there. */
export function initContainer(input: Input): UpstreamContainer | undefined {
  const { annotations, values } = input;
  const mode = interceptionMode(input);
  if (mode === 'NONE') return undefined;
  const traffic = (name: string, otherwise: string): string => annotations[`${TRAFFIC}/${name}`] ?? otherwise;
  const option = (flag: string, name: string): readonly string[] => {
    const own = annotations[`${TRAFFIC}/${name}`];
    return own === undefined ? [] : [flag, own];
  };
  const image = imageOf(input);
  const own = {
    name: values.cni ? 'istio-validation' : 'istio-init',
    image,
    args: [
      'istio-iptables',
      '-p',
      '15001',
      '-z',
      '15006',
      '-u',
      '1337',
      '-m',
      mode,
      '-i',
      traffic('includeOutboundIPRanges', '*'),
      '-x',
      traffic('excludeOutboundIPRanges', ''),
      '-b',
      traffic('includeInboundPorts', '*'),
      '-d',
      `15090,15021,${excludedInbound(annotations)}`,
      ...option('-q', 'includeOutboundPorts'),
      ...option('-o', 'excludeOutboundPorts'),
      ...option('-c', 'excludeInterfaces'),
      `--log_output_level=${logLevel(annotations)}`,
      ...(values.cni ? ['--run-validation', '--skip-rule-apply'] : []),
    ],
    resources: resourcesOf(input),
    ...DEFAULTED,
    imagePullPolicy: pullPolicy(image),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { ...(!values.cni && { add: ['NET_ADMIN', 'NET_RAW'] }), drop: ['ALL'] },
      ...(values.cni
        ? { readOnlyRootFilesystem: true, runAsGroup: 1337, runAsUser: 1337, runAsNonRoot: true }
        : { readOnlyRootFilesystem: false, runAsGroup: 0, runAsNonRoot: false, runAsUser: 0 }),
    },
  };
  return own as UpstreamContainer;
}

const logLevel = (annotations: Labels): string =>
  annotations['sidecar.istio.io/agentLogLevel'] ?? 'default:info';

/** Envoy and its agent. */
export function proxyContainer(input: Input): UpstreamContainer {
  const { annotations, values, native } = input;
  const image = imageOf(input);
  const tproxy = interceptionMode(input) === 'TPROXY';
  const probe = (more: Body): Body => ({
    httpGet: { path: '/healthz/ready', port: 15021, scheme: 'HTTP' },
    timeoutSeconds: 3,
    successThreshold: 1,
    ...more,
  });
  const own = {
    name: 'istio-proxy',
    image,
    args: [
      'proxy',
      'sidecar',
      '--domain',
      `$(POD_NAMESPACE).svc.${values.clusterDomain}`,
      `--proxyLogLevel=${annotations['sidecar.istio.io/logLevel'] ?? 'warning'}`,
      `--proxyComponentLogLevel=${annotations['sidecar.istio.io/componentLogLevel'] ?? 'misc:error'}`,
      `--log_output_level=${logLevel(annotations)}`,
    ],
    ports: [{ containerPort: 15090, name: 'http-envoy-prom', protocol: 'TCP' }],
    env: environment(input),
    resources: resourcesOf(input),
    ...(native && { restartPolicy: 'Always' }),
    readinessProbe: probe({ periodSeconds: 15, failureThreshold: 4 }),
    startupProbe: probe({ periodSeconds: 1, failureThreshold: 600 }),
    ...(native && { lifecycle: DRAIN }),
    ...DEFAULTED,
    imagePullPolicy: pullPolicy(image),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { ...(tproxy && { add: ['NET_ADMIN'] }), drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsGroup: 1337,
      ...(tproxy ? { runAsNonRoot: false, runAsUser: 0 } : { runAsNonRoot: true, runAsUser: 1337 }),
    },
    volumeMounts: MOUNTS.map(([mountPath, name]) => ({ mountPath, name })),
  };
  return own as UpstreamContainer;
}

/** It stops after all others: only what is new goes elsewhere from now on. */
const DRAIN = {
  preStop: { exec: { command: ['pilot-agent', 'request', '--debug-port=15020', 'POST', 'drain'] } },
};

const MOUNTS = [
  ['/var/run/secrets/workload-spiffe-uds', 'workload-socket'],
  ['/var/run/secrets/credential-uds', 'credential-socket'],
  ['/var/run/secrets/workload-spiffe-credentials', 'workload-certs'],
  ['/var/run/secrets/istio', 'istiod-ca-cert'],
  ['/var/run/secrets/istio/crl', 'istio-ca-crl'],
  ['/var/lib/istio/data', 'istio-data'],
  ['/etc/istio/proxy', 'istio-envoy'],
  ['/var/run/secrets/tokens', 'istio-token'],
  ['/etc/istio/pod', 'istio-podinfo'],
] as const;

function environment(input: Input): NonNullable<UpstreamContainer['env']> {
  const { values, workload, namespace, spec, native } = input;
  const field = (name: string, fieldPath: string) => ({
    name,
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
  });
  const resource = (name: string, of: string) => ({
    name,
    valueFrom: { resourceFieldRef: { divisor: '1', resource: of } },
  });
  const suffix = values.revision === 'default' ? '' : `-${values.revision}`;
  const owner = `kubernetes://apis/${workload.apiVersion}/namespaces/${namespace}/${workload.kind.toLowerCase()}s/${workload.name}`;
  const scraped = scrapedBefore(input.annotations);
  return [
    { name: 'PILOT_CERT_PROVIDER', value: 'istiod' },
    { name: 'CA_ADDR', value: `istiod${suffix}.${values.namespace}.svc:15012` },
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('INSTANCE_IP', 'status.podIP'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    field('HOST_IP', 'status.hostIP'),
    resource('ISTIO_CPU_LIMIT', 'limits.cpu'),
    { name: 'PROXY_CONFIG', value: '{}\n' },
    { name: 'ISTIO_META_POD_PORTS', value: podPorts(spec) },
    {
      name: 'ISTIO_META_APP_CONTAINERS',
      value: appContainers(input)
        .map(({ name }) => name)
        .join(','),
    },
    resource('GOMEMLIMIT', 'limits.memory'),
    { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' },
    field('ISTIO_META_NODE_NAME', 'spec.nodeName'),
    { name: 'ISTIO_META_INTERCEPTION_MODE', value: interceptionMode(input) },
    { name: 'ISTIO_META_WORKLOAD_NAME', value: workload.name },
    { name: 'ISTIO_META_OWNER', value: owner },
    { name: 'ISTIO_META_MESH_ID', value: 'cluster.local' },
    { name: 'TRUST_DOMAIN', value: 'cluster.local' },
    ...(native ? [{ name: 'ISTIO_NATIVE_SIDECAR', value: 'true' }] : []),
    ...(scraped === undefined ? [] : [{ name: 'ISTIO_PROMETHEUS_ANNOTATIONS', value: scraped }]),
  ];
}

function podPorts(spec: UpstreamPodSpec): string {
  const ports = (spec.containers ?? []).flatMap((container) => container.ports ?? []);
  const one = ({ name, hostPort, containerPort, protocol, hostIP }: (typeof ports)[number]): string =>
    JSON.stringify({ name, hostPort, containerPort, protocol, hostIP });
  return `[\n${ports.map((port, i) => `    ${i === 0 ? '' : ','}${one(port)}\n`).join('')}]`;
}

/** prometheus.io/scrape, prometheus_io_scrape, ...: all are one to Prometheus. */
const scrape = (key: string): string | undefined =>
  /^prometheus_io_(scrape|port|path)$/.exec(key.replace(/[^A-Za-z0-9_]/g, '_'))?.[1];

function scraping(annotations: Labels): Partial<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([key, value]) => {
      const what = scrape(key);
      return what === undefined ? [] : [[what, value]];
    }),
  );
}

const isMerged = (annotations: Labels): boolean =>
  !/^(0|f|false)$/i.test(scraping(annotations)['scrape'] ?? 'true') &&
  !/^(0|f|false)$/i.test(annotations['prometheus.istio.io/merge-metrics'] ?? 'true');

/** What Prometheus was to scrape, for the agent to do it. */
function scrapedBefore(annotations: Labels): string | undefined {
  const { scrape: asked = '', path = '', port = '' } = scraping(annotations);
  if (!isMerged(annotations) || port === STATUS_PORT || (asked === '' && path === '' && port === '')) {
    return undefined;
  }
  return JSON.stringify({ scrape: asked, path, port });
}

/** Volumes of the template, before those of the pod. */
export const VOLUMES: readonly Body[] = [
  { name: 'workload-socket', emptyDir: {} },
  { name: 'credential-socket', emptyDir: {} },
  { name: 'workload-certs', emptyDir: {} },
  { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
  { name: 'istio-data', emptyDir: {} },
  {
    name: 'istio-podinfo',
    downwardAPI: {
      defaultMode: 420,
      items: ['labels', 'annotations'].map((path) => ({
        fieldRef: { apiVersion: 'v1', fieldPath: `metadata.${path}` },
        path,
      })),
    },
  },
  {
    name: 'istio-token',
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { audience: 'istio-ca', expirationSeconds: 43200, path: 'istio-token' } },
      ],
    },
  },
  { name: 'istiod-ca-cert', configMap: { name: 'istio-ca-root-cert', defaultMode: 420 } },
  { name: 'istio-ca-crl', configMap: { name: 'istio-ca-crl', defaultMode: 420, optional: true } },
];

export function labelsOf({ labels, workload }: Input): Labels {
  const first = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => labels[key]).find((value) => (value ?? '') !== '');
  return {
    ...labels,
    'security.istio.io/tlsMode': first('security.istio.io/tlsMode') ?? 'istio',
    'service.istio.io/canonical-name':
      first('service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app') ?? workload.name,
    'service.istio.io/canonical-revision':
      first('service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version') ?? 'latest',
  };
}

export function annotationsOf(input: Input, init: UpstreamContainer | undefined): Labels {
  const { annotations, values, native } = input;
  const inits = [...(init ? [init.name] : []), ...(native ? ['istio-proxy'] : [])];
  const [app] = appContainers(input);
  const traffic = (name: string, otherwise = ''): Labels => {
    const value = annotations[`${TRAFFIC}/${name}`] ?? otherwise;
    return value === '' ? {} : { [`${TRAFFIC}/${name}`]: value };
  };
  const kept = isMerged(annotations)
    ? Object.fromEntries(Object.entries(annotations).filter(([key]) => scrape(key) === undefined))
    : annotations;
  const status = {
    initContainers: inits.length > 0 ? inits : null,
    containers: native ? null : ['istio-proxy'],
    volumes: VOLUMES.map((volume) => asRecord(volume)['name']),
    imagePullSecrets: null,
    revision: values.revision,
  };
  return {
    ...(app && {
      'kubectl.kubernetes.io/default-logs-container': app.name,
      'kubectl.kubernetes.io/default-container': app.name,
    }),
    ...kept,
    'istio.io/rev': values.revision,
    ...(values.cni && {
      'sidecar.istio.io/interceptionMode': interceptionMode(input),
      ...traffic('includeOutboundIPRanges', '*'),
      ...traffic('excludeOutboundIPRanges'),
      ...traffic('includeInboundPorts', '*'),
      [`${TRAFFIC}/excludeInboundPorts`]: excludedInbound(annotations),
    }),
    ...(isMerged(annotations) && {
      'prometheus.io/path': '/stats/prometheus',
      'prometheus.io/port': STATUS_PORT,
      'prometheus.io/scrape': 'true',
    }),
    'sidecar.istio.io/status': JSON.stringify(status),
  };
}
