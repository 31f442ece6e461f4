/**
 * A scenario's `expect` and `probes` as policy-assistant's traffic file. It knows pods and addresses and no Service, so each
 * question is walked: the destination is where the packet was going after every translation, the source is who asked, before
 * any masquerading. What has no counterpart there is left out and told.
 */
import type { Ip } from '../base/ip.ts';
import type { ClusterState, Pod, ProbeSpec } from '../k8s/cluster-state.ts';
import type { Flow } from '../policy/evaluate.ts';
import { type FlowEnd, isPod, namespaceLabels } from '../policy/matching.ts';
import { probeOf } from '../probe/expectations.ts';
import { flowOf } from '../probe/flow-of-step.ts';
import { ProbeError } from '../probe/problem.ts';
import { resolveSource } from '../probe/target.ts';
import { type Simulation, walk } from '../simulate.ts';
import type { Trace } from '../trace/trace.ts';

/** Why a question is not in the file. */
export type LeftOut =
  /** It could not be asked. */
  | 'not-asked'
  /** Nothing was sent to the target: its name came to nothing, or there is no way out. */
  | 'nothing-sent'
  /** Traffic has a port, ICMP has none. */
  | 'icmp'
  /** A Service behind which there is no pod. */
  | 'service'
  /** A pod talks to itself over lo, where no policy is. */
  | 'loopback'
  /** Neither end is a pod. */
  | 'no-pod';

export interface ExportedTraffic {
  readonly text: string;
  readonly entries: number;
  readonly left: readonly { readonly from: string; readonly to: string; readonly why: LeftOut }[];
}

export function exportTraffic(simulation: Simulation): ExportedTraffic {
  const { settings } = simulation.cluster;
  const written = new Map<string, object>();
  const left: ExportedTraffic['left'][number][] = [];
  for (const probe of [...settings.expect.map(probeOf), ...settings.probes]) {
    const told = trafficOf(simulation, probe);
    if (typeof told === 'string') left.push({ from: probe.from, to: probe.to, why: told });
    else written.set(JSON.stringify(told), told);
  }
  const entries = [...written.values()];
  return { text: `${JSON.stringify(entries, undefined, 2)}\n`, entries: entries.length, left };
}

function trafficOf(simulation: Simulation, probe: ProbeSpec): object | LeftOut {
  const { cluster } = simulation;
  const source = resolveSource(cluster, probe.from);
  if ('problem' in source) return 'not-asked';
  let trace: Trace;
  try {
    trace = walk(simulation, probe);
  } catch (error) {
    if (error instanceof ProbeError) return 'not-asked';
    throw error;
  }
  const sent = sentFlow(cluster, trace);
  if (sent === undefined) return 'nothing-sent';
  const { port, protocol, to } = sent.flow;
  if (protocol === 'ICMP' || port === undefined) return 'icmp';
  const from: FlowEnd = source.pod !== undefined && !source.pod.hostNetwork ? source.pod : sent.flow.from;
  if (/^(?:127\.|::1$)/.test(sent.to)) return 'loopback';
  if (!isPod(to) && cluster.services.some((service) => service.clusterIPs.includes(to.ip))) return 'service';
  if (!isPod(from) && !isPod(to)) return 'no-pod';
  const name = isPod(to) ? portName(to, port, protocol) : undefined;
  return {
    Source: peerOf(cluster, from, sent.from),
    Destination: peerOf(cluster, to, sent.to),
    Protocol: protocol,
    ResolvedPort: port,
    ...(name === undefined ? {} : { ResolvedPortName: name }),
  };
}

/** The probe's own packet: from where it began, to where it was going at the end of its way. */
function sentFlow(
  cluster: ClusterState,
  trace: Trace,
): { readonly flow: Flow; readonly from: Ip; readonly to: Ip } | undefined {
  const own = trace.segments.findIndex((segment) => segment.purpose === 'probe');
  const sent = trace.steps.flatMap((step) => {
    const { packet } = step;
    if (step.segment !== own || step.dir !== 'request' || packet?.inner !== undefined) return [];
    const flow = flowOf(cluster, step);
    return flow === undefined || packet?.ip === undefined
      ? []
      : { flow, from: packet.ip.src, to: packet.ip.dst };
  });
  const [first] = sent;
  const last = sent.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { flow: { ...last.flow, from: first.flow.from }, from: first.from, to: last.to };
}

function peerOf(cluster: ClusterState, end: FlowEnd, ip: Ip): object {
  if (!isPod(end)) return { IP: ip };
  return {
    Internal: {
      PodLabels: end.labels,
      NamespaceLabels: namespaceLabels(cluster).get(end.namespace) ?? {},
      Namespace: end.namespace,
    },
    IP: ip,
  };
}

function portName(pod: Pod, port: number, protocol: string): string | undefined {
  const ports = pod.containers.flatMap((container) => container.ports);
  return ports.find((one) => one.containerPort === port && one.protocol === protocol)?.name;
}
