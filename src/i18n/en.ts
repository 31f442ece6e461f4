import type { Catalog } from './catalog.ts';
import { first } from './first.en.ts';
import { later } from './later.en.ts';

/** Every text of the interface in English, by area. The page itself loads the two halves one after the other. */
export const en = { ...first, ...later };

export type Messages = { readonly [A in keyof typeof en]: Catalog<(typeof en)[A]> };
