/** A frame's headers in the words of the simulator's `wire`, from either side. */
import type { WireEntry } from '../../src/sim/trace/trace.ts';
import type { Dissected } from './tshark.ts';

/** `default/client:eth0 out tcp 10.244.1.2:40312 > 10.96.0.10:80 ttl 64 SYN in 172.18.0.3 > 172.18.0.4:8472 vni 1` */
export function wireText(entry: WireEntry): string {
  const { netns, iface, at, proto, src, dst, sport, dport, ttl, flags, icmp, outer, fragment } = entry;
  const piece = fragment === undefined ? undefined : pieceText(fragment.offset, fragment.more);
  const what = flags ?? icmp;
  return line(`${netns}:${iface} ${at}`, { proto, src, dst, sport, dport, ttl, what, piece, outer });
}

function pieceText(offset: number, more: boolean): string | undefined {
  return offset === 0 && !more ? undefined : `from byte ${offset}${more ? ' and more' : ''}`;
}

interface Headers {
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly ttl?: number;
  readonly what?: string;
  readonly piece?: string;
  readonly outer?: WireEntry['outer'];
}

function line(where: string, { proto, src, dst, sport, dport, ttl, what, piece, outer }: Headers): string {
  const end = (ip: string, port: number | undefined): string => (port === undefined ? ip : `${ip} ${port}`);
  const parts = [where, proto, end(src, sport), '>', end(dst, dport)];
  if (ttl !== undefined) parts.push(`ttl ${ttl}`);
  if (what !== undefined) parts.push(what);
  if (piece !== undefined) parts.push(piece);
  if (outer !== undefined) {
    const { dport, vni } = outer;
    parts.push(`in ${outer.proto} ${outer.src} > ${outer.dst} ${dport ?? ''} vni ${vni ?? ''}`);
  }
  return parts.join(' ');
}

const PROTOCOLS: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };

export function dissectedText(frame: Dissected): string {
  // 1 inbound, 2 outbound.
  const at =
    frame['frame.packet_flags_direction'][0] === '0x00000002' ||
    frame['frame.packet_flags_direction'][0] === '2'
      ? 'out'
      : 'in';
  const where = `${frame['frame.interface_name'][0]} ${at}`;
  const protocols = frame['frame.protocols'][0] ?? '';
  const inUdp = /:(vxlan|geneve)\b/.test(protocols);
  // An ICMP error's quote follows icmp; here one IP header follows the other.
  const inIp = /^[^:]+(:ethertype)?:ip:ip\b/.test(protocols);
  const tunnelled = inUdp || inIp;
  const depth = tunnelled ? 1 : 0;
  const number = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : Number(text);
  const outer: WireEntry['outer'] = tunnelled
    ? {
        src: frame['ip.src'][0] ?? frame['ipv6.src'][0] ?? '',
        dst: frame['ip.dst'][0] ?? frame['ipv6.dst'][0] ?? '',
        ...(inIp
          ? { proto: 'ipip' }
          : {
              proto: 'udp',
              dport: Number(frame['udp.dstport'][0]),
              vni: Number(frame['vxlan.vni'][0] ?? frame['geneve.vni'][0]),
            }),
      }
    : undefined;
  if (frame['arp.opcode'].length > 0) {
    return line(where, {
      proto: 'arp',
      src: frame['arp.src.proto_ipv4'][0] ?? '',
      dst: frame['arp.dst.proto_ipv4'][0] ?? '',
      outer,
    });
  }
  // The packet itself: behind the tunnel's own addresses where there is one, and before what an ICMP error quotes.
  const inner = inIp ? protocols.replace(/^.*?:ip:/, ':') : protocols.replace(/.*:(vxlan|geneve)/, '');
  const six = /:(ipv6|ip)\b/.exec(inner)?.[1] === 'ipv6';
  const skip = (values: readonly string[], other: readonly string[]): number =>
    Math.min(depth, values.length - 1, other.length > 0 && tunnelled ? 0 : depth);
  const address = six ? skip(frame['ipv6.src'], frame['ip.src']) : depth;
  const src = (six ? frame['ipv6.src'] : frame['ip.src'])[address] ?? '';
  const dst = (six ? frame['ipv6.dst'] : frame['ip.dst'])[address] ?? '';
  const ttl = number((six ? frame['ipv6.hlim'] : frame['ip.ttl'])[address]);
  // Of a later fragment no more than its IP headers can be read.
  const later = PROTOCOLS[frame['ipv6.fraghdr.nxt'][0] ?? ''] ?? 'ip';
  const proto = six
    ? (/:(tcp|udp|icmpv6)/.exec(inner)?.[1] ?? later)
    : (PROTOCOLS[frame['ip.proto'][depth] ?? ''] ?? 'ip');
  const offset = Number((six ? frame['ipv6.fraghdr.offset'][0] : frame['ip.frag_offset'][depth]) ?? 0) * 8;
  const more = (six ? frame['ipv6.fraghdr.more'][0] : frame['ip.flags.mf'][depth]) ?? '0';
  const base = { proto, src, dst, ttl, piece: pieceText(offset, more === '1' || more === 'True'), outer };
  if (offset > 0) return line(where, base);
  switch (proto) {
    case 'tcp':
      return line(where, {
        ...base,
        sport: number(frame['tcp.srcport'][0]),
        dport: number(frame['tcp.dstport'][0]),
        what: flagText(Number(frame['tcp.flags'][0])),
      });
    case 'udp':
      return line(where, {
        ...base,
        sport: number(frame['udp.srcport'][inUdp ? 1 : 0]),
        dport: number(frame['udp.dstport'][inUdp ? 1 : 0]),
      });
    case 'icmp':
      return line(where, { ...base, what: `${frame['icmp.type'][0]}/${frame['icmp.code'][0]}` });
    case 'icmpv6':
      return line(where, { ...base, what: `${frame['icmpv6.type'][0]}/${frame['icmpv6.code'][0]}` });
    default:
      return line(where, base);
  }
}

/** In the order of the simulator's `wire`. */
function flagText(bits: number): string {
  const names = [
    [2, 'SYN'],
    [4, 'RST'],
    [8, 'PSH'],
    [1, 'FIN'],
    [16, 'ACK'],
  ] as const;
  return names.flatMap(([bit, name]) => ((bits & bit) === 0 ? [] : [name])).join(',');
}
