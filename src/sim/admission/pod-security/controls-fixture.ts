/**
 * Every control of the Pod Security Standards: the values that its page allows and forbids, in each version where it
 * changed, with upstream's level, check and words. checks.test.ts judges them in each kind of container;
 * completeness.test.ts finds out what has no row.
 */
import type { Level } from './policy.ts';

export interface Row {
  readonly control: string;
  readonly level: Exclude<Level, 'privileged'>;
  /** `latest` when left out. */
  readonly version?: string;
  readonly check: string;
  readonly pod?: Readonly<Record<string, unknown>>;
  /** Given to an init container, a container and an ephemeral container in turn. */
  readonly container?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** `reason (detail)`; undefined where it is allowed. `$` stands for the container, `"c"`. */
  readonly says?: string;
  /** Of the first field at fault; `$` is the container's path. */
  readonly at?: string;
}

type Values = readonly unknown[];

const context = (securityContext: object): Pick<Row, 'container'> => ({ container: { securityContext } });
const onPod = (securityContext: object): Pick<Row, 'pod'> => ({ pod: { securityContext } });

/** Rows for one control: allowed values, and forbidden ones with what is said of each. */
function control(
  base: Omit<Row, 'says'>,
  put: (value: never) => Partial<Row>,
  allowed: Values,
  forbidden: readonly (readonly [value: unknown, says: string, at?: string])[],
): Row[] {
  return [
    ...allowed.map((value) => ({ ...base, ...put(value as never) })),
    ...forbidden.map(([value, says, at]) => ({ ...base, ...put(value as never), says, at: at ?? base.at })),
  ];
}

const CAPABILITIES =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  );
const VOLUMES =
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' ');
const OTHER_VOLUMES =
  'hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos'.split(
    ' ',
  );

const volume = (type: string): Partial<Row> => ({ pod: { volumes: [{ name: 'v', [type]: {} }] } });
const sysctl = (name: string): Partial<Row> => onPod({ sysctls: [{ name, value: '1' }] });
const WINDOWS = { os: { name: 'windows' } };
const OWN_USERS = { hostUsers: false };
const SYSCTLS: readonly (readonly [since: string | undefined, name: string])[] = [
  ['v1.0', 'kernel.shm_rmid_forced'],
  ['v1.0', 'net.ipv4.ip_local_port_range'],
  ['v1.0', 'net.ipv4.tcp_syncookies'],
  ['v1.0', 'net.ipv4.ping_group_range'],
  ['v1.0', 'net.ipv4.ip_unprivileged_port_start'],
  ['v1.27', 'net.ipv4.ip_local_reserved_ports'],
  ['v1.29', 'net.ipv4.tcp_keepalive_time'],
  ['v1.29', 'net.ipv4.tcp_fin_timeout'],
  ['v1.29', 'net.ipv4.tcp_keepalive_intvl'],
  ['v1.29', 'net.ipv4.tcp_keepalive_probes'],
  ['v1.32', 'net.ipv4.tcp_rmem'],
  ['v1.32', 'net.ipv4.tcp_wmem'],
  [undefined, 'kernel.msgmax'],
  [undefined, 'net.core.somaxconn'],
];
const before = (version: string): string => `v1.${Number(version.slice(3)) - 1}`;

const baseline: readonly Row[] = [
  // HostProcess
  ...control(
    { control: 'HostProcess', level: 'baseline', check: 'windowsHostProcess' },
    (hostProcess: boolean) => context({ windowsOptions: { hostProcess } }),
    [undefined, false],
    [
      [
        true,
        'hostProcess (container $ must not set securityContext.windowsOptions.hostProcess=true)',
        '$.securityContext.windowsOptions.hostProcess',
      ],
    ],
  ),
  ...control(
    { control: 'HostProcess of the pod', level: 'baseline', check: 'windowsHostProcess' },
    (hostProcess: boolean) => onPod({ windowsOptions: { hostProcess } }),
    [undefined, false],
    [
      [
        true,
        'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
        'spec.securityContext.windowsOptions.hostProcess',
      ],
    ],
  ),
  // Host namespaces
  ...['hostNetwork', 'hostPID', 'hostIPC'].flatMap((field) =>
    control(
      { control: 'Host Namespaces', level: 'baseline', check: 'hostNamespaces' },
      (value: boolean) => ({ pod: { [field]: value } }),
      [undefined, false],
      [[true, `host namespaces (${field}=true)`, `spec.${field}`]],
    ),
  ),
  {
    control: 'Host Namespaces, all',
    level: 'baseline',
    check: 'hostNamespaces',
    pod: { hostIPC: true, hostPID: true, hostNetwork: true },
    says: 'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
  },
  // Privileged
  ...control(
    { control: 'Privileged Containers', level: 'baseline', check: 'privileged' },
    (value: boolean) => context({ privileged: value }),
    [undefined, false],
    [
      [
        true,
        'privileged (container $ must not set securityContext.privileged=true)',
        '$.securityContext.privileged',
      ],
    ],
  ),
  // Capabilities
  ...control(
    { control: 'Capabilities', level: 'baseline', check: 'capabilities_baseline' },
    (add: string[]) => context({ capabilities: { add } }),
    [undefined, [], ...CAPABILITIES.map((one) => [one])],
    [
      ...['NET_RAW', 'NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE', 'ALL', 'CAP_CHOWN'].map(
        (one) =>
          [
            [one],
            `non-default capabilities (container $ must not include "${one}" in securityContext.capabilities.add)`,
            '$.securityContext.capabilities.add',
          ] as const,
      ),
      [
        ['SYS_TIME', 'CHOWN', 'NET_RAW', 'SYS_TIME'],
        'non-default capabilities (container $ must not include "NET_RAW", "SYS_TIME" in securityContext.capabilities.add)',
      ],
    ],
  ),
  // HostPath
  ...control(
    { control: 'HostPath Volumes', level: 'baseline', check: 'hostPathVolumes' },
    volume,
    [...VOLUMES, 'nfs'],
    [['hostPath', 'hostPath volumes (volume "v")', 'spec.volumes[0].hostPath']],
  ),
  // Host ports
  ...control(
    { control: 'Host Ports', level: 'baseline', check: 'hostPorts' },
    (hostPort: number) => ({
      container: { ports: [{ containerPort: 80 }, { containerPort: 81, hostPort }] },
    }),
    [undefined, 0],
    [[8080, 'hostPort (container $ uses hostPort 8080)', '$.ports[1].hostPort']],
  ),
  {
    control: 'Host Ports, several, in the order of texts',
    level: 'baseline',
    check: 'hostPorts',
    container: { ports: [{ hostPort: 9 }, { hostPort: 80 }, { hostPort: 443 }] },
    says: 'hostPort (container $ uses hostPorts 443, 80, 9)',
  },
  // Host of probes and lifecycle hooks
  ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
    ['httpGet', 'tcpSocket'].flatMap((kind) =>
      control(
        { control: `Host Probes: ${probe}.${kind}`, level: 'baseline', check: 'hostProbesAndHostLifecycle' },
        (host: string) => ({ container: { [probe]: { [kind]: { host, port: 80 } } } }),
        [undefined, ''],
        [
          [
            '127.0.0.1',
            'probe or lifecycle host (container $ uses probe or lifecycle host "127.0.0.1")',
            `$.${probe}.${kind}.host`,
          ],
        ],
      ),
    ),
  ),
  ...['postStart', 'preStop'].flatMap((hook) =>
    ['httpGet', 'tcpSocket'].flatMap((kind) =>
      control(
        {
          control: `Lifecycle Hooks: ${hook}.${kind}`,
          level: 'baseline',
          check: 'hostProbesAndHostLifecycle',
        },
        (host: string) => ({ container: { lifecycle: { [hook]: { [kind]: { host, port: 80 } } } } }),
        [undefined, ''],
        [
          [
            'db',
            'probe or lifecycle host (container $ uses probe or lifecycle host "db")',
            `$.lifecycle.${hook}.${kind}.host`,
          ],
        ],
      ),
    ),
  ),
  {
    control: 'Host Probes, several',
    level: 'baseline',
    check: 'hostProbesAndHostLifecycle',
    container: {
      livenessProbe: { httpGet: { host: 'b' } },
      startupProbe: { tcpSocket: { host: 'a' } },
      lifecycle: { preStop: { httpGet: { host: 'b' } } },
    },
    says: 'probe or lifecycle host (container $ uses probe or lifecycle hosts "a", "b")',
  },
  {
    control: 'Host Probes from 1.34 on',
    level: 'baseline',
    version: 'v1.34',
    check: 'hostProbesAndHostLifecycle',
    container: { livenessProbe: { httpGet: { host: 'b' } } },
    says: 'probe or lifecycle host (container $ uses probe or lifecycle host "b")',
  },
  {
    control: 'Host Probes before 1.34',
    level: 'baseline',
    version: 'v1.33',
    check: 'hostProbesAndHostLifecycle',
    container: { livenessProbe: { httpGet: { host: 'b' } } },
  },
  // AppArmor
  ...control(
    { control: 'AppArmor', level: 'baseline', check: 'appArmorProfile' },
    (type: string) => context({ appArmorProfile: { type } }),
    ['RuntimeDefault', 'Localhost'],
    [
      [
        'Unconfined',
        'forbidden AppArmor profile (container $ must not set AppArmor profile type to "Unconfined")',
        '$.securityContext.appArmorProfile.type',
      ],
    ],
  ),
  ...control(
    { control: 'AppArmor of the pod', level: 'baseline', check: 'appArmorProfile' },
    (type: string) => onPod({ appArmorProfile: { type } }),
    ['RuntimeDefault', 'Localhost'],
    [
      [
        'Unconfined',
        'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
        'spec.securityContext.appArmorProfile.type',
      ],
    ],
  ),
  ...control(
    { control: 'AppArmor by annotation', level: 'baseline', check: 'appArmorProfile' },
    (value: string) => ({ annotations: { 'container.apparmor.security.beta.kubernetes.io/c': value } }),
    ['', 'runtime/default', 'localhost/mine'],
    [
      [
        'unconfined',
        'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
        'metadata.annotations.container.apparmor.security.beta.kubernetes.io/c',
      ],
    ],
  ),
  {
    control: 'AppArmor everywhere',
    level: 'baseline',
    check: 'appArmorProfile',
    ...onPod({ appArmorProfile: { type: 'Unconfined' } }),
    annotations: {
      'container.apparmor.security.beta.kubernetes.io/b': 'x',
      'container.apparmor.security.beta.kubernetes.io/a': 'y',
    },
    says: 'forbidden AppArmor profiles (pod and annotations must not set AppArmor profile type to "Unconfined", "container.apparmor.security.beta.kubernetes.io/a="y"", "container.apparmor.security.beta.kubernetes.io/b="x"")',
  },
  // SELinux
  ...control(
    { control: 'SELinux type', level: 'baseline', check: 'seLinuxOptions' },
    (type: string) => context({ seLinuxOptions: { type, level: 's0:c1,c2' } }),
    [undefined, '', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'],
    [
      [
        'spc_t',
        'seLinuxOptions (container $ set forbidden securityContext.seLinuxOptions: type "spc_t")',
        '$.securityContext.seLinuxOptions.type',
      ],
    ],
  ),
  {
    control: 'SELinux type container_engine_t from 1.31 on',
    level: 'baseline',
    version: 'v1.31',
    check: 'seLinuxOptions',
    ...context({ seLinuxOptions: { type: 'container_engine_t' } }),
  },
  ...(['type', 'user', 'role'] as const).flatMap((field) =>
    [context, onPod].map((put): Row => {
      const who = put === context ? 'container $' : 'pod';
      const words = field === 'type' ? 'type "x"' : `${field} may not be set`;
      return {
        control: `SELinux ${field} of ${put === context ? 'a container' : 'the pod'}`,
        level: 'baseline',
        check: 'seLinuxOptions',
        ...put({ seLinuxOptions: { [field]: 'x' } }),
        says: `seLinuxOptions (${who} set forbidden securityContext.seLinuxOptions: ${words})`,
        at: `${put === context ? '$' : 'spec'}.securityContext.seLinuxOptions.${field}`,
      };
    }),
  ),
  {
    control: 'SELinux type container_engine_t before 1.31',
    level: 'baseline',
    version: 'v1.30',
    check: 'seLinuxOptions',
    ...context({ seLinuxOptions: { type: 'container_engine_t' } }),
    says: 'seLinuxOptions (container $ set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
  },
  ...(['user', 'role'] as const).flatMap((field) =>
    control(
      { control: `SELinux ${field}`, level: 'baseline', check: 'seLinuxOptions' },
      (value: string) => onPod({ seLinuxOptions: { [field]: value } }),
      [undefined, ''],
      [
        [
          'x',
          `seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: ${field} may not be set)`,
          `spec.securityContext.seLinuxOptions.${field}`,
        ],
      ],
    ),
  ),
  {
    control: 'SELinux, all',
    level: 'baseline',
    check: 'seLinuxOptions',
    pod: { securityContext: { seLinuxOptions: { type: 'foo', user: 'bar', role: 'baz' } } },
    ...context({ seLinuxOptions: { type: 'bar' } }),
    says: 'seLinuxOptions (pod and container $ set forbidden securityContext.seLinuxOptions: types "bar", "foo"; user may not be set; role may not be set)',
  },
  // /proc
  ...control(
    { control: '/proc Mount Type', level: 'baseline', check: 'procMount' },
    (type: string) => context({ procMount: type }),
    [undefined, 'Default'],
    [
      [
        'Unmasked',
        'procMount (container $ must not set securityContext.procMount to "Unmasked")',
        '$.securityContext.procMount',
      ],
    ],
  ),
  {
    control: '/proc Mount Type where `hostUsers` is true',
    level: 'baseline',
    check: 'procMount',
    pod: { hostUsers: true },
    ...context({ procMount: 'Unmasked' }),
    says: 'procMount (container $ must not set securityContext.procMount to "Unmasked")',
  },
  {
    control: '/proc Mount Type in a user namespace',
    level: 'baseline',
    check: 'procMount',
    pod: OWN_USERS,
    ...context({ procMount: 'Unmasked' }),
  },
  {
    control: '/proc Mount Type in a user namespace before 1.35',
    level: 'baseline',
    version: 'v1.34',
    check: 'procMount',
    pod: OWN_USERS,
    ...context({ procMount: 'Unmasked' }),
    says: 'procMount (container $ must not set securityContext.procMount to "Unmasked")',
  },
  // Seccomp
  ...control(
    { control: 'Seccomp', level: 'baseline', check: 'seccompProfile_baseline' },
    (type: string) => context({ seccompProfile: { type } }),
    ['RuntimeDefault', 'Localhost'],
    [
      [
        'Unconfined',
        'seccompProfile (container $ must not set securityContext.seccompProfile.type to "Unconfined")',
        '$.securityContext.seccompProfile.type',
      ],
    ],
  ),
  { control: 'Seccomp, none', level: 'baseline', check: 'seccompProfile_baseline' },
  {
    control: 'Seccomp of the pod',
    level: 'baseline',
    check: 'seccompProfile_baseline',
    ...onPod({ seccompProfile: { type: 'Unconfined' } }),
    says: 'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    at: 'spec.securityContext.seccompProfile.type',
  },
  {
    control: 'Seccomp from 1.19 on',
    level: 'baseline',
    version: 'v1.19',
    check: 'seccompProfile_baseline',
    ...context({ seccompProfile: { type: 'Unconfined' } }),
    says: 'seccompProfile (container $ must not set securityContext.seccompProfile.type to "Unconfined")',
  },
  {
    control: 'Seccomp of pod and container',
    level: 'baseline',
    version: 'v1.19',
    check: 'seccompProfile_baseline',
    pod: { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    ...context({ seccompProfile: { type: 'Other' } }),
    says: 'seccompProfile (pod and container $ must not set securityContext.seccompProfile.type to "Other", "Unconfined")',
  },
  {
    control: 'Seccomp’s field before 1.19',
    level: 'baseline',
    version: 'v1.18',
    check: 'seccompProfile_baseline',
    ...context({ seccompProfile: { type: 'Unconfined' } }),
  },
  ...['seccomp.security.alpha.kubernetes.io/pod', 'container.seccomp.security.alpha.kubernetes.io/c'].flatMap(
    (key) => [
      ...control(
        {
          control: 'Seccomp by annotation before 1.19',
          level: 'baseline',
          version: 'v1.18',
          check: 'seccompProfile_baseline',
        },
        (value: string) => ({ annotations: { [key]: value } }),
        ['runtime/default', 'docker/default', 'localhost/mine'],
        [
          [
            'unconfined',
            `seccompProfile (forbidden annotation ${key}="unconfined")`,
            `metadata.annotations.${key}`,
          ],
          ['', `seccompProfile (forbidden annotation ${key}="")`],
        ],
      ),
      {
        control: 'Seccomp by annotation from 1.19 on',
        level: 'baseline',
        version: 'v1.19',
        check: 'seccompProfile_baseline',
        annotations: { [key]: 'unconfined' },
      } satisfies Row,
    ],
  ),
  // Sysctls
  ...SYSCTLS.flatMap(([since, name]): Row[] => {
    const base = {
      control: `Sysctls: ${name}`,
      level: 'baseline',
      check: 'sysctls',
      ...sysctl(name),
    } as const;
    const says = `forbidden sysctls (${name})`;
    const at = 'spec.securityContext.sysctls[0].name';
    if (since === undefined) return [{ ...base, says, at }];
    const allowed: Row[] = [base, { ...base, version: since }];
    return since === 'v1.0' ? allowed : [...allowed, { ...base, version: before(since), says, at }];
  }),
  // Two more are safe from 1.37 on (upstream's sysctlsAllowedV1Dot37).
  ...['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'].map(
    (name): Row => ({
      control: `Sysctls before 1.37: ${name}`,
      level: 'baseline',
      check: 'sysctls',
      ...sysctl(name),
      says: `forbidden sysctls (${name})`,
    }),
  ),
  {
    control: 'Sysctls in the order in which they stand',
    level: 'baseline',
    check: 'sysctls',
    ...onPod({ sysctls: [{ name: 'net.core.somaxconn' }, { name: 'kernel.msgmax' }] }),
    says: 'forbidden sysctls (net.core.somaxconn, kernel.msgmax)',
  },
];

const NO_CAPABILITIES =
  'unrestricted capabilities (container $ must set securityContext.capabilities.drop=["ALL"])';
const SILENT_SECCOMP =
  'seccompProfile (pod or container $ must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';
const SILENT_ESCALATION =
  'allowPrivilegeEscalation != false (container $ must set securityContext.allowPrivilegeEscalation=false)';
const SILENT_ROOT = 'runAsNonRoot != true (pod or container $ must set securityContext.runAsNonRoot=true)';

const restricted: readonly Row[] = [
  // Volume types
  ...control({ control: 'Volume Types', level: 'restricted', check: 'restrictedVolumes' }, volume, VOLUMES, [
    ...OTHER_VOLUMES.map(
      (type) =>
        [
          type,
          `restricted volume types (volume "v" uses restricted volume type "${type}")`,
          `spec.volumes[0].${type}`,
        ] as const,
    ),
    [
      'tomorrow',
      'restricted volume types (volume "v" uses restricted volume type "unknown")',
      'spec.volumes[0]',
    ],
  ]),
  {
    control: 'Volume Types, several',
    level: 'restricted',
    version: 'v1.0',
    check: 'restrictedVolumes',
    pod: {
      volumes: [
        { name: 'b', nfs: {} },
        { name: 'a', hostPath: {} },
        { name: 'c', nfs: {} },
      ],
    },
    says: 'restricted volume types (volumes "b", "a", "c" use restricted volume types "hostPath", "nfs")',
  },
  // Privilege escalation
  ...control(
    { control: 'Privilege Escalation', level: 'restricted', check: 'allowPrivilegeEscalation' },
    (value: boolean) => context({ allowPrivilegeEscalation: value }),
    [false],
    [undefined, true].map(
      (value) =>
        [
          value,
          'allowPrivilegeEscalation != false (container $ must set securityContext.allowPrivilegeEscalation=false)',
          '$.securityContext.allowPrivilegeEscalation',
        ] as const,
    ),
  ),
  {
    control: 'Privilege Escalation before 1.8',
    level: 'restricted',
    version: 'v1.7',
    check: 'allowPrivilegeEscalation',
    ...context({ allowPrivilegeEscalation: true }),
  },
  {
    control: 'Privilege Escalation on Windows',
    level: 'restricted',
    version: 'v1.25',
    check: 'allowPrivilegeEscalation',
    pod: WINDOWS,
  },
  {
    control: 'Privilege Escalation on Windows before 1.25',
    level: 'restricted',
    version: 'v1.24',
    check: 'allowPrivilegeEscalation',
    pod: WINDOWS,
    says: 'allowPrivilegeEscalation != false (container $ must set securityContext.allowPrivilegeEscalation=false)',
  },
  // Running as non-root
  ...control(
    { control: 'Running as Non-root', level: 'restricted', check: 'runAsNonRoot' },
    (value: boolean) => context({ runAsNonRoot: value }),
    [true],
    [
      [undefined, SILENT_ROOT, '$.securityContext.runAsNonRoot'],
      [
        false,
        'runAsNonRoot != true (container $ must not set securityContext.runAsNonRoot=false)',
        '$.securityContext.runAsNonRoot',
      ],
    ],
  ),
  ...control(
    {
      control: 'Running as Non-root, of the pod',
      level: 'restricted',
      version: 'v1.0',
      check: 'runAsNonRoot',
    },
    (value: boolean) => onPod({ runAsNonRoot: value }),
    [true],
    [
      [
        false,
        'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
        'spec.securityContext.runAsNonRoot',
      ],
    ],
  ),
  {
    control: 'Running as Non-root, where the container has the last word',
    level: 'restricted',
    check: 'runAsNonRoot',
    pod: { securityContext: { runAsNonRoot: true } },
    ...context({ runAsNonRoot: false }),
    says: 'runAsNonRoot != true (container $ must not set securityContext.runAsNonRoot=false)',
  },
  { control: 'Non-root in a user namespace', level: 'restricted', check: 'runAsNonRoot', pod: OWN_USERS },
  {
    control: 'Non-root in a user namespace before 1.35',
    level: 'restricted',
    version: 'v1.34',
    check: 'runAsNonRoot',
    pod: OWN_USERS,
    says: SILENT_ROOT,
  },
  // Non-root user
  ...control(
    { control: 'Non-root User', level: 'restricted', check: 'runAsUser' },
    (value: number) => context({ runAsUser: value }),
    [undefined, 1, 65534],
    [[0, 'runAsUser=0 (container $ must not set runAsUser=0)', '$.securityContext.runAsUser']],
  ),
  {
    control: 'Non-root User, of pod and container',
    level: 'restricted',
    version: 'v1.23',
    check: 'runAsUser',
    pod: { securityContext: { runAsUser: 0 } },
    ...context({ runAsUser: 0 }),
    says: 'runAsUser=0 (pod and container $ must not set runAsUser=0)',
    at: 'spec.securityContext.runAsUser',
  },
  {
    control: 'Non-root User before 1.23',
    level: 'restricted',
    version: 'v1.22',
    check: 'runAsUser',
    ...context({ runAsUser: 0 }),
  },
  {
    control: 'Non-root User in a user namespace',
    level: 'restricted',
    check: 'runAsUser',
    pod: OWN_USERS,
    ...context({ runAsUser: 0 }),
  },
  {
    control: 'Non-root User in a user namespace before 1.35',
    level: 'restricted',
    version: 'v1.34',
    check: 'runAsUser',
    pod: OWN_USERS,
    ...context({ runAsUser: 0 }),
    says: 'runAsUser=0 (container $ must not set runAsUser=0)',
  },
  // Seccomp
  ...control(
    { control: 'Seccomp', level: 'restricted', check: 'seccompProfile_restricted' },
    (seccompProfile: object) => context({ seccompProfile }),
    [{ type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'a.json' }],
    [
      [undefined, SILENT_SECCOMP, '$.securityContext.seccompProfile.type'],
      [
        { type: 'Unconfined' },
        'seccompProfile (container $ must not set securityContext.seccompProfile.type to "Unconfined")',
        '$.securityContext.seccompProfile.type',
      ],
    ],
  ),
  ...control(
    {
      control: 'Seccomp of the pod',
      level: 'restricted',
      version: 'v1.19',
      check: 'seccompProfile_restricted',
    },
    (type: string) => onPod({ seccompProfile: { type } }),
    ['RuntimeDefault', 'Localhost'],
    [
      [
        'Unconfined',
        'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
        'spec.securityContext.seccompProfile.type',
      ],
    ],
  ),
  {
    control: 'Seccomp on Windows',
    level: 'restricted',
    version: 'v1.25',
    check: 'seccompProfile_restricted',
    pod: WINDOWS,
  },
  {
    control: 'Seccomp on Windows before 1.25',
    level: 'restricted',
    version: 'v1.24',
    check: 'seccompProfile_restricted',
    pod: WINDOWS,
    says: SILENT_SECCOMP,
  },
  {
    control: 'Seccomp before 1.19',
    level: 'restricted',
    version: 'v1.18',
    check: 'seccompProfile_restricted',
  },
  // Capabilities
  ...control(
    { control: 'Capabilities', level: 'restricted', check: 'capabilities_restricted' },
    (capabilities: object) => context({ capabilities }),
    [{ drop: ['ALL'] }, { drop: ['KILL', 'ALL'] }, { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }],
    [
      [undefined, NO_CAPABILITIES, '$.securityContext.capabilities.drop'],
      [{ drop: [] }, NO_CAPABILITIES],
      [{ drop: ['all'] }, NO_CAPABILITIES],
      [{ drop: ['KILL'], add: ['NET_BIND_SERVICE'] }, NO_CAPABILITIES],
      ...[...CAPABILITIES.filter((c) => c !== 'NET_BIND_SERVICE'), 'NET_RAW', 'ALL'].map(
        (one) =>
          [
            { drop: ['ALL'], add: [one] },
            `unrestricted capabilities (container $ must not include "${one}" in securityContext.capabilities.add)`,
            '$.securityContext.capabilities.add',
          ] as const,
      ),
      [
        { add: ['SYS_TIME', 'CHOWN'] },
        'unrestricted capabilities (container $ must set securityContext.capabilities.drop=["ALL"]; container $ must not include "CHOWN", "SYS_TIME" in securityContext.capabilities.add)',
      ],
    ],
  ),
  {
    control: 'Capabilities on Windows',
    level: 'restricted',
    version: 'v1.25',
    check: 'capabilities_restricted',
    pod: WINDOWS,
  },
  {
    control: 'Capabilities on Windows before 1.25',
    level: 'restricted',
    version: 'v1.24',
    check: 'capabilities_restricted',
    pod: WINDOWS,
    says: NO_CAPABILITIES,
  },
  {
    control: 'Capabilities before 1.22',
    level: 'restricted',
    version: 'v1.21',
    check: 'capabilities_restricted',
  },
  // Where something changed, the version in which it did.
  ...(
    [
      ['allowPrivilegeEscalation', 'v1.8', SILENT_ESCALATION],
      ['seccompProfile_restricted', 'v1.19', SILENT_SECCOMP],
      ['capabilities_restricted', 'v1.22', NO_CAPABILITIES],
    ] as const
  ).map(
    ([check, version, says]): Row => ({
      control: `${check} from ${version} on`,
      level: 'restricted',
      version,
      check,
      says,
    }),
  ),
  {
    control: 'Privilege Escalation, silent before 1.8',
    level: 'restricted',
    version: 'v1.7',
    check: 'allowPrivilegeEscalation',
  },
  {
    control: 'Non-root User from 1.23 on',
    level: 'restricted',
    version: 'v1.23',
    check: 'runAsUser',
    ...context({ runAsUser: 0 }),
    says: 'runAsUser=0 (container $ must not set runAsUser=0)',
  },
  {
    control: 'Non-root User of the pod',
    level: 'restricted',
    check: 'runAsUser',
    ...onPod({ runAsUser: 0 }),
    says: 'runAsUser=0 (pod must not set runAsUser=0)',
    at: 'spec.securityContext.runAsUser',
  },
  // Linux is no exception, and Windows is none for the user.
  ...(
    [
      ['allowPrivilegeEscalation', SILENT_ESCALATION],
      ['capabilities_restricted', NO_CAPABILITIES],
      ['seccompProfile_restricted', SILENT_SECCOMP],
    ] as const
  ).flatMap(([check, says]): Row[] => [
    { control: `${check} on Linux`, level: 'restricted', check, pod: { os: { name: 'linux' } }, says },
    // A user namespace relaxes nothing here.
    { control: `${check} in a user namespace`, level: 'restricted', check, pod: OWN_USERS, says },
  ]),
  {
    control: 'Running as Non-root on Windows',
    level: 'restricted',
    check: 'runAsNonRoot',
    pod: WINDOWS,
    says: SILENT_ROOT,
  },
  ...control(
    { control: '/proc Mount Type', level: 'restricted', check: 'procMount_restricted' },
    (procMount: string) => context({ procMount }),
    [undefined, 'Default'],
    [
      [
        'Unmasked',
        'procMount (container $ must not set securityContext.procMount to "Unmasked")',
        '$.securityContext.procMount',
      ],
    ],
  ),
  {
    control: '/proc Mount Type before 1.35 is judged by the check of baseline',
    level: 'restricted',
    version: 'v1.34',
    check: 'procMount_restricted',
    pod: OWN_USERS,
    ...context({ procMount: 'Unmasked' }),
  },
  // /proc, whatever the user namespace
  {
    control: '/proc Mount Type in a user namespace',
    level: 'restricted',
    check: 'procMount_restricted',
    pod: OWN_USERS,
    ...context({ procMount: 'Unmasked' }),
    says: 'procMount (container $ must not set securityContext.procMount to "Unmasked")',
    at: '$.securityContext.procMount',
  },
];

export const controlRows: readonly Row[] = [...baseline, ...restricted];
