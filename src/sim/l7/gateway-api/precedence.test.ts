/** HTTPRouteRule.matches (kubernetes-sigs/gateway-api, apis/v1/httproute_types.go): "precedence must be given to the match having". */
import { describe, expect, it } from 'vitest';
import type { HttpMatch, ValueCondition } from '../../k8s/gateway-api/objects.ts';
import { inPrecedence, type Precedence } from './precedence.ts';

const origin = { object: { kind: 'HTTPRoute', name: 'r' } };
const types = { Exact: 0, RegularExpression: 1, PathPrefix: 2 };
const API: Precedence = { types, methodIsHeader: false };
const ENVOY_GATEWAY: Precedence = { types, methodIsHeader: true };

const named = (count: number, type: ValueCondition['type'] = 'Exact'): readonly ValueCondition[] =>
  Array.from({ length: count }, (_, i) => ({ type, name: `n${i}`, value: 'v' }));

const prefix = (value: string, rest: Partial<HttpMatch> = {}): HttpMatch => ({
  path: { type: 'PathPrefix', value },
  headers: [],
  queryParams: [],
  origin,
  ...rest,
});
const exact = (value: string): HttpMatch => prefix(value, { path: { type: 'Exact', value } });

const ROWS: readonly [name: string, rules: Precedence, first: HttpMatch, second: HttpMatch][] = [
  ['"Exact" path match', API, exact('/a'), prefix('/a/long/one')],
  [
    '"Prefix" path match with largest number of characters',
    API,
    prefix('/foo/bar'),
    prefix('/foo', { method: 'GET' }),
  ],
  ['Method match', API, prefix('/', { method: 'GET' }), prefix('/', { headers: named(2) })],
  [
    'Largest number of header matches',
    API,
    prefix('/', { headers: named(2) }),
    prefix('/', { headers: named(1), queryParams: named(3) }),
  ],
  [
    'Largest number of query param matches',
    API,
    prefix('/', { queryParams: named(2) }),
    prefix('/', { queryParams: named(1) }),
  ],
  [
    'Envoy Gateway: a method is one header more',
    ENVOY_GATEWAY,
    prefix('/', { headers: named(2) }),
    prefix('/', { method: 'GET' }),
  ],
  [
    'Envoy Gateway: exact values before expressions',
    ENVOY_GATEWAY,
    prefix('/', { headers: named(1) }),
    prefix('/', { headers: named(1, 'RegularExpression') }),
  ],
  [
    'Envoy Gateway: an expression before a prefix',
    ENVOY_GATEWAY,
    prefix('/', { path: { type: 'RegularExpression', value: '/a' } }),
    prefix('/abc'),
  ],
];

describe.each([false, true])('in either order (%s)', (turned) => {
  it.each(ROWS)('%s', (_, rules, first, second) => {
    const entries = [first, second].map((match) => ({ match }));
    const ordered = inPrecedence(turned ? entries.toReversed() : entries, rules);
    expect(ordered.map(({ match }) => match)).toEqual([first, second]);
  });
});

it('ties: "the FIRST matching rule (in list order)", routes "in alphabetical order"', () => {
  const entries = ['a rule 0', 'a rule 1', 'b rule 0'].map((name) => ({ name, match: prefix('/') }));
  expect(inPrecedence(entries, API)).toEqual(entries);
});
