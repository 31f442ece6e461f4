/**
 * `wg show` as wireguard-tools prints it where its output is no terminal. A private key is hidden by `wg show` and there
 * is none here, so `wg showconf` and `wg show DEV dump`, which print it, are not answered. Transfer counts what was walked.
 */
import { cidrText, ipPort } from '../../base/ip.ts';
import type { LinkConfig, NetnsConfig, WireguardPeerConfig } from '../config.ts';
import { sessionKey } from '../link/wireguard.ts';
import { linkRow, wireguardPeerRow } from '../row-key.ts';
import type { ShowLine, ShowRuntime } from './show.ts';

type Wireguard = Extract<LinkConfig, { kind: 'wireguard' }>;

export function wg(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  args: readonly string[],
): readonly ShowLine[] | undefined {
  // `wg` alone is `wg show all`.
  const [verb = 'show', name = 'all', field, ...rest] = args;
  if (verb !== 'show' || rest.length > 0) return undefined;
  const all = config.links.filter((link): link is Wireguard => link.kind === 'wireguard');
  if (name === 'interfaces') {
    if (field !== undefined) return undefined;
    return all.length === 0 ? [] : [{ text: all.map((link) => link.name).join(' ') }];
  }
  const found = name === 'all' ? all : all.filter((link) => link.name === name);
  if (found.length === 0 && name !== 'all') {
    const known = config.links.some((link) => link.name === name);
    return [{ text: `Unable to access interface: ${known ? 'Operation not supported' : 'No such device'}` }];
  }
  if (field === undefined) {
    return found.flatMap((link, i) => [...(i === 0 ? [] : [{ text: '' }]), ...deviceLines(link, runtime)]);
  }
  const lines = found.map((link) => fieldLines(link, field, runtime));
  if (lines.some((some) => some === undefined)) return undefined;
  return lines.flatMap((some = [], i) =>
    // `all` names the device in front of each line; of endpoints, in front of the first.
    some.map((line, at) =>
      name === 'all' && (at === 0 || field !== 'endpoints')
        ? { ...line, text: `${found[i]?.name ?? ''}\t${line.text}` }
        : line,
    ),
  );
}

interface Peer {
  readonly peer: WireguardPeerConfig;
  readonly key: string;
  /** Seconds, on the state's clock. */
  readonly handshake?: number;
  readonly received: number;
  readonly sent: number;
}

/** The one with the latest handshake first (`sort_peers`). */
function peersOf(link: Wireguard, runtime: ShowRuntime | undefined): readonly Peer[] {
  return link.peers
    .map((peer): Peer => {
      const key = sessionKey(link, peer);
      const session = runtime?.state.wireguard.get(key);
      const bytes = runtime?.state.wireguardTransfer.get(key) ?? { received: 0, sent: 0 };
      const handshake = session?.confirmed === true ? Math.floor(session.bornMs / 1000) : undefined;
      return { peer, key: wireguardPeerRow(link.name, peer.publicKey), handshake, ...bytes };
    })
    .toSorted((a, b) => (b.handshake ?? -1) - (a.handshake ?? -1));
}

function deviceLines(link: Wireguard, runtime: ShowRuntime | undefined): readonly ShowLine[] {
  const key = linkRow(link.name);
  const now = Math.floor((runtime?.clockMs ?? 0) / 1000);
  return [
    { text: `interface: ${link.name}`, key },
    { text: `  public key: ${link.publicKey}`, key },
    { text: '  private key: (hidden)', key },
    { text: `  listening port: ${link.port}`, key },
    ...peersOf(link, runtime).flatMap(({ peer, key: row, handshake, received, sent }): ShowLine[] => [
      { text: '' },
      { text: `peer: ${peer.publicKey}`, key: row },
      { text: `  endpoint: ${endpointText(peer)}`, key: row },
      { text: `  allowed ips: ${allowedText(peer, ', ')}`, key: row },
      ...(handshake === undefined
        ? []
        : [{ text: `  latest handshake: ${agoText(now - handshake)}`, key: row }]),
      ...(received + sent === 0
        ? []
        : [{ text: `  transfer: ${bytesText(received)} received, ${bytesText(sent)} sent`, key: row }]),
    ]),
  ];
}

/** `wg show DEV FIELD` (`ugly_print`). */
function fieldLines(
  link: Wireguard,
  field: string,
  runtime: ShowRuntime | undefined,
): readonly ShowLine[] | undefined {
  const peers = peersOf(link, runtime);
  const each = (text: (peer: Peer) => string): readonly ShowLine[] =>
    peers.map((one) => ({
      text: [one.peer.publicKey, text(one)].filter((part) => part !== '').join('\t'),
      key: one.key,
    }));
  switch (field) {
    case 'public-key':
      return [{ text: link.publicKey, key: linkRow(link.name) }];
    case 'listen-port':
      return [{ text: String(link.port), key: linkRow(link.name) }];
    case 'fwmark':
      return [{ text: 'off', key: linkRow(link.name) }];
    case 'peers':
      return each(() => '');
    case 'endpoints':
      return each(({ peer }) => endpointText(peer));
    case 'allowed-ips':
      return each(({ peer }) => allowedText(peer, ' '));
    case 'latest-handshakes':
      return each(({ handshake }) => String(handshake ?? 0));
    case 'transfer':
      return each(({ received, sent }) => `${received}\t${sent}`);
    case 'preshared-keys':
      return each(() => '(none)');
    case 'persistent-keepalive':
      return each(() => 'off');
    default:
      return undefined;
  }
}

function endpointText({ endpoint }: WireguardPeerConfig): string {
  return ipPort(endpoint.ip, endpoint.port);
}

function allowedText({ allowedIps }: WireguardPeerConfig, between: string): string {
  return allowedIps.length === 0 ? '(none)' : allowedIps.map(cidrText).join(between);
}

const UNITS = [
  ['year', 365 * 24 * 60 * 60],
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['minute', 60],
  ['second', 1],
] as const;

/** `pretty_time` */
function agoText(seconds: number): string {
  if (seconds === 0) return 'Now';
  const parts: string[] = [];
  let left = seconds;
  for (const [unit, length] of UNITS) {
    const count = Math.floor(left / length);
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
    left -= count * length;
  }
  return `${parts.join(', ')} ago`;
}

/** `bytes` */
function bytesText(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(2)} KiB`;
  if (count < 1024 ** 3) return `${(count / 1024 ** 2).toFixed(2)} MiB`;
  return `${(count / 1024 ** 3).toFixed(2)} GiB`;
}
