/** Puts the fonts that an SVG's text needs into the SVG itself, so that it looks the same anywhere: only used slices. */

/** Code points of a `unicode-range` descriptor: `U+AC00-AC7F, U+20, U+4??`. Empty means all. */
export function unicodeRange(descriptor: string): readonly (readonly [number, number])[] {
  return descriptor
    .split(',')
    .map((part) => part.trim())
    .filter((part) => /^u\+/i.test(part))
    .map((part) => {
      const [from = '', to] = part.slice(2).split('-');
      const low = Number.parseInt(from.replaceAll('?', '0'), 16);
      const high = Number.parseInt(to ?? from.replaceAll('?', 'F'), 16);
      return [low, high] as const;
    });
}

/** Whether a slice of a font holds any character of the text. */
export function covers(
  ranges: readonly (readonly [number, number])[],
  codePoints: ReadonlySet<number>,
): boolean {
  if (ranges.length === 0) return codePoints.size > 0;
  for (const point of codePoints)
    if (ranges.some(([low, high]) => point >= low && point <= high)) return true;
  return false;
}

async function dataUrl(url: string): Promise<string | undefined> {
  const response = await fetch(url);
  if (!response.ok) return undefined;
  const blob = await response.blob();
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : undefined);
    reader.onerror = () => resolve(undefined);
    reader.readAsDataURL(blob);
  });
}

/** The page's own @font-face rules that the text of `svg` needs, as CSS with the files inlined. */
async function fontCss(svg: string): Promise<string> {
  const text = svg.replace(/<style[\s\S]*?<\/style>/g, '').replace(/<[^>]*>/g, ' ');
  const codePoints = new Set([...text].map((c) => c.codePointAt(0) ?? 0).filter((p) => p > 32));
  const families = new Set([...svg.matchAll(/IBM Plex (?:Sans KR|Sans|Mono)/g)].map((m) => m[0]));
  const faces: Promise<string>[] = [];
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule)) continue;
      const family = rule.style.getPropertyValue('font-family').replace(/["']/g, '');
      if (!families.has(family)) continue;
      if (!covers(unicodeRange(rule.style.getPropertyValue('unicode-range')), codePoints)) continue;
      const source = /url\("?([^")]+\.woff2[^")]*)"?\)/.exec(rule.style.getPropertyValue('src'))?.[1];
      if (source === undefined) continue;
      const weight = rule.style.getPropertyValue('font-weight');
      const url = new URL(source, sheet.href ?? document.baseURI).href;
      faces.push(
        dataUrl(url).then((data) =>
          data === undefined
            ? ''
            : `@font-face{font-family:"${family}";font-weight:${weight};src:url(${data}) format("woff2")}`,
        ),
      );
    }
  }
  return (await Promise.all(faces)).join('');
}

/** The SVG with its fonts inside. */
export async function withFonts(svg: string): Promise<string> {
  const css = await fontCss(svg);
  return css === '' ? svg : svg.replace(/<svg\b[^>]*>/, (open) => `${open}<style>${css}</style>`);
}

/** Draws an SVG on a canvas at `scale` and gives a PNG. Throws where the browser cannot draw it. */
export async function toPng(svg: string, scale: number): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error('no image')) : resolve(blob)), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
