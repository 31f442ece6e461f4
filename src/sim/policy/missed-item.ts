/** Of a rule's lists the item that missed by least, and how far a rule as a whole is from a match. */
import type { LocatedOrigin } from '../base/origin.ts';
import type { PeerMiss, PortMiss } from './matching.ts';

/** A miss and the field that says so. */
type Placed<M> = M & { readonly origin: LocatedOrigin };

/** The item of a rule's peers or ports that missed by least. */
interface MissedItem<M> {
  readonly index: number;
  /** How many items the list has. */
  readonly of: number;
  readonly misses: readonly Placed<M>[];
}

export type MissedPeer = MissedItem<PeerMiss>;
export type MissedPort = MissedItem<PortMiss>;

/** How far a miss is from a match: a label or number is a slip, another kind of end is not. */
function weight(miss: PeerMiss | PortMiss): number {
  switch (miss.what) {
    case 'label':
    case 'namespace':
    case 'except':
    case 'port':
    case 'protocol':
    case 'port-name':
    case 'family':
    case 'left-out':
      return 1;
    case 'block':
    case 'block-of-outside':
    case 'no-node':
    case 'domain-name':
      return 2;
    case 'no-pod':
    case 'not-meant':
    case 'namespaced':
    case 'nobody':
      return 3;
  }
}

/**
 * Undefined where the list is empty or one of its items matches. Without a `list` the misses' paths lead from the rule itself.
 */
export function leastMissed<M extends PeerMiss | PortMiss>(
  origin: LocatedOrigin,
  list: 'from' | 'to' | 'ports' | 'protocols' | undefined,
  items: readonly (readonly M[])[],
): { readonly item: MissedItem<M>; readonly score: number } | undefined {
  const scores = items.map((misses) => misses.reduce((sum, miss) => sum + weight(miss), 0));
  const score = Math.min(...scores);
  if (items.length === 0 || score === 0) return undefined;
  const index = scores.indexOf(score);
  const misses = (items[index] ?? []).map((miss) => ({
    ...miss,
    origin: {
      ...origin,
      path: [...(origin.path ?? []), ...(list === undefined ? [] : [list, index]), ...miss.path],
    },
  }));
  return { item: { index, of: items.length, misses }, score };
}

/** A rule of which one half fits is closer than one of which neither does, however little that misses. */
const BOTH_HALVES = 100;

/** Of what its two halves missed; a half that fits is undefined. */
export function scoreOf(
  peer: { readonly score: number } | undefined,
  port: { readonly score: number } | undefined,
): number {
  const both = peer === undefined || port === undefined ? 0 : BOTH_HALVES;
  return (peer?.score ?? 0) + (port?.score ?? 0) + both;
}
