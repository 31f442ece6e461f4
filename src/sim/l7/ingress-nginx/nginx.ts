/** nginx as ingress-nginx configures it: the headers that it adds, the pages that it answers itself, its patience. */
import { STATUS_CODES } from '../status.ts';
import type { ProxyProgram } from '../proxy.ts';

export const nginx: ProxyProgram = {
  forwarded: (request, { peer, host, scheme, port }) => {
    const id = requestId(request.method, request.path, peer.ip, peer.port);
    return [
      ['X-Request-ID', id],
      ['X-Real-IP', peer.ip],
      ['X-Forwarded-For', peer.ip],
      ['X-Forwarded-Host', host],
      ['X-Forwarded-Port', String(port)],
      ['X-Forwarded-Proto', scheme],
      ['X-Forwarded-Scheme', scheme],
      ['X-Scheme', scheme],
    ];
  },
  page: (status) => {
    const phrase = STATUS_CODES[status] ?? '';
    // Of 302 nginx' page has another title than its status line.
    const title = status === 302 ? '302 Found' : `${status} ${phrase}`;
    const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
    return {
      reasonPhrase: phrase,
      headers: [
        ['Content-Type', 'text/html'],
        ['Content-Length', String(body.length)],
      ],
      body,
    };
  },
  // 504 for who does not answer in time, 502 for who refuses or speaks another language.
  failed: ({ failure }) => ({ status: failure === 'timeout' ? 504 : 502 }),
  // `proxy_next_upstream` without `non_idempotent`.
  notTwice: new Set(['POST', 'LOCK', 'PATCH']),
  // proxy-connect-timeout, proxy-read-timeout, proxy-next-upstream-tries: the balancer tries again, be there one peer alone.
  patience: { connectTimeoutMs: 5_000, readTimeoutMs: 60_000, tries: 3 },
};

/** 32 hexadecimal digits. nginx draws them at random; here the same question gives the same ones. */
function requestId(...parts: readonly (string | number)[]): string {
  let a = 0x811c9dc5;
  let text = '';
  for (let word = 0; word < 4; word++) {
    for (const char of `${word} ${parts.join(' ')}`) a = Math.imul(a ^ char.charCodeAt(0), 0x01000193);
    text += (a >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}
