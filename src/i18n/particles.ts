/** Korean particles chosen by the last sound of the word before them; Latin names and digits by how they are read. */

type Final = 'none' | 'rieul' | 'other';

/** How a digit is read: 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGIT_FINAL: readonly Final[] = [
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

/** Names of letters that end in a consonant: 엘, 엠, 엔, 알. */
const LETTER_FINAL: Readonly<Record<string, Final>> = { l: 'rieul', m: 'other', n: 'other', r: 'rieul' };

/** Read otherwise than the rules below say. */
const READ_AS: ReadonlyMap<string, Final> = new Map([
  ['DROP', 'other'], // 드롭
  ['ACK', 'other'], // 액
  ['MAC', 'other'], // 맥
  ['YAML', 'rieul'], // 야믈
  ['CIDR', 'none'], // 사이더
  ['loop', 'none'], // 루프
  ['check', 'none'], // 체크
  ['bit', 'none'], // 비트
  ['edit', 'none'], // 에디트
  ['type', 'other'], // 타입
]);

/** Endings of English words as Hangul spells them; the first that fits decides, and every other ending is a vowel. */
const WORD_ENDINGS: readonly (readonly [RegExp, Final])[] = [
  [/(?:l|le)$/, 'rieul'], // 칼, 테이블
  [/(?:m|n|ng|me|ne)$/, 'other'], // 컴, 핀, 핑, 프레임, 라인
  [/[bcdfghjklmnpqrstvwxz][ckpt]$/, 'none'], // 포트, 링크, 싱크, 헬프; but see the next
  [/[bckpt]$/, 'other'], // 웹, 맥, 북, 앱, 넷
];
/** 스택, 앱: ck and doubled letters are one sound. */
const ONE_SOUND = /(?:ck|([bckpt])\1)$/;

/** The final consonant of the last sound of `word`. */
export function finalSound(word: string): Final {
  const bare = word.replace(/[^\p{L}\p{N}]+$/u, '');
  const code = [...bare].at(-1)?.codePointAt(0) ?? 0;
  if (code >= 0xac00 && code <= 0xd7a3) {
    const final = (code - 0xac00) % 28;
    return final === 0 ? 'none' : final === 8 ? 'rieul' : 'other';
  }
  const digit = /\d$/.exec(bare)?.[0];
  if (digit !== undefined) return DIGIT_FINAL[Number(digit)] ?? 'none';
  return latinFinal(/[A-Za-z]+$/.exec(bare)?.[0] ?? '');
}

function latinFinal(token: string): Final {
  // Only the last part of a name in camel case is heard at the end: CoreDNS, NodePort.
  const last = /(?:[A-Z]+|[A-Z]?[a-z]+)$/.exec(token)?.[0] ?? '';
  const known = READ_AS.get(last) ?? READ_AS.get(last.toLowerCase());
  if (known !== undefined) return known;
  const lower = last.toLowerCase();
  const spelt = last.length === 1 || !/[aeiouy]/.test(lower) || (/^[A-Z]+$/.test(last) && last.length <= 4);
  if (spelt) return LETTER_FINAL[lower.at(-1) ?? ''] ?? 'none';
  if (ONE_SOUND.test(lower)) return 'other';
  return WORD_ENDINGS.find(([ending]) => ending.test(lower))?.[1] ?? 'none';
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
