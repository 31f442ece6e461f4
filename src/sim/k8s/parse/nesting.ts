/**
 * How deep a text nests, counted before any parser sees it: a parser recurses, and 20,000 brackets end a process in a
 * way that cannot be caught. Brackets inside strings and comments count as well: no honest document comes near the limit.
 */
export const MAX_DEPTH = 100;

/** The offset at which the text nests deeper than `MAX_DEPTH`, or -1. */
export function tooDeepAt(text: string): number {
  let flow = 0;
  const indents: number[] = [];
  let at = 0;
  while (at < text.length) {
    let column = 0;
    let c = text.charCodeAt(at);
    // Indentation, with each `- ` and `? ` as a level of its own.
    for (;;) {
      if (c === 32 || c === 9) column++;
      else if ((c === 45 || c === 63) && isBlank(text.charCodeAt(at + 1))) {
        if (flow === 0) level(indents, column);
        column++;
      } else break;
      c = text.charCodeAt(++at);
      if (indents.length > MAX_DEPTH) return at;
    }
    if (flow === 0 && c !== 10 && c !== 13 && c !== 35 && !Number.isNaN(c)) {
      level(indents, column);
      if (indents.length > MAX_DEPTH) return at;
    }
    for (; at < text.length; at++) {
      c = text.charCodeAt(at);
      if (c === 10) break;
      if (c === 91 || c === 123) {
        if (++flow + indents.length > MAX_DEPTH) return at;
      } else if ((c === 93 || c === 125) && flow > 0) flow--;
    }
    at++;
  }
  return -1;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 10 || c === 13 || Number.isNaN(c);
}

function level(indents: number[], column: number): void {
  while (indents.length > 0 && (indents.at(-1) as number) > column) indents.pop();
  if (indents.at(-1) !== column) indents.push(column);
}
