/** Korean particles chosen by the last sound of the word before them; Latin names and digits by how they are read. */

/** Final consonant of how a Latin letter is read at the end of a word, as Korean speakers read it. */
const LATIN_FINAL: Readonly<Record<string, 'none' | 'rieul' | 'other'>> = {
  l: 'rieul',
  m: 'other',
  n: 'other',
  r: 'rieul',
  b: 'other',
  c: 'other',
  k: 'other',
  p: 'other',
  t: 'other',
  g: 'other',
  d: 'none',
};

/** How a digit is read: 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGIT_FINAL: readonly ('none' | 'rieul' | 'other')[] = [
  'other',
  'rieul',
  'none',
  'other',
  'none',
  'none',
  'other',
  'rieul',
  'rieul',
  'none',
];

/** The final consonant of the last sound of `word`: none, ㄹ, or another. */
export function finalSound(word: string): 'none' | 'rieul' | 'other' {
  const last = [...word.replace(/[)\]"'`’”]+$/u, '')].at(-1)?.toLowerCase() ?? '';
  const code = last.codePointAt(0) ?? 0;
  if (code >= 0xac00 && code <= 0xd7a3) {
    const final = (code - 0xac00) % 28;
    return final === 0 ? 'none' : final === 8 ? 'rieul' : 'other';
  }
  if (/\d/.test(last)) return DIGIT_FINAL[Number(last)] ?? 'none';
  return LATIN_FINAL[last] ?? 'none';
}

type Pair = '은/는' | '이/가' | '을/를' | '과/와' | '으로/로' | '이라/라';

/** `josa('web', '을/를')` is `web을`. */
export function josa(word: string | number, pair: Pair): string {
  const text = String(word);
  const sound = finalSound(text);
  const [closed, open] = pair.split('/') as [string, string];
  if (pair === '으로/로') return text + (sound === 'other' ? closed : open);
  return text + (sound === 'none' ? open : closed);
}
