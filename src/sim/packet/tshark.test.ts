/**
 * Against reality: tshark dissects what we encode. Needs `tshark` and `text2pcap` on the machine; without them the
 * test is SKIPPED, and the summary says so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encode } from './codec.ts';
import type { IpHeader, Packet, SctpChunk, TcpHeader } from './packet.ts';

const available = ['tshark', 'text2pcap'].every((c) => spawnSync(c, ['--version']).status === 0);

const ip: IpHeader = {
  version: 4,
  src: '10.244.1.2',
  dst: '10.244.2.2',
  ttl: 63,
  id: 4660,
  df: true,
  tos: 0,
};
const outerIp: IpHeader = { ...ip, src: '172.18.0.3', dst: '172.18.0.4', ttl: 64, id: 7, df: false };
const eth = { src: '02:42:ac:12:00:03', dst: '02:42:ac:12:00:04' };
const syn: TcpHeader = {
  proto: 'tcp',
  sport: 43152,
  dport: 8080,
  seq: 305419896,
  ack: 0,
  flags: ['SYN'],
  window: 64860,
  options: [
    { kind: 'mss', value: 1410 },
    { kind: 'sack-permitted' },
    { kind: 'timestamps', value: 3405691582, echo: 0 },
    { kind: 'nop' },
    { kind: 'window-scale', shift: 7 },
  ],
};
const wrap = (inner: Packet): Packet => ({
  eth,
  ip: outerIp,
  l4: { proto: 'udp', sport: 51234, dport: 8472, checksum: true },
  vxlan: { vni: 1 },
  inner,
});
const client = { src: '0a:58:0a:f4:01:02', dst: '0a:58:0a:f4:01:01' };
const ack: TcpHeader = { ...syn, flags: ['PSH', 'ACK'], ack: 1, options: [] };

const packets: Packet[] = [
  wrap({ eth: client, ip, l4: syn }),
  wrap({
    eth: client,
    ip,
    l4: ack,
    payload: { kind: 'http-request', method: 'GET', path: '/', headers: [['Host', 'web']] },
  }),
  wrap({
    eth: client,
    ip: { ...ip, src: '10.244.2.2', dst: '10.244.1.2' },
    l4: { ...ack, sport: 8080, dport: 43152 },
    payload: {
      kind: 'http-response',
      status: 200,
      reasonPhrase: 'OK',
      headers: [['Content-Length', '2']],
      body: 'ok',
    },
  }),
  {
    eth: client,
    ip: { ...ip, src: '10.96.0.10', dst: '10.244.1.2' },
    l4: { proto: 'udp', sport: 53, dport: 40312, checksum: true },
    payload: {
      kind: 'dns',
      id: 4711,
      response: true,
      authoritative: true,
      recursionDesired: true,
      recursionAvailable: true,
      rcode: 'NOERROR',
      question: { name: '_http._tcp.web.default.svc.cluster.local', type: 'SRV' },
      answers: [
        {
          name: '_http._tcp.web.default.svc.cluster.local',
          type: 'SRV',
          ttl: 30,
          data: '0 100 80 web.default.svc.cluster.local.',
        },
        { name: 'web.default.svc.cluster.local', type: 'A', ttl: 30, data: '10.96.20.20' },
      ],
      authority: [
        {
          name: 'cluster.local',
          type: 'SOA',
          ttl: 30,
          data: 'ns.dns.cluster.local. hostmaster.cluster.local. 1700000000 7200 1800 86400 30',
        },
      ],
    },
  },
  {
    eth: client,
    arp: {
      op: 'request',
      senderMac: client.src,
      senderIp: '10.244.1.2',
      targetMac: '00:00:00:00:00:00',
      targetIp: '10.244.1.1',
    },
  },
  {
    eth: client,
    ip: { ...ip, src: '10.244.1.1', dst: '10.244.1.2' },
    l4: {
      proto: 'icmp',
      type: 3,
      code: 3,
      quote: { ip: { ...ip, dst: '10.96.20.20' }, l4: { ...syn, dport: 80 } },
    },
  },
  {
    eth: client,
    ip,
    l4: { proto: 'icmp', type: 8, code: 0, id: 1, seq: 1 },
    payload: { kind: 'bytes', length: 56 },
  },
  {
    eth: client,
    ip: { ...ip, version: 6, src: 'fd00:10:244:1::2', dst: 'fd00:10:244:2::2', id: 0, df: false },
    l4: syn,
  },
  {
    eth: client,
    ip: { ...ip, version: 6, src: 'fd00:10:244:1::1', dst: 'fd00:10:244:1::2', id: 0, df: false },
    l4: { proto: 'icmpv6', type: 128, code: 0, id: 1, seq: 2 },
    payload: { kind: 'bytes', length: 56 },
  },
];

const sctpInit = { initTag: 3735928559, window: 106496, outStreams: 10, inStreams: 65535, tsn: 7 };
const sctpChunks: readonly SctpChunk[] = [
  { chunk: 'INIT', ...sctpInit },
  { chunk: 'INIT ACK', ...sctpInit, cookie: 1, cookieLength: 256 },
  { chunk: 'COOKIE ECHO', cookie: 1, cookieLength: 256 },
  { chunk: 'COOKIE ACK' },
  { chunk: 'DATA', tsn: 7, stream: 0, ssn: 0 },
  { chunk: 'SACK', tsn: 7, window: 106496 },
  { chunk: 'SHUTDOWN', tsn: 7 },
  { chunk: 'SHUTDOWN ACK' },
  { chunk: 'SHUTDOWN COMPLETE', reflected: false },
  { chunk: 'ABORT', reflected: true },
];
const sctpPackets = sctpChunks.map(
  (chunk): Packet => ({
    eth: client,
    ip: { ...ip, id: 0, tos: 2 },
    l4: {
      proto: 'sctp',
      sport: 40312,
      dport: 5060,
      vtag: chunk.chunk === 'INIT' ? 0 : 4711,
      chunks: [chunk],
    },
    ...(chunk.chunk === 'DATA' ? { payload: { kind: 'bytes', length: 6, text: 'hello\n' } as const } : {}),
  }),
);

function hexDump(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let i = 0; i < bytes.length; i += 16) {
    const row = [...bytes.subarray(i, i + 16)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    rows.push(`${i.toString(16).padStart(6, '0')} ${row}`);
  }
  return `${rows.join('\n')}\n`;
}

describe.skipIf(!available)('tshark reads what we encode (skipped where tshark is not installed)', () => {
  it('SCTP: every chunk by its name, the parameters of INIT, the CRC32c', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packetwalk-tshark-'));
    try {
      writeFileSync(join(folder, 'in.txt'), sctpPackets.map((p) => hexDump(encode(p).bytes)).join('\n'));
      execFileSync('text2pcap', [join(folder, 'in.txt'), join(folder, 'out.pcap')], { stdio: 'pipe' });
      const run = (...more: string[]): string =>
        execFileSync('tshark', ['-r', join(folder, 'out.pcap'), '-o', 'sctp.checksum:CRC 32c', ...more], {
          stdio: 'pipe',
        })
          .toString()
          .trim();
      expect(run('-T', 'fields', '-e', 'sctp.chunk_type').split('\n').map(Number)).toEqual([
        1, 2, 10, 11, 0, 3, 7, 8, 14, 6,
      ]);
      expect(run('-Y', '_ws.malformed || _ws.short || sctp.checksum.status == "Bad"')).toBe('');
      expect(run('-Y', 'sctp.checksum.status == "Good"').split('\n')).toHaveLength(sctpChunks.length);
      expect(
        run('-Y', 'sctp.init_initiate_tag == 0xdeadbeef && sctp.parameter_supported_address_type == 5'),
      ).not.toBe('');
      expect(run('-Y', 'sctp.initack_initiate_tag == 0xdeadbeef && sctp.parameter_type == 7')).not.toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('without malformed packets or bad checksums', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packetwalk-tshark-'));
    try {
      writeFileSync(join(folder, 'in.txt'), packets.map((p) => hexDump(encode(p).bytes)).join('\n'));
      execFileSync('text2pcap', [join(folder, 'in.txt'), join(folder, 'out.pcap')], { stdio: 'pipe' });
      const options = [
        ['-d', 'udp.port==8472,vxlan'],
        ['-d', 'tcp.port==8080,http'],
        ['-o', 'ip.check_checksum:TRUE'],
        ['-o', 'tcp.check_checksum:TRUE'],
        ['-o', 'udp.check_checksum:TRUE'],
      ].flat();
      const run = (...more: string[]): string =>
        execFileSync('tshark', ['-r', join(folder, 'out.pcap'), ...options, ...more], { stdio: 'pipe' })
          .toString()
          .trim();
      const protocols = run('-T', 'fields', '-e', 'frame.protocols').split('\n');
      expect(protocols).toEqual([
        'eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp',
        'eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp:http',
        expect.stringMatching(/^eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp:http/),
        'eth:ethertype:ip:udp:dns',
        'eth:ethertype:arp',
        'eth:ethertype:ip:icmp:ip:tcp',
        'eth:ethertype:ip:icmp:data',
        'eth:ethertype:ipv6:tcp',
        'eth:ethertype:ipv6:icmpv6:data',
      ]);
      expect(run('-Y', '_ws.malformed || _ws.short')).toBe('');
      const bad = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((p) => `${p}.checksum.status == "Bad"`);
      expect(run('-Y', bad.join(' || '))).toBe('');
      // The check is not vacuous: the checksums were looked at and found good.
      expect(run('-Y', 'tcp.checksum.status == "Good"').split('\n').length).toBeGreaterThanOrEqual(4);
      expect(run('-Y', 'vxlan.vni == 1 && ip.ttl == 63 && tcp.options.mss_val == 1410')).not.toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
