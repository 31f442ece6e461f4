/**
 * bpf_host.c: on the network card (`cil_from_netdev`, `cil_to_netdev`) and on cilium_host (`cil_from_host` for what the
 * node's stack sends into the cluster, `cil_to_host` for what comes out to it, which only the host firewall would act on).
 */
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { isWorld, MARK } from '../names.ts';
import {
  drop,
  encap,
  identityFromMark,
  header,
  localEndpoint,
  META,
  nodeConstants,
  OK,
  sourceIdentity,
  whose,
  worldOf,
} from './common.ts';
import { localDelivery } from './deliver.ts';
import { masquerade, nodePortLb, replyOfBackend } from './nodeport.ts';
import { resumeToProxy } from './proxy.ts';

export function fromNetdev(ctx: PacketContext): TcVerdict {
  const program = 'cil_from_netdev';
  const own = nodeConstants(ctx);
  const ip = header(ctx);
  // An encapsulated packet is UDP for this node: no Service's, and the programs of the tunnel device see to the rest.
  if (ip === undefined || ctx.packet.inner !== undefined) return OK;
  const identity = sourceIdentity(ctx, ip.src, worldOf(ctx, ip.src));
  if (own.kubeProxyReplacement) {
    const verdict = nodePortLb(ctx, program, identity);
    if (verdict !== undefined) return verdict;
  }
  if (!own.hostRouting) return OK;
  const now = header(ctx);
  const endpoint = now === undefined ? undefined : localEndpoint(ctx, now.dst)?.value;
  if (endpoint === undefined || endpoint.host) return OK;
  return localDelivery(ctx, program, endpoint, { identity });
}

export function toNetdev(ctx: PacketContext): TcVerdict {
  const own = nodeConstants(ctx);
  if (header(ctx) === undefined || ctx.meta[META.natDone] === true) return OK;
  if (own.kubeProxyReplacement && !replyOfBackend(ctx, 'cil_to_netdev') && own.bpfMasquerade) {
    masquerade(ctx, 'cil_to_netdev');
  }
  return OK;
}

export function fromHost(ctx: PacketContext): TcVerdict {
  const program = 'cil_from_host';
  const own = nodeConstants(ctx);
  const ip = header(ctx);
  if (ip === undefined) return OK;
  const identity = sourceIdentity(ctx, ip.src, identityFromMark(ctx.mark, worldOf(ctx, ip.src)));
  const fromProxy = proxyOf(ctx.mark);
  // inherit_identity_from_host
  ctx.mark = 0;
  const endpoint = localEndpoint(ctx, ip.dst)?.value;
  if (endpoint !== undefined && !endpoint.host) {
    return localDelivery(ctx, program, endpoint, { identity, fromHost: true, fromProxy });
  }
  if (endpoint === undefined) {
    const target = whose(ctx, ip.dst)?.value;
    if (own.tunnel && target?.tunnelEndpoint !== undefined) {
      return encap(ctx, program, target.tunnelEndpoint, identity);
    }
    // Nobody knows the address: back into the stack it would go round for ever.
    if (target === undefined || isWorld(target.identity)) return drop(program, 151);
  }
  // rewrite_dmac_to_host: on to cilium_net. Whatever is routed to cilium_host is a pod's or nobody's, so nothing comes here.
  return OK;
}

function proxyOf(mark: number): 'ingress' | 'egress' | undefined {
  const magic = mark & MARK.mask;
  return magic === MARK.ingressProxy ? 'ingress' : magic === MARK.egressProxy ? 'egress' : undefined;
}

export function toHost(ctx: PacketContext): TcVerdict {
  resumeToProxy(ctx);
  return OK;
}
