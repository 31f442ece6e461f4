/** What an engine does not read of a NetworkPolicy, though the API has it: the policies as it takes them. */
import type { NetworkPolicy, NetworkPolicyRule } from './cluster-state.ts';

export interface PolicyReading {
  /** A policy that has a port's name anywhere is rejected as a whole. */
  readonly namedPorts?: 'rejected';
  /** `endPort` is not looked at: the rule is for `port` alone. */
  readonly endPort?: 'ignored';
}

/** Every port of a policy and where it is written. */
export function portsOfPolicy(policy: NetworkPolicy): readonly {
  readonly item: NetworkPolicyRule['ports'][number];
  readonly path: readonly (string | number)[];
}[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    policy[direction].flatMap((rule, i) =>
      rule.ports.map((item, j) => ({ item, path: ['spec', direction, i, 'ports', j] })),
    ),
  );
}

export function hasNamedPort(policy: NetworkPolicy): boolean {
  return portsOfPolicy(policy).some(({ item }) => typeof item.port === 'string');
}

function withoutEndPort(rules: readonly NetworkPolicyRule[]): readonly NetworkPolicyRule[] {
  return rules.map((rule) => ({
    ...rule,
    ports: rule.ports.map(({ endPort: _ignored, ...item }) => item),
  }));
}

/** Policies that need no change are the identical objects. */
export function asRead(
  policies: readonly NetworkPolicy[],
  reading: PolicyReading | undefined,
): readonly NetworkPolicy[] {
  if (reading === undefined) return policies;
  const taken = reading.namedPorts === 'rejected' ? policies.filter((p) => !hasNamedPort(p)) : policies;
  if (reading.endPort !== 'ignored') return taken;
  return taken.map((policy) =>
    portsOfPolicy(policy).some(({ item }) => item.endPort !== undefined)
      ? { ...policy, ingress: withoutEndPort(policy.ingress), egress: withoutEndPort(policy.egress) }
      : policy,
  );
}
