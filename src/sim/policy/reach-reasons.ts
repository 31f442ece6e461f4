/** The distinct verdicts of one direction, and the reason of a pair that two of them make. */
export interface ReachReason {
  readonly code:
    | 'open'
    | 'same-pod'
    | 'allowed'
    | 'egress-denied'
    | 'ingress-denied'
    | 'not-enforced'
    | 'unknown'
    | 'no-address';
  /** `namespace/name` of the policies that decided. */
  readonly policies: readonly string[];
  /** Index into spec.ingress of the policy that allowed, or into spec.egress where only egress is isolated; or of the one that says Deny. */
  readonly rule?: number;
}

/** What one direction says of a pair. */
export interface ReachPart {
  readonly kind: 'open' | 'allowed' | 'denied';
  readonly policies: readonly string[];
  readonly rule?: number;
}

/** The distinct verdicts of one direction; it only grows, so that a number keeps its meaning. */
export class PartTable {
  static readonly OPEN = 0;
  readonly list: ReachPart[] = [{ kind: 'open', policies: [] }];
  readonly #known = new Map<string, number>();

  allowed(policy: string, rule: number): number {
    return this.#add(`+${policy} ${rule}`, { kind: 'allowed', policies: [policy], rule });
  }

  denied(policies: readonly string[], rule?: number): number {
    return this.#add(`-${policies.join(' ')} ${rule ?? ''}`, {
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

/** The reason of a pair. */
export function joined(
  egress: ReachPart | undefined,
  ingress: ReachPart | undefined,
  enforced: boolean,
): ReachReason {
  if (egress?.kind === 'denied' || ingress?.kind === 'denied') {
    if (!enforced) {
      const policies = [egress, ingress].flatMap((part) => (part?.kind === 'denied' ? part.policies : []));
      return { code: 'not-enforced', policies: [...new Set(policies)] };
    }
    return egress?.kind === 'denied'
      ? { code: 'egress-denied', policies: egress.policies, ...ruleOf(egress) }
      : { code: 'ingress-denied', policies: ingress?.policies ?? [], ...ruleOf(ingress) };
  }
  if ((egress?.kind !== 'allowed' && ingress?.kind !== 'allowed') || !enforced) {
    return { code: 'open', policies: [] };
  }
  const policies = [...(egress?.policies ?? []), ...(ingress?.policies ?? [])];
  return { code: 'allowed', policies: [...new Set(policies)], rule: ingress?.rule ?? egress?.rule };
}

function ruleOf(part: ReachPart | undefined): { readonly rule?: number } {
  return part?.rule === undefined ? {} : { rule: part.rule };
}
