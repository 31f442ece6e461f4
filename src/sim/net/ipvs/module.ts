/** The kernel module ip_vs: its code is fetched for a world that has virtual servers, and for no other. */
import { fetched } from '../../base/code.ts';

export const ipvsModule = fetched('ip_vs', () => import('./ip-vs.ts'));

export const ipvs = ipvsModule.need;
