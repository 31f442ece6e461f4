/** The distinct verdicts and reasons of a matrix, each once: cells hold their numbers. */
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
interface Part {
  readonly kind: 'open' | 'allowed' | 'denied';
  readonly policies: readonly string[];
  readonly rule?: number;
}

/** The distinct verdicts of one direction. */
export class PartTable {
  static readonly OPEN = 0;
  readonly list: Part[] = [{ kind: 'open', policies: [] }];
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

  #add(key: string, part: Part): number {
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.list.push(part) - 1;
      this.#known.set(key, index);
    }
    return index;
  }
}

/** The distinct reasons of cells, joined from the verdicts of both directions. */
export class ReasonTable {
  readonly list: ReachReason[] = [];
  /** What a cell with this reason holds. */
  readonly allowed: (boolean | 'unknown' | null)[] = [];
  readonly open: number;
  readonly samePod: number;
  readonly unknown: number;
  readonly noAddress: number;
  readonly #enforced: boolean;
  readonly #joined = new Map<number, number>();
  readonly #known = new Map<string, number>();

  /** `known`: the reasons of an earlier matrix keep their numbers. */
  constructor(enforced: boolean, known: readonly ReachReason[] = []) {
    this.#enforced = enforced;
    for (const reason of known) this.#add(reason);
    this.open = this.#add({ code: 'open', policies: [] });
    this.samePod = this.#add({ code: 'same-pod', policies: [] });
    this.unknown = this.#add({ code: 'unknown', policies: [] });
    this.noAddress = this.#add({ code: 'no-address', policies: [] });
  }

  allows(index: number): boolean {
    return this.allowed[index] === true && this.list[index]?.code !== 'not-enforced';
  }

  of(parts: PartTable, egress: number, ingress: number): number {
    const key = egress * 2 ** 26 + ingress;
    let index = this.#joined.get(key);
    if (index === undefined) {
      index = this.#join(parts.list[egress], parts.list[ingress]);
      this.#joined.set(key, index);
    }
    return index;
  }

  #join(egress: Part | undefined, ingress: Part | undefined): number {
    if (egress?.kind === 'denied' || ingress?.kind === 'denied') {
      if (!this.#enforced) {
        const policies = [egress, ingress].flatMap((part) => (part?.kind === 'denied' ? part.policies : []));
        return this.#add({ code: 'not-enforced', policies: [...new Set(policies)] });
      }
      return egress?.kind === 'denied'
        ? this.#add({ code: 'egress-denied', policies: egress.policies, ...ruleOf(egress) })
        : this.#add({ code: 'ingress-denied', policies: ingress?.policies ?? [], ...ruleOf(ingress) });
    }
    if (egress?.kind === 'open' && ingress?.kind === 'open') return this.open;
    if (!this.#enforced) return this.open;
    const policies = [...(egress?.policies ?? []), ...(ingress?.policies ?? [])];
    const rule = ingress?.rule ?? egress?.rule;
    return this.#add({ code: 'allowed', policies: [...new Set(policies)], rule });
  }

  #add(reason: ReachReason): number {
    const key = `${reason.code} ${reason.rule ?? ''} ${reason.policies.join(' ')}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.list.push(reason) - 1;
      this.allowed[index] = allowedBy(reason.code);
      this.#known.set(key, index);
    }
    return index;
  }
}

/** What a cell with this reason holds. */
function allowedBy(code: ReachReason['code']): boolean | 'unknown' | null {
  switch (code) {
    case 'open':
    case 'allowed':
    case 'not-enforced':
      return true;
    case 'egress-denied':
    case 'ingress-denied':
      return false;
    case 'unknown':
    case 'no-address':
      return 'unknown';
    case 'same-pod':
      return null;
  }
}

function ruleOf(part: Part | undefined): { readonly rule?: number } {
  return part?.rule === undefined ? {} : { rule: part.rule };
}
