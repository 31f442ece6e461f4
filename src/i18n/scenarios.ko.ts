import type { Catalog } from './catalog.ts';
import type { scenarios as en } from './scenarios.en.ts';

export const scenarios = {} satisfies Catalog<typeof en>;
