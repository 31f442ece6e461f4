import { create } from 'zustand';
import type { ObjectRef, SourceRange } from '../sim/base/origin.ts';
import type { Lens, View } from './preferences.ts';

/** What is selected: highlights its kin everywhere. */
export type Selection =
  | { readonly kind: 'pod'; readonly id: string } // namespace/name
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'service'; readonly id: string }
  | { readonly kind: 'ingress'; readonly id: string }
  | { readonly kind: 'device'; readonly id: string; readonly iface: string } // id: netns
  | { readonly kind: 'external'; readonly id: string }
  | { readonly kind: 'refused'; readonly id: string } // Pod shop/web: what the API server turned down
  | undefined;

export type InspectorTab = 'why' | 'packet' | 'tables' | 'cluster';

export interface Opened {
  readonly ref: ObjectRef;
  /** `refused`: the way of the object made of it that was refused, where one was. */
  readonly way?: 'own' | 'refused';
}

/** What the person looks at. Shared in links as the view, except for `selection`. */
export interface LookState {
  readonly view: View;
  readonly lens: Lens;
  readonly selection: Selection;
  readonly tab: InspectorTab;
  /** The namespace and command chosen in Tables. */
  readonly table: { readonly netns: string; readonly command: string } | undefined;
  /** What the Cluster tab shows: an object, or its way through the API server; undefined: what is selected. */
  readonly opened: Opened | 'list' | undefined;
  /** Positions that a person dragged things to, by scene id. */
  readonly dragged: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
  /** Ask the editor to show a place; `at` changes with each request so that the same place can be asked twice. */
  readonly reveal: { readonly range: SourceRange; readonly at: number } | undefined;
  readonly set: (change: Partial<Omit<LookState, 'set' | 'showSource'>>) => void;
  readonly showSource: (range: SourceRange) => void;
}

export const useLook = create<LookState>()((set) => ({
  view: 'picture',
  lens: 'overlay',
  selection: undefined,
  tab: 'why',
  table: undefined,
  opened: undefined,
  dragged: {},
  reveal: undefined,
  set: (change) => set(change),
  showSource: (range) => set((s) => ({ reveal: { range, at: (s.reveal?.at ?? 0) + 1 } })),
}));

/** Opens the way through the API server of `Pod shop/web`, which was refused, or of what was made of it. */
export function whyRefused(id: string): void {
  const [kind = '', path = ''] = id.split(' ');
  const [name = '', namespace] = path.split('/').reverse();
  useLook.setState(({ view }) => ({
    selection: { kind: 'refused', id },
    opened: { ref: { kind, name, ...(namespace && { namespace }) }, way: 'refused' },
    tab: 'cluster',
    // Two pictures take the inspector's room.
    view: view === 'compare' ? 'picture' : view,
  }));
}
