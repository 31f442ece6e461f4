/** bpf_overlay.c: on the tunnel device. What comes in has its sender's identity as the tunnel's key (the VNI). */
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { HOST_DEVICE, ID, MARK } from '../names.ts';
import { drop, header, identityMark, l3Hop, localEndpoint, nodeConstants, OK, worldOf } from './common.ts';
import { localDelivery } from './deliver.ts';
import { nodePortLb } from './nodeport.ts';

export function fromOverlay(ctx: PacketContext): TcVerdict {
  const program = 'cil_from_overlay';
  const own = nodeConstants(ctx);
  const ip = header(ctx);
  if (ip === undefined) return OK;
  const identity = ctx.tunnel?.id ?? worldOf(ctx, ip.src);
  if (identity === ID.host) return drop(program, 171);
  if (own.kubeProxyReplacement) {
    const verdict = nodePortLb(ctx, program, identity);
    if (verdict !== undefined) return verdict;
  }
  const endpoint = localEndpoint(ctx, header(ctx)?.dst ?? '')?.value;
  if (endpoint !== undefined && !endpoint.host) {
    return localDelivery(ctx, program, endpoint, { identity, fromTunnel: true });
  }
  // No pod of this node: it is for the node itself, by way of cilium_host.
  const expired = l3Hop(ctx, program, { src: ctx.mac, dst: own.hostMac });
  return expired ?? { act: 'redirect', dev: HOST_DEVICE, ingress: true };
}

export function toOverlay(ctx: PacketContext): TcVerdict {
  // The outer packet is the overlay's own: iptables does not mark it as the host's.
  ctx.mark = identityMark(ctx.tunnel?.id ?? 0, MARK.overlay);
  return OK;
}
