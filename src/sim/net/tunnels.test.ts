/** IPIP and WireGuard, as clusters use them: what the wire between the nodes carries, and what is dropped. */
import { describe, expect, it } from 'vitest';
import { cidr } from '../base/ip.ts';
import { runProbe } from '../probe/run.ts';
import { type Simulation, simulate, walk } from '../simulate.ts';
import { tableOf } from '../tables.ts';
import type { Trace } from '../trace/trace.ts';
import type { NetnsConfig, WireguardPeerConfig } from './config.ts';
import { createState } from './kernel.ts';

const pod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, annotations: {packetwalk.dev/listen: "8080/TCP,9000/UDP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

function cluster(cni: string, more = ''): Simulation {
  const playground = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n${more}\n---\n`;
  const text = playground + pod('a', 'kind-worker') + pod('b', 'kind-worker2');
  return simulate({ files: [{ name: 'cluster.yaml', text }] });
}

const IPIP = '{name: calico, options: {encapsulation: IPIP}}';
const WIREGUARD = '{name: flannel, options: {backend: wireguard}}';
const TO_B = { from: 'default/a', to: 'default/b', tool: 'nc', port: 8080 } as const;

/** What leaves a node's card, but ARP. */
function sent(trace: Trace, node: string): Trace['wire'] {
  return trace.wire.filter(
    (w) => w.netns === `node/${node}` && w.iface === 'eth0' && w.at === 'out' && w.proto !== 'arp',
  );
}

describe('IPIP', () => {
  const simulation = cluster(IPIP);
  const trace = walk(simulation, TO_B);

  it('is an IP packet in an IP packet: 20 bytes, protocol 4, no ports', () => {
    expect(trace.verdict).toBe('delivered');
    const [syn] = sent(trace, 'kind-worker');
    expect(syn).toMatchObject({
      proto: 'tcp',
      flags: 'SYN',
      length: 74 + 20,
      outer: { src: '172.18.0.3', dst: '172.18.0.4', proto: 'ipip' },
    });
    expect(syn?.outer?.dport).toBeUndefined();
  });

  it('copies TTL and DF of the packet inside', () => {
    const outer = trace.steps.find((s) => s.reason.code === 'ipip.encap')?.packet;
    expect(outer?.ip).toMatchObject({ ttl: 63, df: true });
    expect(outer?.inner?.ip).toMatchObject({ ttl: 63, df: true });
  });

  it('goes through tunl0 without a link-layer header', () => {
    const there = trace.wire.filter((w) => w.iface === 'tunl0');
    expect(there.length).toBeGreaterThan(4);
    expect(there.every((w) => w.srcMac === undefined && w.outer === undefined)).toBe(true);
    expect(there[0]?.length).toBe(60);
  });

  it('takes what fits: 1480 bytes', () => {
    const whole = { from: 'default/a', to: 'default/b', tool: 'ping', pmtudisc: 'do' } as const;
    const big = walk(simulation, { ...whole, bytes: 1453 });
    expect(big.verdict).not.toBe('delivered');
    expect(big.reason).toMatchObject({ params: { mtu: 1480 } });
    expect(walk(simulation, { ...whole, bytes: 1452 }).verdict).toBe('delivered');
  });

  it('is known to conntrack by its addresses', () => {
    const lines = tableOf(simulation, 'node/kind-worker', 'conntrack -L', TO_B).map((line) => line.text);
    expect(lines).toContain(
      'unknown  4 600 src=172.18.0.3 dst=172.18.0.4 src=172.18.0.4 dst=172.18.0.3 mark=0 use=1',
    );
  });

  it('is dropped where it comes from a stranger', () => {
    const config = simulation.world.netns.get('node/kind-worker2');
    if (config === undefined) throw new Error('no node');
    const ipsets = config.ipsets.map((set) =>
      set.name === 'cali40all-hosts-net' ? { ...set, entries: ['172.18.0.9'] } : set,
    );
    const netns = new Map(simulation.world.netns).set(config.id, { ...config, ipsets });
    const strange = walk({ ...simulation, world: { ...simulation.world, netns } }, TO_B);
    expect(strange.verdict).toBe('dropped');
    expect(strange.reason).toMatchObject({ code: 'rule.drop', params: { chain: 'cali-INPUT' } });
  });
});

describe('WireGuard', () => {
  const simulation = cluster(WIREGUARD);

  it('agrees on keys first: 148 and 92 bytes, then data whose content nobody sees', () => {
    const trace = walk(simulation, TO_B);
    expect(trace.verdict).toBe('delivered');
    const [initiation, syn] = sent(trace, 'kind-worker');
    const [response] = sent(trace, 'kind-worker2');
    const around = 14 + 20 + 8;
    expect([initiation?.length, response?.length]).toEqual([around + 148, around + 92]);
    // 60 bytes padded to 64, between a header and a tag of 16 bytes each.
    expect(syn).toMatchObject({
      proto: 'udp',
      dport: 51820,
      sport: 51820,
      ttl: 64,
      length: around + 16 + 64 + 16,
    });
    expect(syn?.outer).toBeUndefined();
  });

  it('keeps the keys for three minutes', () => {
    const state = createState(simulation.world);
    const initiations = (): number => {
      const { trace } = runProbe(simulation.world, simulation.cluster, TO_B, state);
      return trace.steps.filter((s) => s.reason.code === 'wireguard.initiate').length;
    };
    expect(initiations()).toBe(1);
    expect(initiations()).toBe(0);
    state.clockMs += 180_000;
    expect(initiations()).toBe(1);
  });

  it('counts its messages, each side under the other’s index', () => {
    const data = walk(simulation, TO_B).steps.flatMap(({ kind, place, packet }) =>
      kind === 'encap' && packet?.wireguard?.message === 'data' ? [{ place, ...packet.wireguard }] : [],
    );
    const there = data.filter((d) => d.place === 'node/kind-worker');
    expect(there.map((d) => d.counter)).toEqual(there.map((_, i) => i));
    expect(new Set(there.map((d) => d.receiver)).size).toBe(1);
    expect(new Set(data.map((d) => d.receiver)).size).toBe(2);
  });

  it('says where the handshake was lost', () => {
    const blocked = cluster(
      WIREGUARD,
      'faults: [{fault: port-blocked, node: kind-worker2, protocol: UDP, port: 51820}]',
    );
    const trace = walk(blocked, TO_B);
    expect({ verdict: trace.verdict, sees: trace.clientSees }).toEqual({
      verdict: 'dropped',
      sees: 'timeout',
    });
    expect(trace.reason.code).toBe('rule.drop');
    expect(trace.steps[trace.decidedBy]?.place).toBe('node/kind-worker2');
  });

  it('tells a program that no peer has an address', () => {
    const state = walk(simulation, { ...TO_B, from: 'node/kind-worker', to: '10.244.77.1' });
    expect(state.steps.map((s) => s.reason.code)).toContain('wireguard.no-peer');
    expect(state.clientSees).toBe('unreachable');
  });

  it('takes from a peer only what that peer may send', () => {
    const narrow = (peer: WireguardPeerConfig): WireguardPeerConfig => ({
      ...peer,
      allowedIps: [cidr('10.9.0.0/16')],
    });
    const config = simulation.world.netns.get('node/kind-worker2') as NetnsConfig;
    const links = config.links.map((l) =>
      l.kind === 'wireguard' ? { ...l, peers: l.peers.map((peer) => narrow(peer)) } : l,
    );
    const netns = new Map(simulation.world.netns).set(config.id, { ...config, links });
    const trace = walk({ ...simulation, world: { ...simulation.world, netns } }, TO_B);
    expect(trace.verdict).toBe('dropped');
    expect(trace.reason.code).toBe('wireguard.not-allowed');
  });
});
