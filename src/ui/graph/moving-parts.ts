import { later } from '../kit/later.ts';

/** What the picture needs to move a packet, fetched when there is a walk or earlier. */
export const movingParts = later(() => import('./moving-exports.ts'));
