import { walkParts } from './walk-parts.ts';

/** Says the current step to a screen reader, wherever the focus is. Always there: a new region would not be heard. */
export function Announcer({ walked }: { readonly walked: boolean }) {
  const parts = walkParts.useLoaded(walked);
  return (
    <p className="visually-hidden" role="status">
      {walked && parts !== undefined && <parts.Announcement />}
    </p>
  );
}
