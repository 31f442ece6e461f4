/** The checks that the level `restricted` adds to `baseline`, and those of `baseline` that they stand for. */
import { addedCapabilities, procMount, seccompProfile } from './baseline.ts';
import type { Check } from './evaluate.ts';
import {
  type CheckPod,
  containersText,
  contextPath,
  plural,
  quoted,
  setters,
  settersPaths,
  settersText,
  sorted,
} from './pod.ts';

const allowPrivilegeEscalation: CheckPod = ({ containers }) => {
  const bad = containers.filter(({ context }) => context.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(bad)} must set securityContext.allowPrivilegeEscalation=false`,
    paths: bad.map((c) => contextPath(c, ['allowPrivilegeEscalation'])),
  };
};

const capabilities: CheckPod = (pod) => {
  const keeping = pod.containers.filter(
    ({ context }) => context.capabilities?.drop?.includes('ALL') !== true,
  );
  const added = addedCapabilities(pod, (capability) => capability === 'NET_BIND_SERVICE');
  const details: string[] = [];
  if (keeping.length > 0) {
    details.push(`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  }
  if (added !== undefined) details.push(added.detail);
  if (details.length === 0) return undefined;
  return {
    reason: 'unrestricted capabilities',
    detail: details.join('; '),
    paths: [
      ...keeping.map((c) => contextPath(c, ['capabilities', 'drop'])),
      ...(added === undefined ? [] : added.paths),
    ],
  };
};

/** `image` volumes came with 1.31 and are taken in every version of the policy. */
const VOLUMES =
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' ');
/** Of a volume with several, the first counts. */
const FORBIDDEN_VOLUMES =
  'hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos'.split(
    ' ',
  );

const restrictedVolumes: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).flatMap((volume, i) => {
    if (VOLUMES.some((type) => volume[type] !== undefined)) return [];
    const type = FORBIDDEN_VOLUMES.find((one) => volume[one] !== undefined);
    return [{ name: volume.name, type, path: ['spec', 'volumes', i, ...(type === undefined ? [] : [type])] }];
  });
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((v) => v.type ?? 'unknown'));
  const volumes = `${plural('volume', 'volumes', bad.length)} ${quoted(bad.map((v) => v.name))}`;
  const what = plural('restricted volume type', 'restricted volume types', types.length);
  return {
    reason: 'restricted volume types',
    detail: `${volumes} ${plural('uses', 'use', bad.length)} ${what} ${quoted(types)}`,
    paths: bad.map((v) => v.path),
  };
};

const runAsNonRoot: CheckPod = (pod) => {
  const reason = 'runAsNonRoot != true';
  const bad = setters(pod, (context) => (context.runAsNonRoot === false ? true : undefined));
  if (bad !== undefined) {
    return {
      reason,
      detail: `${settersText(bad)} must not set securityContext.runAsNonRoot=false`,
      paths: settersPaths(bad, ['runAsNonRoot']),
    };
  }
  if (pod.context.runAsNonRoot === true) return undefined;
  const silent = pod.containers.filter(({ context }) => context.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason,
    detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true`,
    paths: silent.map((c) => contextPath(c, ['runAsNonRoot'])),
  };
};

const runAsUser: CheckPod = (pod) => {
  const bad = setters(pod, (context) => (context.runAsUser === 0 ? true : undefined));
  if (bad === undefined) return undefined;
  return {
    reason: 'runAsUser=0',
    detail: `${settersText(bad)} must not set runAsUser=0`,
    paths: settersPaths(bad, ['runAsUser']),
  };
};

const seccompRequired: CheckPod = (pod) => {
  const bad = seccompProfile(pod);
  if (bad !== undefined) return bad;
  if (pod.context.seccompProfile !== undefined) return undefined;
  const silent = pod.containers.filter(({ context }) => context.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
    paths: silent.map((c) => contextPath(c, ['seccompProfile', 'type'])),
  };
};

/** Windows has none of it, and a pod that says `os.name: windows` could not be valid with it. */
const unlessWindows =
  (check: CheckPod): CheckPod =>
  (pod) =>
    pod.windows ? undefined : check(pod);

const unlessOwnUserNamespace =
  (check: CheckPod): CheckPod =>
  (pod) =>
    pod.ownUserNamespace ? undefined : check(pod);

/** In the order of their ids: that of the message, behind those of `baseline`. */
export const RESTRICTED: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      { since: 8, check: allowPrivilegeEscalation },
      { since: 25, check: unlessWindows(allowPrivilegeEscalation) },
    ],
  },
  {
    id: 'capabilities_restricted',
    overrides: 'capabilities_baseline',
    versions: [
      { since: 22, check: capabilities },
      { since: 25, check: unlessWindows(capabilities) },
    ],
  },
  { id: 'procMount_restricted', overrides: 'procMount', versions: [{ since: 35, check: procMount }] },
  {
    id: 'restrictedVolumes',
    overrides: 'hostPathVolumes',
    versions: [{ since: 0, check: restrictedVolumes }],
  },
  {
    id: 'runAsNonRoot',
    versions: [
      { since: 0, check: runAsNonRoot },
      { since: 35, check: unlessOwnUserNamespace(runAsNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      { since: 23, check: runAsUser },
      { since: 35, check: unlessOwnUserNamespace(runAsUser) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    overrides: 'seccompProfile_baseline',
    versions: [
      { since: 19, check: seccompRequired },
      { since: 25, check: unlessWindows(seccompRequired) },
    ],
  },
];
