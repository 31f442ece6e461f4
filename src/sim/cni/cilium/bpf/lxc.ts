/**
 * `cil_from_container` (bpf_lxc.c), on the node's end of a pod's veth pair: everything that leaves the pod. Without the
 * socket load balancer it also translates Service addresses, packet by packet.
 */
import { ipPort } from '../../../base/ip.ts';
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import type { IcmpHeader } from '../../../packet/packet.ts';
import { reason } from '../../../trace/reasons.ts';
import { isIcmp, LXC, type CtValue } from '../maps.ts';
import { isLoopback, loopbackFor, MARK } from '../names.ts';
import {
  drop,
  encap,
  endpointConstants,
  fibRedirect,
  identityMark,
  isDiscovery,
  header,
  l3Hop,
  localEndpoint,
  OK,
  whose,
  worldOf,
} from './common.ts';
import { ctCreate, ctKey, ctLookup, tupleOf } from './ct.ts';
import { localDelivery } from './deliver.ts';
import { balance, lookupService } from './lb.ts';
import { noService } from './no-service.ts';
import { policyVerdict } from './policy.ts';
import { toProxy } from './proxy.ts';

const PROGRAM = 'cil_from_container';
const SOLICITATION = 135;
const ADVERTISEMENT = 136;

export function fromContainer(ctx: PacketContext): TcVerdict {
  if (ctx.packet.arp !== undefined) return answerArp(ctx);
  const own = endpointConstants(ctx);
  const { l4 } = ctx.packet;
  if (l4?.proto === 'icmpv6' && isDiscovery(l4.type)) return answerSolicitation(ctx, l4);
  const ip = header(ctx);
  if (ip === undefined) return drop(PROGRAM, 139);
  if (ip.src !== own.ip4 && ip.src !== own.ip6) return drop(PROGRAM, 132);
  // ENABLE_PER_PACKET_LB
  if (own.kubeProxyReplacement && !own.hostNamespaceOnly) return forward(ctx, {});
  return perPacketLb(ctx);
}

/** Whoever the pod asks for, the node's end of the pair answers. */
function answerArp(ctx: PacketContext): TcVerdict {
  const { arp } = ctx.packet;
  if (arp === undefined || arp.op !== 'request' || arp.targetIp === endpointConstants(ctx).ip4) return OK;
  return {
    act: 'answer',
    packet: {
      eth: { src: ctx.mac, dst: arp.senderMac },
      arp: {
        op: 'reply',
        senderMac: ctx.mac,
        senderIp: arp.targetIp,
        targetMac: arp.senderMac,
        targetIp: arp.senderIp,
      },
    },
    why: reason('program.arp', { program: PROGRAM, ip: arp.targetIp }),
  };
}

/**
 * `icmp6_handle_ns`: the pod's gateway is told of by the program, as another router; for pods of this node, too, the node's
 * end of the pair stands in. Nobody else has a neighbour here.
 */
function answerSolicitation(ctx: PacketContext, l4: IcmpHeader): TcVerdict {
  const own = endpointConstants(ctx);
  const { target = '' } = l4;
  const { ip, eth } = ctx.packet;
  if (l4.type !== SOLICITATION || ip === undefined || eth === undefined) return OK;
  const isRouter = target === own.routerIp6;
  const endpoint = localEndpoint(ctx, target)?.value;
  if (endpoint?.host === true && !isRouter) return OK;
  if (!isRouter && endpoint === undefined && !isLoopback(target)) return drop(PROGRAM, 139);
  return {
    act: 'answer',
    packet: {
      eth: { src: ctx.mac, dst: eth.src },
      ip: { version: 6, src: own.routerIp6, dst: ip.src, ttl: 255, id: 0, df: false, tos: 0 },
      l4: {
        proto: 'icmpv6',
        type: ADVERTISEMENT,
        code: 0,
        target,
        router: isRouter,
        solicited: true,
        override: !isRouter,
        linkAddress: ctx.mac,
      },
    },
    why: reason('program.neighbour', { program: PROGRAM, ip: target }),
  };
}

interface Balanced {
  readonly revNat?: number;
  readonly loopback?: boolean;
}

/** `__per_packet_lb_svc_xlate_4`, `_6` */
function perPacketLb(ctx: PacketContext): TcVerdict {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined || isIcmp(tuple.proto)) return forward(ctx, {});
  const service = lookupService(ctx, tuple.dst, tuple.dport, tuple.proto, false);
  if (service === undefined) return forward(ctx, {});
  const sent = balance(ctx, PROGRAM, service, tuple);
  if (sent === undefined) {
    const { row, origin } = service.found;
    return noService(ctx, PROGRAM, ipPort(tuple.dst, tuple.dport), { rows: [row], origin });
  }
  const loopback = sent.backend.ip === tuple.src;
  if (loopback) {
    ctx.translate('src', { ip: loopbackFor(tuple.src), port: tuple.sport }, (from, to) =>
      reason('program.snat', { program: PROGRAM, from, to }),
    );
  }
  return forward(ctx, { revNat: service.found.value.revNat, loopback });
}

/** `handle_ipv4_from_lxc`, `handle_ipv6_from_lxc` */
function forward(ctx: PacketContext, balanced: Balanced): TcVerdict {
  const own = endpointConstants(ctx);
  const ip = header(ctx);
  if (ip === undefined) return OK;
  const { status, entry } = ctLookup(ctx, 'OUT');
  if (status === 'unknown-protocol') return drop(PROGRAM, 137);
  const target = whose(ctx, ip.dst)?.value;
  const identity = target?.identity ?? worldOf(ctx, ip.dst);
  const hairpin = balanced.loopback === true || entry?.value.loopback === true;
  let proxyPort: number | undefined;
  if (status === 'new' || status === 'established') {
    const asked = hairpin ? {} : policyVerdict(ctx, PROGRAM, endpointOf(ctx), 'egress', identity);
    if (asked.drop !== undefined) return asked.drop;
    ({ proxyPort } = asked);
  } else if (entry?.value.proxyRedirect === true) {
    // The pod answers its proxy: the stack finds the socket.
    return toProxy(ctx, PROGRAM, 0);
  }
  if (status === 'new') remember(ctx, balanced, proxyPort !== undefined);
  if (proxyPort !== undefined) return toProxy(ctx, PROGRAM, proxyPort);
  // A reply to the loopback address is for the pod itself.
  const endpoint = localEndpoint(ctx, status === 'reply' && hairpin ? ip.src : ip.dst)?.value;
  if (endpoint !== undefined && !endpoint.host) {
    return localDelivery(ctx, PROGRAM, endpoint, { identity: own.identity });
  }
  if (endpoint === undefined) {
    if (own.tunnel && target?.tunnelEndpoint !== undefined) {
      return encap(ctx, PROGRAM, target.tunnelEndpoint, own.identity);
    }
    if (own.hostRouting) return fibRedirect(ctx, PROGRAM);
  }
  // pass_to_stack: the node routes it from here.
  const expired = l3Hop(ctx, PROGRAM, { dst: ctx.mac });
  if (expired !== undefined) return expired;
  ctx.mark = identityMark(own.identity, MARK.identity);
  ctx.toHost();
  return OK;
}

function remember(ctx: PacketContext, balanced: Balanced, proxyRedirect: boolean): void {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined) return;
  const value: CtValue = {
    revNat: balanced.revNat ?? 0,
    sourceIdentity: endpointConstants(ctx).identity,
    ...(balanced.loopback === true && { loopback: true }),
    ...(proxyRedirect && { proxyRedirect }),
  };
  ctCreate(ctx, ctKey('OUT', tuple), tuple, value);
}

function endpointOf(ctx: PacketContext): Parameters<typeof policyVerdict>[2] {
  const own = endpointConstants(ctx);
  const none = { ingress: [], egress: [] };
  const { isolatedBy = none, unresolved = none } =
    ctx.peek(LXC, ctx.packet.ip?.version === 6 ? own.ip6 : own.ip4)?.value ?? {};
  return { id: own.endpoint, pod: own.pod, isolatedBy, unresolved };
}
