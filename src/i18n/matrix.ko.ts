import type { Catalog } from './catalog.ts';
import type { matrix as en } from './matrix.en.ts';

export const matrix = {} satisfies Catalog<typeof en>;
