/** Widths of text in IBM Plex at the sizes of the picture, near enough to lay it out without a screen. */

export type TextFace = 'mono' | 'sans' | 'name' | 'small';

/** Advance of one character in px: IBM Plex Mono is 0.6 em; Sans is taken at its mean. */
const ADVANCE: Readonly<Record<TextFace, number>> = { mono: 6.6, sans: 6.2, name: 7.2, small: 5.7 };
const WIDE: Readonly<Record<TextFace, number>> = { mono: 11, sans: 11.4, name: 12.4, small: 10.6 };

export function textWidth(text: string, face: TextFace): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0x1100 && !(code >= 0x2000 && code < 0x2e80)) width += WIDE[face];
    else if (face === 'mono') width += ADVANCE.mono;
    else if (/[iljtf.,:;|'!()[\] ]/.test(char)) width += ADVANCE[face] * 0.55;
    else if (/[mwMW@]/.test(char)) width += ADVANCE[face] * 1.4;
    else width += ADVANCE[face];
  }
  return width;
}

/** The text, shortened in the middle with an ellipsis so that it fits: the end of a name tells pods apart. */
export function fitText(text: string, face: TextFace, width: number): string {
  if (textWidth(text, face) <= width) return text;
  const chars = [...text];
  for (let keep = chars.length - 1; keep > 2; keep--) {
    const head = Math.ceil(keep * 0.6);
    const shorter = `${chars.slice(0, head).join('')}…${chars.slice(chars.length - (keep - head)).join('')}`;
    if (textWidth(shorter, face) <= width) return shorter;
  }
  return `${chars.slice(0, 2).join('')}…`;
}
