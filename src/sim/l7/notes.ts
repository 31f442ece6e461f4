/** What there is to say of controllers: names that nobody knows, those that are retired, Ingresses and Gateways that wait in vain, annotations that nobody reads, backends that cannot be. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { FieldPath, ObjectRef } from '../base/origin.ts';
import type { ClusterState, Ingress, Pod } from '../k8s/cluster-state.ts';
import { CLASS_ANNOTATION } from '../k8s/ingress-class.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import type { L7Note, L7Plugin, Lazy } from '../plugin.ts';
import { unservedNotes } from './gateway-api/notes.ts';
import { backendTo, serves } from './ingress/served.ts';
import { gatewayControllers, ingressControllers, l7Plugin, l7Registry, pluginsOfPod } from './registry.ts';

type Locate = ParsedScenario['locate'];

/** Of controllers that are not here: whose annotations these are. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'nginx.org/': 'NGINX Ingress Controller (F5)',
  'traefik.ingress.kubernetes.io/': 'Traefik',
  'haproxy.org/': 'HAProxy Kubernetes Ingress Controller',
  'haproxy-ingress.github.io/': 'HAProxy Ingress',
  'alb.ingress.kubernetes.io/': 'AWS Load Balancer Controller',
  'appgw.ingress.kubernetes.io/': 'Application Gateway Ingress Controller',
  'konghq.com/': 'Kong',
};

export function l7Notes(cluster: ClusterState, locate: Locate): readonly Diagnostic[] {
  const notes: Diagnostic[] = [];
  const say = (
    severity: Diagnostic['severity'],
    code: string,
    params: Diagnostic['params'],
    object: ObjectRef,
    path?: FieldPath,
  ): void => {
    notes.push({ code, severity, params, object, ...(path && { path }), range: locate({ object, path }) });
  };
  controllers(cluster, say);
  for (const ingress of cluster.ingresses) {
    const plugin = servedByOf(cluster, ingress);
    if (plugin === undefined) {
      annotatedForNobody(ingress, say);
      continue;
    }
    if (podsOf(cluster, plugin).length === 0) {
      const params = { ingress: ingress.name, controller: plugin.label };
      say('warning', 'ingress/not-running', params, ingress.origin.object, classPath(ingress));
    }
    annotations(ingress, plugin, say);
    backends(cluster, ingress, plugin, say);
  }
  const own = ingressControllers(cluster.pods).flatMap((plugin) => plugin.notes?.(cluster) ?? []);
  notes.push(...located(own, locate), ...gatewayNotes(cluster, locate));
  return notes;
}

/** What stands in conditions, and Gateways that nobody makes. */
function gatewayNotes(cluster: ClusterState, locate: Locate): readonly Diagnostic[] {
  if (cluster.gatewayApi === undefined) return [];
  const running = gatewayControllers(cluster.pods);
  const names = new Set(running.flatMap(({ gateways }) => gateways?.controllerName ?? []));
  const known = new Map(
    l7Registry.flatMap(({ id, gateways }) => (gateways ? [[gateways.controllerName, id] as const] : [])),
  );
  const notes = [
    ...unservedNotes(cluster, names, known),
    ...running.flatMap((plugin) => plugin.notes?.(cluster) ?? []),
  ];
  return located(notes, locate);
}

function located(notes: readonly L7Note[], locate: Locate): readonly Diagnostic[] {
  return notes.map(({ origin, ...note }) => ({
    ...note,
    object: origin.object,
    ...(origin.path && { path: origin.path }),
    range: locate(origin),
  }));
}

type Say = (
  severity: Diagnostic['severity'],
  code: string,
  params: Diagnostic['params'],
  object: ObjectRef,
  path?: FieldPath,
) => void;

function controllers({ settings }: ClusterState, say: Say): void {
  const known = l7Registry.map(({ id }) => id).join(', ');
  const { object } = settings.origins.cni;
  settings.controllers.forEach((name, i) => {
    const plugin = l7Plugin(name);
    if (plugin === undefined)
      say('error', 'controllers/unknown', { name, known }, object, ['controllers', i]);
    else if (plugin.retired !== undefined) {
      say('info', 'controllers/retired', { name: plugin.label, ...plugin.retired }, object, [
        'controllers',
        i,
      ]);
    }
  });
}

/** The running pods of the controller that an Ingress is for. */
export function ingressServers(cluster: ClusterState): (ingress: Ingress) => readonly Pod[] {
  return (ingress) => {
    const plugin = servedByOf(cluster, ingress);
    return plugin === undefined ? [] : podsOf(cluster, plugin);
  };
}

function servedByOf({ ingressClasses }: ClusterState, ingress: Ingress): Lazy<L7Plugin> | undefined {
  return l7Registry.find((plugin) => plugin.ingress && serves(plugin.ingress, ingress, ingressClasses));
}

const classPath = ({ className }: Ingress): FieldPath =>
  className === undefined ? ['metadata', 'annotations', CLASS_ANNOTATION] : ['spec', 'ingressClassName'];

/** With the annotation an Ingress gets no default class, and a controller compares it with a word of its own. */
function annotatedForNobody(ingress: Ingress, say: Say): void {
  const value = ingress.annotations[CLASS_ANNOTATION];
  if (value === undefined || ingress.className !== undefined) return;
  const known = l7Registry.flatMap((plugin) =>
    plugin.ingress ? [`${plugin.label}: ${plugin.ingress.annotated}`] : [],
  );
  const params = { ingress: ingress.name, value, known: known.join(', ') };
  say('warning', 'ingress/annotation-for-nobody', params, ingress.origin.object, classPath(ingress));
}

function podsOf({ pods }: ClusterState, plugin: Lazy<L7Plugin>): readonly Pod[] {
  return pods.filter((pod) => pod.phase === 'Running' && pluginsOfPod(pod).includes(plugin));
}

function annotations(ingress: Ingress, plugin: Lazy<L7Plugin>, say: Say): void {
  const { object } = ingress.origin;
  for (const [name, value] of Object.entries(ingress.annotations)) {
    const path = ['metadata', 'annotations', name];
    const params = { ingress: ingress.name, annotation: name, controller: plugin.label };
    if (plugin.ingress !== undefined && name.startsWith(plugin.ingress.annotations)) {
      const standing = plugin.annotation?.(name, value);
      if (standing === 'unknown') say('warning', 'ingress/annotation-unknown', params, object, path);
      if (standing === 'no-difference') say('info', 'ingress/annotation-no-difference', params, object, path);
      continue;
    }
    const other = l7Registry.find(
      ({ ingress: own }) => own !== undefined && name.startsWith(own.annotations),
    )?.label;
    const prefix = Object.keys(ELSEWHERE).find((one) => name.startsWith(one));
    const whose = other ?? (prefix === undefined ? undefined : ELSEWHERE[prefix]);
    if (whose !== undefined)
      say('warning', 'ingress/annotation-elsewhere', { ...params, whose }, object, path);
  }
}

/** Backends that cannot be: no such Service, no such port, or no Service at all. */
function backends(cluster: ClusterState, ingress: Ingress, plugin: Lazy<L7Plugin>, say: Say): void {
  if (plugin.ingress === undefined) return;
  const paths = ingress.rules.flatMap((rule) => rule.paths.map(({ backend }) => backend));
  for (const backend of [...(ingress.defaultBackend ? [ingress.defaultBackend] : []), ...paths]) {
    const { object, path = [] } = backend.origin;
    const { service } = backend;
    const params = { ingress: ingress.name, controller: plugin.label };
    if (service === undefined) {
      say(
        'warning',
        'ingress/resource-backend',
        { ...params, resource: backend.resource ?? '' },
        object,
        path,
      );
      continue;
    }
    const { because } = backendTo(cluster, ingress.namespace, backend, plugin.ingress.backends).otherwise;
    const named = { ...params, service: `${ingress.namespace}/${service.name}`, port: service.port };
    const at = [...path, 'service'];
    if (because === 'no-service') say('warning', 'ingress/no-service', named, object, [...at, 'name']);
    if (because === 'no-port') say('warning', 'ingress/no-port', named, object, [...at, 'port']);
  }
}
