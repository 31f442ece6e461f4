/**
 * The node's Envoy with Cilium's filters, as far as policies for HTTP use it (pkg/envoy, cilium/proxy `bpf_metadata.cc`,
 * `l7policy.cc`; Envoy's connection manager and router): TPROXY gives it a connection with both ends' addresses, it holds each
 * request against the endpoint's policy for the identity at the other end, refuses it with 403, or asks the server on a
 * connection of its own, whose mark carries the client's identity. Towards another node, where no tunnel says whose a packet
 * is, it does so from the client's own address and port.
 * Connections stay in its pool for a minute, so they are not closed within a walk.
 * Left out: the date header, which has no clock here; request ids are not random; HTTP/2, TLS, gRPC, the waits between retries,
 * responses' trailers, the access log.
 */
import { cidr, cidrContains, ipFamily, ipPort, type Ip } from '../../../base/ip.ts';
import type { Origin } from '../../../base/origin.ts';
import type { MapConfig } from '../../../net/config.ts';
import type { AppHandler, AppSelf, Process, SocketError, Syscall } from '../../../net/process.ts';
import { askUpstream, failedNote } from '../../../l7/upstream.ts';
import type { HttpRequest, HttpResponse } from '../../../packet/packet.ts';
import { reason, type Reason } from '../../../trace/reasons.ts';
import type { EndpointValue, EnvoyPolicy, EnvoyRule, IpcacheValue, PolicyRuleName } from '../maps.ts';
import { ID, MARK, worldId } from '../names.ts';
import { identityMark } from '../bpf/common.ts';
import { changed, headerOf, heldAgainst, type HeaderChange, type HttpAnswer } from './http-rule.ts';
import { normalized, redirectOf } from '../../../l7/envoy/path.ts';
import { HOP_BY_HOP, isInternal } from '../../../l7/envoy/headers.ts';
import { requestId } from '../../../l7/envoy/request-id.ts';

export const ENVOY_APP = 'own/cilium-envoy';

/** What the agent told it: which direction a listener is for, whose addresses are whose, and the endpoints' policies. */
export interface EnvoySettings {
  readonly direction: 'ingress' | 'egress';
  /** Connections to other nodes' pods leave with the client's address. */
  readonly originalSource: boolean;
  readonly dual: boolean;
  /** It reads the map of addresses itself. */
  readonly ipcache: MapConfig;
  /** This node's, by address. */
  readonly endpoints: MapConfig['entries'];
  readonly policies: ReadonlyMap<number, EnvoyPolicy>;
}

/** `--http-request-timeout`, `--proxy-connect-timeout`, `--http-retry-count`. */
const REQUEST_TIMEOUT_MS = 3_600_000;
const CONNECT_TIMEOUT_MS = 2000;
const RETRIES = 3;

export const envoyApp: AppHandler = function* (payload, peer, self) {
  if (payload.kind !== 'http-request') return local(400, 'Bad Request', '');
  const settings = self.settings as EnvoySettings;
  const request = normalized(payload);
  const redirect = redirectOf(payload);
  if (redirect !== undefined) return local(307, 'Temporary Redirect', '', [['location', redirect]]);
  const connection = connectionOf(settings, peer, self);
  const judged = yield* judge(connection, request);
  if (judged === undefined) return local(403, 'Forbidden', 'Access denied\r\n');
  return yield* forward(connection, decorated(judged, peer, self));
};

interface Connection {
  readonly settings: EnvoySettings;
  readonly client: { readonly ip: Ip; readonly port: number };
  readonly server: { readonly ip: Ip; readonly port: number };
  readonly process: string;
  readonly clientIdentity: number;
  readonly serverIdentity: number;
  /** Of this node, where it is. */
  readonly endpoint: EndpointValue | undefined;
  readonly otherIsLocal: boolean;
}

function connectionOf(
  settings: EnvoySettings,
  client: { readonly ip: Ip; readonly port: number },
  self: AppSelf,
): Connection {
  const server = { ip: self.ip, port: self.port };
  const own = settings.direction === 'ingress' ? server : client;
  const other = settings.direction === 'ingress' ? client : server;
  return {
    settings,
    client,
    server,
    process: self.process,
    clientIdentity: identityOf(settings, client.ip),
    serverIdentity: identityOf(settings, server.ip),
    endpoint: endpointAt(settings, own.ip),
    otherIsLocal: endpointAt(settings, other.ip) !== undefined,
  };
}

function endpointAt({ endpoints }: EnvoySettings, ip: Ip): EndpointValue | undefined {
  return endpoints.get(ip)?.value as EndpointValue | undefined;
}

/** The longest prefix of the ipcache. */
function identityOf(settings: EnvoySettings, ip: Ip): number {
  let best = -1;
  let identity = worldId(ipFamily(ip), settings.dual);
  for (const [key, { value }] of settings.ipcache.entries) {
    const prefix = cidr(key);
    if (prefix.prefixLength <= best || !cidrContains(prefix, ip)) continue;
    best = prefix.prefixLength;
    ({ identity } = value as IpcacheValue);
  }
  return identity;
}

/** What the endpoint's policy says of the request: as it goes on, or undefined after saying why not. */
function* judge(connection: Connection, request: HttpRequest): Process<HttpRequest | undefined> {
  const { settings, endpoint, server } = connection;
  const { direction } = settings;
  const remote = direction === 'ingress' ? connection.clientIdentity : connection.serverIdentity;
  const about = { direction, pod: endpoint?.pod ?? '', method: request.method, path: request.path };
  const own = settings.policies.get(endpoint?.id ?? 0)?.[direction] ?? [];
  let nearest: { readonly told: EnvoyRule; readonly http: number; readonly answer: HttpAnswer } | undefined;
  let passed = false;
  let changes: readonly HeaderChange[] = [];
  for (const told of own.filter((one) => means(one, remote, server.port))) {
    for (const [http, item] of (told.http ?? [{ ...EVERYTHING, origin: told.origin }]).entries()) {
      const answer = heldAgainst(item, request);
      if (answer.missed.length === 0) {
        changes = [...changes, ...answer.changes];
        // What is always allowed has no rule to name: the node itself, and what was masqueraded to its address.
        if (!passed && told.rule !== undefined) {
          const which = { ...named(told.rule), http: told.http === undefined ? -1 : http };
          yield note(reason('policy.http-allow', { ...about, ...which }), item.origin);
        }
        passed = true;
      } else if (nearest === undefined || answer.missed.length < nearest.answer.missed.length) {
        nearest = { told, http, answer };
      }
    }
  }
  if (passed) return changed(request, changes);
  const [missed] = nearest?.answer.missed ?? [];
  yield note(
    reason('policy.http-deny', {
      ...about,
      ...named(nearest?.told.rule),
      http: nearest?.http ?? -1,
      field: missed?.field ?? '',
      wants: missed?.wants ?? '',
      got: missed?.got ?? '',
      more: Math.max(0, (nearest?.answer.missed.length ?? 0) - 1),
    }),
    nearest?.told.http?.[nearest.http]?.origin,
  );
  return undefined;
}

function means({ identities, spans }: EnvoyRule, remote: number, port: number): boolean {
  const who = identities.includes(ID.any) || identities.includes(remote);
  return (
    who &&
    spans.some(
      ({ first, last, protocol }) =>
        first <= port && port <= last && (protocol === 'TCP' || protocol === 'ANY'),
    )
  );
}

function named(rule: PolicyRuleName | undefined) {
  return {
    kind: rule?.kind ?? 'NetworkPolicy',
    policy: rule?.policy ?? '',
    rule: rule?.index ?? -1,
    ...(rule?.list !== undefined && { list: rule.list }),
  };
}

/** An item that asks for nothing. */
const EVERYTHING = { headers: [], headerMatches: [] } as const;

function note(why: Reason, origin?: Origin): Extract<Syscall, { call: 'note' }> {
  return { call: 'note', step: { reason: why, origin } };
}

/** The request as it goes on: names in small letters, `host` first, and what Envoy tells the server (`mutateRequestHeaders`). */
function decorated(
  request: HttpRequest,
  peer: { readonly ip: Ip; readonly port: number },
  self: { readonly ip: Ip; readonly port: number },
): HttpRequest {
  const kept = request.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !HOP_BY_HOP.has(name) && name !== 'host' && name !== 'x-forwarded-proto');
  const internal = isInternal(peer.ip) && headerOf(request, 'x-forwarded-for') === undefined;
  const asked = `${ipPort(peer.ip, peer.port)} ${ipPort(self.ip, self.port)} ${request.method} ${request.path}`;
  const keepsId = internal && headerOf(request, 'x-request-id') !== undefined;
  return {
    ...request,
    headers: [
      ['host', headerOf(request, 'host') ?? ''],
      ...kept.filter(([name]) => keepsId || name !== 'x-request-id'),
      ['x-forwarded-proto', 'http'],
      internal ? ['x-envoy-internal', 'true'] : ['x-envoy-external-address', peer.ip],
      ...(keepsId ? [] : [['x-request-id', requestId(asked)] as const]),
      ['x-envoy-expected-rq-timeout-ms', String(REQUEST_TIMEOUT_MS)],
    ],
  };
}

/** Asks the server, up to four times where it cannot be reached or fails (`retry_on: 5xx`). */
function* forward(connection: Connection, request: HttpRequest): Process<HttpResponse> {
  const { settings, client, server, process } = connection;
  const ingress = settings.direction === 'ingress';
  const asClient = !ingress && settings.originalSource && !connection.otherIsLocal;
  const result = yield* askUpstream(
    {
      process,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      readTimeoutMs: REQUEST_TIMEOUT_MS,
      tries: 1 + RETRIES,
      retryOn: (status) => status >= 500,
      connect: {
        mark: identityMark(connection.clientIdentity, ingress ? MARK.ingressProxy : MARK.egressProxy),
        ...(asClient && { source: client.ip, sport: client.port, transparent: true }),
      },
    },
    () => server,
    request,
  );
  if ('answer' in result) return fromUpstream(result.answer);
  const { failure } = result;
  const status = failure === 'protocol' ? 502 : 503;
  yield failedNote(process, result, status);
  return local(
    status,
    status === 502 ? 'Bad Gateway' : 'Service Unavailable',
    `upstream connect error or disconnect/reset before headers. ${RESETS[failure]}`,
  );
}

/** What Envoy says of a server that it has no answer of. */
const RESETS: Readonly<Record<SocketError | 'protocol', string>> = {
  refused:
    'retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused',
  timeout: 'retried and the latest reset reason: connection timeout',
  unreachable:
    'retried and the latest reset reason: remote connection failure, transport failure reason: immediate connect error: Network is unreachable',
  'too-big': 'retried and the latest reset reason: connection timeout',
  reset: 'retried and the latest reset reason: connection termination',
  protocol: 'reset reason: protocol error',
};

/** `sendLocalReply` */
function local(
  status: number,
  reasonPhrase: string,
  body: string,
  headers: HttpResponse['headers'] = [],
): HttpResponse {
  const about: HttpResponse['headers'] =
    body === ''
      ? [['content-length', '0']]
      : [
          ['content-length', String(body.length)],
          ['content-type', 'text/plain'],
        ];
  return {
    kind: 'http-response',
    status,
    reasonPhrase,
    headers: [...headers, ...about, ['server', 'envoy']],
    body,
  };
}

/** An answer on its way back: packets take no time here, so neither does the server. */
function fromUpstream(answer: HttpResponse): HttpResponse {
  const headers = answer.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !HOP_BY_HOP.has(name));
  const named = headers.some(([name]) => name === 'server');
  return {
    ...answer,
    headers: [
      ...headers.map(([name, value]) => [name, name === 'server' ? 'envoy' : value] as const),
      ['x-envoy-upstream-service-time', '0'],
      ...(named ? [] : [['server', 'envoy'] as const]),
    ],
  };
}
