/** A namespace's tables as text: apart from the pipeline, because the page loads it when a table is first looked at. */
import type { ClusterState } from './k8s/cluster-state.ts';
import { createState } from './net/kernel.ts';
import { show, type ShowLine } from './net/show/show.ts';
import { netnsState } from './net/state.ts';
import { diagnosticOf, ProbeError } from './probe/problem.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { runProbe } from './probe/run.ts';
import type { Simulation } from './simulate.ts';

/** Prints a namespace's table as its real command does; `after` walks a probe first. Throws `ProbeError`. */
export function tableOf(
  { world, cluster }: Simulation,
  netns: string,
  command: string,
  after?: ProbeQuestion,
): readonly ShowLine[] {
  const config = world.netns.get(netns) ?? world.netns.get(hostOf(cluster, netns));
  if (config === undefined)
    throw new ProbeError(diagnosticOf('probe/netns-unknown', { name: netns }).problem);
  const state = createState(world);
  // A pod's sockets look things up in its node's maps: a tool that prints them prints those.
  const tools = world.commands ?? [];
  const home = config.programs?.find((program) => program.mapsOf !== undefined)?.mapsOf;
  const shown =
    home !== undefined && tools.some((tool) => tool.command === command)
      ? (world.netns.get(home) ?? config)
      : config;
  if (after !== undefined) runProbe(world, cluster, after, state);
  const output = show(shown, { state: netnsState(state, shown.id), clockMs: state.clockMs }, command, {
    netns: (id) => world.netns.get(id),
    commands: tools,
  });
  if ('error' in output) {
    throw new ProbeError({ code: output.error.code, severity: 'error', params: output.error.params });
  }
  return output.lines;
}

/** A pod on the host's network has no namespace of its own: its node's. */
function hostOf(cluster: ClusterState, name: string): string {
  const pod = cluster.pods.find((p) => p.hostNetwork && `${p.namespace}/${p.name}` === name);
  return `node/${pod?.node ?? ''}`;
}
