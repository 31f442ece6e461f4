/** The list of all stored objects is for the Cluster tab and the command line: its code comes when somebody asks for it. */
import { fetched } from '../../base/code.ts';

type Module = typeof import('./objects.ts');

export const objectList = fetched('object-list', () => import('./objects.ts'));

export function listObjects(...inputs: Parameters<Module['listObjects']>): ReturnType<Module['listObjects']> {
  return objectList.need().listObjects(...inputs);
}
