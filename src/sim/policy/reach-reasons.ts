/** The distinct verdicts of one direction, and the reason of a pair that two of them make. */
import type { Direction } from './matching.ts';

export interface PartPolicy {
  /** `namespace/name`; the name alone of a cluster-wide one. */
  readonly policy: string;
  readonly kind: string;
}

/** A policy that decided about one end. */
export interface ReasonPolicy extends PartPolicy {
  readonly direction: Direction;
  readonly says: 'allow' | 'deny';
  /** Index into the policy's own list; absent where it isolates the pod and none of its rules matches. */
  readonly rule?: number;
}

export interface ReachReason {
  readonly code:
    | 'open'
    | 'same-pod'
    | 'allowed'
    | 'egress-denied'
    | 'ingress-denied'
    | 'not-enforced'
    | 'unknown'
    | 'unmodelled'
    | 'no-address';
  /** What decided, egress first. */
  readonly by: readonly ReasonPolicy[];
  /** `namespace/name` of the policies that decided. */
  readonly policies: readonly string[];
  /** Index into spec.ingress of the policy that allowed, or into spec.egress where only egress is isolated; or of the one that says Deny. */
  readonly rule?: number;
}

/** What one direction says of a pair. */
export interface ReachPart {
  readonly kind: 'open' | 'allowed' | 'denied';
  readonly policies: readonly PartPolicy[];
  readonly rule?: number;
}

/** The distinct verdicts of one direction; it only grows, so that a number keeps its meaning. */
export class PartTable {
  static readonly OPEN = 0;
  readonly list: ReachPart[] = [{ kind: 'open', policies: [] }];
  readonly #known = new Map<string, number>();

  allowed(policy: PartPolicy, rule: number): number {
    return this.#add(`+${nameOf(policy)} ${rule}`, { kind: 'allowed', policies: [policy], rule });
  }

  denied(policies: readonly PartPolicy[], rule?: number): number {
    return this.#add(`-${policies.map(nameOf).join(' ')} ${rule ?? ''}`, {
      kind: 'denied',
      policies,
      ...(rule === undefined ? {} : { rule }),
    });
  }

  #add(key: string, part: ReachPart): number {
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.list.push(part) - 1;
      this.#known.set(key, index);
    }
    return index;
  }
}

function nameOf({ kind, policy }: PartPolicy): string {
  return `${kind} ${policy}`;
}

/** The reason of a pair. */
export function joined(
  egress: ReachPart | undefined,
  ingress: ReachPart | undefined,
  enforced: boolean,
): ReachReason {
  const said = [...saidBy('egress', egress), ...saidBy('ingress', ingress)];
  const denied = said.filter((one) => one.says === 'deny');
  const [first] = denied;
  if (first !== undefined) {
    if (!enforced) return { code: 'not-enforced', ...named(denied) };
    const by = denied.filter((one) => one.direction === first.direction);
    const { rule } = first;
    return { code: `${first.direction}-denied`, ...named(by), ...(rule === undefined ? {} : { rule }) };
  }
  if (said.length === 0 || !enforced) return { code: 'open', by: [], policies: [] };
  return { code: 'allowed', ...named(said), rule: ingress?.rule ?? egress?.rule };
}

function saidBy(direction: Direction, part: ReachPart | undefined): readonly ReasonPolicy[] {
  if (part === undefined || part.kind === 'open') return [];
  const says = part.kind === 'allowed' ? 'allow' : 'deny';
  const { rule } = part;
  return part.policies.map((one) => ({ direction, says, ...one, ...(rule === undefined ? {} : { rule }) }));
}

function named(by: readonly ReasonPolicy[]): Pick<ReachReason, 'by' | 'policies'> {
  return { by, policies: [...new Set(by.map((one) => one.policy))] };
}
