/** The controls of the Pod Security Standards (controls-fixture.ts), judged in each kind of container. */
import { describe, expect, test } from 'vitest';
import type { FieldPath } from '../../base/origin.ts';
import { controlRows } from './controls-fixture.ts';
import { checksOf, NEWEST } from './evaluate.ts';
import { type Level, parseVersion } from './policy.ts';
import { podToCheck } from './pod.ts';

const text = (path: FieldPath): string =>
  path.reduce<string>(
    (all, step) => (typeof step === 'number' ? `${all}[${step}]` : all === '' ? step : `${all}.${step}`),
    '',
  );

const rows = controlRows.map((row) => [`${row.level} ${row.version ?? 'latest'}`, row.control, row] as const);

describe.each(['initContainers', 'containers', 'ephemeralContainers'])('%s', (list) => {
  test.each(rows)('%s: %s', (_, __, row) => {
    const spec = { ...row.pod, [list]: [{ name: 'c', ...row.container }] };
    const pod = podToCheck({ annotations: row.annotations ?? {}, spec });
    const version = parseVersion(row.version ?? 'latest') ?? 'latest';
    const check = checksOf({ level: row.level, version }).find(({ id }) => id === row.check);
    const found = check?.check(pod);
    const said = found === undefined ? undefined : `${found.reason} (${found.detail})`;
    expect(said).toBe(row.says?.replaceAll('$', '"c"'));
    if (row.at !== undefined && row.says !== undefined) {
      expect(found?.paths.map(text)[0]).toBe(row.at.replace('$', `spec.${list}[0]`));
    }
  });
});

test('several containers are named in the order init, ordinary, ephemeral', () => {
  const bad = (name: string) => ({ name, securityContext: { privileged: true } });
  const spec = {
    containers: [bad('b'), { name: 'fine' }, bad('a')],
    ephemeralContainers: [bad('d')],
    initContainers: [bad('z')],
  };
  const check = checksOf({ level: 'baseline', version: 'latest' }).find(({ id }) => id === 'privileged');
  expect(check?.check(podToCheck({ annotations: {}, spec }))).toMatchObject({
    detail: 'containers "z", "b", "a", "d" must not set securityContext.privileged=true',
  });
});

describe('which checks there are', () => {
  const ids = (level: Level, version: string): string =>
    checksOf({ level, version: parseVersion(version) ?? 'latest' })
      .map(({ id }) => id)
      .join(' ');
  const ALWAYS = 'hostNamespaces hostPathVolumes hostPorts privileged procMount seLinuxOptions';
  test.each<[Level, string, string]>([
    ['privileged', 'latest', ''],
    [
      'baseline',
      'v1.0',
      `appArmorProfile capabilities_baseline ${ALWAYS} seccompProfile_baseline sysctls windowsHostProcess`,
    ],
    [
      'baseline',
      'latest',
      `appArmorProfile capabilities_baseline ${ALWAYS.replace('hostPorts', 'hostPorts hostProbesAndHostLifecycle')} seccompProfile_baseline sysctls windowsHostProcess`,
    ],
    [
      'restricted',
      'v1.0',
      'appArmorProfile capabilities_baseline hostNamespaces hostPorts privileged procMount seLinuxOptions seccompProfile_baseline sysctls windowsHostProcess restrictedVolumes runAsNonRoot',
    ],
    [
      'restricted',
      'v1.19',
      'appArmorProfile capabilities_baseline hostNamespaces hostPorts privileged procMount seLinuxOptions sysctls windowsHostProcess allowPrivilegeEscalation restrictedVolumes runAsNonRoot seccompProfile_restricted',
    ],
    [
      'restricted',
      'v1.22',
      'appArmorProfile hostNamespaces hostPorts privileged procMount seLinuxOptions sysctls windowsHostProcess allowPrivilegeEscalation capabilities_restricted restrictedVolumes runAsNonRoot seccompProfile_restricted',
    ],
    [
      'restricted',
      'latest',
      'appArmorProfile hostNamespaces hostPorts hostProbesAndHostLifecycle privileged seLinuxOptions sysctls windowsHostProcess allowPrivilegeEscalation capabilities_restricted procMount_restricted restrictedVolumes runAsNonRoot runAsUser seccompProfile_restricted',
    ],
  ])('%s:%s', (level, version, expected) => {
    expect(ids(level, version)).toBe(expected);
  });

  test('the newest version is the latest, and so is every one to come', () => {
    expect(NEWEST).toBe(35);
    for (const version of [`v1.${NEWEST}`, 'v1.36', 'v1.10000']) {
      expect(ids('restricted', version)).toBe(ids('restricted', 'latest'));
    }
  });
});
