/**
 * The hints that the EndpointSlice controller writes: for `trafficDistribution` each ready endpoint is meant for its own
 * zone (and node), for `service.kubernetes.io/topology-mode: Auto` endpoints are dealt out to the zones by their share of
 * the cluster's CPUs (staging/src/k8s.io/endpointslice/{trafficdist,topologycache}).
 * Leaves out the nodes' real CPUs (all count alike, as kind's do) and the memory of earlier hints.
 */
import type { ClusterNode, Endpoint, EndpointSlice, Service } from '../cluster-state.ts';

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

export interface HintEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** A zone may get this much more load than its share before the controller gives up. */
const OVERLOAD_THRESHOLD = 0.2;
const CONTROL_PLANES = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** Each zone's share of the CPUs; undefined where a node does not say its zone, or there is but one zone. */
export function zoneRatios(nodes: readonly ClusterNode[]): ReadonlyMap<string, number> | undefined {
  const counts = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    if (!node.ready || CONTROL_PLANES.some((label) => label in node.labels)) continue;
    const zone = node.labels[ZONE_LABEL] ?? '';
    if (zone === '') return undefined;
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
    total += 1;
  }
  if (counts.size < 2) return undefined;
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, n]) => [zone, n / total]));
}

/** The slices of one Service with the hints that its settings ask for. */
export function withHints(
  service: Service,
  slices: readonly EndpointSlice[],
  nodes: readonly ClusterNode[],
): { readonly slices: readonly EndpointSlice[]; readonly event?: HintEvent } {
  if (service.topologyAware === true) return dealOut(slices, zoneRatios(nodes));
  const { trafficDistribution } = service;
  if (trafficDistribution === undefined) return { slices };
  const byNode = trafficDistribution === 'PreferSameNode';
  return { slices: mapEndpoints(slices, (e) => (e.ready ? near(e, byNode) : e)) };
}

function near(e: Endpoint, byNode: boolean): Endpoint {
  const zones = e.zone === undefined ? [] : [e.zone];
  const nodes = byNode && e.nodeName !== undefined ? [e.nodeName] : [];
  return zones.length + nodes.length === 0 ? e : { ...e, hints: { zones, nodes } };
}

function mapEndpoints(
  slices: readonly EndpointSlice[],
  change: (e: Endpoint) => Endpoint,
): readonly EndpointSlice[] {
  return slices.map((slice) => ({ ...slice, endpoints: slice.endpoints.map(change) }));
}

interface Allocation {
  readonly minimum: number;
  readonly desired: number;
}

/** `AddHints` */
function dealOut(
  slices: readonly EndpointSlice[],
  ratios: ReadonlyMap<string, number> | undefined,
): { slices: readonly EndpointSlice[]; event: HintEvent } {
  const ready = slices.flatMap((s) => s.endpoints.filter((e) => e.ready));
  const disabled = (message: string): { slices: readonly EndpointSlice[]; event: HintEvent } => ({
    slices,
    event: {
      type: 'Warning',
      reason: 'TopologyAwareHintsDisabled',
      message: `${message}, addressType: ${slices[0]?.addressType ?? 'IPv4'}`,
    },
  });
  if (ratios === undefined) {
    return disabled(
      'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes',
    );
  }
  const numbers = `(${ready.length} endpoints, ${ratios.size} zones)`;
  if (ratios.size > ready.length) return disabled(`Insufficient number of endpoints ${numbers}`);
  const allocations = new Map<string, Allocation>();
  let left = ready.length;
  for (const [zone, ratio] of ratios) {
    const desired = ratio * ready.length;
    const minimum = Math.ceil(desired * (1 / (1 + OVERLOAD_THRESHOLD)));
    allocations.set(zone, { minimum, desired: Math.max(desired, minimum) });
    left -= minimum;
    if (left < 0) {
      return disabled(
        `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${numbers}`,
      );
    }
  }
  if (ready.some((e) => e.zone === undefined)) {
    return disabled('One or more endpoints do not have a zone specified');
  }
  const given = new Map<string, number>();
  for (const { zone = '' } of ready) given.set(zone, (given.get(zone) ?? 0) + 1);
  const { giving, receiving } = exchange(allocations, given);
  const hinted = mapEndpoints(slices, (e) => {
    if (!e.ready || e.zone === undefined) return e;
    let zone = e.zone;
    if ((giving.get(zone) ?? 0) > 0) {
      const to = [...receiving].find(([, n]) => n > 0)?.[0];
      if (to !== undefined) {
        giving.set(zone, (giving.get(zone) ?? 0) - 1);
        receiving.set(to, (receiving.get(to) ?? 0) - 1);
        zone = to;
      }
    }
    return { ...e, hints: { zones: [zone], nodes: [] } };
  });
  const message = `Topology Aware Hints has been enabled, addressType: ${slices[0]?.addressType ?? 'IPv4'}`;
  return { slices: hinted, event: { type: 'Normal', reason: 'TopologyAwareHintsEnabled', message } };
}

/** `getGivingAndReceivingZones`: endpoints that a zone has too many, and that another has too few. */
function exchange(
  allocations: ReadonlyMap<string, Allocation>,
  given: ReadonlyMap<string, number>,
): { giving: Map<string, number>; receiving: Map<string, number> } {
  const surplus = new Map<string, number>();
  const lack = new Map<string, number>();
  for (const [zone, { desired }] of allocations) {
    const difference = (given.get(zone) ?? 0) - desired;
    if (difference > 0) surplus.set(zone, difference);
    else if (difference < 0) lack.set(zone, -difference);
  }
  const giving = new Map<string, number>();
  const receiving = new Map<string, number>();
  for (;;) {
    const [from, most] = largest(surplus);
    const [to, least] = largest(lack);
    if (from === '' || to === '' || (most < 1 && least < 1) || most < 0.5 || least < 0.5) break;
    giving.set(from, (giving.get(from) ?? 0) + 1);
    surplus.set(from, most - 1);
    receiving.set(to, (receiving.get(to) ?? 0) + 1);
    lack.set(to, least - 1);
  }
  return { giving, receiving };
}

/** Upstream walks a map in random order; among equals the first by name is taken here. */
function largest(zones: ReadonlyMap<string, number>): readonly [string, number] {
  let best: readonly [string, number] = ['', 0];
  for (const [zone, n] of zones) if (n > best[1]) best = [zone, n];
  return best;
}
