/**
 * Programs on the socket calls of a cgroup's processes (BPF_CGROUP_INET4_CONNECT, _INET4_GETPEERNAME): they see and
 * change addresses before any packet exists. One program here serves every call. Leaves out bind, IPv6, and sendmsg and
 * recvmsg: programs here connect their UDP sockets, as nc, dig and glibc's resolver do.
 */
import type { Ip } from '../../base/ip.ts';
import type { Flow } from '../../trace/recorder.ts';
import type { Box, Machine } from '../machine.ts';
import type { ProgramAttachment } from '../config.ts';
import type { SocketContext } from './context.ts';
import { MapRun } from './map-run.ts';

export interface SocketCall {
  readonly call: SocketContext['call'];
  readonly proto: 'tcp' | 'udp';
  readonly ip: Ip;
  readonly port: number;
  readonly cookie: string;
}

class SocketRun extends MapRun implements SocketContext {
  readonly call: SocketContext['call'];
  readonly proto: 'tcp' | 'udp';
  readonly ip: Ip;
  readonly port: number;
  readonly cookie: string;
  readonly netnsCookie: string;

  constructor(m: Machine, box: Box, flow: Flow, asked: SocketCall, attachment: ProgramAttachment) {
    // Asking for the peer's name is no part of the packets' story.
    super(m, attachment, { box, flow, packet: () => undefined, silent: asked.call === 'getpeername' });
    this.call = asked.call;
    this.proto = asked.proto;
    this.ip = asked.ip;
    this.port = asked.port;
    this.cookie = asked.cookie;
    this.netnsCookie = box.id;
  }
}

/** The address that a socket call goes on with; undefined after recording that it fails. */
export function runSocketHook(
  m: Machine,
  box: Box,
  flow: Flow,
  asked: SocketCall,
): { readonly ip: Ip; readonly port: number } | undefined {
  const attachment = box.net.socketProgram(asked.ip);
  if (attachment === undefined) return asked;
  const program = m.world.programs?.[attachment.program];
  if (program?.type !== 'cgroup_sock_addr') throw new Error(`no socket program ${attachment.program}`);
  const run = new SocketRun(m, box, flow, asked, attachment);
  const verdict = program.run(run);
  if (verdict.act === 'proceed') return verdict;
  run.note('reject', verdict.why, verdict.details);
  return undefined;
}
