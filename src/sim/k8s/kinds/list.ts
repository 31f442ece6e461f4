import type { KindSpec } from './schema.ts';

/** `List`, and what `kubectl get` prints: its items are read as documents of their own (see parse/split.ts). */
export const list: KindSpec = {
  kind: 'List',
  apiVersion: 'v1',
  scope: 'none',
  effect: 'settings',
  type: 'List',
  types: {
    List: 'apiVersion:s kind:s metadata:ListMeta items:a',
    ListMeta: 'continue:s remainingItemCount:i resourceVersion:s selfLink:s',
  },
  nameOf: () => 'list',
};
