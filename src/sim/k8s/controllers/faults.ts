/** Faults as they are written, and what of them names nothing in this cluster. */
import { parseCidrStrict, parseIp } from '../../base/ip.ts';
import type { FieldPath, ObjectRef } from '../../base/origin.ts';
import type { ClusterState, FaultSpec } from '../cluster-state.ts';
import { FAULT_FIELDS, type FaultKind } from '../faults.ts';
import type { Report } from './report.ts';

/** Entries that lack what they need were reported by the parser and break nothing. */
export function readFaults(
  entries: readonly Readonly<Record<string, unknown>>[] | undefined,
  object: ObjectRef,
  path: FieldPath,
): readonly FaultSpec[] {
  return (entries ?? []).flatMap((entry, i): readonly FaultSpec[] => {
    const kind = entry['fault'] as FaultKind;
    const fields: { readonly needs: readonly string[] } | undefined = FAULT_FIELDS[kind];
    if (fields === undefined || fields.needs.some((f) => entry[f] === undefined || entry[f] === ''))
      return [];
    const { to, ...rest } = entry;
    const cidr = typeof to === 'string' ? parseCidrStrict(to)?.cidr : undefined;
    if (to !== undefined && cidr === undefined) return [];
    return [
      {
        ...(rest as unknown as FaultSpec),
        ...(cidr === undefined ? {} : { to: cidr }),
        origin: { object, path: [...path, i], by: 'fault' },
      },
    ];
  });
}

/** `10.244.1.9:8080`, `[fd00::9]:8080` */
export function parseEndpoint(text: string): { readonly ip: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const ip = parseIp(match?.[1] ?? match?.[2] ?? '');
  const port = Number(match?.[3]);
  return ip === undefined || port < 1 || port > 65535 ? undefined : { ip, port };
}

/** Nodes, Services and pods that a fault names must be there. */
export function checkFaults(cluster: ClusterState, report: Report): void {
  const nodes = new Set(cluster.nodes.map((n) => n.name));
  const services = new Set(cluster.services.map((s) => `${s.namespace}/${s.name}`));
  const pods = new Set(cluster.pods.map((p) => `${p.namespace}/${p.name}`));
  for (const { origin, node, service, from, endpoint, endpoints } of cluster.settings.faults ?? []) {
    const { object } = origin;
    const path = origin.path ?? [];
    if (node !== undefined && !nodes.has(node)) {
      report.say('error', 'fault/unknown-node', { node, known: [...nodes].join(', ') }, object, [
        ...path,
        'node',
      ]);
    }
    if (service !== undefined && !services.has(service))
      report.say('error', 'fault/unknown-service', { service }, object, [...path, 'service']);
    if (from !== undefined && !pods.has(from))
      report.say('error', 'fault/unknown-pod', { pod: from }, object, [...path, 'from']);
    const bad = (text: string, at: FieldPath): void => {
      if (parseEndpoint(text) === undefined)
        report.say('error', 'fault/bad-endpoint', { text }, object, [...path, ...at]);
    };
    if (endpoint !== undefined) bad(endpoint, ['endpoint']);
    endpoints?.forEach((text, i) => bad(text, ['endpoints', i]));
  }
}
