/** What moves packets: the kernel and the programs that talk. Built worlds are drawn without it; the first walk needs it. */
import { fetched } from '../base/code.ts';

export const kernelCode = fetched('kernel', () => import('./run.ts'));
