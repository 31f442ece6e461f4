/** Fragments: their code is fetched when a packet is first too large for a link and may be cut. */
import { fetched } from '../../base/code.ts';

export const fragmentModule = fetched('ip_fragment', () => import('./fragment.ts'));

export const fragments = fragmentModule.need;
