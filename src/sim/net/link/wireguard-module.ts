/** The kernel module wireguard: its code is fetched when a packet first comes to such a device. */
import { CodeMissing, type Loading } from '../../base/code.ts';

type Module = typeof import('./wireguard.ts');

let code: Module | undefined;

export const wireguardModule: Loading & { readonly loaded: () => boolean } = {
  id: 'wireguard',
  load: async () => {
    code ??= await import('./wireguard.ts');
  },
  loaded: () => code !== undefined,
};

export function wireguard(): Module {
  if (code === undefined) throw new CodeMissing([wireguardModule]);
  return code;
}
