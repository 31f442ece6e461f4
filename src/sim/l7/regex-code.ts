/** Fetched for a configuration with a regular expression in it, and for no other. */
import { fetched } from '../base/code.ts';

export const regexCode = fetched('l7-regex', () => import('./regex.ts'));
