/** Where `handoff.ts` leaves the page's state; apart, so that a visit without one does not load it. */
export const HANDOFF_KEY = 'packetwalk.handoff';

export function hasHandoff(): boolean {
  return sessionStorage.getItem(HANDOFF_KEY) !== null;
}
