import type { Catalog } from './catalog.ts';
import type { probe as en } from './probe.en.ts';

export const probe = {} satisfies Catalog<typeof en>;
