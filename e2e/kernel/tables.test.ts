/**
 * Prints each table of the simulated cluster, builds the same namespaces from its configuration, and compares with what
 * the real commands print there. The version of the tools is part of what `show` promises: others skip this.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import type { NetnsConfig } from '../../src/sim/net/config.ts';
import { show } from '../../src/sim/net/show/show.ts';
import type { ScenarioFile } from '../../src/sim/scenario.ts';
import { HandRig } from './hand-rig.ts';
import { labRig } from './lab-rig.ts';
import { attempt, bash, lacking } from './shell.ts';
import { shapes6 } from './shapes6.ts';
import { simulateFiles } from './simulated.ts';
import { baseCluster } from './variants.ts';

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
  'ip -6 addr',
  'ip -d link',
  'ip -d addr',
  'ip -4 addr',
  'ip -d -6 addr',
  'ip -6 addr show eth0',
  'ip -br addr',
  'ip route',
  'ip -6 route',
  'ip route show table local',
  'ip -6 route show table local',
  'ip -d route',
  'ip -d -6 route',
  'ip -d -6 route show table local',
  'ip rule',
  'ip -d rule',
  'ip neigh',
  'bridge fdb',
  'bridge link',
  'iptables-save',
  'iptables-save -t nat',
  'ip6tables-save',
  'ipset list',
  'ipset list -n',
];

const clusters: readonly (readonly [string, readonly ScenarioFile[]])[] = [
  ...['flannel', 'calico', 'kubenet'].map((cni) => [cni, baseCluster(cni)] as const),
  ...shapes6.slice(0, 2).map(({ name, yaml }) => [name, [{ name: 'cluster.yaml', text: yaml }]] as const),
];

describe.skipIf(why !== undefined).each(clusters)('tables: %s', (_, files) => {
  const simulation = why === undefined ? simulateFiles(files) : undefined;
  const places = [...(simulation?.world.netns.keys() ?? [])];
  const rig = simulation === undefined ? undefined : labRig(simulation.world);

  beforeAll(() => rig?.up());
  afterAll(() => rig?.down());

  it.each(places)('%s', (place) => {
    const config = simulation?.world.netns.get(place);
    if (simulation === undefined || rig === undefined || config === undefined)
      throw new Error('no such namespace');
    for (const command of [...COMMANDS, ...sysctls(config)]) {
      const ours = show(config, undefined, command, { netns: (id) => simulation.world.netns.get(id) });
      // Pods announce their IPv6 groups as they come up, and so a bridge has learnt where they are.
      const bridges = command === 'bridge fdb' ? config.links.filter((link) => link.kind === 'bridge') : [];
      for (const { name } of bridges)
        attempt(`ip -n ${rig.netns(place)} link set ${name} type bridge fdb_flush`);
      const real = attempt(`ip netns exec ${rig.netns(place)} ${command}`).output;
      const text = 'lines' in ours ? ours.lines.map((line) => `${line.text}\n`).join('') : ours.error.code;
      const same = (printed: string): string =>
        `${command}\n${normal(command, withoutCards(config, printed))}`;
      expect(same(text)).toBe(same(real));
    }
  });
});

/** The proxy's own golden holds more than any scenario: affinity, source ranges, policies. */
it.skipIf(why !== undefined)("iptables-restore takes kube-proxy's golden and prints it back", () => {
  const golden = new URL('../../src/sim/proxy/iptables/golden/everything.iptables-save.txt', import.meta.url);
  const text = readFileSync(golden, 'utf8');
  const rig = new HandRig('golden');
  const script = rig.place('node/golden');
  try {
    const name = rig.netns('node/golden');
    const printed = bash(
      `${script}\nip netns exec ${name} iptables-restore <<'RULES'\n${text}RULES\nip netns exec ${name} iptables-save`,
    );
    expect(normal('iptables-save', printed)).toBe(normal('iptables-save', text));
  } finally {
    attempt(rig.down());
  }
});

/** One command for all switches, so that each name is checked. */
function sysctls(config: NetnsConfig): string[] {
  const names = [
    'net.ipv4.ip_forward',
    'net.ipv6.conf.all.forwarding',
    'net.ipv4.conf.all.rp_filter',
    'net.ipv4.conf.all.route_localnet',
  ];
  for (const [name, values] of Object.entries(config.sysctls.perInterface)) {
    const dotted = name.replaceAll('.', '/');
    if (values.rpFilter !== undefined) names.push(`net.ipv4.conf.${dotted}.rp_filter`);
    if (values.proxyArp !== undefined) names.push(`net.ipv4.conf.${dotted}.proxy_arp`);
    if (values.proxyDelayMs !== undefined) names.push(`net.ipv4.neigh.${dotted}.proxy_delay`);
    if (values.forwarding !== undefined) names.push(`net.ipv4.conf.${dotted}.forwarding`);
  }
  return [`sysctl ${names.join(' ')}`];
}

/** Of a card, which is an end of a veth pair in the lab, `-d` says another kind, other queues, and who is below it. */
function withoutCards({ links }: NetnsConfig, text: string): string {
  let out = text.replace(/(hello|tcn|change|gc|hold|age|delay)_timer +[\d.]+/g, '$1_timer *');
  const cards = new Set(links.flatMap((link) => (link.kind === 'ethernet' ? [link.name] : [])));
  for (const card of cards) {
    out = out.replace(
      new RegExp(
        `^(\\d+: ${card}[:@].*\\n    link/ether \\S+ brd \\S+).* promiscuity .*(\\n    veth .*)?`,
        'm',
      ),
      '$1',
    );
  }
  for (const card of cards) {
    out = out.replace(new RegExp(`^(\\d+: ${card}[:@].* qlen \\d+) link-netns.*`, 'm'), '$1');
  }
  // What a tunnel takes of the card below it.
  return out.replace(/^( {4}vxlan .* dev (\S+) .*tso_max_size) \d+/gm, (whole, head: string, dev: string) =>
    cards.has(dev) ? `${head} *` : whole,
  );
}

/** Evens out what chance or the building of the rig decides. */
function normal(command: string, text: string): string {
  let out = text
    // Namespaces of others, which come and go meanwhile.
    .replace(/^Error: Peer netns reference is invalid\.\n/gm, '')
    .replace(/ link-netns(id)? \S+/g, ' link-netns *')
    .replace(/^(# .* on) .*$/gm, '$1 DATE')
    .replace(/\[\d+:\d+\]/g, '[0:0]')
    .replace(/initval 0x[0-9a-f]{8}/g, 'initval *');
  if (command.startsWith('ip ') && !command.includes('route')) {
    // A node's card is a veth end here.
    out = out.replace(/^(\d+: )?(eth\d)(@[^:\s]+)?/gm, '$1$2').replace(/fq_codel/g, 'noqueue');
    // The lab waits for no duplicate address detection.
    out = out.replaceAll(' nodad ', ' ');
    out = out.replace(/(eth\d) +/g, '$1 ').replace(/(ff:ff:ff:ff:ff:ff) link-netns \*$/gm, '$1');
  }
  // Routes of one prefix stand in the order in which their links came up; a card has no peer to name.
  if (/^ip (-d )?-6 route/.test(command)) out = out.split('\n').sort().join('\n');
  // A vxlan device binds its socket late and joins no group; hash tables have an order of their own.
  if (command === 'ip neigh' || command === 'ipset list' || command === 'bridge fdb') {
    out = out.split('\n').sort().join('\n');
  }
  return out;
}
