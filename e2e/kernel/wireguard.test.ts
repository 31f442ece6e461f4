/**
 * `wg show` of the simulated nodes beside the real one's: the same peers with real keys, before and after a ping. Where
 * the kernel has no WireGuard its implementation in user space (wireguard-go) stands behind the device.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LinkConfig } from '../../src/sim/net/config.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { tableOf } from '../../src/sim/tables.ts';
import { HandRig } from './hand-rig.ts';
import { attempt, bash, lacking } from './shell.ts';

const why = lacking() ?? otherVersions();
if (why !== undefined) console.warn(`e2e/kernel/wireguard is skipped: ${why}`);

function otherVersions(): string | undefined {
  if (attempt('command -v wg wireguard-go && test -c /dev/net/tun').status !== 0)
    return 'wants wg and wireguard-go';
  return attempt('wg --version').output.includes('v1.0.20210914') ? undefined : 'wants wg v1.0.20210914';
}

const NODES = ['node/kind-control-plane', 'node/kind-worker'];
const simulation = simulate({
  files: [
    {
      name: 'cluster.yaml',
      text: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: flannel, options: {backend: wireguard}}\n---\napiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}]\n',
    },
  ],
});

type Wireguard = Extract<LinkConfig, { kind: 'wireguard' }>;
const rig = new HandRig('wg');
/** Sockets of wireguard-go are named after devices and known to all namespaces, so each device has a name of its own. */
const ends = NODES.map((place, index) => {
  const config = simulation.world.netns.get(place);
  const link = config?.links.find((one): one is Wireguard => one.kind === 'wireguard');
  if (config === undefined || link === undefined) throw new Error(`${place} has no WireGuard`);
  const ip = (dev: string): string => config.addresses.find((a) => a.dev === dev)?.ip ?? '';
  return {
    place,
    link,
    dev: `pwk${process.pid.toString(36)}${index}`,
    card: ip('eth0'),
    own: ip(link.name),
    key: '',
  };
});

function commands(): string {
  const [one, two] = NODES.map((place) => rig.netns(place));
  return `${NODES.map((place) => rig.place(place)).join('\n')}
ip -n ${one} link add eth0 type veth peer name eth0 netns ${two}
${ends
  .map(({ place, dev, card, link, own }) => {
    const name = rig.netns(place);
    const peers = link.peers.map((peer) => {
      const other = ends.find((end) => end.link.publicKey === peer.publicKey);
      const allowed = peer.allowedIps.map((c) => `${c.ip}/${c.prefixLength}`).join(',');
      return `peer "$(wg pubkey </tmp/${other?.dev}.key)" endpoint ${peer.endpoint.ip}:${peer.endpoint.port} allowed-ips ${allowed}`;
    });
    return `ip -n ${name} addr add ${card}/16 dev eth0
ip -n ${name} link set eth0 up
WG_PROCESS_FOREGROUND=1 ip netns exec ${name} wireguard-go -f ${dev} >/dev/null 2>&1 </dev/null & echo $! >/tmp/${dev}.pid
for i in $(seq 50); do [ -S /var/run/wireguard/${dev}.sock ] && break; sleep 0.1; done
ip netns exec ${name} wg set ${dev} listen-port ${link.port} private-key /tmp/${dev}.key ${peers.join(' ')}
ip -n ${name} addr add ${own}/32 dev ${dev}
ip -n ${name} link set ${dev} mtu ${link.mtu} up
ip -n ${name} route add 10.244.0.0/16 dev ${dev}`;
  })
  .join('\n')}`;
}

beforeAll(() => {
  if (why !== undefined) return;
  for (const end of ends) {
    end.key = bash(`umask 077; wg genkey >/tmp/${end.dev}.key; wg pubkey </tmp/${end.dev}.key`).trim();
  }
  bash(commands());
});

afterAll(() => {
  if (why !== undefined) return;
  for (const { dev } of ends) {
    attempt(
      `kill "$(cat /tmp/${dev}.pid)"; rm -f /tmp/${dev}.pid /tmp/${dev}.key /var/run/wireguard/${dev}.sock`,
    );
  }
  attempt(rig.down());
});

/** The real text with our names: the device's and the keys. */
function real(place: string, command: string): string {
  const own = ends.find((end) => end.place === place);
  let text = attempt(
    `ip netns exec ${rig.netns(place)} ${command.replace('flannel-wg', own?.dev ?? '')}`,
  ).output;
  for (const { dev, key, link } of ends)
    text = text.replaceAll(dev, link.name).replaceAll(key, link.publicKey);
  return text.replace(/latest handshake: .*/g, 'latest handshake: *');
}

function ours(place: string, command: string, probe?: Parameters<typeof tableOf>[3]): string {
  const lines = tableOf(simulation, place, command, probe).map(({ text }) => `${text}\n`);
  return lines.join('').replace(/latest handshake: .*/g, 'latest handshake: *');
}

it.skipIf(why !== undefined)('wg show, before and after a ping', () => {
  for (const place of NODES) {
    for (const field of ['', ' public-key', ' peers', ' endpoints', ' allowed-ips', ' transfer', ' fwmark']) {
      const command = `wg show flannel-wg${field}`;
      expect(`${place} ${command}\n${ours(place, command)}`).toBe(
        `${place} ${command}\n${real(place, command)}`,
      );
    }
  }
  const [from = '', to] = NODES;
  const target = ends.find((end) => end.place === to)?.own ?? '';
  expect(attempt(`ip netns exec ${rig.netns(from)} ping -c 1 -W 3 ${target}`).status).toBe(0);
  const probe = { from, to: target, tool: 'ping' } as const;
  for (const place of NODES) {
    const printed = ours(place, 'wg show flannel-wg', probe);
    expect(printed).toContain('received');
    expect(printed).toBe(real(place, 'wg show flannel-wg'));
  }
});
