/** The list of all stored objects is for the Cluster tab and the command line: its code comes when somebody asks for it. */
import { CodeMissing, type Loading } from '../../base/code.ts';

type Module = typeof import('./objects.ts');

let code: Module | undefined;

export const objectList: Loading = {
  id: 'object-list',
  load: async () => {
    code ??= await import('./objects.ts');
  },
};

export function listObjects(...inputs: Parameters<Module['listObjects']>): ReturnType<Module['listObjects']> {
  if (code === undefined) throw new CodeMissing([objectList]);
  return code.listObjects(...inputs);
}
