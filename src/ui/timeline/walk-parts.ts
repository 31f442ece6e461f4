import { withLaterTexts } from '../../i18n/messages.ts';
import { later } from '../kit/later.ts';

/** What the time line draws of a walk, fetched when there is one or earlier. */
export const walkParts = later(() => withLaterTexts(import('./walk-exports.tsx')));
