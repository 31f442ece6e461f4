/** For tests: runs a program without a network; datagrams go straight to the handler of their address. */
import type { AppHandler, Process, Syscall, SyscallResult } from '../net/process.ts';

export interface Ran<R> {
  readonly result: R;
  readonly calls: readonly Syscall[];
}

export function runProgram<R>(program: Process<R>, handlers: Readonly<Record<string, AppHandler>>): Ran<R> {
  const calls: Syscall[] = [];
  const answer = (call: Syscall): SyscallResult | undefined => {
    calls.push(call);
    if (call.call !== 'datagram') return undefined;
    const handler = handlers[call.ip];
    if (handler === undefined) return { ok: false, error: 'timeout' };
    const self = { netns: 'test', ip: call.ip, port: call.port, process: 'test' };
    const served = runProgram(handler(call.payload, { ip: '10.244.1.2', port: 40000 }, self), handlers);
    calls.push(...served.calls);
    return served.result === undefined
      ? { ok: false, error: 'timeout' }
      : { ok: true, payload: served.result, from: { ip: call.ip, port: call.port } };
  };
  let step = program.next(undefined);
  while (step.done !== true) step = program.next(answer(step.value));
  return { result: step.value, calls };
}
