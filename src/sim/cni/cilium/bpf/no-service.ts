/** What a Service without back ends answers (lb.h), to a pod as to a client outside. */
import type { Origin } from '../../../base/origin.ts';
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import { drop } from './common.ts';

/** `tail_no_service_ipv4`, `_ipv6` (service-no-backend-response=reject, the default): the client hears of it at once. */
export function noService(
  ctx: PacketContext,
  program: string,
  address: string,
  details: { readonly rows: readonly string[]; readonly origin?: Origin | undefined },
): TcVerdict {
  const { packet } = ctx;
  const { ip, eth } = packet;
  if (ip === undefined || eth === undefined) return drop(program, 158, details);
  const { eth: _eth, ...quote } = packet;
  return {
    act: 'answer',
    packet: {
      eth: { src: eth.dst, dst: eth.src },
      ip: { version: ip.version, src: ip.dst, dst: ip.src, ttl: 64, id: 0, df: ip.version === 4, tos: 0 },
      l4:
        ip.version === 4
          ? { proto: 'icmp', type: 3, code: 3, quote }
          : { proto: 'icmpv6', type: 1, code: 4, quote },
    },
    why: reason('program.no-service', { program, address }),
    details,
  };
}
