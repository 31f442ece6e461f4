/** The kernel module nf_tables: its code is fetched for a world whose nodes have nftables rules, and for no other. */
import { fetched } from '../../base/code.ts';

export const nftablesModule = fetched('nf_tables', () => import('./walk.ts'));

export const nftables = nftablesModule.need;
