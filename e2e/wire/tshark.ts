/** One capture file as tshark dissects it, with every checksum checked. */
import { execFileSync, spawnSync } from 'node:child_process';

export function lacking(): string | undefined {
  const missing = ['tshark', 'capinfos'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return missing.length === 0 ? undefined : `lacks ${missing.join(', ')}`;
}

const OPTIONS = [
  ['-n'],
  ['-d', 'udp.port==8472,vxlan'],
  ['-d', 'udp.port==4789,vxlan'],
  // Weave's; tshark takes the port for BFD's.
  ['-d', 'udp.port==6784,vxlan'],
  ['-d', 'udp.port==51820,wg'],
  ['-o', 'ip.check_checksum:TRUE'],
  ['-o', 'tcp.check_checksum:TRUE'],
  ['-o', 'udp.check_checksum:TRUE'],
  // A packet is captured on one device after the other: to a reader of streams each is a duplicate.
  ['-o', 'tcp.analyze_sequence_numbers:FALSE'],
  ['-o', 'tcp.desegment_tcp_streams:FALSE'],
].flat();

const COLUMNS = [
  'frame.interface_name',
  'frame.packet_flags_direction',
  'frame.time_epoch',
  'frame.protocols',
  'arp.opcode',
  'arp.src.proto_ipv4',
  'arp.dst.proto_ipv4',
  'ip.src',
  'ip.dst',
  'ip.ttl',
  'ip.proto',
  'ip.frag_offset',
  'ip.flags.mf',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.hlim',
  'ipv6.fraghdr.nxt',
  'ipv6.fraghdr.offset',
  'ipv6.fraghdr.more',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags',
  'udp.srcport',
  'udp.dstport',
  'icmp.type',
  'icmp.code',
  'icmpv6.type',
  'icmpv6.code',
  'vxlan.vni',
  'geneve.vni',
  'ip.checksum.status',
  'tcp.checksum.status',
  'udp.checksum.status',
  'icmp.checksum.status',
  'icmpv6.checksum.status',
  '_ws.expert.severity',
  '_ws.malformed',
  'frame.comment',
] as const;

export type Column = (typeof COLUMNS)[number];
export type Dissected = Readonly<Record<Column, readonly string[]>>;

const SEPARATOR = '\u001e';
const BETWEEN = '\u001f';

/** Every frame in order; fragments by themselves, or put `together`. */
export function dissect(file: string, together = false): readonly Dissected[] {
  const fields = COLUMNS.flatMap((column) => ['-e', column]);
  const output = [
    '-T',
    'fields',
    '-E',
    `separator=${SEPARATOR}`,
    '-E',
    'occurrence=a',
    '-E',
    `aggregator=${BETWEEN}`,
  ];
  const defragment = ['ip', 'ipv6'].flatMap((of) => [
    '-o',
    `${of}.defragment:${together ? 'TRUE' : 'FALSE'}`,
  ]);
  const text = execFileSync('tshark', ['-r', file, ...OPTIONS, ...defragment, ...output, ...fields], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split(SEPARATOR);
      return Object.fromEntries(
        COLUMNS.map((column, i) => [column, (cells[i] ?? '') === '' ? [] : (cells[i] ?? '').split(BETWEEN)]),
      ) as unknown as Dissected;
    });
}

/** What `capinfos` says of the file. */
export function capinfos(file: string): { readonly frames: number; readonly devices: number } {
  const text = execFileSync('capinfos', ['-M', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const number = (name: string): number =>
    Number(new RegExp(`^${name}[^:]*: *(\\d+)`, 'm').exec(text)?.[1] ?? -1);
  return { frames: number('Number of packets'), devices: number('Number of interfaces in file') };
}

const CHECKSUMS: readonly Column[] = [
  'ip.checksum.status',
  'tcp.checksum.status',
  'udp.checksum.status',
  'icmp.checksum.status',
  'icmpv6.checksum.status',
];

/** PI_ERROR of epan/proto.h. */
const ERROR = 0x0080_0000;

/** What is wrong with a frame, in words; none where it is clean. */
export function faults(frame: Dissected): readonly string[] {
  const found: string[] = [];
  // tshark sums up a TCP segment that an ICMP error quotes in part, and calls that wrong: of any capture.
  if (quotesPart(frame)) return found;
  for (const column of CHECKSUMS) {
    if (frame[column].some((status) => status === '0' || status === 'Bad')) found.push(`${column} is bad`);
  }
  if (frame['_ws.malformed'].length > 0 || frame['frame.protocols'].join().includes('_ws.malformed')) {
    found.push('malformed');
  }
  if (frame['_ws.expert.severity'].some((severity) => Number(severity) >= ERROR || severity === 'Error')) {
    found.push('expert error');
  }
  return found;
}

function quotesPart(frame: Dissected): boolean {
  return frame['icmp.type'][0] === '3' && frame['icmp.code'][0] === '4' && frame['tcp.srcport'].length > 0;
}
