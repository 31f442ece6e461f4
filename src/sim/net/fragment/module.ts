/** Fragments: their code is fetched when a packet is first too large for a link and may be cut. */
import { CodeMissing, type Loading } from '../../base/code.ts';

type Module = typeof import('./fragment.ts');

let code: Module | undefined;

export const fragmentModule: Loading & { readonly loaded: () => boolean } = {
  id: 'ip_fragment',
  load: async () => {
    code ??= await import('./fragment.ts');
  },
  loaded: () => code !== undefined,
};

export function fragments(): Module {
  if (code === undefined) throw new CodeMissing([fragmentModule]);
  return code;
}
