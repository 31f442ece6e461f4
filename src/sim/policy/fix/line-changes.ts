/** What differs between two texts, line by line, with the lines around it: what a person reads of an edit. */
export interface LineChange {
  readonly kind: 'same' | 'removed' | 'added' | 'gap';
  /** In the old text for what is removed, else in the new one; counted from 1. */
  readonly line: number;
  readonly text: string;
}

const CONTEXT_LINES = 3;
/** Beyond this the middle is told as one block removed and one added. */
const MOST_LINES = 600;

export function lineChanges(before: string, after: string): readonly LineChange[] {
  const was = linesOf(before);
  const is = linesOf(after);
  let start = 0;
  while (start < was.length && start < is.length && was[start] === is[start]) start++;
  let end = 0;
  const most = Math.min(was.length, is.length) - start;
  while (end < most && was[was.length - 1 - end] === is[is.length - 1 - end]) end++;
  const middle = middleOf(was.slice(start, was.length - end), is.slice(start, is.length - end), start);
  const head = is.slice(0, start).map((text, i): LineChange => ({ kind: 'same', line: i + 1, text }));
  const tail = is
    .slice(is.length - end)
    .map((text, i): LineChange => ({ kind: 'same', line: is.length - end + i + 1, text }));
  return withGaps([...head, ...middle, ...tail]);
}

/** A line break ends a line; behind the last one there is none. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** The longest common lines stay; the rest is removed and added. */
function middleOf(was: readonly string[], is: readonly string[], offset: number): LineChange[] {
  const removed = (i: number): LineChange => ({ kind: 'removed', line: offset + i + 1, text: was[i] ?? '' });
  const added = (j: number): LineChange => ({ kind: 'added', line: offset + j + 1, text: is[j] ?? '' });
  if (was.length > MOST_LINES || is.length > MOST_LINES) {
    return [...was.map((_, i) => removed(i)), ...is.map((_, j) => added(j))];
  }
  const width = is.length + 1;
  const common = new Uint16Array((was.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = was.length - 1; i >= 0; i--) {
    for (let j = is.length - 1; j >= 0; j--) {
      common[i * width + j] = was[i] === is[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: LineChange[] = [];
  let i = 0;
  let j = 0;
  while (i < was.length || j < is.length) {
    if (i < was.length && j < is.length && was[i] === is[j]) {
      lines.push({ kind: 'same', line: offset + j + 1, text: is[j] ?? '' });
      i++;
      j++;
    } else if (j >= is.length || (i < was.length && at(i + 1, j) >= at(i, j + 1))) lines.push(removed(i++));
    else lines.push(added(j++));
  }
  return lines;
}

/** Only the lines near a change; a gap stands for the others between two changes. */
function withGaps(lines: readonly LineChange[]): readonly LineChange[] {
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT_LINES), i + CONTEXT_LINES + 1).some((line) => line.kind !== 'same'),
  );
  const shown: LineChange[] = [];
  lines.forEach((line, i) => {
    if (near[i] === true) shown.push(line);
    else if (near[i - 1] === true && near.slice(i).includes(true)) {
      shown.push({ kind: 'gap', line: line.line, text: '' });
    }
  });
  return shown;
}
