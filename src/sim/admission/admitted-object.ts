/**
 * The object of a request as the API server hands it to policies: decoded, defaulted, with what it fills in itself, and for a
 * pod with what the plug-ins ServiceAccount, DefaultTolerationSeconds and Priority add, for an Ingress DefaultIngressClass. What it makes up (uids, times, names,
 * cluster addresses) is there and not known.
 * Leaves out the annotation in which a client-side `kubectl apply` keeps what was applied: as `kubectl create` sends it.
 */
import type { ObjectRef } from '../base/origin.ts';
import type { AdmissionRequest } from '../k8s/controllers/admission.ts';
import { asRecord, asRecords, type Body } from '../k8s/kinds/schema.ts';
import { defaultedClass, isDefaultClass } from '../k8s/ingress-class.ts';
import type { Manifest } from '../k8s/manifest.ts';
import { parseQuantity, quantityText } from '../k8s/quantity.ts';
import type { Store } from '../k8s/store.ts';
import { notKnown } from './cel/values.ts';

const CUSTOM = /\./;
/** Kinds that have no `status`. */
const WITHOUT_STATUS =
  /^(ConfigMap|Secret|ServiceAccount|LimitRange|Endpoints|EndpointSlice|Role|RoleBinding|ClusterRole|ClusterRoleBinding|StorageClass|RuntimeClass|PriorityClass|IngressClass|NetworkPolicy|Lease|Event)$/;
const BUILT_IN_GROUP = /^(v1|apps\/|batch\/|autoscaling\/|policy\/|[a-z]+(\.[a-z]+)*\.k8s\.io\/)/;
const CRD_GROUP = /^(gateway\.networking|policy\.networking|snapshot\.storage|.*\.x)\.k8s\.io\//;

export function admittedObject(
  { object, labels, pod, manifest, owners }: AdmissionRequest,
  objects: Pick<Store, 'list'>,
): Body {
  const annotations =
    pod?.path.length === 0 || manifest === undefined
      ? (pod?.annotations ?? {})
      : manifest.metadata.annotations;
  const { apiVersion = '', kind, name, namespace } = object;
  const metadata: Body = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(owners !== undefined && {
      ownerReferences: owners.map(reference),
      generateName: notKnown('metadata.generateName'),
    }),
    uid: notKnown('metadata.uid'),
    creationTimestamp: notKnown('metadata.creationTimestamp'),
    managedFields: notKnown('metadata.managedFields'),
    generation: notKnown('metadata.generation'),
  };
  const builtIn = BUILT_IN_GROUP.test(apiVersion) && !CRD_GROUP.test(apiVersion) && !CUSTOM.test(kind);
  const rest = copyOf(manifest?.body ?? {});
  const whole: Body = {
    apiVersion,
    kind,
    metadata,
    ...rest,
    ...(builtIn && !WITHOUT_STATUS.test(kind) && { status: notKnown('status') }),
  };
  if (kind === 'Pod' && pod !== undefined) whole['spec'] = podSpec(copyOf(pod.spec));
  else if (pod !== undefined) template(whole, pod.path);
  if (kind === 'Service' && apiVersion === 'v1') service(asRecord(whole['spec']));
  if (kind === 'Ingress' && manifest !== undefined) ingress(asRecord(whole['spec']), manifest, objects);
  return whole;
}

const copyOf = (value: unknown): Body => JSON.parse(JSON.stringify(value)) as Body;

const reference = ({ apiVersion, kind, name }: ObjectRef): Body => ({
  apiVersion,
  kind,
  name,
  uid: notKnown('metadata.ownerReferences.uid'),
  controller: true,
  blockOwnerDeletion: true,
});

function template(whole: Body, path: readonly (string | number)[]): void {
  let at: Body = whole;
  for (const step of path) at = asRecord(at[step]);
  const spec = asRecord(at['spec']);
  common(spec);
  // Filled in for a Pod alone, and the parser does it for templates, too.
  if (spec['enableServiceLinks'] === true) spec['enableServiceLinks'] = notKnown('enableServiceLinks');
}

/** Defaults that the parser has no use for. */
function common(spec: Body): void {
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const container of asRecords(spec[list])) {
      const resources = asRecord(container['resources']);
      for (const side of ['limits', 'requests']) {
        if (resources[side] !== undefined) resources[side] = amounts(asRecord(resources[side]));
      }
      container['resources'] = resources;
    }
  }
  for (const volume of asRecords(spec['volumes'])) {
    for (const source of ['configMap', 'secret', 'projected', 'downwardAPI']) {
      if (volume[source] !== undefined) volume[source] = { defaultMode: 420, ...asRecord(volume[source]) };
    }
  }
  if (typeof spec['serviceAccountName'] === 'string') spec['serviceAccount'] = spec['serviceAccountName'];
}

/** Amounts are handed over in their canonical form. */
const amounts = (all: Body): Body =>
  Object.fromEntries(
    Object.entries(all).map(([name, written]) => {
      const amount = parseQuantity(String(written));
      return [name, typeof amount === 'string' ? written : quantityText(amount)];
    }),
  );

const NODE_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

function podSpec(spec: Body): Body {
  common(spec);
  for (const list of ['containers', 'initContainers']) {
    for (const container of asRecords(spec[list])) {
      const resources = asRecord(container['resources']);
      if (resources['limits'] === undefined) continue;
      container['resources'] = {
        ...resources,
        requests: { ...asRecord(resources['limits']), ...asRecord(resources['requests']) },
      };
    }
  }
  const account = spec['serviceAccountName'] ?? 'default';
  const whole: Body = { ...spec, serviceAccountName: account, serviceAccount: account };
  const own = asRecords(spec['tolerations']);
  const taints = NODE_TAINTS.filter(
    (key) =>
      !own.some(
        (t) =>
          (t['key'] === key || (t['key'] ?? '') === '') &&
          ['NoExecute', '', undefined].includes(t['effect'] as string),
      ),
  );
  whole['tolerations'] = [
    ...own,
    ...taints.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
  ];
  whole['priority'] ??= spec['priorityClassName'] === undefined ? 0 : notKnown('spec.priority');
  whole['preemptionPolicy'] ??=
    spec['priorityClassName'] === undefined ? 'PreemptLowerPriority' : notKnown('spec.preemptionPolicy');
  if (spec['automountServiceAccountToken'] === false) return whole;
  // The account may say otherwise: then there is no volume, and whoever asks for it gets no answer.
  whole['volumes'] = [
    ...asRecords(spec['volumes']),
    { name: notKnown('the name of the token’s volume'), projected: notKnown('the token’s volume') },
  ];
  for (const list of ['containers', 'initContainers']) {
    if (!Array.isArray(spec[list])) continue;
    whole[list] = asRecords(spec[list]).map((container) => {
      const mounts = asRecords(container['volumeMounts']);
      if (mounts.some((mount) => mount['mountPath'] === TOKEN_PATH)) return container;
      const token = {
        name: notKnown('the name of the token’s volume'),
        readOnly: true,
        mountPath: TOKEN_PATH,
      };
      return { ...container, volumeMounts: [...mounts, token] };
    });
  }
  return whole;
}

function service(spec: Body): void {
  if (spec['type'] === 'ExternalName') return;
  for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
    spec[field] ??= notKnown(`spec.${field}`);
  }
  if (spec['type'] === undefined || spec['type'] === 'ClusterIP') return;
  for (const port of asRecords(spec['ports'])) port['nodePort'] ??= notKnown('spec.ports.nodePort');
}

function ingress(spec: Body, manifest: Manifest, objects: Pick<Store, 'list'>): void {
  const classes = objects
    .list('IngressClass')
    .map((one) => ({ name: one.metadata.name, isDefault: isDefaultClass(one) }));
  const found = defaultedClass(manifest, classes);
  if (found !== undefined) spec['ingressClassName'] = found.name;
}
