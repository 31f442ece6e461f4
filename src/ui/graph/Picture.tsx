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
import { memo, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { planNarrow } from '../../sim/scene/plan-narrow.ts';
import { planScene } from '../../sim/scene/plan.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { usePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { draw, HANDLE, LEVEL, type Item } from './drawing.ts';
import { LensBar } from './LensBar.tsx';
import { useDrawn } from './motion-state.ts';
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
/** A folded room is no taller than its name. */
const FOLDED_HEIGHT = 48;

/** The picture of the cluster and the packet in it. */
export function Picture() {
  const scene = useSimulation((s) => s.result?.scene);
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
      <Drawn scene={scene} />
    </ReactFlowProvider>
  );
}

function Drawn({ scene }: { readonly scene: Scene }) {
  const words = useText().graph;
  const walk = useSimulation((s) => s.walk);
  const errors = useSimulation(
    (s) => s.result?.diagnostics.filter((d) => d.severity === 'error').length ?? 0,
  );
  const failed = useSimulation((s) => s.failure !== undefined);
  const lens = useLook((s) => s.lens);
  const selection = useLook((s) => s.selection);
  const dragged = useLook((s) => s.dragged);
  const step = useDrawn((s) => s.step);
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
  const told = usePlayback((s) => s.step);
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
          attributionPosition={plan.narrow ? 'bottom-left' : 'top-left'}
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
            />
          )}
        </ReactFlow>
      </div>
      {walk === undefined && <RestHint />}
      {!plan.narrow && <LensBar onFit={camera.fit} />}
    </section>
  );
}

function select(item: Item): void {
  useLook.getState().set({ selection: item.selection });
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
