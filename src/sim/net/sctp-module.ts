/** The kernel module sctp: its code is fetched when a program first speaks it. */
import { CodeMissing, type Loading } from '../base/code.ts';

type Module = typeof import('./sctp.ts');

let code: Module | undefined;

export const sctpModule: Loading & { readonly loaded: () => boolean } = {
  id: 'sctp',
  load: async () => {
    code ??= await import('./sctp.ts');
  },
  loaded: () => code !== undefined,
};

export function sctp(): Module {
  if (code === undefined) throw new CodeMissing([sctpModule]);
  return code;
}
