/** The kernel module nf_tables: its code is fetched for a world whose nodes have nftables rules, and for no other. */
import { CodeMissing, type Loading } from '../../base/code.ts';

type Module = typeof import('./walk.ts');

let code: Module | undefined;

export const nftablesModule: Loading & { readonly loaded: () => boolean } = {
  id: 'nf_tables',
  load: async () => {
    code ??= await import('./walk.ts');
  },
  loaded: () => code !== undefined,
};

export function nftables(): Module {
  if (code === undefined) throw new CodeMissing([nftablesModule]);
  return code;
}
