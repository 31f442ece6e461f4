import '@xyflow/react/dist/base.css';
import {
  type Node,
  type NodeProps,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  ViewportPortal,
} from '@xyflow/react';
import { memo, useCallback, useMemo, useRef } from 'react';
import { useText } from '../../i18n/messages.ts';
import { frames } from '../../sim/scene/frames.ts';
import { planNarrow } from '../../sim/scene/plan-narrow.ts';
import { talkFrames } from '../../sim/scene/talk.ts';
import { planScene } from '../../sim/scene/plan.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { draw, HANDLE, LEVEL, type Item } from './drawing.ts';
import { LensBar } from './LensBar.tsx';
import { useDrawn } from './motion-state.ts';
import { Overlay } from './Overlay.tsx';
import { CLASS_PREFIX } from './patch.ts';
import styles from './Picture.module.css';
import { RestHint } from './RestHint.tsx';
import { Shapes } from './Shapes.tsx';
import { styleSheet } from './styles.ts';
import { useNarrow, useSegment } from './use-narrow.ts';
import { useCamera } from './use-camera.ts';
import { localRooms, viewOf } from './walk-plan.ts';

type ThingNode = Node<{ readonly item: Item }, 'thing'>;

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
const Z = { room: 0, handle: 1, bridge: 2, pod: 5, device: 5, host: 5, plate: 6, pill: 6 } as const;

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
  const broken = useSimulation((s) => s.result?.diagnostics.some((d) => d.severity === 'error') ?? false);
  const failed = useSimulation((s) => s.failure !== undefined);
  const lens = useLook((s) => s.lens);
  const selection = useLook((s) => s.selection);
  const dragged = useLook((s) => s.dragged);
  const step = useDrawn((s) => s.step);
  const section = useRef<HTMLElement>(null);
  const trace = walk?.trace;

  const narrow = useNarrow(section);
  const segment = useSegment(trace, step);
  const plan = useMemo(
    () => (narrow ? planNarrow(scene, trace, segment) : undefined) ?? planScene(scene, { trace, dragged }),
    [scene, trace, dragged, narrow, segment],
  );
  const level = plan.narrow ? 3 : LEVEL[lens];
  const onWires = useMemo(() => (trace === undefined ? [] : frames(plan, trace)), [plan, trace]);
  const all = useMemo(
    () => (lens === 'app' && !plan.narrow ? talkFrames(plan, onWires) : onWires),
    [plan, onWires, lens],
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
  const nodes = useNodes(plan.narrow, drawing.rooms, drawing.bridges, drawing.items);

  const view = useMemo(() => viewOf(plan, trace, segment), [plan, trace, segment]);
  const camera = useCamera(view, section);

  const onNodeClick = useCallback((_: unknown, node: Node) => select((node as ThingNode).data.item), []);
  const onNodeDrag = useCallback((_: unknown, node: Node) => {
    const { dragged: before, set } = useLook.getState();
    const at = { x: Math.round(node.position.x / 8) * 8, y: Math.round(node.position.y / 8) * 8 };
    const id = node.id.startsWith(HANDLE) ? node.id.slice(HANDLE.length) : node.id;
    const old = before[id];
    if (old?.x !== at.x || old.y !== at.y) set({ dragged: { ...before, [id]: at } });
  }, []);

  return (
    <section
      ref={section}
      className={styles.picture}
      aria-label={words.picture}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        const id = (event.target as HTMLElement).closest<HTMLElement>('.react-flow__node')?.dataset.id;
        const item = nodes.find((n) => n.id === id)?.data.item;
        if (item !== undefined) select(item);
      }}
    >
      <style>{`${SHEET}`}</style>
      {(failed || broken) && <p className={styles.notice}>{failed ? words.keepsLast : words.leavesOut}</p>}
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
          onNodeDrag={onNodeDrag}
          onPaneClick={clearSelection}
          onMoveStart={camera.onMoveStart}
          attributionPosition="bottom-right"
        >
          <ViewportPortal>
            <svg className={styles.layer} style={{ zIndex: 1 }} width={1} height={1} aria-hidden="true">
              <Shapes shapes={drawing.lines} />
            </svg>
            <svg className={styles.layer} style={{ zIndex: 4 }} width={1} height={1} aria-hidden="true">
              <Shapes shapes={drawing.signs} />
            </svg>
          </ViewportPortal>
          <Overlay plan={plan} all={all} shown={shown} level={level} view={view} words={words} />
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

/** React Flow's nodes; one whose shapes did not change keeps its identity, so that React leaves it alone. */
function useNodes(fixed: boolean, ...groups: readonly (readonly Item[])[]): ThingNode[] {
  const known = useRef(new Map<string, { readonly key: string; readonly node: ThingNode }>());
  const next = new Map<string, { readonly key: string; readonly node: ThingNode }>();
  for (const item of groups.flat()) {
    const key = JSON.stringify(item) + String(fixed);
    const old = known.current.get(item.id);
    const entry =
      old?.key === key
        ? old
        : {
            key,
            node: {
              id: item.id,
              type: 'thing' as const,
              position: { x: item.box.x, y: item.box.y },
              width: item.box.w,
              height: item.box.h,
              measured: { width: item.box.w, height: item.box.h },
              zIndex: Z[item.kind],
              draggable: item.draggable && !fixed,
              selectable: false,
              focusable: item.kind !== 'handle',
              ariaLabel: item.label,
              data: { item },
            },
          };
    next.set(item.id, entry);
  }
  known.current = next;
  return [...next.values()].map((e) => e.node);
}
