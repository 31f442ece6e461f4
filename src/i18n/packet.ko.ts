import type { Catalog } from './catalog.ts';
import type { packet as en } from './packet.en.ts';

export const packet = {} satisfies Catalog<typeof en>;
