/** eBPF: the code that runs programs on tc hooks and socket calls is fetched when a device or a cgroup first has one. */
import { CodeMissing, type Loading } from '../../base/code.ts';

let tc: typeof import('./tc.ts') | undefined;
let socket: typeof import('./socket.ts') | undefined;

export const bpfModule: Loading & { readonly loaded: () => boolean } = {
  id: 'bpf',
  load: async () => {
    tc ??= await import('./tc.ts');
    socket ??= await import('./socket.ts');
  },
  loaded: () => socket !== undefined,
};

export function tcPrograms(): typeof import('./tc.ts') {
  if (tc === undefined) throw new CodeMissing([bpfModule]);
  return tc;
}

export function socketPrograms(): typeof import('./socket.ts') {
  if (socket === undefined) throw new CodeMissing([bpfModule]);
  return socket;
}
