/**
 * Handing packets to the node's proxy (bpf/lib/proxy.h, without BPF TPROXY): the mark says so and which port, and the packet
 * goes up the stack of the device that it came in by, where TPROXY's rule and the mark's route find the socket. A program on a way
 * out cannot do that: what leaves by cilium_host comes in again by cilium_net, and there it is marked (bpf_host.c `cil_to_host`).
 */
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import { toProxyMark } from '../names.ts';
import { META, OK } from './common.ts';

/** `__ctx_redirect_to_proxy`; port 0 is for answers, whose socket is there already. */
export function toProxy(ctx: PacketContext, program: string, port: number): TcVerdict {
  ctx.mark = toProxyMark(port);
  ctx.meta = { ...ctx.meta, [META.proxy]: ctx.mark };
  ctx.toHost();
  const mark = `0x${ctx.mark.toString(16)}`;
  ctx.note('program', reason('program.to-proxy', { program, port, mark }));
  return OK;
}

/** `ctx_redirect_to_proxy_first` */
export function resumeToProxy(ctx: PacketContext): void {
  const mark = ctx.meta[META.proxy];
  if (typeof mark !== 'number') return;
  const { [META.proxy]: _, ...rest } = ctx.meta;
  ctx.meta = rest;
  ctx.mark = mark;
  ctx.toHost();
}
