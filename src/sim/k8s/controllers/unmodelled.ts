/** What an unmodelled field of a workload could change: the walks of the pods that were made from it. */
import type { IpFamily } from '../../base/ip.ts';
import { objectKey } from '../../base/origin.ts';
import type {
  ClusterNode,
  ClusterSettings,
  ClusterState,
  Pod,
  Service,
  UnmodelledField,
} from '../cluster-state.ts';
import { kindsThere } from '../kinds/registry.ts';
import type { Report } from './report.ts';

/** The parser names the object that has the field; a walk meets pods. */
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
    return (byOwner.get(objectKey(field.object)) ?? []).map(
      (pod): UnmodelledField => ({
        ...field,
        affects: { kind: 'pod', name: `${pod.namespace}/${pod.name}` },
      }),
    );
  });
}

/** An unmodelled field of a CNI's own policy: it could change the walks of the pods that the policy is for, if it is read at all. */
export function unmodelledPolicies(
  fields: readonly UnmodelledField[],
  policies: ClusterState['ownPolicies'],
  pods: readonly Pod[],
  namespaces: ClusterState['namespaces'],
  cni: { readonly ownPolicies?: { readonly group: string } },
): readonly UnmodelledField[] {
  const isSubject = kindsThere().find((spec) => spec.isOwnSubject !== undefined)?.isOwnSubject;
  if (policies.length === 0 || isSubject === undefined) return fields;
  const byObject = new Map(policies.map((policy) => [objectKey(policy.origin.object), policy]));
  const labels = new Map(namespaces.map((one) => [one.name, one.labels]));
  return fields.flatMap((field): readonly UnmodelledField[] => {
    const policy = byObject.get(objectKey(field.object));
    if (policy === undefined) return [field];
    if (policy.group !== cni.ownPolicies?.group) return [];
    return pods
      .filter((pod) => isSubject(policy, pod, labels))
      .map((pod) => ({ ...field, affects: { kind: 'pod', name: `${pod.namespace}/${pod.name}` } }));
  });
}

/**
 * Host ports, where nobody here writes what the CNI does for them. One changes nothing for the pod's own address: it is a
 * port of the pod's node.
 */
export function unmodelledHostPorts(
  pods: readonly Pod[],
  cni: { readonly portMappings?: boolean },
): readonly UnmodelledField[] {
  const mapped = pods.flatMap((pod) =>
    pod.hostNetwork || pod.node === undefined
      ? []
      : pod.containers
          .flatMap((c) => c.ports)
          // Without SCTP in the box its ports are open whatever the CNI does.
          .filter(
            (port) => port.hostPort !== undefined && (cni.portMappings !== true || port.protocol === 'SCTP'),
          )
          .map((port) => ({ pod, node: pod.node ?? '', port })),
  );
  return mapped.map(({ pod, node, port: { hostPort = 0, protocol } }) => ({
    object: pod.origin.object,
    field: `hostPort: ${hostPort}`,
    affects: { kind: 'host-port', name: node, port: hostPort, protocol },
    origin: pod.origin,
  }));
}

/** Pods whose traffic a mesh's sidecar takes through itself, by rules that an init container writes: nobody here does. */
export function unmodelledSidecars(pods: readonly Pod[]): readonly UnmodelledField[] {
  return pods.flatMap(({ namespace, name, containers, origin }): readonly UnmodelledField[] => {
    const init = containers.find((one) => /^(istio-(init|validation)|linkerd-init)$/.test(one.name));
    if (init === undefined) return [];
    const field = `${init.name.split('-')[0]}-proxy`;
    return [{ object: origin.object, field, affects: { kind: 'pod', name: `${namespace}/${name}` }, origin }];
  });
}

/** A family of the cluster's pods that the CNI is not modelled for: what goes by it is open. */
export function unmodelledFamilies(
  settings: ClusterSettings,
  cni: { readonly label: string; readonly ipFamilies?: readonly IpFamily[] },
  report: Report,
): readonly UnmodelledField[] {
  const missing = settings.ipFamilies.filter((family) => !(cni.ipFamilies ?? [4]).includes(family));
  const origin = settings.origins.ipFamily;
  const { object, path } = origin;
  return missing.map((family) => {
    const params = { cni: cni.label, family: `IPv${family}` };
    report.say('warning', 'cni/family-not-modelled', params, object, path);
    const field = 'networking.ipFamily';
    return { object, field, affects: { kind: 'ip-family', family }, origin };
  });
}

/** Nodes in several subnets, where the CNI is modelled for one alone: every walk is open. */
export function unmodelledSubnets(
  settings: ClusterSettings,
  cni: { readonly label: string; readonly oneNodeSubnet?: boolean },
  report: Report,
): readonly UnmodelledField[] {
  const second = settings.nodeNetworks[1];
  if (cni.oneNodeSubnet !== true || second === undefined) return [];
  const { origin } = second;
  report.say('warning', 'cni/subnets-not-modelled', { cni: cni.label }, origin.object, origin.path);
  return [{ object: origin.object, field: 'nodeSubnets', affects: { kind: 'all' }, origin }];
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
