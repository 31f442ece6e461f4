import { expect, test } from 'vitest';
import type { Packet } from '../packet/packet.ts';
import { reason } from './reasons.ts';
import { Recorder, type Flow } from './recorder.ts';

const FLOW: Flow = { segment: 0, exchange: 0, dir: 'request' };
const PACKET: Packet = {
  eth: { src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' },
  ip: { version: 4, src: '10.0.0.1', dst: '10.0.0.2', ttl: 64, id: 1, df: true, tos: 0 },
  l4: {
    proto: 'tcp',
    sport: 40_000,
    dport: 80,
    seq: 0,
    ack: 0,
    flags: ['SYN', 'ACK'],
    window: 1,
    options: [],
  },
};
const IFACE = { iface: 'eth0', rows: ['link/eth0'] };

test('what a program says before it sends belongs to the exchange that follows', () => {
  const r = new Recorder();
  const segment = r.beginSegment('default/a', 'probe', '10.0.0.2:80');
  r.step(
    { segment: 0, exchange: -1, dir: 'request' },
    {
      place: 'default/a',
      kind: 'process',
      reason: reason('process.connect', { tool: 'nc', address: '10.0.0.2:80' }),
    },
  );
  const exchange = r.beginExchange(segment.index, 'handshake', '');
  r.add(
    FLOW,
    'default/a',
    'originate',
    reason('socket.originate', { proto: 'tcp', flags: 'SYN' }),
    PACKET,
    {},
  );
  r.endExchange(exchange, true);
  expect(r.steps.map((s) => s.exchange)).toEqual([0, 0]);
  expect(r.exchanges[0]).toMatchObject({ firstStep: 0, lastStep: 1, ok: true });
});

test('a captured packet is one step and one wire entry that know each other', () => {
  const r = new Recorder();
  r.capture(FLOW, 'default/a', 'transmit', reason('link.transmit', { iface: 'eth0' }), PACKET, 54, IFACE);
  expect(r.steps[0]).toMatchObject({ kind: 'transmit', wire: 0, iface: 'eth0' });
  expect(r.wire[0]).toMatchObject({
    at: 'out',
    proto: 'tcp',
    flags: 'SYN,ACK',
    ttl: 64,
    length: 54,
    dport: 80,
  });
});

test('an encapsulated packet shows the inner one, and the outer beside it', () => {
  const outer: Packet = {
    eth: { src: '02:00:00:00:00:03', dst: '02:00:00:00:00:04' },
    ip: { version: 4, src: '172.18.0.2', dst: '172.18.0.3', ttl: 64, id: 1, df: false, tos: 0 },
    l4: { proto: 'udp', sport: 50_000, dport: 8472, checksum: true },
    vxlan: { vni: 1 },
    inner: PACKET,
  };
  const r = new Recorder();
  r.capture(FLOW, 'node/n1', 'receive', reason('link.receive', { iface: 'eth0' }), outer, 104, IFACE);
  expect(r.wire[0]).toMatchObject({
    at: 'in',
    src: '10.0.0.1',
    srcMac: '02:00:00:00:00:03',
    outer: { src: '172.18.0.2', dst: '172.18.0.3', proto: 'udp', dport: 8472, vni: 1 },
  });
});

test('ARP has the wire entry of the segment that waits for it and no segment of its own', () => {
  const r = new Recorder();
  const arp: Packet = {
    eth: { src: '02:00:00:00:00:01', dst: 'ff:ff:ff:ff:ff:ff' },
    arp: {
      op: 'request',
      senderMac: '02:00:00:00:00:01',
      senderIp: '10.0.0.1',
      targetMac: '00:00:00:00:00:00',
      targetIp: '10.0.0.2',
    },
  };
  r.capture(
    { ...FLOW, arp: true },
    'default/a',
    'transmit',
    reason('link.transmit', { iface: 'eth0' }),
    arp,
    42,
    IFACE,
  );
  expect(r.steps[0]?.segment).toBe(-1);
  expect(r.wire[0]).toMatchObject({ segment: 0, proto: 'arp', src: '10.0.0.1', dst: '10.0.0.2' });
});
