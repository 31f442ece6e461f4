import type { Step, StepKind } from '../../sim/trace/trace.ts';

/** The verb of a step: it decides shape, colour and word wherever the step is drawn. */
export type Mark =
  | 'start'
  | 'wire'
  | 'conntrack'
  | 'rule'
  | 'program'
  | 'nat'
  | 'route'
  | 'allow'
  | 'deny'
  | 'encap'
  | 'decap'
  | 'deliver'
  | 'process'
  | 'timer'
  | 'neighbour'
  | 'bridge';

const BY_KIND: Readonly<Record<StepKind, Mark>> = {
  process: 'process',
  originate: 'start',
  transmit: 'wire',
  receive: 'wire',
  bridge: 'bridge',
  hook: 'rule',
  program: 'program',
  conntrack: 'conntrack',
  nat: 'nat',
  route: 'route',
  neighbour: 'neighbour',
  encap: 'encap',
  decap: 'decap',
  deliver: 'deliver',
  drop: 'deny',
  reject: 'deny',
  timer: 'timer',
};

const FAILURES: ReadonlySet<string> = new Set([
  'process.nxdomain',
  'process.dns-failed',
  'policy.http-deny',
  'process.refused',
  'process.reset',
  'process.timeout',
  'process.unreachable',
  'process.too-big',
  'proxy.failed',
  'route.none',
  'route.blackhole',
  'route.unreachable',
  'neighbour.failed',
]);

export function markOf(step: Step): Mark {
  if (step.reason.code === 'policy.allow' || step.reason.code === 'policy.http-allow') return 'allow';
  if (FAILURES.has(step.reason.code)) return 'deny';
  return BY_KIND[step.kind];
}

/** The family of tokens that a mark is drawn with: `--nat-fill`, `--nat-ink`, `--nat-soft`. */
export type Tone = 'route' | 'nat' | 'encap' | 'dns' | 'allow' | 'deny' | 'plain' | 'now';

export function toneOf(mark: Mark): Tone {
  switch (mark) {
    case 'nat':
    case 'conntrack':
    case 'rule':
    case 'program':
      return 'nat';
    case 'route':
      return 'route';
    case 'encap':
    case 'decap':
      return 'encap';
    case 'allow':
    case 'deliver':
      return 'allow';
    case 'deny':
      return 'deny';
    case 'start':
      return 'now';
    case 'wire':
    case 'process':
    case 'timer':
    case 'neighbour':
    case 'bridge':
      return 'plain';
  }
}
