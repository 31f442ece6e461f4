/** The kernel module: its code is fetched for a world that has a bridge of Open vSwitch, and for no other. */
import { CodeMissing, type Loading } from '../../base/code.ts';

type Module = typeof import('./datapath.ts');

let code: Module | undefined;

export const openvswitchModule: Loading & { readonly loaded: () => boolean } = {
  id: 'openvswitch',
  load: async () => {
    code ??= await import('./datapath.ts');
  },
  loaded: () => code !== undefined,
};

export function openvswitch(): Module {
  if (code === undefined) throw new CodeMissing([openvswitchModule]);
  return code;
}
