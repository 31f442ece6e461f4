import type { Messages } from './en.ts';
import { first } from './first.ko.ts';
import { later } from './later.ko.ts';

/** Every text of the interface in Korean, by area. */
export const ko = { ...first, ...later } satisfies Messages;
