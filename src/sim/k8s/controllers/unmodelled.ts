/** What an unmodelled field of a workload could change: the walks of the pods that were made from it. */
import { objectKey } from '../../base/origin.ts';
import type { ClusterNode, ClusterSettings, Pod, Service, UnmodelledField } from '../cluster-state.ts';
import type { Report } from './report.ts';

/**
 * The parser names the object that has the field; a walk meets pods. `hostPort` changes nothing for the pod's own
 * address: it is a port of the pod's node.
 */
export function expandUnmodelled(
  fields: readonly UnmodelledField[],
  pods: readonly Pod[],
): readonly UnmodelledField[] {
  if (!fields.some((field) => field.affects.kind === 'pod')) return fields;
  const byOwner = new Map<string, Pod[]>();
  for (const pod of pods) {
    const key = objectKey(pod.origin.object);
    const known = byOwner.get(key);
    if (known === undefined) byOwner.set(key, [pod]);
    else known.push(pod);
  }
  return fields.flatMap((field): readonly UnmodelledField[] => {
    if (field.affects.kind !== 'pod') return [field];
    const seen = new Set<string>();
    return (byOwner.get(objectKey(field.object)) ?? []).flatMap((pod): readonly UnmodelledField[] => {
      const affects = affectedBy(field, pod);
      const key = JSON.stringify(affects);
      if (affects === undefined || seen.has(key)) return [];
      seen.add(key);
      return [{ ...field, affects }];
    });
  });
}

function affectedBy(field: UnmodelledField, pod: Pod): UnmodelledField['affects'] | undefined {
  const path = field.origin.path ?? [];
  if (path.at(-1) !== 'hostPort') return { kind: 'pod', name: `${pod.namespace}/${pod.name}` };
  const [list, container, , port] = path.slice(-5);
  const containers = pod.containers.filter((c) => c.init === (list === 'initContainers'));
  const mapped = containers[Number(container)]?.ports[Number(port)];
  if (pod.node === undefined || mapped?.hostPort === undefined) return undefined;
  return { kind: 'host-port', name: pod.node, port: mapped.hostPort, protocol: mapped.protocol };
}

/** A kube-proxy mode that nobody here writes rules for: every walk through a Service is open. */
export function unmodelledProxy(
  settings: ClusterSettings,
  modes: readonly string[],
  services: readonly Service[],
  nodes: readonly ClusterNode[],
  report: Report,
): readonly UnmodelledField[] {
  const { mode } = settings.kubeProxy;
  if (modes.includes(mode)) return [];
  const origin = settings.origins.kubeProxy;
  const { object, path } = origin;
  report.say('error', 'proxy/mode-not-available', { mode, known: modes.join(', ') }, object, path);
  const field = { object, field: `mode: ${mode}`, origin };
  return services.flatMap((service): readonly UnmodelledField[] => [
    { ...field, affects: { kind: 'service', name: `${service.namespace}/${service.name}` } },
    ...service.ports.flatMap(({ nodePort, protocol }): readonly UnmodelledField[] =>
      nodePort === undefined
        ? []
        : nodes.map(({ name }) => ({
            ...field,
            affects: { kind: 'host-port', name, port: nodePort, protocol },
          })),
    ),
  ]);
}
