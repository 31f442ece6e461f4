/** The kernel module ip_vs: its code is fetched for a world that has virtual servers, and for no other. */
import { CodeMissing, type Loading } from '../../base/code.ts';

type Module = typeof import('./ip-vs.ts');

let code: Module | undefined;

export const ipvsModule: Loading & { readonly loaded: () => boolean } = {
  id: 'ip_vs',
  load: async () => {
    code ??= await import('./ip-vs.ts');
  },
  loaded: () => code !== undefined,
};

export function ipvs(): Module {
  if (code === undefined) throw new CodeMissing([ipvsModule]);
  return code;
}
