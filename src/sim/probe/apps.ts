/** Well-known programs behind listeners: what they answer to one request. */
import type { AppHandler } from '../net/process.ts';

/** A web server: answers any request with 200 and a small page that names itself. */
export const httpApp: AppHandler = function* (request, peer, self) {
  if (request.kind !== 'http-request') return undefined;
  const pod = self.netns.split('/').at(-1) ?? self.netns;
  const body = `Hello from ${pod} (${self.ip}:${self.port}) to ${peer.ip}\n`;
  return {
    kind: 'http-response',
    status: 200,
    reasonPhrase: 'OK',
    headers: [
      ['Content-Type', 'text/plain'],
      ['Content-Length', String(body.length)],
    ],
    body: request.method === 'HEAD' ? '' : body,
  };
};

/** Sends back what it got. */
export const echoApp: AppHandler = function* (request) {
  return request;
};

/** Completes the handshake and says nothing: a program whose protocol is not modelled. */
export const tcpAcceptApp: AppHandler = function* () {
  return undefined;
};

/** Takes datagrams and answers none. */
export const sinkApp: AppHandler = function* () {
  return undefined;
};
