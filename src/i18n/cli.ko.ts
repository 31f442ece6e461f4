import type { Catalog } from './catalog.ts';
import type { cli as en } from './cli.en.ts';

export const cli = {} satisfies Catalog<typeof en>;
