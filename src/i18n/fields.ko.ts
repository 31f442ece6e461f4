import type { FieldHelp } from './fields.en.ts';

export const fields: FieldHelp = {};
