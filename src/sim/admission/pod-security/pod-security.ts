/**
 * Pod Security Admission (k8s.io/pod-security-admission, admission/admission.go): judges each pod by the policy of its
 * namespace. `enforce` refuses pods and pods alone; `warn` and `audit` speak of workloads too. Exempt namespaces, users
 * and runtime classes are passed over.
 * A namespace that is applied, with pods in it that were stored before, is an update: its labels are new, and the pods are
 * looked at (existing-pods.ts). Leaves out other updates.
 */
import type { FieldPath } from '../../base/origin.ts';
import type {
  AdmissionGround,
  AdmissionRemark,
  AdmissionRequest,
  PodInObject,
} from '../../k8s/controllers/admission.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { LABEL_PREFIX, podSecurityAbout } from './about.ts';
import { type Configuration, configurationFaults, soundConfiguration } from './configuration.ts';
import { evaluate, findingsText } from './evaluate.ts';
import { existingPodsWarnings } from './existing-pods.ts';
import {
  LEVELS,
  levelVersionText,
  type LevelVersion,
  type Mode,
  MODES,
  namespacePolicy,
  readPolicy,
} from './policy.ts';
import { podToCheck } from './pod.ts';

type Objects = Parameters<AdmissionPlugin['review']>[1];

/** The part of the API server's AdmissionConfiguration that is for this plug-in. */
function configuration(objects: Objects): Configuration {
  const plugins = objects.list('AdmissionConfiguration')[0]?.body['plugins'];
  const own = (plugins as readonly { name?: string; configuration?: unknown }[] | undefined)?.find(
    (plugin) => plugin.name === 'PodSecurity',
  );
  return soundConfiguration(own?.configuration);
}

export const podSecurity: AdmissionPlugin = {
  ...podSecurityAbout,
  configured: configurationFaults,
  review: (request, objects) => {
    const { object, labels, pod } = request;
    const { defaults, exemptions } = configuration(objects);
    const byDefault = readPolicy(defaults, '').policy;
    if (object.kind === 'Namespace') {
      const review = reviewNamespace(labels);
      if (review.denied !== undefined || exemptions.namespaces.includes(object.name)) return review;
      const { enforce } = namespacePolicy(labels, byDefault).policy;
      const warning = newLabel(object.name, enforce, byDefault.enforce, exemptions.runtimeClasses, objects);
      return { ...review, ...(warning && { warning }) };
    }
    if (pod === undefined || object.namespace === undefined) return {};
    if (exemptions.namespaces.includes(object.namespace)) return exemptBy('namespaces', objects);
    if (exemptions.usernames.includes(request.user)) return exemptBy('usernames', objects);
    const namespace = objects.get('Namespace', undefined, object.namespace);
    const { policy } = namespacePolicy(namespace?.metadata.labels ?? {}, byDefault);
    const { runtimeClassName = '' } = pod.spec;
    if (runtimeClassName !== '' && exemptions.runtimeClasses.includes(runtimeClassName)) {
      return exemptBy('runtimeClasses', objects);
    }
    const by = (...modes: readonly Mode[]): readonly AdmissionGround[] =>
      modes.flatMap((mode) => groundOf(mode, namespace, objects) ?? []);
    if (object.kind === 'Pod') {
      const enforced = violations(pod, policy.enforce);
      if (enforced !== undefined) {
        return {
          denied: {
            ...enforced,
            message: `violates ${enforced.message}`,
            by: by('enforce'),
            reason: 'Forbidden',
          },
        };
      }
    }
    const warned = violations(pod, policy.warn);
    const audited = violations(pod, policy.audit);
    return {
      ...(warned && { warning: { ...warned, message: `would violate ${warned.message}`, by: by('warn') } }),
      ...(audited && { audit: { ...audited, message: `would violate ${audited.message}`, by: by('audit') } }),
      by: by(...MODES),
    };
  },
};

/** The exemption of kube-apiserver's own configuration. */
function exemptBy(list: string, objects: Objects): ReturnType<AdmissionPlugin['review']> {
  return { by: configured(['exemptions', list], objects) };
}

function configured(path: FieldPath, objects: Objects): readonly AdmissionGround[] {
  const object = objects.list('AdmissionConfiguration')[0];
  const plugins = object?.body['plugins'] as readonly { readonly name?: string }[] | undefined;
  const at = plugins?.findIndex(({ name }) => name === 'PodSecurity') ?? -1;
  if (object === undefined || at < 0) return [];
  return [{ object: object.ref, path: ['plugins', at, 'configuration', ...path] }];
}

/** Who says a mode's level: a label of the namespace, or the default of kube-apiserver's configuration. */
function groundOf(
  mode: Mode,
  namespace: Manifest | undefined,
  objects: Objects,
): readonly AdmissionGround[] | undefined {
  const label = `${LABEL_PREFIX}${mode}`;
  if (namespace?.metadata.labels[label] !== undefined) {
    return [{ object: namespace.ref, path: ['metadata', 'labels', label] }];
  }
  const { defaults } = configuration(objects);
  return defaults[mode] === undefined ? undefined : configured(['defaults', mode], objects);
}

const LABELS = MODES.flatMap((mode) => [mode, `${mode}-version`]);

function reviewNamespace(labels: AdmissionRequest['labels']): ReturnType<AdmissionPlugin['review']> {
  const { problems } = namespacePolicy(labels);
  const unknownLabels = Object.keys(labels).filter(
    (label) => label.startsWith(LABEL_PREFIX) && !LABELS.includes(label.slice(LABEL_PREFIX.length)),
  );
  if (problems.length === 0) return { unknownLabels };
  const messages = problems.map((p) => p.message);
  return {
    denied: {
      reason: 'Invalid',
      message: messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`,
      paths: problems.map((p) => p.path),
    },
  };
}

/** What a label says of the pods that it finds; nothing where it asks for no more than the default did. */
function newLabel(
  namespace: string,
  enforce: LevelVersion,
  before: LevelVersion,
  exempt: readonly string[],
  objects: Objects,
): AdmissionRemark | undefined {
  if (enforce.level === 'privileged') return undefined;
  if (enforce.version === before.version && LEVELS.indexOf(enforce.level) <= LEVELS.indexOf(before.level)) {
    return undefined;
  }
  const pods = objects.list('Pod').filter(({ ref, metadata, body }) => {
    const { runtimeClassName = '' } = (body['spec'] ?? {}) as PodInObject['spec'];
    return ref.namespace === namespace && metadata.uid !== undefined && !exempt.includes(runtimeClassName);
  });
  const lines = existingPodsWarnings(namespace, enforce, pods);
  // kubectl prints each as a line of its own.
  return lines.length === 0
    ? undefined
    : { message: lines.join('; '), paths: [['metadata', 'labels', `${LABEL_PREFIX}enforce`]] };
}

const known = new WeakMap<PodInObject['spec'], Map<string, AdmissionRemark | undefined>>();

/** `PodSecurity "baseline:latest": host namespaces (hostNetwork=true)`; each template is looked at once per policy. */
function violations(pod: PodInObject, policy: LevelVersion): AdmissionRemark | undefined {
  if (policy.level === 'privileged') return undefined;
  const name = levelVersionText(policy);
  let ofSpec = known.get(pod.spec);
  if (ofSpec === undefined) known.set(pod.spec, (ofSpec = new Map<string, AdmissionRemark | undefined>()));
  if (!ofSpec.has(name)) {
    const findings = evaluate(podToCheck(pod), policy);
    const message = `PodSecurity ${JSON.stringify(name)}: ${findingsText(findings)}`;
    const paths = findings.flatMap((f) => f.paths.map((path): FieldPath => [...pod.path, ...path]));
    ofSpec.set(name, findings.length === 0 ? undefined : { message, paths });
  }
  return ofSpec.get(name);
}
