import type { Catalog } from './catalog.ts';
import type { settings as en } from './settings.en.ts';

export const settings = {} satisfies Catalog<typeof en>;
