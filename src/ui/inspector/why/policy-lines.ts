import type { Trace } from '../../../sim/trace/trace.ts';
import type { ClusterView } from '../../../worker/protocol.ts';
import type { Phase } from './phases.ts';

/** What is said of policies where no step says it. `cni` is set where the CNI acts on none. */
export interface PolicyLine {
  readonly directions: readonly { readonly direction: 'egress' | 'ingress'; readonly pod: string }[];
  readonly cni: string | undefined;
}

export interface PolicyLines {
  /** The line to draw above a phase. */
  readonly before: (phase: Phase) => PolicyLine | undefined;
}

/**
 * Where an enforcing CNI asks its policies without a rule that speaks (nothing selects the pod): after the sender's
 * route for egress, right before delivery for ingress. Where policies exist and the CNI enforces none, the same places
 * say so.
 */
export function policyLines(
  trace: Trace,
  phases: readonly Phase[],
  cluster: ClusterView | undefined,
): PolicyLines {
  const settings = cluster?.settings;
  const exist = (cluster?.policies.length ?? 0) > 0;
  if (settings === undefined || (!settings.enforcesPolicy && !exist)) return { before: () => undefined };
  const client = trace.segments.find((s) => s.purpose === 'probe')?.client;
  const cni = settings.enforcesPolicy ? undefined : settings.cniLabel;
  const isPod = (place: string | undefined): place is string =>
    place !== undefined && !place.startsWith('node/') && !place.startsWith('external/');
  const has = (kind: Phase['kind']): boolean => phases.some((p) => p.kind === kind);
  const own = phases.filter((p) => p.kind !== 'dns' && p.kind !== 'outcome');
  const firstRoute = own.findIndex((p) => p.kind === 'route');
  const afterRoute = firstRoute < 0 ? undefined : own[firstRoute + 1];
  const delivery = own.find((p) => p.kind === 'delivery');
  const says = (direction: 'egress' | 'ingress'): boolean =>
    cni !== undefined || trace.policy[direction] === 'not-selected';
  return {
    before: (phase) => {
      const directions: { direction: 'egress' | 'ingress'; pod: string }[] = [];
      if (phase === afterRoute && !has('egress') && isPod(client) && says('egress')) {
        directions.push({ direction: 'egress', pod: client });
      }
      if (phase === delivery && !has('ingress') && isPod(phase.place) && says('ingress')) {
        directions.push({ direction: 'ingress', pod: phase.place });
      }
      return directions.length === 0 ? undefined : { directions, cni };
    },
  };
}
