import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internetChecksum, onesSum, pseudoHeaderSum } from './checksum.ts';
import { decode, encode, ipLength, packetLength } from './codec.ts';
import type {
  DnsMessage,
  IpHeader,
  Packet,
  Payload,
  TcpHeader,
  UdpHeader,
  WireguardMessage,
} from './packet.ts';
import { utf8Decode, utf8Encode, utf8Length } from './text.ts';

// The same cases on every run.
fc.configureGlobal({ seed: 20261120, numRuns: 200 });

const uint = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
const mac = fc
  .array(uint(8), { minLength: 6, maxLength: 6 })
  .map((b) => b.map((x) => x.toString(16).padStart(2, '0')).join(':'));
const ipv4 = fc.array(uint(8), { minLength: 4, maxLength: 4 }).map((b) => b.join('.'));
const ipv6 = fc
  .tuple(uint(16), uint(16))
  .map(([a, b]) => (b === 0 ? 'fd00::1' : `fd00:${a.toString(16)}::${b.toString(16)}`))
  .map((text) => (text === 'fd00:0::1' ? 'fd00::1' : text.replace('fd00:0::', 'fd00::')));
const eth = fc.record({ src: mac, dst: mac });

const ip4: fc.Arbitrary<IpHeader> = fc.record({
  version: fc.constant(4 as const),
  src: ipv4,
  dst: ipv4,
  ttl: uint(8),
  id: uint(16),
  df: fc.boolean(),
  tos: uint(8),
});
const ip6: fc.Arbitrary<IpHeader> = fc.record({
  version: fc.constant(6 as const),
  src: ipv6,
  dst: ipv6,
  ttl: uint(8),
  id: fc.constant(0),
  df: fc.constant(false),
  tos: uint(8),
});

const tcp: fc.Arbitrary<TcpHeader> = fc.record({
  proto: fc.constant('tcp' as const),
  sport: uint(16),
  dport: uint(16),
  seq: uint(32),
  ack: uint(32),
  flags: fc.constantFrom(
    ['SYN'] as const,
    ['SYN', 'ACK'] as const,
    ['ACK'] as const,
    ['PSH', 'ACK'] as const,
    ['FIN', 'ACK'] as const,
    ['RST', 'ACK'] as const,
    ['RST'] as const,
  ),
  window: uint(16),
  options: fc.constantFrom(
    [],
    [
      { kind: 'mss', value: 1410 },
      { kind: 'sack-permitted' },
      { kind: 'sack', blocks: [{ from: 4294967000, to: 200 }] },
      { kind: 'timestamps', value: 4_000_000_000, echo: 0 },
      { kind: 'nop' },
      { kind: 'window-scale', shift: 7 },
    ] as const,
    [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamps', value: 1, echo: 2 }] as const,
    [{ kind: 'window-scale', shift: 9 }] as const,
  ),
});

const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const dnsName = fc.array(label, { minLength: 1, maxLength: 6 }).map((l) => l.join('.'));
const record = fc.oneof(
  fc.record({ name: dnsName, type: fc.constant('A'), ttl: uint(31), data: ipv4 }),
  fc.record({ name: dnsName, type: fc.constant('AAAA'), ttl: uint(31), data: ipv6 }),
  fc.record({
    name: dnsName,
    type: fc.constantFrom('CNAME', 'PTR', 'NS'),
    ttl: uint(31),
    data: dnsName.map((n) => `${n}.`),
  }),
  fc.record({
    name: dnsName,
    type: fc.constant('SRV'),
    ttl: uint(31),
    data: fc.tuple(uint(16), uint(16), uint(16), dnsName).map(([a, b, c, n]) => `${a} ${b} ${c} ${n}.`),
  }),
  fc.record({
    name: dnsName,
    type: fc.constant('SOA'),
    ttl: uint(31),
    data: fc
      .tuple(dnsName, dnsName, fc.array(uint(32), { minLength: 5, maxLength: 5 }))
      .map(([a, b, n]) => `${a}. ${b}. ${n.join(' ')}`),
  }),
  fc.record({
    name: dnsName,
    type: fc.constant('TXT'),
    ttl: uint(31),
    data: word.map((w) => `"${w}"`),
  }),
);
const dns: fc.Arbitrary<DnsMessage> = fc.record({
  kind: fc.constant('dns' as const),
  id: uint(16),
  response: fc.boolean(),
  authoritative: fc.boolean(),
  recursionDesired: fc.boolean(),
  recursionAvailable: fc.boolean(),
  rcode: fc.constantFrom('NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'),
  question: fc.record({ name: dnsName, type: fc.constantFrom('A', 'AAAA', 'SRV', 'TXT', 'PTR', 'ANY') }),
  answers: fc.array(record, { maxLength: 5 }),
  authority: fc.array(record, { maxLength: 2 }),
});

const headers = fc.array(fc.tuple(word, word), { maxLength: 4 });
const http: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({
    kind: fc.constant('http-request' as const),
    method: fc.constantFrom('GET', 'POST', 'HEAD'),
    path: word.map((w) => `/${w}`),
    headers,
  }),
  fc.record({
    kind: fc.constant('http-response' as const),
    status: fc.integer({ min: 100, max: 599 }),
    reasonPhrase: word,
    headers,
    body: fc.string({ unit: 'grapheme' }),
  }),
);
const opaque: fc.Arbitrary<Payload> = fc.oneof(
  fc.integer({ min: 1, max: 1400 }).map((length) => ({ kind: 'bytes' as const, length })),
  word.map((text) => ({ kind: 'bytes' as const, length: text.length + 3, text })),
);

const notSpecial = (port: number): boolean => port !== 53 && port !== 8472 && port !== 4789;
const port = uint(16).filter(notSpecial);

const tcpPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ ip: fc.oneof(ip4, ip6), l4: tcp, payload: fc.oneof(http, opaque) }),
  fc.record({ ip: fc.oneof(ip4, ip6), l4: tcp }),
);
const udpHeader = fc.record({
  proto: fc.constant('udp' as const),
  sport: port,
  dport: port,
  checksum: fc.constant(true),
});
const udpPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ ip: fc.oneof(ip4, ip6), l4: udpHeader, payload: opaque }),
  fc.record({ ip: ip4, l4: udpHeader.map((u) => ({ ...u, checksum: false })) }),
  fc.record({ ip: fc.oneof(ip4, ip6), l4: udpHeader.map((u) => ({ ...u, dport: 53 })), payload: dns }),
);
const pingPacket: fc.Arbitrary<Packet> = fc.record({
  ip: ip4,
  l4: fc.record({
    proto: fc.constant('icmp' as const),
    type: fc.constantFrom(0, 8),
    code: fc.constant(0),
    id: uint(16),
    seq: uint(16),
  }),
  payload: opaque,
});
const quoted = fc.oneof(
  fc.record({ ip: ip4, l4: tcp }),
  fc.record({ ip: ip4, l4: udpHeader, payload: fc.constant<Payload>({ kind: 'bytes', length: 20 }) }),
);
const errorPacket: fc.Arbitrary<Packet> = fc
  .tuple(ip4, quoted, fc.constantFrom([3, 3], [3, 1], [3, 13], [11, 0], [3, 4] as const), uint(16))
  .map(([ip, quote, [type, code], mtu]) => ({
    ip,
    l4: {
      proto: 'icmp',
      type: type ?? 3,
      code: code ?? 0,
      ...(type === 3 && code === 4 ? { mtu } : {}),
      quote,
    },
  }));
const bare = fc.oneof(tcpPacket, udpPacket, pingPacket, errorPacket);
const frame: fc.Arbitrary<Packet> = fc.tuple(eth, bare).map(([e, p]) => ({ eth: e, ...p }));
const arp: fc.Arbitrary<Packet> = fc.record({
  eth,
  arp: fc.record({
    op: fc.constantFrom('request', 'reply'),
    senderMac: mac,
    senderIp: ipv4,
    targetMac: mac,
    targetIp: ipv4,
  }),
});
const tunnelled: fc.Arbitrary<Packet> = fc
  .tuple(eth, ip4, uint(16), fc.constantFrom(8472, 4789), uint(24), fc.oneof(frame, arp), fc.boolean())
  .map(([e, ip, sport, dport, vni, inner, checksum]) => ({
    eth: e,
    ip,
    l4: { proto: 'udp', sport, dport, checksum },
    vxlan: { vni },
    inner,
  }));

const inGeneve = tunnelled.map(
  ({ vxlan, l4, ...packet }): Packet => ({
    ...packet,
    l4: { ...(l4 as UdpHeader), dport: 6081 },
    geneve: { vni: vxlan?.vni ?? 0 },
  }),
);
const inIp = fc.tuple(eth, ip4, bare).map(([e, ip, inner]): Packet => ({ eth: e, ip, inner }));
const sealed: fc.Arbitrary<WireguardMessage> = fc.oneof(
  fc.record({ message: fc.constant('initiation' as const), sender: uint(32) }),
  fc.record({ message: fc.constant('response' as const), sender: uint(32), receiver: uint(32) }),
  fc.record({
    message: fc.constant('data' as const),
    receiver: uint(32),
    counter: uint(32),
    sealed: fc.nat(90).map((n) => n * 16),
  }),
);
const inWireguard = fc.tuple(eth, ip4, uint(16), sealed).map(
  ([e, ip, sport, wireguard]): Packet => ({
    eth: e,
    ip,
    l4: { proto: 'udp', sport, dport: 51820, checksum: true },
    wireguard,
  }),
);

describe('encode and decode', () => {
  it.each([
    ['frames', frame],
    ['ARP', arp],
    ['VXLAN', tunnelled],
    ['Geneve', inGeneve],
    ['IPIP', inIp],
    ['WireGuard', inWireguard],
  ])('%s come back as they went', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (packet) => {
        const { bytes, fields } = encode(packet);
        expect(bytes.length).toBe(packetLength(packet));
        expect(decode(bytes)).toEqual(packet);
        for (const f of fields) expect(f.offset + f.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('packets inside the IP layer come back too', () => {
    fc.assert(
      fc.property(bare, (packet) => {
        expect(decode(encode(packet).bytes, 'ip')).toEqual(packet);
      }),
    );
  });

  it('spans cover every byte of headers, each bit once', () => {
    fc.assert(
      fc.property(fc.oneof(frame, arp), (packet) => {
        const { bytes, fields } = encode(packet);
        const bits = new Uint8Array(bytes.length * 8);
        for (const f of fields) {
          const first = f.offset * 8 + (f.bits?.from ?? 0);
          const length = f.bits?.length ?? f.length * 8;
          for (let i = first; i < first + length; i++) bits[i] = (bits[i] ?? 0) + 1;
        }
        expect(bits.some((n) => n > 1)).toBe(false);
        // The empty line between HTTP's head and body belongs to no field.
        expect(bits.filter((n) => n === 0).length).toBeLessThanOrEqual(16);
      }),
    );
  });

  it('never throws on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('ethernet', 'ip'), (bytes, first) => {
        decode(bytes, first as 'ethernet' | 'ip');
      }),
    );
  });

  it('never throws on a cut frame', () => {
    fc.assert(
      fc.property(fc.oneof(frame, tunnelled), fc.double({ min: 0, max: 1, noNaN: true }), (packet, part) => {
        const { bytes } = encode(packet);
        decode(bytes.subarray(0, Math.floor(bytes.length * part)));
      }),
    );
  });
});

describe('checksums', () => {
  it('agree with the example of RFC 1071', () => {
    const bytes = Uint8Array.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
    expect(onesSum(bytes, 0, 8)).toBe(0xddf2);
    expect(internetChecksum(bytes, 0, 8)).toBe(0x220d);
  });

  it('verify to zero over header, pseudo header and payload', () => {
    fc.assert(
      fc.property(fc.oneof(tcpPacket, udpPacket), (packet) => {
        if (packet.l4?.proto === 'udp' && !packet.l4.checksum) return;
        const { bytes } = encode(packet);
        const ip = packet.ip as IpHeader;
        const at = ip.version === 4 ? 20 : 40;
        if (ip.version === 4) expect(onesSum(bytes, 0, 20)).toBe(0xffff);
        const protocol = packet.l4?.proto === 'tcp' ? 6 : 17;
        const pseudo = pseudoHeaderSum(ip.src, ip.dst, protocol, bytes.length - at);
        expect(onesSum(bytes, at, bytes.length, pseudo)).toBe(0xffff);
      }),
    );
  });
});

describe('lengths', () => {
  const syn: TcpHeader = {
    proto: 'tcp',
    sport: 43152,
    dport: 80,
    seq: 1,
    ack: 0,
    flags: ['SYN'],
    window: 64240,
    options: [
      { kind: 'mss', value: 1410 },
      { kind: 'sack-permitted' },
      { kind: 'timestamps', value: 1, echo: 0 },
      { kind: 'nop' },
      { kind: 'window-scale', shift: 7 },
    ],
  };
  const ip: IpHeader = {
    version: 4,
    src: '10.244.1.2',
    dst: '10.96.20.20',
    ttl: 64,
    id: 1,
    df: true,
    tos: 0,
  };
  const e = { src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' };

  it('a Linux SYN is 74 bytes on a link, and 124 in VXLAN', () => {
    const inner: Packet = { eth: e, ip, l4: syn };
    expect(packetLength(inner)).toBe(74);
    expect(ipLength(inner)).toBe(60);
    const outer: Packet = {
      eth: e,
      ip: { ...ip, src: '172.18.0.3', dst: '172.18.0.4', df: false },
      l4: { proto: 'udp', sport: 51234, dport: 8472, checksum: true },
      vxlan: { vni: 1 },
      inner,
    };
    expect(packetLength(outer)).toBe(124);
  });

  it('an ICMP error quotes no more than fits in 576 bytes', () => {
    const quote: Packet = { ip, l4: { ...syn, options: [] }, payload: { kind: 'bytes', length: 1400 } };
    const error: Packet = { ip, l4: { proto: 'icmp', type: 3, code: 4, mtu: 1450, quote } };
    expect(ipLength(error)).toBe(576);
    expect(encode(error).bytes.length).toBe(576);
  });
});

describe('UTF-8', () => {
  it('round-trips', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(utf8Encode(text)).toEqual([...Buffer.from(text)]);
        expect(utf8Decode(Uint8Array.from(utf8Encode(text)))).toBe(text);
        expect(utf8Length(text)).toBe(utf8Encode(text).length);
      }),
    );
  });

  it.each([[[0x80]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xe3, 0x81]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'refuses %j',
    (bytes) => {
      expect(utf8Decode(Uint8Array.from(bytes))).toBeUndefined();
    },
  );
});
