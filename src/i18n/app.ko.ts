import type { Catalog } from './catalog.ts';
import type { app as en } from './app.en.ts';

export const app = {} satisfies Catalog<typeof en>;
