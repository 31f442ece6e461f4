/** Which entry of an endpoint's policy map decides (bpf/lib/policy.h). */
import type { Direction } from '../../policy/matching.ts';
import { policyKey, type PolicyValue } from './maps.ts';
import { ID } from './names.ts';
import { portCandidates } from './policy-ports.ts';

const DENIED = 2;

/** A denial goes before what allows, a proxy's entry before one without. */
export function rankOf({ deny, l7, open }: PolicyValue): number {
  return deny === true ? DENIED : l7 !== undefined || open !== undefined ? 1 : 0;
}

/** What a look-up asks for; of the ICMPs the port is the type. */
export interface PolicyQuestion {
  readonly direction: Direction;
  readonly identity: number;
  readonly proto: string;
  readonly port: number;
}

/** The keys for one identity, the most exact first. */
export function policyKeys({ direction, identity, proto, port }: PolicyQuestion): readonly string[] {
  const side = direction === 'ingress' ? 'Ingress' : 'Egress';
  return portCandidates(port, proto).map((one) => policyKey(side, identity, one));
}

/** The entry that decides (`__policy_can_access`): the longest for the identity, or for anybody if that ranks higher or is longer. */
export function policyEntry<E extends { readonly value: PolicyValue }>(
  find: (key: string) => E | undefined,
  question: PolicyQuestion,
): E | undefined {
  const longest = (identity: number) => {
    const keys = policyKeys({ ...question, identity });
    const at = keys.findIndex((key) => find(key) !== undefined);
    const entry = at < 0 ? undefined : find(keys[at] ?? '');
    return entry === undefined ? undefined : { entry, at, rank: rankOf(entry.value) };
  };
  const own = longest(question.identity);
  if (own?.rank === DENIED) return own.entry;
  const anybody = longest(ID.any);
  if (own === undefined || anybody === undefined) return (own ?? anybody)?.entry;
  const better = anybody.rank === own.rank ? anybody.at < own.at : anybody.rank > own.rank;
  return better ? anybody.entry : own.entry;
}
