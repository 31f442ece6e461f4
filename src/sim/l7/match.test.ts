import { describe, expect, it } from 'vitest';
import type { HostName, L7Route, PathMatch, RouteMatch } from './config.ts';
import { hostRank, missOf, pathMatches, routeFor, seenRequest } from './match.ts';

/** The examples of the Ingress page (kubernetes.io, concepts/services-networking/ingress, "Examples" of path types). */
describe('paths', () => {
  it.each<[PathMatch['how'], string, string, boolean]>([
    ['elements', '/', '/', true],
    ['elements', '/', '/any/path', true],
    ['exact', '/foo', '/foo', true],
    ['exact', '/foo', '/bar', false],
    ['exact', '/foo', '/foo/', false],
    ['exact', '/foo/', '/foo', false],
    ['elements', '/foo', '/foo', true],
    ['elements', '/foo', '/foo/', true],
    ['elements', '/foo/', '/foo', true],
    ['elements', '/foo/', '/foo/', true],
    ['elements', '/aaa/bb', '/aaa/bbb', false],
    ['elements', '/aaa/bbb', '/aaa/bbb', true],
    ['elements', '/aaa/bbb/', '/aaa/bbb', true],
    ['elements', '/aaa/bbb', '/aaa/bbb/', true],
    ['elements', '/aaa/bbb', '/aaa/bbb/ccc', true],
    ['elements', '/aaa/bbb', '/aaa/bbbxyz', false],
    ['elements', '/aaa', '/ccc', false],
    ['elements', '/aaa', '/AAA', false],
    ['text', '/aaa', '/aaab', true],
    ['regex', '/a.c$', '/abc', true],
    ['regex', '/a.c$', '/abcd', false],
    ['regex', '/(', '/(', true],
  ])('%s %s and %s: %s', (how, value, path, matches) => {
    expect(pathMatches({ how, value }, path)).toBe(matches);
  });
});

/** The wildcard table of the same page for one label; Gateway API lets a wildcard stand for several. */
describe('hosts', () => {
  it.each<[string, HostName['wildcard'], string, boolean]>([
    ['*.foo.com', 'one-label', 'bar.foo.com', true],
    ['*.foo.com', 'one-label', 'baz.bar.foo.com', false],
    ['*.foo.com', 'one-label', 'foo.com', false],
    ['*.foo.com', 'any-labels', 'baz.bar.foo.com', true],
    ['*.foo.com', 'any-labels', 'foo.com', false],
    ['*.foo.com', 'any-labels', 'xfoo.com', false],
    ['foo.com', 'one-label', 'foo.com', true],
    ['Foo.com', 'one-label', 'foo.com', true],
    ['*', 'one-label', 'anything', true],
  ])('%s (%s) takes %s: %s', (name, wildcard, asked, takes) => {
    expect(hostRank({ name, wildcard }, asked) >= 0).toBe(takes);
  });

  it('prefers an exact name, then the longer wildcard, then any', () => {
    const ranks = ['a.b.com', '*.b.com', '*.com', '*'].map((name) =>
      hostRank({ name, wildcard: 'any-labels' }, 'a.b.com'),
    );
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    expect(new Set(ranks).size).toBe(4);
  });
});

describe('what a route misses', () => {
  const request = seenRequest({
    method: 'GET',
    path: '/cart?user=7&user=8',
    headers: [
      ['Host', 'Shop.example.com:8080'],
      ['X-Canary', 'always'],
    ],
  });

  it('reads host, path and query', () => {
    expect(request).toMatchObject({
      host: 'shop.example.com',
      path: '/cart',
      query: [
        ['user', '7'],
        ['user', '8'],
      ],
    });
  });

  it.each<[RouteMatch, ReturnType<typeof missOf>]>([
    [{}, undefined],
    [{ method: 'POST' }, { field: 'method', wanted: 'POST', got: 'GET' }],
    [
      { path: { how: 'exact', value: '/' }, method: 'POST' },
      { field: 'path', wanted: '/', got: '/cart' },
    ],
    [
      { headers: [{ name: 'x-canary', how: 'exact', value: 'never' }] },
      { field: 'header', name: 'x-canary', wanted: 'never', got: 'always' },
    ],
    [{ headers: [{ name: 'x-canary', how: 'regex', value: 'al.*' }] }, undefined],
    [
      { headers: [{ name: 'x-canary', how: 'regex', value: 'al' }] },
      { field: 'header', name: 'x-canary', wanted: 'al', got: 'always' },
    ],
    [
      { headers: [{ name: 'x-user', how: 'present', value: '' }] },
      { field: 'header', name: 'x-user', wanted: '' },
    ],
    // Of a repeated parameter the first counts (HTTPRoute, HTTPQueryParamMatch).
    [{ query: [{ name: 'user', how: 'exact', value: '7' }] }, undefined],
    [
      { query: [{ name: 'user', how: 'exact', value: '8' }] },
      { field: 'query', name: 'user', wanted: '8', got: '7' },
    ],
  ])('%j', (match, miss) => {
    expect(missOf(match, request)).toEqual(miss);
  });

  it('the first match decides, and those before it say what they missed', () => {
    const route = (id: string, match: RouteMatch): L7Route => ({
      id,
      match,
      filters: [],
      action: { kind: 'respond', status: 200, because: 'denied' },
      origin: { object: { kind: 'Ingress', name: id }, path: [], by: 'test' },
    });
    const routes = [route('a', { method: 'PUT' }), route('b', {}), route('c', {})];
    const found = routeFor(routes, request);
    expect(found.route?.id).toBe('b');
    expect(found.passed.map(({ route: { id }, miss }) => [id, miss.field])).toEqual([['a', 'method']]);
  });
});
