import { useMemo } from 'react';
import type { ClusterView } from '../../worker/protocol.ts';
import { usePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { lanesOf, laneAt, type Lane } from './lanes.ts';
import { timetableOf, type Timetable, type Where } from './timetable.ts';
import type { Trace } from '../../sim/trace/trace.ts';

/** Where pods are and who has which address, from what the page knows of the cluster. */
function whereOf(cluster: ClusterView | undefined): Where {
  const nodes = new Map<string, string>();
  const places = new Map<string, string>();
  for (const pod of cluster?.pods ?? []) {
    const id = `${pod.namespace}/${pod.name}`;
    if (pod.node !== undefined) nodes.set(id, `node/${pod.node}`);
    if (pod.ip !== undefined) places.set(pod.ip, id);
  }
  for (const node of cluster?.nodes ?? []) places.set(node.ip, `node/${node.name}`);
  for (const host of cluster?.external ?? []) {
    for (const ip of host.ips) places.set(ip, `external/${host.name}`);
  }
  return { nodeOf: (p) => nodes.get(p), placeOf: (ip) => places.get(ip) };
}

export interface WalkView {
  readonly trace: Trace;
  readonly shown: readonly number[];
  readonly lanes: readonly Lane[];
  readonly lane: Lane | undefined;
  readonly timetable: Timetable;
  readonly step: number;
  /** 0-based position of the current step among the shown ones; -1 at rest. */
  readonly position: number;
}

/** Everything that the time line draws, or undefined before anything was sent. */
export function useWalkView(): WalkView | undefined {
  const walk = useSimulation((s) => s.walk);
  const cluster = useSimulation((s) => s.result?.cluster);
  const lens = useLook((s) => s.lens);
  const step = usePlayback((s) => s.step);
  const lanes = useMemo(() => (walk === undefined ? [] : lanesOf(walk.trace, walk.probe)), [walk]);
  const where = useMemo(() => whereOf(cluster), [cluster]);
  const lane = laneAt(lanes, step);
  const shown = walk?.shown[lens];
  const timetable = useMemo(
    () =>
      walk === undefined || shown === undefined
        ? { rows: [], stops: [] }
        : timetableOf(walk.trace, lane, shown, where),
    [walk, shown, lane, where],
  );
  if (walk === undefined || shown === undefined) return undefined;
  return {
    trace: walk.trace,
    shown,
    lanes,
    lane,
    timetable,
    step,
    position: shown.findLastIndex((i) => i <= step),
  };
}
