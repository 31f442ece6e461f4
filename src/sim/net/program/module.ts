/** eBPF: the code that runs programs on tc hooks and socket calls is fetched when a device or a cgroup first has one. */
import { fetched } from '../../base/code.ts';

export const bpfModule = fetched('bpf', async () => ({
  tc: await import('./tc.ts'),
  socket: await import('./socket.ts'),
}));

export const bpf = bpfModule.need;
