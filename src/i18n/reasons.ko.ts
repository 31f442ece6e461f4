import type { ReasonText } from './reasons.en.ts';

export const reasons = {} as ReasonText;
