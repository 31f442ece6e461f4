import type { Catalog } from './catalog.ts';
import type { inspector as en } from './inspector.en.ts';

export const inspector = {} satisfies Catalog<typeof en>;
