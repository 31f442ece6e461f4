/**
 * The simulated cluster as real network namespaces, from nothing but its configuration: the links, addresses, routes,
 * neighbours, switches, sets and the very text that `show iptables-save` prints.
 */
import type { LinkConfig, NetnsConfig } from '../../src/sim/net/config.ts';
import { ifindex, linksInOrder } from '../../src/sim/net/show/link.ts';
import { show } from '../../src/sim/net/show/show.ts';
import type { World } from '../../src/sim/net/world.ts';
import type { Rig } from './topology.ts';

/** The script that builds every namespace of a world, joined by a switch for each segment. */
export function buildWorld(rig: Rig, world: World): string {
  const sw = rig.netns('external/switch');
  const lines: string[] = [rig.place('external/switch')];
  lines.push(`ip netns exec ${sw} sysctl -qw net.bridge.bridge-nf-call-iptables=0`);
  const segments = new Set<string>();
  for (const [place, config] of world.netns) {
    lines.push(rig.place(place));
    for (const link of config.links) if (link.kind === 'ethernet') segments.add(link.segment);
  }
  for (const segment of segments) {
    lines.push(`ip -n ${sw} link add ${segment} type bridge`, `ip -n ${sw} link set ${segment} up`);
  }
  const done = new Set<string>();
  for (const kind of ['ethernet', 'bridge', 'vxlan', 'veth'] as const) {
    for (const [place, config] of world.netns) {
      for (const link of config.links) {
        if (link.kind === kind && !done.has(`${place} ${link.name}`)) {
          lines.push(...makeLink(rig, world.netns, place, link, done));
        }
      }
    }
  }
  for (const [place, config] of world.netns) {
    lines.push(...fill(config, rig.netns(place)));
    const listen = listens(config);
    if (listen.length > 0) rig.listeners.push({ place, listen });
  }
  return lines.join('\n');
}

function makeLink(
  rig: Rig,
  world: ReadonlyMap<string, NetnsConfig>,
  place: string,
  link: LinkConfig,
  done: Set<string>,
): string[] {
  const name = rig.netns(place);
  const config = world.get(place);
  const index = config === undefined ? 2 : (ifindex(config, link.name) ?? 2);
  const base = `ip -n ${name} link add ${link.name} index ${index} address ${link.mac} mtu ${link.mtu}`;
  const lines: string[] = [];
  const peerPod = link.kind === 'veth' && place.startsWith('node/') ? link.peer.netns : undefined;
  if (link.kind !== 'loopback') rig.interfaces.push({ place, name: link.name, mac: link.mac, peer: peerPod });
  switch (link.kind) {
    case 'loopback':
      return [];
    case 'ethernet': {
      const port = `p${rig.interfaces.length}`;
      const sw = rig.netns('external/switch');
      lines.push(
        `${base} type veth peer name ${port} netns ${sw}`,
        `ip -n ${sw} link set ${port} master ${link.segment} up`,
      );
      break;
    }
    case 'bridge':
      lines.push(`${base} type bridge`);
      if (link.promisc === true) lines.push(`ip -n ${name} link set ${link.name} promisc on`);
      break;
    case 'vxlan':
      lines.push(
        `${base} type vxlan id ${link.vni} local ${link.local} dev ${link.dev} dstport ${link.port} ${link.learning ? '' : 'nolearning'}`,
      );
      break;
    case 'veth': {
      const there = world.get(link.peer.netns);
      const peer = there?.links.find((other) => other.name === link.peer.name);
      if (there === undefined || peer === undefined) return [];
      done.add(`${link.peer.netns} ${link.peer.name}`);
      const back = link.peer.netns.startsWith('node/') ? place : undefined;
      rig.interfaces.push({ place: link.peer.netns, name: peer.name, mac: peer.mac, peer: back });
      const peerIndex = ifindex(there, peer.name) ?? 2;
      lines.push(
        `${base} type veth peer name ${peer.name} index ${peerIndex} address ${peer.mac} mtu ${peer.mtu} netns ${rig.netns(link.peer.netns)}`,
      );
    }
  }
  return lines;
}

function fill(config: NetnsConfig, name: string): string[] {
  const lines: string[] = [];
  const ip = `ip -n ${name}`;
  for (const link of linksInOrder(config)) {
    if (link.master !== undefined) lines.push(`${ip} link set ${link.name} master ${link.master}`);
    if (link.hairpin === true)
      lines.push(`ip netns exec ${name} bridge link set dev ${link.name} hairpin on`);
    if (link.up !== false) lines.push(`${ip} link set ${link.name} up`);
  }
  for (const { dev, ip: address, prefixLength, scope } of config.addresses) {
    if (dev === 'lo') continue;
    const broadcast = prefixLength < 31 ? 'brd +' : '';
    lines.push(`${ip} addr add ${address}/${prefixLength} ${broadcast} dev ${dev} scope ${scope}`);
  }
  // A gateway must be reachable before a route can name it.
  const routes = [...config.routes].sort((a, b) => Number(a.via !== undefined) - Number(b.via !== undefined));
  for (const route of routes) {
    const parts = [`${ip} route replace`];
    if (route.type === 'blackhole') parts.push('blackhole');
    parts.push(`${route.to.ip}/${route.to.prefixLength}`);
    if (route.via !== undefined) parts.push(`via ${route.via}`);
    if (route.dev !== undefined) parts.push(`dev ${route.dev}`);
    if (route.src !== undefined) parts.push(`src ${route.src}`);
    if (route.protocol !== undefined) parts.push(`proto ${route.protocol}`);
    if (route.scope !== undefined) parts.push(`scope ${route.scope}`);
    if (route.metric !== undefined) parts.push(`metric ${route.metric}`);
    if (route.onlink === true) parts.push('onlink');
    lines.push(parts.join(' '));
  }
  for (const { dev, ip: address, mac, state } of config.neighbours) {
    lines.push(`${ip} neigh replace ${address} lladdr ${mac} dev ${dev} nud ${state.toLowerCase()}`);
  }
  for (const { dev, mac, dst } of config.fdb) {
    lines.push(`ip netns exec ${name} bridge fdb replace ${mac} dev ${dev} dst ${dst} self permanent`);
  }
  lines.push(...switches(config, name));
  const text = (command: string): string => {
    const shown = show(config, undefined, command, { netns: () => undefined });
    return 'lines' in shown ? shown.lines.map((line) => `${line.text}\n`).join('') : '';
  };
  if (config.ipsets.length > 0)
    lines.push(`ip netns exec ${name} ipset restore <<'SETS'\n${text('ipset save')}SETS`);
  if (config.iptables !== undefined) {
    lines.push(`ip netns exec ${name} iptables-restore <<'RULES'\n${text('iptables-save')}RULES`);
  }
  return lines;
}

function switches({ sysctls }: NetnsConfig, name: string): string[] {
  const set = (key: string, value: string | number): string =>
    `ip netns exec ${name} sysctl -qw ${key}=${value}`;
  const lines = [
    set('net.ipv4.ip_forward', Number(sysctls.ipForward)),
    set('net.ipv4.conf.all.rp_filter', sysctls.rpFilterAll),
  ];
  if (sysctls.routeLocalnetAll === true) lines.push(set('net.ipv4.conf.all.route_localnet', 1));
  for (const [iface, values] of Object.entries(sysctls.perInterface)) {
    const dotted = iface.replaceAll('.', '/');
    if (values.rpFilter !== undefined) lines.push(set(`net.ipv4.conf.${dotted}.rp_filter`, values.rpFilter));
    if (values.proxyArp !== undefined)
      lines.push(set(`net.ipv4.conf.${dotted}.proxy_arp`, Number(values.proxyArp)));
    if (values.proxyDelayMs !== undefined) {
      lines.push(set(`net.ipv4.neigh.${dotted}.proxy_delay`, values.proxyDelayMs / 10));
    }
    if (values.forwarding !== undefined)
      lines.push(set(`net.ipv4.conf.${dotted}.forwarding`, Number(values.forwarding)));
  }
  return lines;
}

/** What the namespace's processes listen on; a kernel's own sockets come with their devices. */
function listens({ id, listeners }: NetnsConfig): string[] {
  // The node's own daemons are of no interest, and many.
  if (id.startsWith('node/') || id.startsWith('kube-system/')) return [];
  return listeners.map((l) => `${l.port}/${l.proto.toUpperCase()}`);
}
