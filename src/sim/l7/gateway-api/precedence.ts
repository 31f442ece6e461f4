/**
 * Which match of an HTTPRoute is asked first (apis/v1/httproute_types.go, HTTPRouteRule.matches): the exact path, the longest
 * prefix, the method, most headers, most query parameters, then the older route, the first by name, the first rule. Whether a
 * method is a criterion of its own or counts as one header more is the implementation's; so are regular expressions' places.
 */
import type { HttpMatch } from '../../k8s/gateway-api/objects.ts';

export interface Precedence {
  /** The place of a path match of each type, 0 first. */
  readonly types: Readonly<Record<HttpMatch['path']['type'], number>>;
  readonly methodIsHeader: boolean;
}

type Key = readonly number[];

function keyOf(
  { path, method, headers, queryParams }: HttpMatch,
  { types, methodIsHeader }: Precedence,
): Key {
  const exact = (list: HttpMatch['headers']): number => list.filter(({ type }) => type === 'Exact').length;
  const withMethod = method === undefined ? 0 : 1;
  return [
    -types[path.type],
    path.value.length,
    ...(methodIsHeader ? [] : [withMethod]),
    headers.length + (methodIsHeader ? withMethod : 0),
    exact(headers),
    queryParams.length,
    exact(queryParams),
  ];
}

/** In their order. What ties keeps the order that it came in: that of routes by namespace and name, and of rules. */
export function inPrecedence<T extends { readonly match: HttpMatch }>(
  entries: readonly T[],
  rules: Precedence,
): readonly T[] {
  const keyed = entries.map((entry) => ({ entry, key: keyOf(entry.match, rules) }));
  keyed.sort((a, b) => {
    const i = a.key.findIndex((value, at) => value !== b.key[at]);
    return i < 0 ? 0 : (b.key[i] ?? 0) - (a.key[i] ?? 0);
  });
  return keyed.map(({ entry }) => entry);
}
