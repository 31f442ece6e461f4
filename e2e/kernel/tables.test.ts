/**
 * Prints each table of the simulated cluster, builds the same namespaces from its configuration, and compares with what
 * the real commands print there. The version of the tools is part of what `show` promises: others skip this.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkConfig, NetnsConfig } from '../../src/sim/net/config.ts';
import { ifindex, linksInOrder } from '../../src/sim/net/show/link.ts';
import { show } from '../../src/sim/net/show/show.ts';
import type { Simulation } from '../../src/sim/simulate.ts';
import { attempt, bash, lacking } from './shell.ts';
import { simulateCluster } from './simulated.ts';

const why = lacking() ?? otherVersions();
if (why !== undefined) console.warn(`e2e/kernel/tables is skipped: ${why}`);

/** `show` prints what Debian 12's tools print. */
function otherVersions(): string | undefined {
  const said = attempt('iptables --version; ip -V; ipset --version 2>/dev/null | head -1').output;
  const wanted = ['iptables v1.8.9 (nf_tables)', 'iproute2-6.1', 'ipset v7.17'];
  const missing = wanted.filter((version) => !said.includes(version));
  return missing.length === 0 ? undefined : `wants ${missing.join(', ')}`;
}

const COMMANDS = [
  'ip link',
  'ip addr',
  'ip -br addr',
  'ip route',
  'ip -6 route',
  'ip route show table local',
  'ip rule',
  'ip neigh',
  'bridge fdb',
  'bridge link',
  'iptables-save',
  'iptables-save -t nat',
  'ip6tables-save',
  'ipset list',
  'ipset list -n',
];

describe.skipIf(why !== undefined).each(['flannel', 'calico', 'kubenet'])('tables with %s', (cni) => {
  const simulation = why === undefined ? simulateCluster(cni) : undefined;
  const places = [...(simulation?.world.netns.keys() ?? [])];
  const prefix = `pwt${process.pid.toString(36)}${cni[0]}-`;
  const netns = (place: string): string =>
    prefix +
    place
      .replace(/^(node|external)\//, '')
      .replaceAll('/', '-')
      .slice(0, 40);

  beforeAll(() => {
    if (simulation !== undefined) bash(up(simulation, netns), 120_000);
  });
  afterAll(() => {
    attempt([...places, 'external/switch'].map((place) => `ip netns del ${netns(place)}`).join(';'));
  });

  it.each(places)('%s', (place) => {
    const config = simulation?.world.netns.get(place);
    if (simulation === undefined || config === undefined) throw new Error('no such namespace');
    for (const command of [...COMMANDS, ...sysctls(config)]) {
      const ours = show(config, undefined, command, { netns: (id) => simulation.world.netns.get(id) });
      const real = attempt(`ip netns exec ${netns(place)} ${command}`).output;
      const text = 'lines' in ours ? ours.lines.map((line) => `${line.text}\n`).join('') : ours.error.code;
      expect(`${command}\n${normal(command, text)}`).toBe(`${command}\n${normal(command, real)}`);
    }
  });
});

/** One command for all switches, so that each name is checked. */
function sysctls(config: NetnsConfig): string[] {
  const names = ['net.ipv4.ip_forward', 'net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.all.route_localnet'];
  for (const [name, values] of Object.entries(config.sysctls.perInterface)) {
    const dotted = name.replaceAll('.', '/');
    if (values.rpFilter !== undefined) names.push(`net.ipv4.conf.${dotted}.rp_filter`);
    if (values.proxyArp !== undefined) names.push(`net.ipv4.conf.${dotted}.proxy_arp`);
    if (values.proxyDelayMs !== undefined) names.push(`net.ipv4.neigh.${dotted}.proxy_delay`);
    if (values.forwarding !== undefined) names.push(`net.ipv4.conf.${dotted}.forwarding`);
  }
  return [`sysctl ${names.join(' ')}`];
}

/** Evens out what chance or the building of the rig decides. */
function normal(command: string, text: string): string {
  let out = text
    .replace(/ link-netns(id)? \S+/g, ' link-netns *')
    .replace(/^(# .* on) .*$/gm, '$1 DATE')
    .replace(/\[\d+:\d+\]/g, '[0:0]')
    .replace(/initval 0x[0-9a-f]{8}/g, 'initval *');
  if (command.startsWith('ip ') && !command.includes('route')) {
    // A node's card is a veth end here.
    out = out.replace(/^(\d+: )?(eth\d)(@if\d+)?/gm, '$1$2').replace(/fq_codel/g, 'noqueue');
    out = out.replace(/(eth\d) +/g, '$1 ').replace(/(ff:ff:ff:ff:ff:ff) link-netns \*$/gm, '$1');
  }
  // A vxlan device binds its socket late and joins no group; hash tables have an order of their own.
  if (command === 'ip neigh' || command === 'ipset list' || command === 'bridge fdb') {
    out = out.split('\n').sort().join('\n');
  }
  return out;
}

function up({ world }: Simulation, netns: (place: string) => string): string {
  const sw = netns('external/switch');
  const lines: string[] = [`ip netns add ${sw}`];
  for (const place of world.netns.keys()) {
    const name = netns(place);
    lines.push(
      `ip netns add ${name}`,
      `ip netns exec ${name} sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0`,
      `ip -n ${name} link set lo up`,
    );
  }
  const done = new Set<string>();
  for (const kind of ['ethernet', 'bridge', 'vxlan', 'veth'] as const) {
    for (const [place, config] of world.netns) {
      for (const link of config.links) {
        if (link.kind === kind && !done.has(`${place} ${link.name}`)) {
          lines.push(...makeLink(world.netns, place, link, netns, done));
        }
      }
    }
  }
  for (const [place, config] of world.netns) lines.push(...fill(config, netns(place)));
  return lines.join('\n');
}

let ports = 0;

function makeLink(
  world: ReadonlyMap<string, NetnsConfig>,
  place: string,
  link: LinkConfig,
  netns: (place: string) => string,
  done: Set<string>,
): string[] {
  const name = netns(place);
  const config = world.get(place);
  const index = config === undefined ? 2 : (ifindex(config, link.name) ?? 2);
  const base = `ip -n ${name} link add ${link.name} index ${index} address ${link.mac} mtu ${link.mtu}`;
  const lines: string[] = [];
  switch (link.kind) {
    case 'loopback':
      return [];
    case 'ethernet':
      ports += 1;
      lines.push(`${base} type veth peer name p${ports} netns ${netns('external/switch')}`);
      lines.push(`ip -n ${netns('external/switch')} link set p${ports} up`);
      break;
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
      const peerIndex = ifindex(there, peer.name) ?? 2;
      lines.push(
        `${base} type veth peer name ${peer.name} index ${peerIndex} address ${peer.mac} mtu ${peer.mtu} netns ${netns(link.peer.netns)}`,
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
