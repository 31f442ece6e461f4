/**
 * Typed catalogs: `en` is the shape, `ko satisfies Catalog<typeof en>`. An entry is a string or a function of its
 * parameters. Areas are one pair of files each (`editor.en.ts`, `editor.ko.ts`), merged in `messages.ts`.
 */
export type Catalog<T> = { readonly [K in keyof T]: T[K] extends string ? string : T[K] };
