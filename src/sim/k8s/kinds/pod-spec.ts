/** Rules, defaults and checks of a pod's spec, shared by Pod and every pod template. */
import { fetched } from '../../base/code.ts';
import type { FieldPath } from '../../base/origin.ts';
import {
  labels,
  dnsLabel,
  dnsSubdomain,
  ipAddress,
  notNegative,
  portName,
  portNumber,
  portOrName,
} from './names.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type Report,
  type Rules,
  simulated,
  simulatedDeep,
} from './schema.ts';

/** The check of what containers request and may use: fetched with the first that says so. `CodeMissing` asks for it. */
export const containerResources = fetched('container-resources', () => import('./resources.ts'));

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

/** seccomp's and AppArmor's. */
const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** What a security context's fields decide: whether Pod Security lets the pod in. */
function securityRules(at: string): Rules {
  return {
    ...simulated(at, `${at}.runAsNonRoot`, `${at}.seccompProfile`, `${at}.appArmorProfile`),
    ...simulatedDeep(`${at}.seLinuxOptions`),
    ...simulated(`${at}.windowsOptions`, `${at}.windowsOptions.hostProcess`),
    [`${at}.runAsUser`]: { support: 'simulated', check: notNegative },
    [`${at}.seccompProfile.type`]: { support: 'simulated', enum: PROFILE_TYPES },
    [`${at}.appArmorProfile.type`]: { support: 'simulated', enum: PROFILE_TYPES },
  };
}

/** A container's fields, at `containers`, `initContainers` and `ephemeralContainers`. */
function containerRules(at: string): Rules {
  return {
    ...simulated(`${at}.image`, `${at}.command`, `${at}.args`, `${at}.ports`, `${at}.readinessProbe`),
    ...securityRules(`${at}.securityContext`),
    ...simulated(`${at}.securityContext.allowPrivilegeEscalation`, `${at}.securityContext.privileged`),
    ...simulatedDeep(`${at}.securityContext.capabilities`),
    [`${at}.securityContext.procMount`]: { support: 'simulated', enum: ['Default', 'Unmasked'] },
    ...Object.fromEntries(
      ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'].flatMap(
        (handler) =>
          Object.entries(simulated(`${at}.${handler}.httpGet.host`, `${at}.${handler}.tcpSocket.host`)),
      ),
    ),
    ...simulatedDeep(`${at}.resources.requests`, `${at}.resources.limits`),
    ...simulated(`${at}.resources`),
    [`${at}.name`]: { support: 'simulated', required: true, check: dnsLabel },
    [`${at}.imagePullPolicy`]: { enum: PULL_POLICIES },
    [`${at}.terminationMessagePath`]: { default: '/dev/termination-log' },
    [`${at}.terminationMessagePolicy`]: { enum: ['File', 'FallbackToLogsOnError'], default: 'File' },
    [`${at}.ports.containerPort`]: { support: 'simulated', check: portNumber },
    [`${at}.ports.hostPort`]: { support: 'simulated', check: portNumber },
    [`${at}.ports.hostIP`]: { support: 'simulated', check: ipAddress },
    [`${at}.ports.name`]: { support: 'simulated', check: portName },
    [`${at}.ports.protocol`]: { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' },
    ...Object.fromEntries(
      ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) => [
        [`${at}.${probe}.httpGet.port`, { check: portOrName }],
        [`${at}.${probe}.httpGet.scheme`, { enum: ['HTTP', 'HTTPS'], default: 'HTTP' }],
        [`${at}.${probe}.tcpSocket.port`, { check: portOrName }],
        [`${at}.${probe}.grpc.port`, { check: portNumber }],
        [`${at}.${probe}.initialDelaySeconds`, { check: notNegative }],
        [`${at}.${probe}.timeoutSeconds`, { default: 1, check: notNegative }],
        [`${at}.${probe}.periodSeconds`, { default: 10, check: notNegative }],
        [`${at}.${probe}.successThreshold`, { default: 1, check: notNegative }],
        [`${at}.${probe}.failureThreshold`, { default: 3, check: notNegative }],
      ]),
    ),
  };
}

/** Rules below a pod's `spec`. */
export const podSpecRules: Rules = {
  ...containerRules('containers'),
  ...containerRules('initContainers'),
  ...containerRules('ephemeralContainers'),
  ...simulated(
    'containers',
    'initContainers',
    'nodeSelector',
    'tolerations',
    'dnsConfig',
    'dnsConfig.searches',
    'dnsConfig.options',
    'dnsConfig.options.name',
    'dnsConfig.options.value',
    'readinessGates',
    'tolerations.key',
    'tolerations.value',
  ),
  'initContainers.restartPolicy': { support: 'simulated', enum: ['Always', 'OnFailure', 'Never'] },
  nodeName: { support: 'simulated', check: dnsSubdomain, refers: 'node' },
  hostNetwork: { support: 'simulated' },
  hostname: { support: 'simulated', check: dnsLabel },
  subdomain: { support: 'simulated', check: dnsLabel },
  dnsPolicy: {
    support: 'simulated',
    enum: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
    default: 'ClusterFirst',
  },
  'dnsConfig.nameservers': { support: 'simulated', check: eachIp },
  restartPolicy: { support: 'simulated', enum: ['Always', 'OnFailure', 'Never'], default: 'Always' },
  terminationGracePeriodSeconds: { default: 30, check: notNegative },
  schedulerName: {
    default: 'default-scheduler',
    support: 'unsupported',
    when: (v) => v !== 'default-scheduler',
  },
  schedulingGates: { support: 'simulated' },
  ...securityRules('securityContext'),
  securityContext: { support: 'simulated', default: {} },
  ...simulated(
    'hostPID',
    'hostIPC',
    'hostUsers',
    'volumes',
    'volumes.hostPath',
    'os',
    'runtimeClassName',
    'overhead',
    'resources',
    'priorityClassName',
    'activeDeadlineSeconds',
  ),
  ...simulatedDeep('resources.requests', 'resources.limits'),
  'os.name': { support: 'simulated', enum: ['linux', 'windows'] },
  nodeSelector: { support: 'simulated', check: labels },
  ...simulated('affinity', 'affinity.nodeAffinity', 'affinity.podAffinity', 'affinity.podAntiAffinity'),
  ...simulatedDeep(
    'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution',
    'affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution',
    'affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution',
    'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution',
  ),
  topologySpreadConstraints: {
    support: 'unsupported',
    when: (v) => JSON.stringify(v).includes('DoNotSchedule'),
  },
  'securityContext.sysctls': { support: 'unsupported', when: (v) => JSON.stringify(v).includes('"net.') },
  hostAliases: { support: 'unsupported' },
  'hostAliases.ip': { check: ipAddress },
  setHostnameAsFQDN: { support: 'accepted' },
  'tolerations.operator': { support: 'simulated', enum: ['Exists', 'Equal', 'Lt', 'Gt'] },
  'tolerations.effect': { support: 'simulated', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute', ''] },
  preemptionPolicy: { enum: ['Never', 'PreemptLowerPriority'] },
  enableServiceLinks: { default: true },
};

function eachIp(value: readonly string[], path: FieldPath, report: Report): void {
  value.forEach((ip, i) => ipAddress(ip, [...path, i], report));
}

/** Defaults of a pod's spec that depend on other fields. */
export function completePodSpec(spec: Body): void {
  for (const list of ['containers', 'initContainers'] as const) {
    for (const container of asRecords(spec[list])) {
      if (container.imagePullPolicy === undefined) {
        const image = String(container.image ?? '');
        const tag = image.split('/').at(-1)?.split(':')[1];
        container.imagePullPolicy =
          !image.includes('@') && (tag === undefined || tag === 'latest') ? 'Always' : 'IfNotPresent';
      }
      for (const port of asRecords(container.ports)) {
        if (spec.hostNetwork === true && port.hostPort === undefined) port.hostPort = port.containerPort;
      }
    }
  }
}

/** Checks across the fields of a pod's spec. */
export function validatePodSpec(spec: Body, path: FieldPath, report: Report): void {
  const containers = asRecords(spec.containers);
  if (Array.isArray(spec.containers) && containers.length === 0)
    report('value/required', [...path, 'containers'], {});
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers'] as const) {
    asRecords(spec[list]).forEach((container, i) => {
      const at = [...path, list, i];
      const name = String(container.name ?? '');
      if (name !== '' && names.has(name)) report('value/duplicate', [...at, 'name'], { value: name });
      names.add(name);
      if (container.image === undefined || container.image === '')
        report('value/required', [...at, 'image'], {});
      validatePorts(asRecords(container.ports), [...at, 'ports'], spec.hostNetwork === true, report);
      if (container.resources !== undefined)
        containerResources.need().reportResources(container.resources, [...at, 'resources'], report);
    });
  }
  validateDnsConfig(spec, path, report);
}

/** ValidatePodDNSConfig (pkg/apis/core/validation). */
function validateDnsConfig(spec: Body, path: FieldPath, report: Report): void {
  const at = [...path, 'dnsConfig'];
  if (spec.dnsConfig === undefined) {
    if (spec.dnsPolicy === 'None') report('value/required', at, {});
    return;
  }
  const { nameservers, searches, options } = asRecord(spec.dnsConfig);
  const servers = Array.isArray(nameservers) ? nameservers.map(String) : [];
  if (spec.dnsPolicy === 'None' && servers.length === 0) {
    report('value/required', [...at, 'nameservers'], {});
  }
  if (servers.length > 3) report('pod/dns-nameservers', [...at, 'nameservers'], { value: servers.join(',') });
  const list = Array.isArray(searches) ? searches.map(String) : [];
  const value = list.join(',');
  if (list.length > 32) report('pod/dns-searches', [...at, 'searches'], { value });
  if (list.join(' ').length > 2048) report('pod/dns-search-line', [...at, 'searches'], { value });
  list.forEach((search, i) => {
    // Underscores have been allowed since 1.34 (RelaxedDNSSearchValidation).
    const plain = search.replace(/\.$/, '').replaceAll('_', 'x');
    if (search !== '.') dnsSubdomain(plain, [...at, 'searches', i], report);
  });
  asRecords(options).forEach((option, i) => {
    if (option.name === undefined || option.name === '') report('value/required', [...at, 'options', i], {});
  });
}

function validatePorts(ports: readonly Body[], path: FieldPath, hostNetwork: boolean, report: Report): void {
  const names = new Set<string>();
  const numbers = new Set<string>();
  ports.forEach((port, i) => {
    if (typeof port.name === 'string' && port.name !== '') {
      if (names.has(port.name)) report('value/duplicate', [...path, i, 'name'], { value: port.name });
      names.add(port.name);
    }
    const number = `${String(port.containerPort)}/${String(port.protocol)}`;
    if (numbers.has(number)) report('pod/duplicate-port', [...path, i, 'containerPort'], { value: number });
    numbers.add(number);
    if (hostNetwork && port.hostPort !== undefined && port.hostPort !== port.containerPort) {
      report('pod/host-port-mismatch', [...path, i, 'containerPort'], { value: Number(port.containerPort) });
    }
  });
}
