/**
 * What istiod answers at /inject (istio pkg/kube/inject: webhook.go, inject.go, app_probe.go), as its main branch does: a pod that is to
 * have a sidecar comes back with one. What the sidecar does with the pod's packets is not simulated: its walks stay open.
 * Leaves out templates of one's own, containers of one's own that are called as the injected ones and what other annotations of
 * Istio change (then the answer is not known), and bringing a pod up to date that was injected before.
 */
import { parseCidrStrict } from '../../../base/ip.ts';
import type { FieldPath } from '../../../base/origin.ts';
import type { Labels } from '../../../k8s/cluster-state.ts';
import type { AdmissionRequest } from '../../../k8s/controllers/admission.ts';
import { asRecord } from '../../../k8s/kinds/schema.ts';
import { memoByOwner } from '../../../k8s/memo.ts';
import type { Store } from '../../../k8s/store.ts';
import type { UpstreamContainer, UpstreamPodSpec } from '../../../k8s/upstream.ts';
import type { Said } from '../programs.ts';
import type { Backend } from '../reach.ts';
import { probersOf, probesAreRewritten, rewritten } from './probes.ts';
import {
  annotationsOf,
  initContainer,
  type Input,
  labelsOf,
  proxyContainer,
  VOLUMES,
  type Workload,
} from './template.ts';
import { valuesOf } from './values.ts';

/** IgnoredNamespaces. */
const IGNORED = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];
const INJECTED = ['istio-init', 'istio-validation', 'istio-proxy'];
const STATUS = 'sidecar.istio.io/status';

/** Annotations of Istio that are read here, or change nothing of the pod. */
const READ =
  /^(traffic\.sidecar\.istio\.io\/(include(Outbound(IPRanges|Ports)|InboundPorts)|exclude(Outbound(IPRanges|Ports)|InboundPorts|Interfaces))|sidecar\.istio\.io\/(inject|status|interceptionMode|proxy(CPU|Memory)(Limit)?|proxyImage(Type)?|(agentL|l)ogLevel|componentLogLevel|rewriteAppHTTPProbers|nativeSidecar)|prometheus\.istio\.io\/merge-metrics|istio\.io\/rev)$/;

/** injectRequired, with the policy of the chart: everywhere that the webhook is asked. */
function isRequired({ object, labels, pod }: AdmissionRequest): boolean {
  if (pod === undefined || object.kind !== 'Pod' || pod.spec.hostNetwork === true) return false;
  if (IGNORED.includes(object.namespace ?? '')) return false;
  // The label is the newer way to say it, and comes first.
  return (labels['sidecar.istio.io/inject'] ?? pod.annotations['sidecar.istio.io/inject']) !== 'false';
}

/** GetDeployMetaFromPod: the Deployment behind a ReplicaSet, the CronJob behind a Job, else whoever owns the pod, else the pod. */
function workloadOf({ object, owners = [] }: AdmissionRequest): Workload {
  const [nearest, next] = owners;
  const behind = { ReplicaSet: 'Deployment', Job: 'CronJob' }[nearest?.kind ?? ''];
  const owner = behind !== undefined && next?.kind === behind ? next : nearest;
  const { kind, name, apiVersion = 'v1' } = owner ?? object;
  return { kind, name, apiVersion };
}

export function inject(request: AdmissionRequest, objects: Store, backend: Backend): Said {
  const { object, labels, pod } = request;
  if (!isRequired(request) || pod === undefined) return {};
  const { spec, annotations } = pod;
  // Injected before.
  if (annotations[STATUS] !== undefined) return {};
  const unknown = beyondModel(spec, annotations);
  if (unknown !== undefined) return { unknown };
  const input: Input = {
    values: valuesOf(backend, objects),
    workload: workloadOf(request),
    namespace: object.namespace ?? 'default',
    labels,
    annotations,
    spec,
    native: isNative(annotations, objects),
  };
  // Pods of one template are given the same.
  const { spec: _, ...rest } = input;
  return known(spec, JSON.stringify([rest, pod.path]), () => injected(input, pod.path));
}

const known = memoByOwner<UpstreamPodSpec, Said>();

function injected(input: Input, path: FieldPath): Said {
  const { spec, annotations } = input;
  const init = initContainer(input);
  const isRewritten = probesAreRewritten(annotations);
  const own = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const proxy = withProbers(proxyContainer(input), isRewritten ? own : []);
  const change = {
    ...inOrder(spec, init, proxy, input.native, (one) => (isRewritten ? rewritten(one) : one)),
    volumes: [...VOLUMES, ...((spec as { volumes?: readonly unknown[] }).volumes ?? [])],
  } as Partial<UpstreamPodSpec>;
  const names = [...(init ? [init.name] : []), proxy.name];
  return {
    change: { spec: change, labels: labelsOf(input), annotations: annotationsOf(input, init) },
    notes: [{ how: 'sidecar', message: names.join(', '), paths: [[...path, 'spec']] }],
  };
}

/**
 * reorderPod: a native sidecar is up before every init container but the one that writes the rules; another proxy is up last,
 * so the rules wait for the other init containers to be done.
 */
function inOrder(
  spec: UpstreamPodSpec,
  init: UpstreamContainer | undefined,
  proxy: UpstreamContainer,
  native: boolean,
  asAsked: (container: UpstreamContainer) => UpstreamContainer,
): Pick<UpstreamPodSpec, 'initContainers' | 'containers'> {
  const rules = init ? [init] : [];
  const inits = (spec.initContainers ?? []).map(asAsked);
  const apps = (spec.containers ?? []).map(asAsked);
  if (native) return { initContainers: [...rules, proxy, ...inits], containers: apps };
  const initContainers = init?.name === 'istio-validation' ? [...rules, ...inits] : [...inits, ...rules];
  return { initContainers, containers: [...apps, proxy] };
}

/** detectNativeSidecar: every kubelet is of 1.33 or newer, unless the pod says what it wants. */
function isNative(annotations: Labels, objects: Pick<Store, 'list'>): boolean {
  const own = annotations['sidecar.istio.io/nativeSidecar'];
  if (own !== undefined) return own !== 'false';
  return objects.list('Node').every(({ body }) => {
    const { kubeletVersion } = asRecord(asRecord(body['status'])['nodeInfo']);
    const minor = /^v?\d+\.(\d+)/.exec(String(kubeletVersion ?? ''))?.[1];
    return minor === undefined || Number(minor) >= 33;
  });
}

function withProbers(proxy: UpstreamContainer, own: readonly UpstreamContainer[]): UpstreamContainer {
  const value = probersOf(own);
  if (value === undefined) return proxy;
  return { ...proxy, env: [...(proxy.env ?? []), { name: 'ISTIO_KUBE_APP_PROBERS', value }] };
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text.trim()) && Number(text) <= 65535;

/** What istiod refuses in words of its own is not known here. */
function isValid(key: string, value: string): boolean {
  const every = (check: (one: string) => boolean): boolean =>
    value === '' || value.split(',').every((one) => check(one.trim()));
  if (key.endsWith('IPRanges')) return value === '*' || every((one) => parseCidrStrict(one) !== undefined);
  if (/include(In|Out)boundPorts$/.test(key)) return value === '*' || every(isPort);
  if (key.endsWith('boundPorts')) return every(isPort);
  if (key.endsWith('interceptionMode')) return ['REDIRECT', 'TPROXY', 'NONE'].includes(value);
  return true;
}

/** The container or annotation on which the answer depends in a way that is not modelled. */
function beyondModel(spec: UpstreamPodSpec, annotations: Labels): string | undefined {
  const own = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find(({ name }) =>
    INJECTED.includes(name),
  );
  if (own !== undefined) return own.name;
  return Object.entries(annotations).find(
    ([key, value]) => /(^|\.)istio\.io\//.test(key) && (!READ.test(key) || !isValid(key, value)),
  )?.[0];
}
