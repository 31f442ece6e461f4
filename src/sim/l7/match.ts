/**
 * Does a request match? Answers with what missed, and never with a bare no: the very comparison that decides says why.
 */
import { regexCode } from './regex-code.ts';
import type { HostName, L7Route, PathMatch, RouteMatch, ValueMatch, VirtualHost } from './config.ts';

/** A request as a proxy reads it. */
export interface SeenRequest {
  readonly method: string;
  /** Without port, in lower case. */
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
}

/** The first condition of a route that does not hold. */
export interface Miss {
  readonly field: 'path' | 'method' | 'header' | 'cookie' | 'query';
  /** Of the header or parameter. */
  readonly name?: string;
  readonly wanted: string;
  /** Absent: there is none. */
  readonly got?: string;
}

/** A route that was asked and did not match, in the order of asking. */
export interface Passed {
  readonly route: L7Route;
  readonly miss: Miss;
}

export function seenRequest(request: {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}): SeenRequest {
  const mark = request.path.indexOf('?');
  const path = mark < 0 ? request.path : request.path.slice(0, mark);
  const query = mark < 0 ? [] : parameters(request.path.slice(mark + 1));
  const host = headerOf(request.headers, 'host') ?? '';
  return {
    method: request.method,
    host: host.replace(/:\d+$/, '').toLowerCase(),
    path,
    query,
    headers: request.headers,
  };
}

/** `a=1&b` as names and values, decoded as a form is. */
function parameters(query: string): SeenRequest['query'] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decoded(pair), '']
        : [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))];
    });
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** The first header of that name, whatever its case. */
export function headerOf(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

function cookieOf({ headers }: SeenRequest, name: string): string | undefined {
  const pairs = (headerOf(headers, 'cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** An exact name first, then the longest wildcard, then `*`. */
export function hostFor(hosts: readonly VirtualHost[], asked: string): VirtualHost | undefined {
  let best: VirtualHost | undefined;
  let bestRank = -1;
  for (const host of hosts) {
    for (const name of host.names) {
      const rank = hostRank(name, asked);
      if (rank > bestRank) [best, bestRank] = [host, rank];
    }
  }
  return best;
}

/** How well a name fits: exact above all, else the length of what is fixed; -1 where it does not. */
export function hostRank({ name, wildcard }: HostName, asked: string): number {
  const wanted = name.toLowerCase();
  if (wanted === '*' || wanted === '') return 0;
  if (!wanted.startsWith('*.')) return wanted === asked ? Number.MAX_SAFE_INTEGER : -1;
  const suffix = wanted.slice(1);
  if (!asked.endsWith(suffix) || asked.length === suffix.length) return -1;
  const labels = asked.slice(0, -suffix.length);
  return wildcard === 'one-label' && labels.includes('.') ? -1 : suffix.length;
}

/** The first route that matches, and those before it with what they missed. */
export function routeFor(
  routes: readonly L7Route[],
  request: SeenRequest,
): { readonly route: L7Route | undefined; readonly passed: readonly Passed[] } {
  const passed: Passed[] = [];
  for (const route of routes) {
    const miss = missOf(route.match, request);
    if (miss === undefined) return { route, passed };
    passed.push({ route, miss });
  }
  return { route: undefined, passed };
}

/** Undefined where the request matches. */
export function missOf(match: RouteMatch, request: SeenRequest): Miss | undefined {
  if (match.path !== undefined && !pathMatches(match.path, request.path)) {
    return { field: 'path', wanted: match.path.value, got: request.path };
  }
  if (match.method !== undefined && match.method !== request.method) {
    return { field: 'method', wanted: match.method, got: request.method };
  }
  return (
    missedValue('header', match.headers ?? [], (name) => headerOf(request.headers, name)) ??
    missedValue('cookie', match.cookies ?? [], (name) => cookieOf(request, name)) ??
    missedValue('query', match.query ?? [], (name) => request.query.find(([key]) => key === name)?.[1])
  );
}

function missedValue(
  field: 'header' | 'cookie' | 'query',
  wanted: readonly ValueMatch[],
  valueOf: (name: string) => string | undefined,
): Miss | undefined {
  for (const { name, how, value } of wanted) {
    const got = valueOf(name);
    const holds =
      got !== undefined && (how === 'present' || (how === 'exact' ? got === value : wholly(value, got)));
    if (!holds) return { field, name, wanted: value, ...(got !== undefined && { got }) };
  }
  return undefined;
}

export function pathMatches({ how, value, ignoreCase }: PathMatch, path: string): boolean {
  switch (how) {
    case 'exact':
      return path === value;
    case 'text':
      return path.startsWith(value);
    case 'elements': {
      const wanted = elements(value);
      const got = elements(path);
      return wanted.every((element, i) => got[i] === element);
    }
    case 'regex':
      // What nobody here can read may match: its route says that the answer is unknown.
      return regexCode.need().pattern(`^${value}`, ignoreCase)?.test(path) ?? true;
    case 'whole-regex':
      return wholly(value, path);
  }
}

const elements = (path: string): readonly string[] => path.split('/').filter((element) => element !== '');

function wholly(pattern: string, text: string): boolean {
  return regexCode.need().pattern(`^(?:${pattern})$`)?.test(text) ?? false;
}
