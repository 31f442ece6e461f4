/**
 * The last step to a pod of this node (bpf/lib/local_delivery.h) and its ingress policy program (bpf_lxc.c
 * `handle_policy`), which whoever delivers calls: another pod's program, the tunnel's, the host's.
 */
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import type { EndpointValue } from '../maps.ts';
import { isLoopback } from '../names.ts';
import { drop, l3Hop, nodeConstants } from './common.ts';
import { ctCreate, ctKey, ctLookup, tupleOf } from './ct.ts';
import { reverseNat } from './lb.ts';
import { policyVerdict, type PolicyAnswer } from './policy.ts';
import { toProxy } from './proxy.ts';

export interface Delivery {
  readonly identity: number;
  readonly fromHost?: boolean;
  readonly fromTunnel?: boolean;
  /** The proxy's own packet (`tc_index_from_ingress_proxy`, `_egress_proxy`). */
  readonly fromProxy?: 'ingress' | 'egress';
}

/** `ipv4_local_delivery`, `ipv6_local_delivery` */
export function localDelivery(
  ctx: PacketContext,
  program: string,
  endpoint: EndpointValue,
  delivery: Delivery,
): TcVerdict {
  const expired = l3Hop(ctx, program, { src: endpoint.nodeMac, dst: endpoint.mac });
  if (expired !== undefined) return expired;
  const asked = ingressPolicy(ctx, program, endpoint, delivery);
  if (asked.drop !== undefined) return asked.drop;
  if (asked.proxyPort !== undefined) return toProxy(ctx, program, asked.proxyPort);
  const usePeer = nodeConstants(ctx).hostRouting && delivery.fromHost !== true;
  return { act: usePeer ? 'redirect-peer' : 'redirect', dev: endpoint.ifindexName };
}

/**
 * `ipv4_policy`: replies pass and get their Service's address back, or go to the proxy that asked; what is new must be
 * allowed, and is noted. The ingress proxy has asked already.
 */
function ingressPolicy(
  ctx: PacketContext,
  program: string,
  endpoint: EndpointValue,
  { identity, fromProxy }: Delivery,
): PolicyAnswer {
  const { status, entry } = ctLookup(ctx, 'IN');
  if (status === 'unknown-protocol') return { drop: drop(program, 137) };
  if (status === 'reply' || status === 'related') {
    if (entry?.value.proxyRedirect === true && fromProxy !== 'egress') return { proxyPort: 0 };
    if (entry !== undefined && entry.value.revNat !== 0 && status === 'reply') {
      reverseNat(ctx, program, entry.value.revNat);
      if (entry.value.loopback === true) backFromLoopback(ctx, program, endpoint);
    }
    return {};
  }
  const tuple = tupleOf(ctx.packet);
  const loopback = isLoopback(tuple?.src) || entry?.value.loopback === true;
  const asked =
    loopback || fromProxy === 'ingress' ? {} : policyVerdict(ctx, program, endpoint, 'ingress', identity);
  if (asked.drop !== undefined) return asked;
  if (status === 'new' && tuple !== undefined) {
    ctCreate(ctx, ctKey('IN', tuple), tuple, {
      revNat: 0,
      sourceIdentity: identity,
      ...(loopback && { loopback: true }),
      ...(asked.proxyPort !== undefined && { proxyRedirect: true }),
    });
  }
  return asked;
}

/** The pod talked to itself: its reply goes to the address that it believes to have. */
function backFromLoopback(ctx: PacketContext, program: string, endpoint: EndpointValue): void {
  const tuple = tupleOf(ctx.packet);
  const ip = endpointIp(ctx, endpoint);
  if (tuple === undefined || ip === undefined) return;
  ctx.translate('dst', { ip, port: tuple.dport }, (from, to) =>
    reason('program.back-dst', { program, from, to }),
  );
}

/** A pod that talks to itself has one address: the one its reply came from before the way back was written over it. */
function endpointIp(ctx: PacketContext, endpoint: EndpointValue): string | undefined {
  const { ip4, ip6 } = ctx.constants;
  const ip = ctx.packet.ip?.version === 6 ? ip6 : ip4;
  return typeof ip === 'string' && ctx.constants.pod === endpoint.pod ? ip : undefined;
}
