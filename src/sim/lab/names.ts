/** What the lab calls the simulator's namespaces: `node/kind-worker` is `$LAB-node.kind-worker`. */
import type { NetnsId } from '../net/config.ts';
import { stableHash } from '../net/hash.ts';

/** A file name of at most 255 bytes, with room for the prefix. */
const LONGEST = 180;

/** The name after the lab's prefix. No two places share one: a name that has to be changed carries its hash. */
export function labName(place: NetnsId): string {
  const plain = place.replace('/', '.').replace(/[^A-Za-z0-9.-]/g, '_');
  const same = plain.length <= LONGEST && /^[A-Za-z0-9-]+\/[A-Za-z0-9.-]+$/.test(place);
  return same ? plain : `${plain.slice(0, LONGEST)}_${stableHash(place).toString(16)}`;
}

/** The namespace that joins every card: it holds a bridge for each segment. */
export const SWITCH = 'switch';
