/** For tests: runs a program without a network; datagrams and connections go straight to the handler of their address. */
import type { AppHandler, Process, Syscall, SyscallResult } from '../net/process.ts';

export interface Ran<R> {
  readonly result: R;
  readonly calls: readonly Syscall[];
}

export function runProgram<R>(program: Process<R>, handlers: Readonly<Record<string, AppHandler>>): Ran<R> {
  const calls: Syscall[] = [];
  let peer = '';
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
    if (call.call !== 'datagram' && call.call !== 'request') return undefined;
    const proto = call.call === 'datagram' ? 'udp' : 'tcp';
    const ip = call.call === 'datagram' ? call.ip : peer;
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
