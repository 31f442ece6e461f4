/** Whether a location's fragment claims to be a scenario at all. Apart from `link.ts`, which is loaded when one does. */
export function isLink(fragment: string): boolean {
  return /^#?v\d+=/.test(fragment);
}
