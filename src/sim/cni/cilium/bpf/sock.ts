/**
 * The socket load balancer (bpf_sock.c): `connect()` to a Service is rewritten before any packet exists, so the wire only
 * ever shows the back end; `getpeername()` gives the address back that the program asked for.
 */
import { ipPort } from '../../../base/ip.ts';
import type { SocketContext, SocketVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import { IPCACHE, reverseSk } from '../maps.ts';
import { ID } from '../names.ts';
import { lookupNodePort, lookupService, selectBackend } from './lb.ts';

/** The map is an LRU: an entry lives until it is pushed out. */
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER;

export function socketLb(ctx: SocketContext): SocketVerdict {
  return ctx.call === 'connect' ? connect(ctx) : nameOf(ctx);
}

function connect(ctx: SocketContext): SocketVerdict {
  const { ip, port } = ctx;
  const program = ip.includes(':') ? 'cil_sock6_connect' : 'cil_sock4_connect';
  const proto = ctx.proto === 'tcp' ? 'TCP' : 'UDP';
  const inHost = ctx.netnsCookie.startsWith('node/');
  const same: SocketVerdict = { act: 'proceed', ip, port };
  const service = lookupService(ctx, ip, port, proto, true) ?? lookupNodePort(ctx, ip, port, proto, inHost);
  if (service === undefined) return same;
  const { value, row, origin } = service.found;
  // sock4_skip_xlate: nobody may take over a public address by naming it as an external IP.
  if (value.type === 'ExternalIPs' && ctx.lookupPrefix(IPCACHE, ip)?.value.identity !== ID.host) return same;
  const choice = selectBackend(ctx, service, ctx.netnsCookie);
  if (choice === undefined) {
    return {
      act: 'reject',
      error: 'unreachable',
      why: reason('program.socket-refused', { program, address: ipPort(ip, port) }),
      details: { rows: [row], origin },
    };
  }
  const to = choice.backend.value;
  ctx.update(reverseSk(ip), `${ctx.cookie} ${ipPort(to.ip, to.port)}`, { ip, port }, FOR_EVER_MS);
  ctx.note(
    'nat',
    reason('program.socket', {
      program,
      call: 'connect()',
      from: ipPort(ip, port),
      to: ipPort(to.ip, to.port),
    }),
    { rows: [row, choice.backend.row], origin },
  );
  return { act: 'proceed', ip: to.ip, port: to.port };
}

/** `__sock4_xlate_rev` */
function nameOf(ctx: SocketContext): SocketVerdict {
  const found = ctx.lookup(reverseSk(ctx.ip), `${ctx.cookie} ${ipPort(ctx.ip, ctx.port)}`);
  return { act: 'proceed', ip: found?.value.ip ?? ctx.ip, port: found?.value.port ?? ctx.port };
}
