/** What the rows of controls-fixture.ts have to hold: nothing of the standard, and no version of a check, goes untested. */
import { describe, expect, test } from 'vitest';
import { BASELINE } from './baseline.ts';
import { controlRows, type Row } from './controls-fixture.ts';
import { NEWEST } from './evaluate.ts';
import { RESTRICTED } from './restricted.ts';

const CHECKS = [...BASELINE, ...RESTRICTED];
const own = (check: string): readonly Row[] => controlRows.filter((row) => row.check === check);
const minor = (version = 'latest'): number => (version === 'latest' ? NEWEST : Number(version.slice(3)));

/**
 * The restricted fields that the page lists for each control. `$` is a container: the page has each for `containers`,
 * `initContainers` and `ephemeralContainers`, and checks.test.ts judges every row in all three.
 */
const HANDLERS = [
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle.postStart',
  'lifecycle.preStop',
];
const both = (field: string): readonly string[] => [`spec.${field}`, `$.${field}`];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  windowsHostProcess: both('securityContext.windowsOptions.hostProcess'),
  hostNamespaces: ['spec.hostNetwork', 'spec.hostPID', 'spec.hostIPC'],
  privileged: ['$.securityContext.privileged'],
  capabilities_baseline: ['$.securityContext.capabilities.add'],
  hostPathVolumes: ['spec.volumes[0].hostPath'],
  hostPorts: ['$.ports[1].hostPort'],
  hostProbesAndHostLifecycle: HANDLERS.flatMap((handler) => [
    `$.${handler}.httpGet.host`,
    `$.${handler}.tcpSocket.host`,
  ]),
  appArmorProfile: [
    ...both('securityContext.appArmorProfile.type'),
    'metadata.annotations.container.apparmor.security.beta.kubernetes.io/c',
  ],
  seLinuxOptions: ['type', 'user', 'role'].flatMap((field) =>
    both(`securityContext.seLinuxOptions.${field}`),
  ),
  procMount: ['$.securityContext.procMount'],
  seccompProfile_baseline: [
    ...both('securityContext.seccompProfile.type'),
    'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod',
    'metadata.annotations.container.seccomp.security.alpha.kubernetes.io/c',
  ],
  sysctls: ['spec.securityContext.sysctls[0].name'],
  restrictedVolumes: [
    ...'hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos'
      .split(' ')
      .map((type) => `spec.volumes[0].${type}`),
    // A type that nobody knows yet.
    'spec.volumes[0]',
  ],
  allowPrivilegeEscalation: ['$.securityContext.allowPrivilegeEscalation'],
  runAsNonRoot: both('securityContext.runAsNonRoot'),
  runAsUser: both('securityContext.runAsUser'),
  seccompProfile_restricted: both('securityContext.seccompProfile.type'),
  capabilities_restricted: ['$.securityContext.capabilities.drop', '$.securityContext.capabilities.add'],
  procMount_restricted: ['$.securityContext.procMount'],
};

test('every check is a control of the page', () => {
  expect(CHECKS.map(({ id }) => id).sort()).toEqual(Object.keys(FIELDS).sort());
});

describe.each(CHECKS.map((check) => [check.id, check] as const))('%s', (id, { versions }) => {
  test('every restricted field has a row that forbids a value of it, and no other field has', () => {
    const fields = own(id).flatMap(({ says, at }) => (says === undefined || at === undefined ? [] : [at]));
    expect([...new Set(fields)].sort()).toEqual([...(FIELDS[id] ?? [])].sort());
  });

  test('there are rows that it allows, in the newest version too', () => {
    const allowed = own(id).filter(({ says }) => says === undefined);
    expect(allowed.some(({ version }) => minor(version) >= (versions.at(-1)?.since ?? 0))).toBe(true);
  });

  test.each(versions.filter(({ since }) => since > 0).map(({ since }) => [since]))(
    'since 1.%i it judges something otherwise',
    (since) => {
      const input = ({ pod, container, annotations }: Row): string =>
        JSON.stringify([pod, container, annotations]);
      const until = versions.find((v) => v.since > since)?.since ?? Number.POSITIVE_INFINITY;
      const before = own(id).filter(({ version }) => minor(version) === since - 1);
      // `latest` stands for the version of the change only where it is that version.
      const then = own(id).filter(({ version }) => minor(version) === since && since < until);
      const changed = before.filter((row) =>
        then.some((other) => input(other) === input(row) && other.says !== row.says),
      );
      expect(changed.map(({ control }) => control)).not.toEqual([]);
    },
  );
});
