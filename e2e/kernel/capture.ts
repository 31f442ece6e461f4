/**
 * A packet socket on every interface (capture.py), and tshark to read what they saw. One kernel clock stamps every
 * frame, so that they can be put in one order.
 */
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Rig } from './rig.ts';
import { background, end } from './shell.ts';

/** One frame on one interface, in the words of the simulator's `wire`. */
export interface Frame {
  readonly time: number;
  readonly place: string;
  readonly iface: string;
  readonly peer?: string;
  readonly at: 'in' | 'out';
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly ttl?: number;
  readonly flags?: string;
  readonly icmp?: string;
  readonly df?: boolean;
  /** A piece of an IP packet: the place of its bytes in the whole. */
  readonly fragment?: Piece;
  /** TCP: bytes of data, as many as segmentation offload leaves in one packet. */
  readonly data?: number;
  /** Neighbour discovery: the address asked for, or told of. */
  readonly target?: string;
  readonly srcMac: string;
  readonly dstMac: string;
  readonly outer?: {
    readonly src: string;
    readonly dst: string;
    readonly proto: string;
    /** None for IPIP. */
    readonly dport?: number;
    readonly vni: number;
    readonly ttl: number;
    readonly df: boolean;
    readonly srcMac: string;
    readonly dstMac: string;
    readonly fragment?: Piece;
  };
  /** The packet that an ICMP error quotes. */
  readonly quoted?: { readonly src: string; readonly dst: string; readonly ttl: number };
}

export interface Piece {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
  readonly more: boolean;
}

export class Capture {
  private readonly rig: Rig;
  private readonly file: string;
  private process: ChildProcess | undefined;

  constructor(rig: Rig, file: string) {
    this.rig = rig;
    this.file = file;
  }

  /** Opens a packet socket on each interface and waits until all of them hear. */
  async start(): Promise<void> {
    const script = fileURLToPath(new URL('./capture.py', import.meta.url));
    const child = background('python3', [script, this.file]);
    this.process = child;
    const heard = listening(child);
    child.stdin?.end(this.rig.interfaces.map((on) => `${this.rig.netns(on.place)} ${on.name}\n`).join(''));
    await heard;
  }

  async stop(): Promise<void> {
    if (this.process !== undefined) await end(this.process);
  }

  /** Every frame of every interface, in the order of the kernel's clock. */
  frames(): Frame[] {
    const fields = COLUMNS.flatMap((column) => ['-e', column]);
    const decode = '-d udp.port==8472,vxlan -d udp.port==4789,vxlan'.split(' ');
    const apart = '-o ip.defragment:FALSE -o ipv6.defragment:FALSE -o tcp.desegment_tcp_streams:FALSE'.split(
      ' ',
    );
    const output = '-T fields -E separator=| -E occurrence=a -E aggregator=;'.split(' ');
    const text = execFileSync('tshark', ['-n', '-r', this.file, ...decode, ...apart, ...output, ...fields], {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const frames: Frame[] = [];
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const frame = this.frame(line.split('|').map((cell) => (cell === '' ? [] : cell.split(';'))));
      if (frame !== undefined) frames.push(frame);
    }
    // A packet keeps its time stamp from device to device on its way up: the lower device comes first.
    return frames.sort((a, b) => a.time - b.time || layer(a) - layer(b));
  }

  private frame(cells: readonly (readonly string[])[]): Frame | undefined {
    const cell = (name: (typeof COLUMNS)[number]): readonly string[] => cells[COLUMNS.indexOf(name)] ?? [];
    const number = Number(cell('frame.interface_id')[0] ?? -1);
    const on = this.rig.interfaces[Math.floor(number / 2)];
    if (on === undefined) throw new Error('a frame of no interface');
    const base = {
      time: Number(cell('frame.time_epoch')[0]),
      place: on.place,
      iface: on.name,
      peer: on.peer,
      at: number % 2 === 0 ? ('in' as const) : ('out' as const),
    };
    const layers = (cell('frame.protocols')[0] ?? '').split(':');
    // An ICMP error may quote a tunnel's packet, which is none on the wire.
    const quotes = layers.findIndex((name) => name.startsWith('icmp'));
    const wrapped = layers.indexOf('vxlan');
    const tunnelled = wrapped >= 0 && (quotes < 0 || quotes > wrapped);
    const at = tunnelled ? 1 : 0;
    const srcMac = cell('eth.src')[at] ?? '';
    const dstMac = cell('eth.dst')[at] ?? '';
    // tshark lists each family's headers apart: which come first is said by the EtherTypes.
    const kinds = cell('eth.type');
    const header = (which: number): IpCells => {
      const six = kinds[which] === '0x86dd';
      const nth = kinds.slice(0, which).filter((kind) => (kind === '0x86dd') === six).length;
      return ipCells(cell, six, nth);
    };
    const outerIp = header(0);
    const outer = tunnelled
      ? {
          src: outerIp.src,
          dst: outerIp.dst,
          proto: 'udp',
          dport: Number(cell('udp.dstport')[0]),
          vni: Number(cell('vxlan.vni')[0]),
          ttl: outerIp.ttl,
          df: outerIp.df,
          fragment: outerIp.fragment,
          srcMac: cell('eth.src')[0] ?? '',
          dstMac: cell('eth.dst')[0] ?? '',
        }
      : undefined;
    if (cell('arp.opcode').length > 0) {
      const request = cell('arp.opcode')[0] === '1';
      return {
        ...base,
        proto: 'arp',
        src: cell('arp.src.proto_ipv4')[0] ?? '',
        dst: cell('arp.dst.proto_ipv4')[0] ?? '',
        flags: request ? 'request' : 'reply',
        srcMac,
        dstMac,
        outer,
      };
    }
    const inner = header(at);
    const proto = ({ 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' } as Record<number, string>)[
      inner.protocol
    ];
    // Spanning tree and the like.
    if (proto === undefined) return undefined;
    const { src, dst, ttl, df, fragment } = inner;
    const ip = { ...base, proto, src, dst, ttl, df, fragment, srcMac, dstMac, outer };
    // Only the first piece has what follows the IP header.
    if (fragment !== undefined && fragment.offset > 0) return ip;
    if (proto === 'icmpv6') {
      const type = Number(cell('icmpv6.type')[0]);
      if (type === 135 || type === 136) {
        const flags = ['router', 'solicited', 'override'].filter((name) =>
          flag(cell(`icmpv6.nd.na.flag.${name.charAt(0)}` as 'icmpv6.nd.na.flag.r')[0]),
        );
        const target = cell(type === 135 ? 'icmpv6.nd.ns.target_address' : 'icmpv6.nd.na.target_address')[0];
        return { ...ip, proto: 'nd', flags: type === 135 ? 'request' : `reply ${flags.join(',')}`, target };
      }
      // Group memberships, routers and redirects, none of which the simulator models.
      if (type >= 130) return undefined;
    }
    if (proto === 'icmp' || proto === 'icmpv6') {
      const quoted = ipCells(cell, proto === 'icmpv6', inner.nth + 1);
      const kind = `${cell(`${proto}.type`)[0]}/${cell(`${proto}.code`)[0]}`;
      const { src: from, dst: to, ttl: left } = quoted;
      return { ...ip, icmp: kind, quoted: from === '' ? undefined : { src: from, dst: to, ttl: left } };
    }
    if (proto === 'udp') {
      const port = tunnelled ? 1 : 0;
      return { ...ip, sport: Number(cell('udp.srcport')[port]), dport: Number(cell('udp.dstport')[port]) };
    }
    return {
      ...ip,
      sport: Number(cell('tcp.srcport')[0]),
      dport: Number(cell('tcp.dstport')[0]),
      flags: tcpFlags(Number.parseInt(cell('tcp.flags')[0] ?? '0', 16)),
      // Of a segment in a tunnel's packet that was cut, a capture counts what is in the first piece.
      data: outer?.fragment === undefined ? Number(cell('tcp.len')[0] ?? 0) : undefined,
    };
  }
}

const COLUMNS = [
  'frame.interface_id',
  'frame.time_epoch',
  'frame.protocols',
  'eth.src',
  'eth.dst',
  'eth.type',
  'arp.opcode',
  'arp.src.proto_ipv4',
  'arp.dst.proto_ipv4',
  'ip.src',
  'ip.dst',
  'ip.ttl',
  'ip.proto',
  'ip.flags.df',
  'ip.flags.mf',
  'ip.frag_offset',
  'ip.id',
  'ip.len',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.hlim',
  'ipv6.nxt',
  'ipv6.plen',
  'ipv6.fraghdr.nxt',
  'ipv6.fraghdr.offset',
  'ipv6.fraghdr.more',
  'ipv6.fraghdr.ident',
  'icmpv6.type',
  'icmpv6.code',
  'icmpv6.nd.ns.target_address',
  'icmpv6.nd.na.target_address',
  'icmpv6.nd.na.flag.r',
  'icmpv6.nd.na.flag.s',
  'icmpv6.nd.na.flag.o',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags',
  'tcp.len',
  'udp.srcport',
  'udp.dstport',
  'icmp.type',
  'icmp.code',
  'vxlan.vni',
] as const;

interface IpCells {
  readonly src: string;
  readonly dst: string;
  readonly ttl: number;
  readonly df: boolean;
  readonly protocol: number;
  readonly fragment?: Piece;
  readonly nth: number;
}

/** The nth IP header of one family. */
function ipCells(
  cell: (name: (typeof COLUMNS)[number]) => readonly string[],
  six: boolean,
  nth: number,
): IpCells {
  const of = (four: (typeof COLUMNS)[number], other: (typeof COLUMNS)[number]): string =>
    cell(six ? other : four)[nth] ?? '';
  const announced = Number(of('ip.proto', 'ipv6.nxt') || -1);
  const fragment = six ? piece6(cell, nth, announced) : piece4(cell, nth);
  return {
    src: of('ip.src', 'ipv6.src'),
    dst: of('ip.dst', 'ipv6.dst'),
    ttl: Number(of('ip.ttl', 'ipv6.hlim')),
    df: !six && flag(cell('ip.flags.df')[nth]),
    protocol: six && fragment !== undefined ? Number(cell('ipv6.fraghdr.nxt')[0]) : announced,
    fragment,
    nth,
  };
}

/** tshark gives the field as it is. */
const OFFSET_UNIT = 8;

type Cell = (name: (typeof COLUMNS)[number]) => readonly string[];

function piece4(cell: Cell, nth: number): Piece | undefined {
  const offset = Number(cell('ip.frag_offset')[nth] ?? 0) * OFFSET_UNIT;
  const more = flag(cell('ip.flags.mf')[nth]);
  if (offset === 0 && !more) return undefined;
  return { id: Number(cell('ip.id')[nth]), offset, length: Number(cell('ip.len')[nth]) - 20, more };
}

/** Of several IPv6 headers in a frame only one is ever a piece here. */
function piece6(cell: Cell, nth: number, announced: number): Piece | undefined {
  if (announced !== 44) return undefined;
  return {
    id: Number(cell('ipv6.fraghdr.ident')[0]),
    offset: Number(cell('ipv6.fraghdr.offset')[0]) * OFFSET_UNIT,
    length: Number(cell('ipv6.plen')[nth]) - 8,
    more: flag(cell('ipv6.fraghdr.more')[0]),
  };
}

function layer(frame: Frame): number {
  return frame.outer !== undefined ? 0 : frame.peer !== undefined ? 1 : 2;
}

function flag(text: string | undefined): boolean {
  return text === '1' || text === 'True';
}

/** Names in the order of the simulator's `wire`. */
function tcpFlags(bits: number): string {
  const names: string[] = [];
  if ((bits & 2) !== 0) names.push('SYN');
  if ((bits & 4) !== 0) names.push('RST');
  if ((bits & 8) !== 0) names.push('PSH');
  if ((bits & 1) !== 0) names.push('FIN');
  if ((bits & 16) !== 0) names.push('ACK');
  return names.join(',');
}

function listening(process: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`nothing is captured: ${said}`)), 20_000);
    process.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    process.stdout?.once('data', () => {
      clearTimeout(timer);
      resolve();
    });
    process.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`the capture ended: ${said}`));
    });
  });
}
