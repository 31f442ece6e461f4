/** The kernel module sctp: its code is fetched when a program first speaks it. */
import { fetched } from '../base/code.ts';

export const sctpModule = fetched('sctp', () => import('./sctp.ts'));

export const sctp = sctpModule.need;
