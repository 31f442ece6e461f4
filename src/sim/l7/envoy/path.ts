/**
 * What Envoy makes of a path before any rule or route sees it (`normalize_path`, `merge_slashes`): dot segments and doubled slashes go,
 * letters that need no percent sign lose theirs (RFC 3986, section 6), and a path with an escaped slash is sent back to be asked
 * without (UNESCAPE_AND_REDIRECT). The query stays as it is.
 */
import type { HttpRequest } from '../../packet/packet.ts';

const UNRESERVED = /^[A-Za-z0-9._~-]$/;

function split(path: string): readonly [string, string] {
  const at = path.search(/[?#]/);
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)];
}

function normalPath(path: string): string {
  const [before, query] = split(path);
  const plain = before
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (all, hex: string) => {
      const letter = String.fromCharCode(Number.parseInt(hex, 16));
      return UNRESERVED.test(letter) ? letter : all.toUpperCase();
    })
    .replaceAll('\\', '/');
  const kept: string[] = [];
  const segments = plain.split('/').slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.' && (segment !== '' || last)) kept.push(segment);
    if (last && (segment === '.' || segment === '..')) kept.push('');
  });
  return `/${kept.join('/')}${query}`;
}

export function normalized(request: HttpRequest): HttpRequest {
  return request.path.startsWith('/') ? { ...request, path: normalPath(request.path) } : request;
}

/** Where a request with an escaped slash is sent; undefined for every other. */
export function redirectOf({ path }: HttpRequest): string | undefined {
  const [before, query] = split(path);
  if (!/%2f|%5c/i.test(before)) return undefined;
  return normalPath(before.replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\')) + query;
}
