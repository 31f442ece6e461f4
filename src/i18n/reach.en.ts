/** One pod both ways. */
interface RuleName {
  readonly direction: 'ingress' | 'egress';
  readonly policy: string;
  readonly kind: string;
  readonly rule?: number;
}

const name = ({ kind, policy }: RuleName): string =>
  kind === 'NetworkPolicy' ? policy : `${kind} ${policy}`;
const SIDE = { ingress: 'ingress', egress: 'egress' } as const;

export const reach = {
  title: 'Reach',
  to: 'Whom it may talk to',
  from: 'Who may talk to it',
  selects: { ingress: 'Policies on its ingress', egress: 'Policies on its egress' },
  none: 'none (open)',
  nobody: 'There is no other pod.',
  nothing: 'listens on nothing',
  asking: 'Asking every pod',
  failed: 'Whom it reaches could not be told.',
  send: (p: { port: string }) => `Send a packet to ${p.port}`,
  portLabel: 'port',
  port: 'Port; empty: those that the receiver listens on',
  pods: (p: { n: number }) => (p.n === 1 ? '1 pod' : `${p.n} pods`),
  more: (p: { n: number }) => `${p.n} more`,
  answers: { allowed: 'allowed', denied: 'denied', unknown: 'unknown' },
  count: (p: { allowed: number; denied: number }) => `${p.allowed} allowed, ${p.denied} denied`,
  open: 'open: no policy decides about it',
  allows: (p: RuleName) => `${SIDE[p.direction]}: rule ${(p.rule ?? 0) + 1} of ${name(p)}`,
  denies: (p: RuleName) => `${SIDE[p.direction]}: rule ${(p.rule ?? 0) + 1} of ${name(p)} says Deny`,
  isolates: (p: RuleName) => `${SIDE[p.direction]}: no rule of ${name(p)} matches`,
  because: {
    'not-enforced': 'this CNI enforces no policy',
    'no-address': 'a pod that has no address, or runs no more, can neither send nor receive',
    unmodelled: 'a field outside the model could change it',
    'host-address': 'the address that the receiver sees depends on the CNI',
    'own-node': 'what a pod’s own node sends is always let in',
  },
};
