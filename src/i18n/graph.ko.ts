import type { Catalog } from './catalog.ts';
import type { graph as en } from './graph.en.ts';

export const graph = {} satisfies Catalog<typeof en>;
