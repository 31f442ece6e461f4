/** Runs a scenario's `expect` entries: each is a probe whose outcome is compared with what was asked. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState, ExpectSpec, ProbeSpec } from '../k8s/cluster-state.ts';
import type { World } from '../net/world.ts';
import type { ClientSees, Verdict } from '../trace/trace.ts';
import { ProbeError } from './problem.ts';
import { runProbe } from './run.ts';

export interface Expectation {
  readonly spec: ExpectSpec;
  readonly probe: ProbeSpec;
  readonly wanted: { readonly key: 'allowed' | 'verdict' | 'clientSees'; readonly value: string | boolean };
  readonly verdict?: Verdict;
  readonly clientSees?: ClientSees;
  readonly holds: boolean;
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

function wantedOf(spec: ExpectSpec): Expectation['wanted'] {
  if (spec.verdict !== undefined) return { key: 'verdict', value: spec.verdict };
  if (spec.clientSees !== undefined) return { key: 'clientSees', value: spec.clientSees };
  return { key: 'allowed', value: spec.allowed ?? true };
}

/** A name without an answer: nothing was sent to the target, so nothing is known about the way there. */
const UNRESOLVED: readonly ClientSees[] = ['nxdomain', 'servfail'];

/** `allowed` asks whether the packet to the target is delivered; `verdict` and `clientSees` are compared word by word. */
export function expectations(world: World, cluster: ClusterState): readonly Expectation[] {
  return cluster.settings.expect.map((spec): Expectation => {
    const probe = probeOf(spec);
    const wanted = wantedOf(spec);
    try {
      const { trace } = runProbe(world, cluster, probe);
      const { verdict, clientSees } = trace;
      const actual =
        wanted.key === 'verdict'
          ? verdict
          : wanted.key === 'clientSees'
            ? clientSees
            : verdict === 'delivered';
      // An unknown walk holds no assertion but one that asks for it.
      const known = verdict !== 'unknown' && !(wanted.key === 'allowed' && UNRESOLVED.includes(clientSees));
      const holds = actual === wanted.value && (known || wanted.value === 'unknown');
      return { spec, probe, wanted, verdict, clientSees, holds };
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return { spec, probe, wanted, holds: false, error: error.diagnostic };
    }
  });
}
