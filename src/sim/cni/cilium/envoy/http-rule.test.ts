import { expect, it } from 'vitest';
import type { CiliumHttpRule } from '../../../k8s/cluster-state.ts';
import type { HttpRequest } from '../../../packet/packet.ts';
import { changed, heldAgainst, isReadable, wholeText, type Missed } from './http-rule.ts';
import { normalized, redirectOf } from '../../../l7/envoy/path.ts';

type Rule = Partial<Omit<CiliumHttpRule, 'origin'>>;

const request = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest => ({
  kind: 'http-request',
  method,
  path,
  headers: Object.entries({ Host: 'web', ...headers }),
});
const held = (rule: Rule, asked: HttpRequest): readonly Missed[] =>
  heldAgainst({ headers: [], headerMatches: [], ...rule }, asked).missed;

it.each<{ name: string; rule: Rule; asked: HttpRequest; missed: readonly string[] }>([
  { name: 'an item without a word', rule: {}, asked: request('DELETE', '/x'), missed: [] },
  { name: 'a method', rule: { method: 'GET' }, asked: request('GET', '/'), missed: [] },
  { name: 'one of two methods', rule: { method: 'GET|HEAD' }, asked: request('HEAD', '/'), missed: [] },
  {
    name: 'a method of which the pattern is a part',
    rule: { method: 'GE' },
    asked: request('GET', '/'),
    missed: ['method'],
  },
  { name: 'small letters', rule: { method: 'get' }, asked: request('GET', '/'), missed: ['method'] },
  { name: 'the whole path', rule: { path: '/public' }, asked: request('GET', '/public/1'), missed: ['path'] },
  {
    name: 'a path from its start',
    rule: { path: 'public.*' },
    asked: request('GET', '/public'),
    missed: ['path'],
  },
  {
    name: 'a path with anything after',
    rule: { path: '/public.*' },
    asked: request('GET', '/public/1'),
    missed: [],
  },
  {
    name: 'the query, which belongs to it',
    rule: { path: '/a' },
    asked: request('GET', '/a?b=1'),
    missed: ['path'],
  },
  {
    name: 'alternatives, each of them whole',
    rule: { path: '/a|/b' },
    asked: request('GET', '/b'),
    missed: [],
  },
  {
    name: 'alternatives, and more after the first',
    rule: { path: '/a|/b' },
    asked: request('GET', '/a/b'),
    missed: ['path'],
  },
  { name: 'a class of POSIX', rule: { path: '/[[:digit:]]+' }, asked: request('GET', '/42'), missed: [] },
  { name: 'RE2’s flag', rule: { path: '(?i)/ADMIN' }, asked: request('GET', '/admin'), missed: [] },
  { name: 'an empty pattern asks for nothing', rule: { path: '' }, asked: request('GET', '/a'), missed: [] },
  { name: 'a host', rule: { host: 'web' }, asked: request('GET', '/'), missed: [] },
  {
    name: 'a host with a port, which counts',
    rule: { host: 'web' },
    asked: request('GET', '/', { Host: 'web:8080' }),
    missed: ['host'],
  },
  {
    name: 'a header that is there',
    rule: { headers: ['X-Token'] },
    asked: request('GET', '/', { 'x-token': '' }),
    missed: [],
  },
  {
    name: 'a header that is not',
    rule: { headers: ['X-Token'] },
    asked: request('GET', '/'),
    missed: ['header'],
  },
  {
    name: 'its value',
    rule: { headers: ['X-Token: 7'] },
    asked: request('GET', '/', { 'x-token': '7' }),
    missed: [],
  },
  {
    name: 'its value, without a colon',
    rule: { headers: ['X-Token 7'] },
    asked: request('GET', '/', { 'x-token': '7' }),
    missed: [],
  },
  {
    name: 'another value',
    rule: { headers: ['X-Token: 7'] },
    asked: request('GET', '/', { 'x-token': '77' }),
    missed: ['header'],
  },
  {
    name: 'a header match',
    rule: { headerMatches: [{ name: 'X-Token', value: '7' }] },
    asked: request('GET', '/', { 'x-token': '8' }),
    missed: ['header'],
  },
  {
    name: 'a header match that only logs',
    rule: { headerMatches: [{ name: 'X-Token', value: '7', mismatch: 'LOG' }] },
    asked: request('GET', '/'),
    missed: [],
  },
  {
    name: 'everything at once',
    rule: { method: 'GET', path: '/a', host: 'x', headers: ['Y'] },
    asked: request('PUT', '/b'),
    missed: ['path', 'method', 'host', 'header'],
  },
])('$name', ({ rule, asked, missed }) => {
  expect(held(rule, asked).map(({ field }) => field)).toEqual(missed);
});

it('says what it wants and what it got', () => {
  expect(held({ method: 'POST', headers: ['X-Token: 7'] }, request('GET', '/', { 'X-Token': '8' }))).toEqual([
    { field: 'method', wants: 'POST', got: 'GET' },
    { field: 'header', wants: 'X-Token: 7', got: 'X-Token: 8' },
  ]);
});

it.each(['ADD', 'REPLACE', 'DELETE'] as const)('%s changes the request that does not match', (mismatch) => {
  const asked = request('GET', '/', { 'X-Token': '8' });
  const answer = heldAgainst(
    { headers: [], headerMatches: [{ name: 'X-Token', value: '7', mismatch }] },
    asked,
  );
  expect(answer.missed).toEqual([]);
  expect(changed(asked, answer.changes).headers).toEqual([
    ['Host', 'web'],
    ...(mismatch === 'DELETE' ? [] : [['x-token', '7']]),
  ]);
});

it('cannot read look-ahead, nor what only a Secret says', () => {
  expect(wholeText('/(?!admin).*')).toBeUndefined();
  expect(wholeText('(')).toBeUndefined();
  const origin = { object: { kind: 'CiliumNetworkPolicy', name: 'a' }, path: [] };
  const rule: CiliumHttpRule = { headers: [], headerMatches: [], origin };
  expect(isReadable(rule)).toBe(true);
  expect(isReadable({ ...rule, path: '\\1' })).toBe(false);
  expect(isReadable({ ...rule, headerMatches: [{ name: 'X', secret: { name: 's' } }] })).toBe(false);
});

it.each([
  ['/a/./b/../c', '/a/c'],
  ['/a//b', '/a/b'],
  ['/../a', '/a'],
  ['/a/..', '/'],
  ['/a/b/', '/a/b/'],
  ['/%61%7e?x=%61', '/a~?x=%61'],
  ['/a%3fb', '/a%3Fb'],
])('%s is %s to the rules', (path, normal) => {
  expect(normalized(request('GET', path)).path).toBe(normal);
});

it('sends a path with an escaped slash back to be asked without', () => {
  expect(redirectOf(request('GET', '/a%2F..%2fb?c=%2F'))).toBe('/b?c=%2F');
  expect(redirectOf(request('GET', '/a?b=%2F'))).toBeUndefined();
});
