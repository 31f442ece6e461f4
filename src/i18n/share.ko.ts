import type { Catalog } from './catalog.ts';
import type { share as en } from './share.en.ts';

export const share = {} satisfies Catalog<typeof en>;
