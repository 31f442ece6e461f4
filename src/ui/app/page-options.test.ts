import { describe, expect, it } from 'vitest';
import { layoutFor } from './layout.ts';
import { readPageOptions } from './page-options.ts';

describe('readPageOptions', () => {
  it.each([
    { search: '', options: { embed: false, theme: undefined, lang: undefined } },
    { search: '?embed', options: { embed: true, theme: undefined, lang: undefined } },
    { search: '?embed=0', options: { embed: false, theme: undefined, lang: undefined } },
    { search: '?embed&theme=dark&lang=ko', options: { embed: true, theme: 'dark', lang: 'ko' } },
    { search: '?theme=pink&lang=fr', options: { embed: false, theme: undefined, lang: undefined } },
  ])('$search', ({ search, options }) => {
    expect(readPageOptions(search)).toEqual(options);
  });
});

describe('layoutFor', () => {
  it.each([
    { width: 1920, layout: 'wide' },
    { width: 1280, layout: 'wide' },
    { width: 1279, layout: 'drawer' },
    { width: 1023, layout: 'sheet' },
    { width: 719, layout: 'phone' },
  ])('$width is $layout', ({ width, layout }) => {
    expect(layoutFor(width)).toBe(layout);
  });
});
