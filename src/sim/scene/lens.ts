/** Which steps a lens stops at. Steps that it hides are merged with the next shown one; none is lost. */
import type { ReasonCode } from '../trace/reasons.ts';
import type { Step, Trace } from '../trace/trace.ts';

export type SceneLens = 'app' | 'service' | 'pod-network' | 'overlay' | 'wire';

export const LENSES: readonly SceneLens[] = ['app', 'service', 'pod-network', 'overlay', 'wire'];

/** What a program did that a person asked about: it had an answer, or it had none. */
const OUTCOMES: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'process.nxdomain',
  'process.dns-failed',
  'process.response',
  'process.answer',
  'process.refused',
  'process.reset',
  'process.timeout',
  'process.unreachable',
  'process.too-big',
]);

/** One packet becomes several, or several one. */
const CUTS: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['ip.fragment', 'ip.defrag', 'ip.segments']);

const level = (lens: SceneLens): number => LENSES.indexOf(lens);

/** The coarsest lens that stops at a step: 0 is `app`, 4 is `wire`. */
function coarsest(step: Step): number {
  // Frames of no conversation (ARP), and the whole way again for each retry, belong to the wire.
  if (step.segment < 0) return 4;
  if ((step.retry ?? 0) > 0 && step.kind !== 'timer') return 4;
  switch (step.kind) {
    case 'process':
      return OUTCOMES.has(step.reason.code) ? 0 : 4;
    case 'originate':
    case 'deliver':
    case 'drop':
    case 'reject':
    case 'timer':
      return 0;
    case 'nat':
      return 1;
    case 'bridge':
      return step.reason.code === 'bridge.up' ? 4 : 2;
    case 'route':
      if (CUTS.has(step.reason.code)) return 2;
      if (step.reason.code === 'route.balance') return 1;
      if (step.reason.code === 'route.none' && !step.place.startsWith('node/')) return 0;
      // A router between machines is a hop of the network that they share.
      if (step.place.startsWith('external/')) return step.reason.code === 'route.forward' ? 3 : 4;
      if (!step.place.startsWith('node/')) return 4;
      return step.reason.code === 'route.forward' || step.reason.code === 'route.output' ? 2 : 4;
    case 'encap':
    case 'decap':
      return 3;
    case 'hook':
      return step.reason.code.startsWith('policy.') ||
        step.reason.code === 'rule.drop' ||
        step.reason.code === 'rule.reject'
        ? 3
        : 4;
    case 'program':
      return step.reason.code.startsWith('policy.') ||
        step.reason.code === 'odp.miss' ||
        (step.reason.code === 'program.verdict' && step.reason.params.act !== 'ok')
        ? 3
        : 4;
    case 'receive':
      return 3;
    case 'transmit':
    case 'conntrack':
    case 'neighbour':
      return 4;
  }
}

/** Does this lens stop at this step? */
export function isShown(step: Step, lens: SceneLens): boolean {
  if (
    lens !== 'wire' &&
    step.packet?.inner !== undefined &&
    step.kind !== 'encap' &&
    step.kind !== 'receive'
  ) {
    // The node's own handling of the outer packet is the wire's business, unless it ends there.
    if (CUTS.has(step.reason.code)) return level(lens) >= 3;
    const own = step.place.startsWith('node/') && step.kind === 'route';
    if (own || step.kind === 'hook' || step.kind === 'conntrack' || step.kind === 'nat') return false;
  }
  return coarsest(step) <= level(lens);
}

/** A stop that says nothing new where the step before it already stands: the same device, one layer up. */
function repeats(step: Step, before: Step | undefined): boolean {
  if (step.kind !== 'receive') return false;
  if (!step.place.startsWith('node/')) return true;
  return before?.kind === 'decap' || (before?.kind === 'bridge' && before.reason.code === 'bridge.up');
}

/** Indexes of the steps that a lens shows, in order. The step that decided is always among them. */
export function shownSteps(trace: Pick<Trace, 'steps' | 'decidedBy'>, lens: SceneLens): readonly number[] {
  return trace.steps
    .filter(
      (s, i) =>
        s.index === trace.decidedBy ||
        (isShown(s, lens) && (lens === 'wire' || !repeats(s, trace.steps[i - 1]))),
    )
    .map((s) => s.index);
}
