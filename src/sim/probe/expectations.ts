/** Runs a scenario's `expect` entries: each is a probe whose outcome is compared with what was asked. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState, ExpectSpec, ProbeSpec } from '../k8s/cluster-state.ts';
import type { World } from '../net/world.ts';
import type { Reason } from '../trace/reasons.ts';
import type { ClientSees, Trace, Verdict } from '../trace/trace.ts';
import { diagnosticOf, ProbeError } from './problem.ts';
import { runProbe } from './run.ts';

export interface Expectation {
  readonly spec: ExpectSpec;
  readonly probe: ProbeSpec;
  readonly wanted: { readonly key: 'allowed' | 'verdict' | 'clientSees'; readonly value: string | boolean };
  readonly verdict?: Verdict;
  readonly clientSees?: ClientSees;
  readonly holds: boolean;
  /** What decided the walk. */
  readonly reason?: Reason;
  /** Why it could not be run. */
  readonly error?: Diagnostic;
}

/** The probe behind an entry: a URL is asked with curl, `host:port` with nc, `host:port/UDP` with a datagram, else ping. */
export function probeOf(spec: ExpectSpec): ProbeSpec {
  const transport = /\/(tcp|udp|sctp)$/i.exec(spec.to);
  const to = transport === null ? spec.to : spec.to.slice(0, -transport[0].length);
  const named = transport?.[1]?.toLowerCase();
  const proto = spec.proto ?? (named === 'udp' || named === 'sctp' ? named : undefined);
  const tool = spec.tool ?? (/^https?:\/\//i.test(to) ? 'curl' : /:\d+$/.test(to) ? 'nc' : 'ping');
  return { from: spec.from, to, tool, ...(proto === undefined ? {} : { proto }) };
}

type Wanted = Expectation['wanted'];

/** All that an entry asks. */
function wantedOf({ verdict, clientSees, allowed }: ExpectSpec): readonly Wanted[] {
  return [
    ...(verdict === undefined ? [] : [{ key: 'verdict', value: verdict } as const]),
    ...(clientSees === undefined ? [] : [{ key: 'clientSees', value: clientSees } as const]),
    ...(allowed === undefined ? [] : [{ key: 'allowed', value: allowed } as const]),
  ];
}

/** A name without an answer: nothing was sent to the target, so nothing is known about the way there. */
const UNRESOLVED: readonly ClientSees[] = ['nxdomain', 'servfail'];

/** `allowed` asks whether the packet to the target is delivered; `verdict` and `clientSees` are compared word by word. */
function holds({ key, value }: Wanted, { verdict, clientSees }: Trace): boolean {
  // An unknown walk holds no assertion but one that asks for it.
  if (verdict === 'unknown' && value !== 'unknown') return false;
  if (key === 'verdict') return verdict === value;
  if (key === 'clientSees') return clientSees === value;
  return !UNRESOLVED.includes(clientSees) && (verdict === 'delivered') === value;
}

export function expectations(world: World, cluster: ClusterState): readonly Expectation[] {
  return cluster.settings.expect.map((spec): Expectation => {
    const probe = probeOf(spec);
    const all = wantedOf(spec);
    const [first] = all;
    const lacks = spec.from === '' ? 'from' : spec.to === '' ? 'to' : 'allowed, verdict, clientSees';
    if (first === undefined || lacks === 'from' || lacks === 'to') {
      const wanted: Wanted = first ?? { key: 'allowed', value: true };
      return {
        spec,
        probe,
        wanted,
        holds: false,
        error: diagnosticOf('probe/incomplete', { field: lacks }).problem,
      };
    }
    try {
      const { trace } = runProbe(world, cluster, probe);
      const { verdict, clientSees, reason } = trace;
      const failed = all.find((wanted) => !holds(wanted, trace));
      return {
        spec,
        probe,
        wanted: failed ?? first,
        verdict,
        clientSees,
        reason,
        holds: failed === undefined,
      };
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return { spec, probe, wanted: first, holds: false, error: error.diagnostic };
    }
  });
}
