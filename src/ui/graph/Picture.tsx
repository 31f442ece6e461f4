import '@xyflow/react/dist/base.css';
import {
  type Node,
  type NodeProps,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from '@xyflow/react';
import { useStore } from 'zustand';
import { memo, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { planNarrow } from '../../sim/scene/plan-narrow.ts';
import { planScene } from '../../sim/scene/plan.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { ownPlayback, type Playback } from '../../state/playback.ts';
import { useLook, whyRefused } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import type { WalkResult } from '../../worker/protocol.ts';
import { draw, HANDLE, LEVEL, type Item } from './drawing.ts';
import { LensBar } from './LensBar.tsx';
import { drawnStep } from './motion-state.ts';
import { movingParts } from './moving-parts.ts';
import { CLASS_PREFIX } from './patch.ts';
import styles from './Picture.module.css';
import { RestHint } from './RestHint.tsx';
import { Shapes } from './Shapes.tsx';
import { styleSheet } from './styles.ts';
import { NodeCache, type ThingNode } from './node-cache.ts';
import { segmentAt, useNarrow } from './use-narrow.ts';
import { useCamera } from './use-camera.ts';
import { focusOf } from './camera-window.ts';
import { localRooms, viewOf } from './walk-plan.ts';

const Thing = memo(function Thing({ data }: NodeProps<ThingNode>) {
  const { box, shapes } = data.item;
  return (
    <div title={data.item.label}>
      <svg
        className={styles.shapes}
        width={box.w}
        height={box.h}
        viewBox={`${box.x} ${box.y} ${box.w} ${box.h}`}
        aria-hidden="true"
      >
        <Shapes shapes={shapes} />
      </svg>
    </div>
  );
});

const NODE_TYPES: NodeTypes = { thing: Thing };
const SHEET = styleSheet(CLASS_PREFIX);
/** Its name would stand in the picture, over what is drawn there: Help says it. */
const PRO_OPTIONS = { hideAttribution: true };
/** A folded room is no taller than its name. */
const FOLDED_HEIGHT = 48;

/** Another cluster and its walk, drawn instead of the simulated one's; undefined while they are on the way. */
export interface Beside {
  readonly scene: Scene | undefined;
  readonly walk: WalkResult | undefined;
  readonly playback: Playback;
}

/** The picture of the cluster and the packet in it. `guided`: something else moves the walk on while it plays. */
export function Picture({ beside, guided }: { readonly beside?: Beside; readonly guided?: boolean }) {
  const own = useSimulation((s) => s.result?.scene);
  const scene = beside === undefined ? own : beside.scene;
  const words = useText().graph;
  if (scene === undefined || scene.rooms.length === 0) {
    return (
      <section className={styles.picture} aria-label={words.picture}>
        <p className={styles.empty}>{scene === undefined ? '' : words.empty}</p>
      </section>
    );
  }
  return (
    <ReactFlowProvider>
      <Drawn scene={scene} beside={beside} guided={guided === true} />
    </ReactFlowProvider>
  );
}

function Drawn({
  scene,
  beside,
  guided,
}: {
  readonly scene: Scene;
  readonly beside: Beside | undefined;
  readonly guided: boolean;
}) {
  const words = useText().graph;
  const ownWalk = useSimulation((s) => s.walk);
  const walk = beside === undefined ? ownWalk : beside.walk;
  const playback = beside?.playback ?? ownPlayback;
  const [drawn] = useState(drawnStep);
  const errors = useSimulation(
    (s) => s.result?.diagnostics.filter((d) => d.severity === 'error').length ?? 0,
  );
  const failed = useSimulation((s) => s.failure !== undefined);
  const lens = useLook((s) => s.lens);
  const selection = useLook((s) => s.selection);
  const dragged = useLook((s) => s.dragged);
  const step = useStore(drawn, (s) => s.step);
  const section = useRef<HTMLElement>(null);
  const trace = walk?.trace;

  const [folds, setFolds] = useState<Readonly<Record<string, boolean>>>({});
  const narrow = useNarrow(section);
  const segment = segmentAt(trace, step);
  const plan = useMemo(
    () =>
      (narrow ? planNarrow(scene, trace, segment) : undefined) ?? planScene(scene, { trace, dragged, folds }),
    [scene, trace, dragged, folds, narrow, segment],
  );
  const level = plan.narrow ? 3 : LEVEL[lens];
  const moving = movingParts.useLoaded(trace !== undefined);
  const onWires = useMemo(
    () => (trace === undefined || moving === undefined ? [] : moving.frames(plan, trace)),
    [plan, trace, moving],
  );
  const all = useMemo(
    () =>
      lens === 'app' && !plan.narrow && moving !== undefined ? moving.talkFrames(plan, onWires) : onWires,
    [plan, onWires, lens, moving],
  );
  const local = useMemo(() => localRooms(plan, onWires), [plan, onWires]);
  const shown = walk?.shown[lens] ?? [];
  const drawing = useMemo(
    () =>
      draw({
        plan,
        frame: all[step],
        lens: plan.narrow ? 'service' : lens,
        selection,
        local,
        words,
      }),
    [plan, all, step, lens, selection, local, words],
  );
  const [cache] = useState(() => new NodeCache());
  const nodes = useMemo(
    () => cache.nodes([...drawing.rooms, ...drawing.bridges, ...drawing.items], plan.narrow),
    [cache, drawing, plan.narrow],
  );
  const toggle = useCallback(
    (item: Item) => {
      if (item.kind !== 'room' && item.kind !== 'handle') return;
      const id = item.id.startsWith(HANDLE) ? item.id.slice(HANDLE.length) : item.id;
      const room = plan.rooms.find((r) => r.room.id === id);
      if (room !== undefined) setFolds((f) => ({ ...f, [id]: !room.folded }));
    },
    [plan],
  );
  useEnter(section, toggle);

  const view = useMemo(() => viewOf(plan, trace, segment), [plan, trace, segment]);
  const told = useStore(playback, (s) => s.step);
  const focus = useMemo(() => focusOf(plan, all, told), [plan, all, told]);
  const camera = useCamera(view, focus, section);

  const onNodeClick = useCallback((_: unknown, node: Node) => select((node as ThingNode).data.item), []);
  const onNodeDrag = useCallback((_: unknown, node: Node) => {
    const { dragged: before, set } = useLook.getState();
    const at = { x: Math.round(node.position.x / 8) * 8, y: Math.round(node.position.y / 8) * 8 };
    const id = node.id.startsWith(HANDLE) ? node.id.slice(HANDLE.length) : node.id;
    const old = before[id];
    if (old?.x !== at.x || old.y !== at.y) set({ dragged: { ...before, [id]: at } });
  }, []);

  return (
    <section ref={section} className={styles.picture} aria-label={words.picture}>
      <style>{`${SHEET}`}</style>
      {(failed || errors > 0) && (
        <p className={styles.notice}>{failed ? words.keepsLast : words.leavesOut(errors)}</p>
      )}
      <div className={styles.flow} data-narrow={plan.narrow || undefined}>
        <ReactFlow
          nodes={nodes}
          edges={[]}
          nodeTypes={NODE_TYPES}
          minZoom={0.2}
          maxZoom={3}
          nodesConnectable={false}
          nodesFocusable
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panActivationKeyCode={null}
          zoomActivationKeyCode={null}
          elevateNodesOnSelect={false}
          nodeDragThreshold={4}
          zoomOnDoubleClick={false}
          onNodeClick={onNodeClick}
          onNodeDoubleClick={(_, node) => toggle(node.data.item)}
          onNodeDrag={onNodeDrag}
          onPaneClick={clearSelection}
          onMoveEnd={camera.onMoveEnd}
          proOptions={PRO_OPTIONS}
        >
          <ViewportPortal>
            <svg
              data-layer="lines"
              className={styles.layer}
              style={{ zIndex: 1 }}
              width={1}
              height={1}
              aria-hidden="true"
            >
              <Shapes shapes={drawing.lines} />
            </svg>
            <svg className={styles.layer} style={{ zIndex: 4 }} width={1} height={1} aria-hidden="true">
              <Shapes shapes={drawing.signs} />
            </svg>
          </ViewportPortal>
          {moving !== undefined && (
            <moving.Overlay
              plan={plan}
              all={all}
              shown={shown}
              level={level}
              view={camera.window}
              words={words}
              playback={playback}
              drawn={drawn}
              guided={guided}
            />
          )}
        </ReactFlow>
      </div>
      {walk === undefined && beside === undefined && !failed && errors === 0 && <RestHint />}
      {beside === undefined && <LensBar onFit={camera.fit} />}
    </section>
  );
}

function select({ selection }: Item): void {
  if (selection?.kind === 'refused') whyRefused(selection.id);
  else useLook.getState().set({ selection, opened: undefined });
}

function clearSelection(): void {
  if (useLook.getState().selection !== undefined) useLook.getState().set({ selection: undefined });
}

/** Enter on a focused node selects it, as a click does. */
function useEnter(section: RefObject<HTMLElement | null>, unfold: (item: Item) => void): void {
  const { getNode } = useReactFlow<ThingNode>();
  useEffect(() => {
    const element = section.current;
    if (element === null) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.target instanceof Element)) return;
      const id = event.target.closest<HTMLElement>('.react-flow__node')?.dataset.id;
      const item = id === undefined ? undefined : getNode(id)?.data.item;
      if (item === undefined) return;
      select(item);
      if (item.kind === 'room' && item.box.h <= FOLDED_HEIGHT) unfold(item);
    };
    element.addEventListener('keydown', onKey);
    return () => element.removeEventListener('keydown', onKey);
  }, [section, getNode, unfold]);
}
