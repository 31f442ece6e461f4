/**
 * An item of `rules.http` held against a request, as Cilium's filter in Envoy does (pkg/envoy `getHTTPRule`; cilium/proxy
 * network_policy.cc, header matches of envoy.config.route.v3): `path`, `method` and `host` are regular expressions (RE2) for the
 * whole of `:path` (with the query), `:method` and `:authority` (with the port, if the client wrote one). All that a rule says
 * has to hold; one of several rules is enough.
 * Leaves out: values from Secrets, which make a rule that nobody can read here; the log.
 */
import type { CiliumHttpRule } from '../../../k8s/cluster-state.ts';
import type { HttpRequest } from '../../../packet/packet.ts';

/** What a rule asks for and the request does not have. */
export interface Missed {
  readonly field: 'method' | 'path' | 'host' | 'header';
  readonly wants: string;
  readonly got: string;
}

/** What a header match that does not hold does to a request that passes all the same. */
export interface HeaderChange {
  readonly name: string;
  /** Absent: the header goes. */
  readonly value?: string;
}

export interface HttpAnswer {
  readonly missed: readonly Missed[];
  readonly changes: readonly HeaderChange[];
}

const CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alnum: '0-9A-Za-z',
    alpha: 'A-Za-z',
    blank: '\\t ',
    digit: '0-9',
    lower: 'a-z',
    upper: 'A-Z',
    space: '\\t\\n\\v\\f\\r ',
    word: '0-9A-Za-z_',
    xdigit: '0-9A-Fa-f',
  }),
);

/** RE2's syntax where JavaScript has another; undefined where the two have nothing in common. */
export function wholeText(pattern: string): RegExp | undefined {
  const [, flags = '', rest = ''] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(pattern) ?? [];
  // Look-around and back references are no regular expressions.
  if (/\(\?[=!<]|\\[1-9]/.test(rest.replaceAll('(?<', '(?P<').replaceAll('(?P<', ''))) return undefined;
  const text = rest
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\[:(\w+):\]/g, (all, name: string) => CLASSES.get(name) ?? all)
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$');
  try {
    return new RegExp(`^(?:${text})$`, flags);
  } catch {
    return undefined;
  }
}

/** Whether a rule can be held against requests here. */
export function isReadable({ path, method, host, headerMatches }: CiliumHttpRule): boolean {
  const patterns = [path, method, host].filter((pattern) => pattern !== undefined && pattern !== '');
  return (
    patterns.every((pattern) => wholeText(pattern ?? '') !== undefined) &&
    headerMatches.every(({ secret }) => secret === undefined)
  );
}

export function headerOf(request: HttpRequest, name: string): string | undefined {
  const values = request.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase());
  return values.length === 0 ? undefined : values.map(([, value]) => value).join(',');
}

export function heldAgainst(rule: Omit<CiliumHttpRule, 'origin'>, request: HttpRequest): HttpAnswer {
  const missed: Missed[] = [];
  const changes: HeaderChange[] = [];
  const texts = [
    { field: 'path', wants: rule.path, got: request.path },
    { field: 'method', wants: rule.method, got: request.method },
    { field: 'host', wants: rule.host, got: headerOf(request, 'host') ?? '' },
  ] as const;
  for (const { field, wants, got } of texts) {
    if (wants === undefined || wants === '') continue;
    if (wholeText(wants)?.test(got) !== true) missed.push({ field, wants, got });
  }
  for (const header of rule.headers) {
    const { name, value } = headerRule(header);
    const got = headerOf(request, name);
    if (got === undefined || (value !== undefined && got !== value)) {
      missed.push({ field: 'header', wants: header, got: got === undefined ? '' : `${name}: ${got}` });
    }
  }
  for (const { name, value, mismatch } of rule.headerMatches) {
    const got = headerOf(request, name);
    if (got !== undefined && (value === undefined || value === '' || got === value)) continue;
    switch (mismatch) {
      case undefined:
        missed.push({
          field: 'header',
          wants: value === undefined || value === '' ? name : `${name}: ${value}`,
          got: got === undefined ? '' : `${name}: ${got}`,
        });
        break;
      case 'ADD':
      case 'REPLACE':
        changes.push({ name, value: value ?? '' });
        break;
      case 'DELETE':
        changes.push({ name });
        break;
      case 'LOG':
        break;
    }
  }
  return { missed, changes };
}

/** `X-Token 7` and `X-Token: 7` ask for a value, `X-Token` for its being there. */
function headerRule(text: string): { readonly name: string; readonly value?: string } {
  const space = text.indexOf(' ');
  if (space < 0) return { name: text };
  return { name: text.slice(0, space).replace(/:+$/, ''), value: text.slice(space + 1) };
}

/** The request with what a rule's header matches change in it. */
export function changed(request: HttpRequest, changes: readonly HeaderChange[]): HttpRequest {
  const headers = changes.reduce<readonly (readonly [string, string])[]>((list, { name, value }) => {
    const others = list.filter(([key]) => key.toLowerCase() !== name.toLowerCase());
    return value === undefined ? others : [...others, [name.toLowerCase(), value]];
  }, request.headers);
  return { ...request, headers };
}
