/**
 * The lab: a bash script that builds a world's namespaces on a Linux machine, from nothing but the configuration that
 * packets walk through, for people to try and for e2e/kernel to hold the walks against. Leaves out what the box does not
 * model (each pod's processes but for what listens) and the names of DNS.
 */
import type { NetnsConfig, NetnsId } from '../net/config.ts';
import { stableHash } from '../net/hash.ts';
import type { World } from '../net/world.ts';
import { because, bridgeLines, firstSettings, ipLines, listenerWords, settings, tables } from './contents.ts';
import type { BatchLine } from './links.ts';
import { Devices, tunnelNeeds, words } from './links.ts';
import { labName, SWITCH } from './names.ts';
import { askLine, needOfLink, needsOf } from './needs.ts';
import { COMMANDS, head, LISTENER_TEXT, TAIL } from './program.ts';
import { commentText, hereDocument, word } from './shell-text.ts';
import { keyLines, simulatedKeys, wireguardLines } from './wireguard.ts';

export interface LabOptions {
  /** What the script calls itself: `The scenario "web"`. */
  readonly title?: string;
}

export function labScript({ netns }: World, options: LabOptions = {}): string {
  const configs = inOrder(netns);
  const places = configs.map(({ id }) => id);
  const devices = new Devices(netns);
  const keys = simulatedKeys(configs);
  const built = configs.flatMap((config) => [
    '',
    ...namespaceLines(config, devices),
    ...wireguardLines(config, keys),
  ]);
  const title = commentText(options.title ?? 'A Packetwalk cluster');
  const prefix = `lab${stableHash(`${title} ${places.join(' ')}`).toString(36)}`;
  const first = places.find((place) => !/^(node|external|kube-system)\//.test(place)) ?? places[0] ?? '';
  const lines = [
    ...head(title, prefix, commentText(first)),
    '',
    `PLACES=(${places.map(word).join(' ')})`,
    `declare -A NAMES=(${places.map((place) => `[${word(place)}]=${labName(place)}`).join(' ')})`,
    `ALL=(${SWITCH} ${places.map(labName).join(' ')})`,
    '',
    ...COMMANDS,
    '',
    ...hereDocument('LISTENER=$(cat', LISTENER_TEXT, 'PROGRAM'),
    ')',
    '',
    '# What this lab needs of the kernel.',
    'ask_kernel() {',
    '  ask veth "veth pairs" ip link add try1 type veth peer name try2',
    '  ask bridge "bridges" ip link add try3 type bridge',
    ...needsOf(configs).map((need) => `  ${askLine(need)}`),
    '}',
    '',
    'build() {',
    ...namespaces(places, configs),
    ...keyLines(keys),
    ...built,
    '',
    ...switchLines(devices),
    ...fabricLines(devices, configs),
    '}',
    '',
    '# One program a namespace: protocol, what it does, address, port.',
    'listeners() {',
    ...configs.flatMap((config) =>
      config.listeners.length === 0
        ? []
        : [`listen_in ${[word(config.id), ...listenerWords(config)].join(' ')}`],
    ),
    ':',
    '}',
    '',
    ...TAIL,
  ];
  return `${lines.join('\n')}\n`;
}

/** Hosts first, then nodes, then their pods: a pod's cable is laid from its node. */
function inOrder(world: ReadonlyMap<NetnsId, NetnsConfig>): readonly NetnsConfig[] {
  const rank = ({ id }: NetnsConfig): number =>
    id.startsWith('external/') ? 0 : id.startsWith('node/') ? 1 : 2;
  return [...world.values()].sort((a, b) => rank(a) - rank(b));
}

function namespaces(places: readonly NetnsId[], configs: readonly NetnsConfig[]): string[] {
  const lines = ['# Every namespace with its loopback, before the first cable.'];
  const groups = new Map<string, string[]>();
  for (const config of configs) {
    const key = firstSettings(config).join(' ');
    groups.set(key, [...(groups.get(key) ?? []), labName(config.id)]);
  }
  lines.push(
    'local name',
    `for name in "\${ALL[@]}"; do ip netns add "$LAB-$name"; ip -n "$LAB-$name" link set lo up; done`,
  );
  for (const [values, names] of groups) {
    const all = names.length === places.length ? [SWITCH, ...names] : names;
    lines.push(`for name in ${all.join(' ')}; do ip netns exec "$LAB-$name" sysctl -qw ${values}; done`);
  }
  return lines;
}

/** Lines grouped by what they need, those without a need first. */
function byNeed(lines: readonly BatchLine[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>([['', []]]);
  for (const { text, need = '' } of lines) groups.set(need, [...(groups.get(need) ?? []), text]);
  return groups;
}

/** `command` with each group of lines as its input, inside `if has` where the group needs something. */
function batches(command: string, lines: readonly BatchLine[]): string[] {
  return [...byNeed(lines)].flatMap(([need, texts]) => {
    if (texts.length === 0) return [];
    const batch = [`${command} <<LINES`, ...texts, 'LINES'];
    return need === '' ? batch : [`if has ${word(need)}; then`, ...batch, 'fi'];
  });
}

function namespaceLines(config: NetnsConfig, devices: Devices): string[] {
  const name = `"$LAB-${labName(config.id)}"`;
  const heading = because(config.origin).trim().replace(/^# /, '');
  const links: BatchLine[] = config.links.flatMap((link) => {
    const text = devices.line(config, link);
    return text === undefined ? [] : [{ text: text + because(link.origin), need: needOfLink(link) }];
  });
  const values = byNeed(settings(config));
  return [
    `# ---- ${commentText(config.id)}${heading === '' ? '' : ` (${heading})`}`,
    ...batches(`ip -n ${name} -batch -`, [...links, ...ipLines(config)]),
    ...batches(`ip -n ${name} -batch -`, lowered(config)),
    ...batches(`bridge -n ${name} -batch -`, bridgeLines(config)),
    ...[...values].flatMap(([need, texts]) => {
      if (texts.length === 0) return [];
      const set = `ip netns exec ${name} sysctl -qw ${texts.join(' ')}`;
      return [need === '' ? set : `if has ${word(need)}; then ${set}; fi`];
    }),
    ...tables(config).flatMap(({ load, mark, lines, needs }) => {
      const loaded = hereDocument(`ip netns exec ${name} ${load}`, lines, mark);
      return needs.length === 0 ? loaded : [`if has ${needs.map(word).join(' ')}; then`, ...loaded, 'fi'];
    }),
  ];
}

/** But a card's MTU may be lowered afterwards, and its tunnels stay as they are. */
function lowered(config: NetnsConfig): readonly BatchLine[] {
  return config.links
    .filter((link) => tunnelNeeds(config, link) > link.mtu)
    .map((link) => ({ text: words('link set', link.name, 'mtu', link.mtu) + because(link.origin) }));
}

function switchLines({ ports }: Devices): string[] {
  const segments = [...new Set(ports.map(({ segment }) => segment))];
  return [
    '# ---- the switch: a bridge for each network, and the ports that the cards above are plugged into',
    `ip -n "$LAB-${SWITCH}" -batch - <<LINES`,
    ...segments.flatMap((segment) => [`link add ${segment} type bridge`, `link set ${segment} up`]),
    ...ports.map(
      ({ name, segment, card }) => `link set ${name} master ${segment} up  # ${commentText(card)}`,
    ),
    'LINES',
    `if has br_netfilter; then ip netns exec "$LAB-${SWITCH}" sysctl -qw net.bridge.bridge-nf-call-iptables=0; fi`,
  ];
}

/**
 * A cloud's network instead of a plain switch (net/link/fabric.ts): the bridge knows who has which address, answers ARP by
 * itself (`proxy_arp` of a port, to which nothing is flooded then), and is told where every card is. Its router tells
 * nobody of a shorter way.
 */
function fabricLines({ ports }: Devices, configs: readonly NetnsConfig[]): string[] {
  const clouds = new Set<string>();
  for (const { links, held } of configs) {
    if (held === undefined) continue;
    for (const link of links) if (link.kind === 'ethernet') clouds.add(link.segment);
  }
  const cards = configs.flatMap(({ id, links, addresses, held = [] }) =>
    links.flatMap((link) => {
      const port = ports.find(({ card }) => card === `${id} ${link.name}`);
      if (link.kind !== 'ethernet' || port === undefined || !clouds.has(link.segment)) return [];
      const ips = [...addresses, ...held].filter(({ dev }) => dev === link.name).map(({ ip }) => ip);
      return [{ id, link, port: port.name, ips }];
    }),
  );
  if (cards.length === 0) return [];
  return [
    '# ---- the cloud: it answers ARP for every address that it knows, and floods nothing',
    `ip -n "$LAB-${SWITCH}" -batch - <<LINES`,
    ...cards.flatMap(({ link, port, ips }) => [
      `link set ${port} type bridge_slave proxy_arp on`,
      ...ips.map((ip) => `neigh replace ${ip} lladdr ${link.mac} dev ${link.segment} nud permanent`),
    ]),
    'LINES',
    `bridge -n "$LAB-${SWITCH}" -batch - <<LINES`,
    ...cards.map(({ link, port }) => `fdb replace ${link.mac} dev ${port} master static`),
    'LINES',
    ...cards.map(
      ({ id, link }) =>
        `ip netns exec "$LAB-${labName(id)}" sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.${link.name}.send_redirects=0`,
    ),
  ];
}
