/**
 * Finding a Service and choosing a back end (bpf/lib/lb.h), for packets and for sockets. A connection that was balanced
 * before keeps its back end: by a `service` entry of the conntrack map, or by the client's affinity.
 */
import { cidrContains, ipFamily, ipPort, type Ip } from '../../../base/ip.ts';
import type { Found, MapAccess, PacketContext } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import {
  affinityMap,
  ANY_NODE,
  backends,
  frontendKey,
  IPCACHE,
  reverseNatMap,
  services,
  type BackendValue,
  type Protocol,
  type ServiceValue,
} from '../maps.ts';
import { ID } from '../names.ts';
import { ctCreate, ctEntry, ctKey, type Tuple } from './ct.ts';

export interface Service {
  readonly found: Found<ServiceValue>;
  /** The address that its slots have in their keys. */
  readonly ip: Ip;
  readonly port: number;
  readonly proto: Protocol;
  readonly internal: boolean;
}

/** `lb4_lookup_service`: `eastWest` asks for the inner scope where a Service has two. */
export function lookupService(
  ctx: MapAccess,
  ip: Ip,
  port: number,
  proto: Protocol,
  eastWest: boolean,
): Service | undefined {
  const found = ctx.lookup(services(ip), frontendKey(ip, port, proto, 0));
  if (found === undefined) return undefined;
  if (eastWest && found.value.twoScopes) {
    const inner = ctx.lookup(services(ip), frontendKey(ip, port, proto, 0, true));
    if (inner !== undefined) return { found: inner, ip, port, proto, internal: true };
  }
  return { found, ip, port, proto, internal: false };
}

/** `sock4_wildcard_lookup`: a node port on any node's address, or on the loopback of the host. */
export function lookupNodePort(
  ctx: MapAccess,
  ip: Ip,
  port: number,
  proto: Protocol,
  inHost: boolean,
): Service | undefined {
  const any = ANY_NODE[ipFamily(ip)];
  if (ctx.peek(services(ip), frontendKey(any, port, proto, 0)) === undefined) return undefined;
  if (!(inHost && (ip.startsWith('127.') || ip === '::1'))) {
    const identity = ctx.lookupPrefix(IPCACHE, ip)?.value.identity;
    if (identity !== ID.host && identity !== ID.remoteNode && identity !== ID.kubeApiserver) return undefined;
  }
  return lookupService(ctx, any, port, proto, true);
}

export function sourceRangeOk(service: Service, src: Ip): boolean {
  const { sourceRanges } = service.found.value;
  return sourceRanges === undefined || sourceRanges.some((range) => cidrContains(range, src));
}

/** One back end of a Service: the client's own if it has affinity, else one of the slots at random. */
export function selectBackend(
  ctx: MapAccess,
  service: Service,
  client: string,
): { readonly id: number; readonly backend: Found<BackendValue> } | undefined {
  const { value } = service.found;
  const affinities = affinityMap(service.ip);
  const affinity = value.affinitySeconds;
  const affinityKey = `${value.revNat} ${client}`;
  if (affinity !== undefined && ctx.peek(affinities, affinityKey) !== undefined) {
    const kept = ctx.lookup(affinities, affinityKey)?.value.backendId ?? 0;
    const backend = ctx.lookup(backends(service.ip), `${kept}`);
    if (backend !== undefined) {
      ctx.update(affinities, affinityKey, { backendId: kept }, affinity * 1000, true);
      return { id: kept, backend };
    }
  }
  if (value.count === 0) return undefined;
  const slots = Array.from({ length: value.count }, (_, index) =>
    frontendKey(service.ip, service.port, service.proto, index + 1, service.internal),
  );
  const options = slots.map((slot) => {
    const one = ctx.peek(
      backends(service.ip),
      `${ctx.peek(services(service.ip), slot)?.value.backendId ?? 0}`,
    )?.value;
    return { to: ipPort(one?.ip ?? '', one?.port ?? 0), pod: one?.pod };
  });
  const chosen = ctx.choose(value.service, options, `cilium backend ${value.service}`);
  const slot = ctx.lookup(services(service.ip), slots[chosen] ?? '');
  const id = slot?.value.backendId ?? 0;
  const backend = ctx.lookup(backends(service.ip), `${id}`);
  if (backend === undefined) return undefined;
  if (affinity !== undefined) ctx.update(affinities, affinityKey, { backendId: id }, affinity * 1000);
  return { id, backend };
}

/** `lb4_local`: the back end of a packet's connection, and the packet sent there. Undefined: there is none. */
export function balance(
  ctx: PacketContext,
  program: string,
  service: Service,
  tuple: Tuple,
): { readonly backend: BackendValue; readonly id: number } | undefined {
  const { value } = service.found;
  const key = ctKey('OUT', tuple, true);
  const known = ctEntry(ctx, key, tuple);
  const keptId = known?.value.backendId;
  let choice =
    keptId === undefined || known?.value.revNat !== value.revNat
      ? undefined
      : withId(keptId, ctx.lookup(backends(service.ip), `${keptId}`));
  if (choice === undefined) {
    choice = selectBackend(ctx, service, tuple.src);
    if (choice === undefined) return undefined;
    ctCreate(ctx, key, tuple, { revNat: value.revNat, backendId: choice.id, sourceIdentity: 0 });
  }
  const backend = choice.backend.value;
  ctx.translate('dst', backend, (from, to) => reason('program.dnat', { program, from, to }), {
    rows: [service.found.row, choice.backend.row],
    origin: service.found.origin,
  });
  return { backend, id: choice.id };
}

function withId(
  id: number,
  backend: Found<BackendValue> | undefined,
): { readonly id: number; readonly backend: Found<BackendValue> } | undefined {
  return backend === undefined ? undefined : { id, backend };
}

/** `lb4_rev_nat`: the reply gets the Service's address back as its source. */
export function reverseNat(ctx: PacketContext, program: string, revNat: number): void {
  const front = ctx.lookup(reverseNatMap(ctx.packet.ip?.src ?? ''), `${revNat}`);
  if (front === undefined) return;
  ctx.translate('src', front.value, (from, to) => reason('program.back-src', { program, from, to }), {
    rows: [front.row],
    origin: front.origin,
  });
}
