import type { Catalog } from './catalog.ts';
import type { editor as en } from './editor.en.ts';

export const editor = {} satisfies Catalog<typeof en>;
