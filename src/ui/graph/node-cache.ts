import type { Node } from '@xyflow/react';
import type { Item } from './drawing.ts';

export type ThingNode = Node<{ readonly item: Item }, 'thing'>;

const Z: Readonly<Record<Item['kind'], number>> = {
  room: 0,
  handle: 1,
  bridge: 2,
  pod: 5,
  device: 5,
  host: 5,
  plate: 6,
  pill: 6,
  refused: 6,
};

/** Makes React Flow's nodes; one whose shapes did not change keeps its identity, so that React leaves it alone. */
export class NodeCache {
  private known = new Map<string, { readonly key: string; readonly node: ThingNode }>();

  nodes(items: readonly Item[], fixed: boolean): ThingNode[] {
    const next = new Map<string, { readonly key: string; readonly node: ThingNode }>();
    for (const item of items) {
      const key = `${fixed} ${JSON.stringify(item)}`;
      const old = this.known.get(item.id);
      next.set(item.id, old?.key === key ? old : { key, node: nodeOf(item, fixed) });
    }
    this.known = next;
    return [...next.values()].map((entry) => entry.node);
  }
}

function nodeOf(item: Item, fixed: boolean): ThingNode {
  const { x, y, w, h } = item.box;
  return {
    id: item.id,
    type: 'thing',
    position: { x, y },
    width: w,
    height: h,
    measured: { width: w, height: h },
    zIndex: Z[item.kind],
    draggable: item.draggable && !fixed,
    selectable: false,
    focusable: item.kind !== 'handle',
    ariaLabel: item.label,
    data: { item },
  };
}
