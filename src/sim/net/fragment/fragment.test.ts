import { describe, expect, test } from 'vitest';
import { encode } from '../../packet/codec.ts';
import type { Trace, WireEntry } from '../../trace/trace.ts';
import { capturedCluster } from '../testing/scenarios.ts';
import { pingOnce, runIn } from '../testing/world-builder.ts';
import { cluster6 } from '../testing/world6.ts';
import type { World } from '../world.ts';

type Wire = Pick<Trace, 'wire' | 'steps'>;

/** `0+1480, 1480+548`, or `whole` for a packet that is no piece. */
function pieces(wire: readonly WireEntry[]): string {
  return wire
    .map(({ fragment }) => (fragment === undefined ? 'whole' : `${fragment.offset}+${fragment.length}`))
    .join(', ');
}

function on({ wire }: Wire, netns: string, iface: string, dir: 'request' | 'reply'): readonly WireEntry[] {
  const echo = (w: WireEntry): boolean =>
    w.fragment !== undefined || ['8/0', '0/0', '128/0', '129/0'].includes(w.icmp ?? '');
  return wire.filter((w) => w.netns === netns && w.iface === iface && w.dir === dir && echo(w));
}

/** The captures on Linux 6.18 of e2e/kernel show the same pieces. */
describe('a ping of 2000 bytes', () => {
  const ping = (world: World, from = 'default/a'): Wire & { readonly result: unknown } => {
    const { result, trace } = runIn(world, from, pingOnce('10.244.2.2', { bytes: 2000, pmtudisc: 'want' }));
    return { result, ...trace };
  };
  const large = ping(capturedCluster({ podMtu: 1500 }));
  const usual = ping(capturedCluster({ podMtu: 1450 }));

  test('is answered', () => expect([large.result, usual.result]).toEqual(['answered', 'answered']));

  const rows: readonly (readonly [string, Wire, string, string, 'request' | 'reply', string])[] = [
    ['the client cuts for its own MTU', large, 'default/a', 'eth0', 'request', '0+1480, 1480+528'],
    ['the bridge’s iptables see it whole', large, 'node/n1', 'cni0', 'request', 'whole'],
    ['the tunnel is smaller: cut anew', large, 'node/n1', 'flannel.1', 'request', '0+1424, 1424+584'],
    ['and no larger than it came', large, 'node/n2', 'cni0', 'request', '0+1424, 1424+584'],
    ['the pod’s own kernel gets pieces', large, 'default/b', 'eth0', 'request', '0+1424, 1424+584'],
    ['the answer is cut by the other pod', large, 'default/b', 'eth0', 'reply', '0+1480, 1480+528'],
    ['pieces that fit stay as they are', usual, 'node/n1', 'flannel.1', 'request', '0+1424, 1424+584'],
  ];
  test.each(rows)('%s', (_, trace, place, iface, dir, expected) => {
    expect(pieces(on(trace, place, iface, dir))).toBe(expected);
  });

  test('all pieces of a packet share its identification, and the last says that it is the last', () => {
    const sent = on(large, 'default/a', 'eth0', 'request').map((w) => w.fragment);
    expect(new Set(sent.map((f) => f?.id)).size).toBe(1);
    expect(sent.map((f) => f?.more)).toEqual([true, false]);
  });

  test('the bytes of its pieces are those of the whole', () => {
    const sent = large.steps.filter(
      (s) => s.place === 'default/a' && s.kind === 'transmit' && s.packet?.fragment !== undefined,
    );
    const [first] = sent;
    const whole = first?.packet?.fragment?.of;
    if (whole === undefined) throw new Error('nothing was cut');
    const together = sent.flatMap(({ packet }) => {
      const bytes = packet === undefined ? new Uint8Array() : encode(packet).bytes;
      return [...bytes.subarray(34)];
    });
    expect(together).toEqual([...encode({ ...whole, eth: undefined }).bytes.subarray(20)]);
  });
});

describe('IPv6', () => {
  const far = 'fd00:10:244:2::2';
  const ping = (from: string): Wire & { readonly result: unknown } => {
    const { result, trace } = runIn(cluster6(), from, pingOnce(far, { bytes: 2000, pmtudisc: 'want' }));
    return { result, ...trace };
  };

  test('the sender puts a fragment header into each piece', () => {
    const asked = ping('default/a');
    expect(asked.result).toBe('answered');
    expect(pieces(on(asked, 'default/a', 'eth0', 'request'))).toBe('0+1376, 1376+632');
    const sent = asked.steps.find(
      (s) => s.place === 'default/a' && s.kind === 'transmit' && s.packet?.fragment !== undefined,
    )?.packet;
    if (sent === undefined) throw new Error('nothing was cut');
    const { fields } = encode(sent);
    const field = (layer: string, key: string): string | undefined =>
      fields.find((f) => f.layer === layer && f.key === key)?.value;
    expect(field('ipv6', 'protocol')).toBe('44 Fragment');
    expect(field('ipv6frag', 'protocol')).toBe('58 ICMPv6');
    expect(field('ipv6frag', 'fragment')).toBe('0 (0 B)');
    expect(field('ipv6frag', 'mf')).toBe('1');
  });
});

test('DF forbids it', () => {
  const world = capturedCluster({ podMtu: 1450 });
  const { result } = runIn(world, 'default/a', pingOnce('10.244.2.2', { bytes: 2000, pmtudisc: 'do' }));
  expect(result).toBe('too-big');
});
