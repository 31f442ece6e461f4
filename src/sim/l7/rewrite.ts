/** What filters do to a path and to headers. */
import type { L7Filter, PathRewrite } from './config.ts';
import { regexCode } from './regex-code.ts';

/** The path after a rewrite; the same without one. */
export function rewritten(path: string, rewrite: PathRewrite | undefined): string {
  switch (rewrite?.how) {
    case undefined:
      return path;
    case 'full':
      return rewrite.value;
    case 'prefix': {
      const prefix = rewrite.prefix.replace(/\/+$/, '');
      const rest = path.slice(prefix.length);
      const joined = `${rewrite.value.replace(/\/+$/, '')}${rest.startsWith('/') || rest === '' ? rest : `/${rest}`}`;
      return joined === '' ? '/' : joined;
    }
    case 'regex': {
      const groups = regexCode.need().pattern(rewrite.pattern, rewrite.ignoreCase)?.groups(path);
      if (groups === undefined) return path;
      return rewrite.value.replace(/\$(\d)/g, (_, n: string) => groups[Number(n)] ?? '');
    }
  }
}

/** Headers of a message after the filters of one side, in their order. */
export function withHeaders<T extends { readonly headers: readonly (readonly [string, string])[] }>(
  message: T,
  filters: readonly L7Filter[],
  side: 'request-headers' | 'response-headers',
): T {
  let { headers } = message;
  for (const filter of filters) {
    if (filter.kind !== side) continue;
    const gone = new Set(
      [...filter.remove, ...filter.set.map(([name]) => name)].map((name) => name.toLowerCase()),
    );
    const kept = headers.filter(([name]) => !gone.has(name.toLowerCase()));
    headers = [...kept, ...filter.set];
    for (const [name, value] of filter.add) headers = added(headers, name, value);
  }
  return headers === message.headers ? message : { ...message, headers };
}

/** A value more of a header that may be there. */
function added(
  headers: readonly (readonly [string, string])[],
  name: string,
  value: string,
): readonly (readonly [string, string])[] {
  const at = headers.findIndex(([key]) => key.toLowerCase() === name.toLowerCase());
  if (at < 0) return [...headers, [name, value]];
  return headers.map((pair, i) => (i === at ? [pair[0], `${pair[1]},${value}`] : pair));
}
