/**
 * Regular expressions that somebody else wrote, for paths and headers: by RE2, which no pattern can stall. The library answers
 * yes or no; who needs the groups runs its compiled program here (Pike's machine: every way at once, the preferred one first),
 * which is what PCRE finds, without its backtracking. Look-around and back references, which PCRE has and RE2 does not, cannot
 * be read.
 */
import { RE2JS } from '@bufbuild/re2';

export interface Pattern {
  /** Is it found anywhere in the text? */
  readonly test: (text: string) => boolean;
  /** The groups of the first place where it is found, the whole as number 0; undefined: nowhere. */
  readonly groups: (text: string) => readonly (string | undefined)[] | undefined;
}

type Program = RE2JS['re2Input']['prog'];
type Captures = readonly (number | undefined)[];

interface Thread {
  readonly pc: number;
  readonly captures: Captures;
}

/** Instructions of the program, as the library numbers them. */
const OP = {
  alt: 1,
  altMatch: 2,
  capture: 3,
  emptyWidth: 4,
  fail: 5,
  match: 6,
  nop: 7,
  any: 10,
  anyNotNl: 11,
};
/** What an empty-width instruction asks of its place. */
const AT = { lineStart: 1, lineEnd: 2, textStart: 4, textEnd: 8, wordBoundary: 16, noWordBoundary: 32 };
const NEWLINE = 10;

const compiled = new Map<string, Pattern | undefined>();

/** Undefined for what RE2 cannot read. */
export function pattern(source: string, ignoreCase = false): Pattern | undefined {
  const key = `${ignoreCase ? 'i' : ''}/${source}`;
  if (compiled.has(key)) return compiled.get(key);
  const made = compile(source, ignoreCase);
  if (compiled.size > 10_000) compiled.clear();
  compiled.set(key, made);
  return made;
}

/** What PCRE reads and JavaScript, where no RE2 helps, reads otherwise or not at all. */
const PCRE_ALONE = [/\(\?(?![:=!])|\(\*|\\Q/, /[*+?}]\+/, /\[\^?\]|\[.*\[:/];

/**
 * Can PCRE not compile it either? Only where that is certain: neither RE2 nor JavaScript can, and nothing is in it that is
 * PCRE's alone.
 */
export function wrongForPcre(source: string): boolean {
  if (pattern(source) !== undefined || PCRE_ALONE.some((one) => one.test(source))) return false;
  let read: RegExp | undefined;
  try {
    read = new RegExp(source);
  } catch {
    // No expression of JavaScript's.
  }
  return read === undefined;
}

function compile(source: string, ignoreCase: boolean): Pattern | undefined {
  let re: RE2JS;
  try {
    re = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return undefined;
  }
  return { test: (text) => re.test(text), groups: (text) => groupsOf(re.re2().prog, text) };
}

function groupsOf(program: Program, text: string): readonly (string | undefined)[] | undefined {
  const letters = [...text].map((letter) => letter.codePointAt(0) ?? 0);
  let threads: Thread[] = [];
  let seen = new Set<number>();
  let found: Captures | undefined;
  for (let at = 0; at <= letters.length; at++) {
    // A start further on comes after every one before it.
    if (found === undefined)
      follow(program, threads, seen, { pc: program.start, captures: [at] }, letters, at);
    const next: Thread[] = [];
    seen = new Set();
    for (const { pc, captures } of threads) {
      const { op, out } = program.getInst(pc);
      if (op === OP.match) {
        found = [captures[0], at, ...captures.slice(2)];
        break;
      }
      const letter = letters[at];
      if (letter !== undefined && takes(program, pc, letter)) {
        follow(program, next, seen, { pc: out, captures }, letters, at + 1);
      }
    }
    threads = next;
    if (threads.length === 0 && found !== undefined) break;
  }
  if (found === undefined) return undefined;
  const cut = (from: number | undefined, to: number | undefined): string | undefined =>
    from === undefined || to === undefined ? undefined : String.fromCodePoint(...letters.slice(from, to));
  return Array.from({ length: program.numCap / 2 }, (_, n) => cut(found[2 * n], found[2 * n + 1]));
}

function takes(program: Program, pc: number, letter: number): boolean {
  const inst = program.getInst(pc);
  if (inst.op === OP.any) return true;
  return inst.op === OP.anyNotNl ? letter !== NEWLINE : inst.matchRune(letter);
}

/** Adds the threads that a thread becomes before it reads a letter, in the order of preference. */
function follow(
  program: Program,
  threads: Thread[],
  seen: Set<number>,
  { pc, captures }: Thread,
  letters: readonly number[],
  at: number,
): void {
  if (seen.has(pc)) return;
  seen.add(pc);
  const { op, out, arg } = program.getInst(pc);
  const on = (to: number, with_ = captures): void =>
    follow(program, threads, seen, { pc: to, captures: with_ }, letters, at);
  switch (op) {
    case OP.fail:
      return;
    case OP.alt:
    case OP.altMatch:
      on(out);
      on(arg);
      return;
    case OP.nop:
      on(out);
      return;
    case OP.capture: {
      const noted = [...captures];
      noted[arg] = at;
      on(out, noted);
      return;
    }
    case OP.emptyWidth:
      if ((arg & ~placeOf(letters, at)) === 0) on(out);
      return;
    default:
      threads.push({ pc, captures });
  }
}

function placeOf(letters: readonly number[], at: number): number {
  const before = letters[at - 1];
  const after = letters[at];
  return (
    (before === undefined ? AT.textStart | AT.lineStart : 0) |
    (before === NEWLINE ? AT.lineStart : 0) |
    (after === undefined ? AT.textEnd | AT.lineEnd : 0) |
    (after === NEWLINE ? AT.lineEnd : 0) |
    (isWord(before) === isWord(after) ? AT.noWordBoundary : AT.wordBoundary)
  );
}

function isWord(letter: number | undefined): boolean {
  return letter !== undefined && /^\w$/.test(String.fromCodePoint(letter));
}
