/**
 * `cil_from_container` (bpf_lxc.c), on the node's end of a pod's veth pair: everything that leaves the pod. Without the
 * socket load balancer it also translates Service addresses, packet by packet.
 */
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import { LXC, type CtValue } from '../maps.ts';
import { ID, LOOPBACK_IP, MARK } from '../names.ts';
import {
  drop,
  encap,
  endpointConstants,
  fibRedirect,
  identityMark,
  ipv4,
  l3Hop,
  localEndpoint,
  OK,
  whose,
} from './common.ts';
import { ctCreate, ctKey, ctLookup, tupleOf } from './ct.ts';
import { localDelivery } from './deliver.ts';
import { balance, lookupService } from './lb.ts';
import { noService } from './no-service.ts';
import { policyVerdict } from './policy.ts';

const PROGRAM = 'cil_from_container';

export function fromContainer(ctx: PacketContext): TcVerdict {
  if (ctx.packet.arp !== undefined) return answerArp(ctx);
  const own = endpointConstants(ctx);
  const ip = ipv4(ctx);
  if (ip === undefined) return drop(PROGRAM, 139);
  if (ip.src !== own.ip) return drop(PROGRAM, 132);
  if (own.kubeProxyReplacement) return forward(ctx, {});
  return perPacketLb(ctx);
}

/** Whoever the pod asks for, the node's end of the pair answers. */
function answerArp(ctx: PacketContext): TcVerdict {
  const { arp } = ctx.packet;
  if (arp === undefined || arp.op !== 'request' || arp.targetIp === endpointConstants(ctx).ip) return OK;
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

interface Balanced {
  readonly revNat?: number;
  readonly loopback?: boolean;
}

/** `__per_packet_lb_svc_xlate_4` */
function perPacketLb(ctx: PacketContext): TcVerdict {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined || tuple.proto === 'ICMP') return forward(ctx, {});
  const service = lookupService(ctx, tuple.dst, tuple.dport, tuple.proto, false);
  if (service === undefined) return forward(ctx, {});
  const sent = balance(ctx, PROGRAM, service, tuple);
  if (sent === undefined) {
    const { row, origin } = service.found;
    return noService(ctx, PROGRAM, `${tuple.dst}:${tuple.dport}`, { rows: [row], origin });
  }
  const loopback = sent.backend.ip === tuple.src;
  if (loopback) {
    ctx.translate('src', { ip: LOOPBACK_IP, port: tuple.sport }, (from, to) =>
      reason('program.snat', { program: PROGRAM, from, to }),
    );
  }
  return forward(ctx, { revNat: service.found.value.revNat, loopback });
}

/** `handle_ipv4_from_lxc` */
function forward(ctx: PacketContext, balanced: Balanced): TcVerdict {
  const own = endpointConstants(ctx);
  const ip = ipv4(ctx);
  if (ip === undefined) return OK;
  const { status, entry } = ctLookup(ctx, 'OUT');
  const target = whose(ctx, ip.dst)?.value;
  const identity = target?.identity ?? ID.world;
  const hairpin = balanced.loopback === true || entry?.value.loopback === true;
  if ((status === 'new' || status === 'established') && !hairpin) {
    const denied = policyVerdict(ctx, PROGRAM, endpointOf(ctx), 'egress', identity);
    if (denied !== undefined) return denied;
  }
  if (status === 'new') remember(ctx, balanced);
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

function remember(ctx: PacketContext, balanced: Balanced): void {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined) return;
  const value: CtValue = {
    revNat: balanced.revNat ?? 0,
    sourceIdentity: endpointConstants(ctx).identity,
    ...(balanced.loopback === true && { loopback: true }),
  };
  ctCreate(ctx, ctKey('OUT', tuple), tuple.proto, value);
}

function endpointOf(ctx: PacketContext): Parameters<typeof policyVerdict>[2] {
  const own = endpointConstants(ctx);
  const isolatedBy = ctx.peek(LXC, own.ip)?.value.isolatedBy ?? { ingress: [], egress: [] };
  return { id: own.endpoint, pod: own.pod, isolatedBy };
}
