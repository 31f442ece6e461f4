/**
 * WireGuard in the lab: the simulator has no private keys, so each device draws a pair of its own when the lab is built,
 * and its peers are told the public one. The public keys of the simulated cluster only say who is whose peer.
 */
import { cidrText, ipPort } from '../base/ip.ts';
import type { LinkConfig, NetnsConfig } from '../net/config.ts';
import { labName } from './names.ts';
import { word } from './shell-text.ts';

type Wireguard = Extract<LinkConfig, { kind: 'wireguard' }>;

function devicesOf({ links }: NetnsConfig): readonly Wireguard[] {
  return links.filter((link): link is Wireguard => link.kind === 'wireguard');
}

/** The public keys of the simulated cluster; a device's pair in the script has the number of its place here. */
export function simulatedKeys(configs: readonly NetnsConfig[]): readonly string[] {
  return configs.flatMap((config) => devicesOf(config).map((link) => link.publicKey));
}

/** Draws all pairs, before any device is told of a peer. */
export function keyLines(keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  return [
    '# ---- WireGuard: a pair of keys for each device',
    'local -a SECRET=() PUBLIC=()',
    'if has wireguard; then',
    `for number in {0..${keys.length - 1}}; do SECRET[number]=$(wg genkey); PUBLIC[number]=$(wg pubkey <<<"\${SECRET[number]}"); done`,
    'fi',
  ];
}

/** `wg set` for the devices of one namespace. */
export function wireguardLines(config: NetnsConfig, keys: readonly string[]): string[] {
  const name = `"$LAB-${labName(config.id)}"`;
  return devicesOf(config).flatMap((link) => {
    const peers = link.peers.map(({ publicKey, endpoint, allowedIps }) => {
      const number = keys.indexOf(publicKey);
      const key = number < 0 ? word(publicKey) : `"\${PUBLIC[${number}]}"`;
      const to = word(ipPort(endpoint.ip, endpoint.port));
      return `peer ${key} endpoint ${to} allowed-ips ${word(allowedIps.map(cidrText).join(','))}`;
    });
    const own = `listen-port ${link.port} private-key <(echo "\${SECRET[${keys.indexOf(link.publicKey)}]}")`;
    return [
      'if has wireguard; then',
      [`ip netns exec ${name} wg set ${word(link.name)} ${own}`, ...peers].join(' '),
      'fi',
    ];
  });
}
