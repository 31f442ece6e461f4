/**
 * The checks of the level `baseline`, by upstream's ids and versions (policy/check_*.go of k8s.io/pod-security-admission).
 * Each says what upstream says, and names the fields.
 */
import type { FieldPath } from '../../base/origin.ts';
import type { Check } from './evaluate.ts';
import {
  type CheckPod,
  type Container,
  containersText,
  contextPath,
  plural,
  type PodToCheck,
  quoted,
  setters,
  settersPaths,
  settersText,
  settersValues,
  sorted,
} from './pod.ts';

const hostNamespaces: CheckPod = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return {
    reason: 'host namespaces',
    detail: shared.map((field) => `${field}=true`).join(', '),
    paths: shared.map((field) => ['spec', field]),
  };
};

const privileged: CheckPod = ({ containers }) => {
  const bad = containers.filter(({ context }) => context.privileged === true);
  if (bad.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${containersText(bad)} must not set securityContext.privileged=true`,
    paths: bad.map((c) => contextPath(c, ['privileged'])),
  };
};

/** What container runtimes give by default, without NET_RAW. */
const CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

/** Containers that add a capability which is not allowed, in upstream's words. */
export function addedCapabilities(
  pod: PodToCheck,
  allowed: (capability: string) => boolean,
): { readonly detail: string; readonly paths: readonly FieldPath[] } | undefined {
  const extra = ({ context }: Container): readonly string[] =>
    (context.capabilities?.add ?? []).filter((capability) => !allowed(capability));
  const bad = pod.containers.filter((container) => extra(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = sorted(bad.flatMap(extra));
  return {
    detail: `${containersText(bad)} must not include ${quoted(names)} in securityContext.capabilities.add`,
    paths: bad.map((c) => contextPath(c, ['capabilities', 'add'])),
  };
}

const capabilities: CheckPod = (pod) => {
  const added = addedCapabilities(pod, (capability) => CAPABILITIES.has(capability));
  return added && { reason: 'non-default capabilities', ...added };
};

const hostPathVolumes: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).flatMap(({ name, hostPath }, i) =>
    hostPath === undefined ? [] : [{ name, path: ['spec', 'volumes', i, 'hostPath'] }],
  );
  if (bad.length === 0) return undefined;
  return {
    reason: 'hostPath volumes',
    detail: `${plural('volume', 'volumes', bad.length)} ${quoted(bad.map((v) => v.name))}`,
    paths: bad.map((v) => v.path),
  };
};

const hostPorts: CheckPod = ({ containers }) => {
  const found = containers.flatMap((container) =>
    (container.spec.ports ?? []).flatMap(({ hostPort = 0 }, i) =>
      hostPort === 0 ? [] : [{ container, hostPort, path: [...container.path, 'ports', i, 'hostPort'] }],
    ),
  );
  if (found.length === 0) return undefined;
  const bad = containers.filter((container) => found.some((f) => f.container === container));
  const ports = sorted(found.map((f) => String(f.hostPort)));
  const use = plural('uses', 'use', bad.length);
  return {
    reason: 'hostPort',
    detail: `${containersText(bad)} ${use} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`,
    paths: found.map((f) => f.path),
  };
};

const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
] as const;

/** A probe with a host of its own makes the kubelet reach places for the pod (blind SSRF). */
const hostProbesAndHostLifecycle: CheckPod = ({ containers }) => {
  const found = containers.flatMap((container) =>
    HANDLERS.flatMap(([first, second]) => {
      const handler = second === undefined ? container.spec[first] : container.spec.lifecycle?.[second];
      return (['httpGet', 'tcpSocket'] as const).flatMap((kind) => {
        const host = handler?.[kind]?.host ?? '';
        if (host === '') return [];
        const path = [...container.path, first, ...(second === undefined ? [] : [second]), kind, 'host'];
        return [{ container: container.name, host, path }];
      });
    }),
  );
  if (found.length === 0) return undefined;
  const bad = sorted(found.map((f) => f.container)).map((name) => ({ name }));
  const hosts = sorted(found.map((f) => f.host));
  const use = plural('uses', 'use', bad.length);
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(bad)} ${use} ${what} ${quoted(hosts)}`,
    paths: found.map((f) => f.path),
  };
};

/** What a profile may be: seccomp's and AppArmor's. */
export const PROFILES: readonly (string | undefined)[] = ['RuntimeDefault', 'Localhost'];

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const appArmorProfile: CheckPod = (pod) => {
  const bad = setters(pod, ({ appArmorProfile: profile }) =>
    profile === undefined || PROFILES.includes(profile.type) ? undefined : (profile.type ?? ''),
  );
  const annotations = Object.entries(pod.annotations)
    .filter(([key, value]) => key.startsWith(APPARMOR) && !isAppArmorAnnotation(value))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (bad === undefined && annotations.length === 0) return undefined;
  const who = bad === undefined ? [] : [settersText(bad)];
  if (annotations.length > 0) who.push(plural('annotation', 'annotations', annotations.length));
  const values = [
    ...(bad === undefined ? [] : sorted(settersValues(bad))),
    ...annotations.map(([key, value]) => `${key}=${JSON.stringify(value)}`),
  ];
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
    paths: [
      ...(bad === undefined ? [] : settersPaths(bad, ['appArmorProfile', 'type'])),
      ...annotations.map(([key]) => ['metadata', 'annotations', key]),
    ],
  };
};

function isAppArmorAnnotation(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const seLinuxOptions =
  (types: readonly string[]): CheckPod =>
  (pod) => {
    const bad = setters(pod, ({ seLinuxOptions: { type = '', user = '', role = '' } = {} }) =>
      types.includes(type) && user === '' && role === '' ? undefined : { type, user, role },
    );
    if (bad === undefined) return undefined;
    const values = settersValues(bad);
    const badTypes = sorted(values.map((v) => v.type).filter((type) => !types.includes(type)));
    const words: string[] = [];
    if (badTypes.length > 0) words.push(`${plural('type', 'types', badTypes.length)} ${quoted(badTypes)}`);
    if (values.some((v) => v.user !== '')) words.push('user may not be set');
    if (values.some((v) => v.role !== '')) words.push('role may not be set');
    const field =
      values.length === 1 && words.length === 1
        ? [badTypes.length > 0 ? 'type' : (words[0]?.slice(0, 4) ?? '')]
        : [];
    return {
      reason: 'seLinuxOptions',
      detail: `${settersText(bad)} set forbidden securityContext.seLinuxOptions: ${words.join('; ')}`,
      paths: settersPaths(bad, ['seLinuxOptions', ...field]),
    };
  };

/** Any other than `Default` unmasks /proc. The level `restricted` has it too from 1.35 on, whatever the user namespace. */
export const procMount: CheckPod = ({ containers }) => {
  const bad = containers.filter(({ context }) => (context.procMount ?? 'Default') !== 'Default');
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map(({ context }) => context.procMount ?? ''));
  return {
    reason: 'procMount',
    detail: `${containersText(bad)} must not set securityContext.procMount to ${quoted(types)}`,
    paths: bad.map((c) => contextPath(c, ['procMount'])),
  };
};

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

/** Before the field there were annotations. */
const seccompAnnotations: CheckPod = ({ annotations, containers }) => {
  const keys = [SECCOMP_POD, ...containers.map((c) => `${SECCOMP_CONTAINER}${c.name}`)];
  const bad = sorted(keys).filter((key) => {
    const value = annotations[key];
    if (value === undefined || value === 'runtime/default' || value === 'docker/default') return false;
    return !value.startsWith('localhost/');
  });
  if (bad.length === 0) return undefined;
  const texts = bad.map((key) => `${key}=${JSON.stringify(annotations[key])}`);
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', 'annotations', bad.length)} ${texts.join(', ')}`,
    paths: bad.map((key) => ['metadata', 'annotations', key]),
  };
};

export const seccompProfile: CheckPod = (pod) => {
  const bad = setters(pod, ({ seccompProfile: profile }) =>
    profile === undefined || PROFILES.includes(profile.type) ? undefined : (profile.type ?? ''),
  );
  if (bad === undefined) return undefined;
  const values = quoted(sorted(settersValues(bad)));
  return {
    reason: 'seccompProfile',
    detail: `${settersText(bad)} must not set securityContext.seccompProfile.type to ${values}`,
    paths: settersPaths(bad, ['seccompProfile', 'type']),
  };
};

const SYSCTLS_0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_27 = [...SYSCTLS_0, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

const sysctls =
  (safe: readonly string[]): CheckPod =>
  ({ context }) => {
    const bad = (context.sysctls ?? []).flatMap(({ name }, i) =>
      safe.includes(name) ? [] : [{ name, path: ['spec', 'securityContext', 'sysctls', i, 'name'] }],
    );
    if (bad.length === 0) return undefined;
    return {
      reason: 'forbidden sysctls',
      detail: bad.map((s) => s.name).join(', '),
      paths: bad.map((s) => s.path),
    };
  };

const windowsHostProcess: CheckPod = (pod) => {
  const bad = setters(pod, ({ windowsOptions }) => (windowsOptions?.hostProcess === true ? true : undefined));
  if (bad === undefined) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${settersText(bad)} must not set securityContext.windowsOptions.hostProcess=true`,
    paths: settersPaths(bad, ['windowsOptions', 'hostProcess']),
  };
};

const unlessOwnUserNamespace =
  (check: CheckPod): CheckPod =>
  (pod) =>
    pod.ownUserNamespace ? undefined : check(pod);

/** In the order of their ids: that of the message. */
export const BASELINE: readonly Check[] = [
  { id: 'appArmorProfile', versions: [{ since: 0, check: appArmorProfile }] },
  { id: 'capabilities_baseline', versions: [{ since: 0, check: capabilities }] },
  { id: 'hostNamespaces', versions: [{ since: 0, check: hostNamespaces }] },
  { id: 'hostPathVolumes', versions: [{ since: 0, check: hostPathVolumes }] },
  { id: 'hostPorts', versions: [{ since: 0, check: hostPorts }] },
  { id: 'hostProbesAndHostLifecycle', versions: [{ since: 34, check: hostProbesAndHostLifecycle }] },
  { id: 'privileged', versions: [{ since: 0, check: privileged }] },
  {
    id: 'procMount',
    versions: [
      { since: 0, check: procMount },
      { since: 35, check: unlessOwnUserNamespace(procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      { since: 0, check: seLinuxOptions(SELINUX_TYPES) },
      { since: 31, check: seLinuxOptions([...SELINUX_TYPES, 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      { since: 0, check: seccompAnnotations },
      { since: 19, check: seccompProfile },
    ],
  },
  {
    id: 'sysctls',
    versions: [
      { since: 0, check: sysctls(SYSCTLS_0) },
      { since: 27, check: sysctls(SYSCTLS_27) },
      { since: 29, check: sysctls(SYSCTLS_29) },
      { since: 32, check: sysctls(SYSCTLS_32) },
    ],
  },
  { id: 'windowsHostProcess', versions: [{ since: 0, check: windowsHostProcess }] },
];
