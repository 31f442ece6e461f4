/** For tests: runs a program without a network; datagrams and connections go straight to the handler of their address. */
import type { AppHandler, Process, Syscall, SyscallResult } from '../net/process.ts';

export interface Ran<R> {
  readonly result: R;
  readonly calls: readonly Syscall[];
}

export function runProgram<R>(program: Process<R>, handlers: Readonly<Record<string, AppHandler>>): Ran<R> {
  const calls: Syscall[] = [];
  let peer = '';
  let sockets = 3;
  const unread = new Map<number, SyscallResult[]>();
  const answer = (call: Syscall): SyscallResult | undefined => {
    calls.push(call);
    if (call.call === 'connect') {
      peer = call.ip;
      return handlers[call.ip] === undefined
        ? { ok: false, error: 'refused' }
        : { ok: true, socket: 3, local: { ip: '10.244.1.2', port: 40000 } };
    }
    if (call.call === 'source')
      return { ok: true, source: ['::1', '127.0.0.1'].includes(call.ip) ? call.ip : '10.244.1.2' };
    if (call.call === 'send') {
      const socket = call.socket ?? sockets++;
      const heard = serve(call);
      unread.set(socket, [...(unread.get(socket) ?? []), ...(heard.ok ? [heard] : [])]);
      return { ok: true, socket, local: { ip: '10.244.1.2', port: call.sport ?? 40000 } };
    }
    if (call.call === 'receive') return unread.get(call.socket)?.shift() ?? { ok: false, error: 'timeout' };
    return call.call === 'datagram' || call.call === 'request' ? serve(call) : undefined;
  };
  const serve = (call: Extract<Syscall, { call: 'send' | 'datagram' | 'request' }>): SyscallResult => {
    const proto = call.call === 'request' ? 'tcp' : 'udp';
    const ip = call.call === 'request' ? peer : call.ip;
    const handler = handlers[ip];
    if (handler === undefined) return { ok: false, error: 'timeout' };
    const self = { netns: 'test', ip, port: 53, process: 'test', proto } as const;
    const served = runProgram(handler(call.payload, { ip: '10.244.1.2', port: 40000 }, self), handlers);
    calls.push(...served.calls);
    return served.result === undefined
      ? { ok: false, error: 'timeout' }
      : { ok: true, payload: served.result, from: { ip, port: 53 } };
  };
  let step = program.next(undefined);
  while (step.done !== true) step = program.next(answer(step.value));
  return { result: step.value, calls };
}
