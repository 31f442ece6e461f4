import type { Catalog } from './catalog.ts';
import type { timeline as en } from './timeline.en.ts';

export const timeline = {} satisfies Catalog<typeof en>;
