/** What nft's expressions read from a packet, as nft prints the value; undefined where the packet has no such field. */
import { cidr, cidrContains } from '../../base/ip.ts';
import { tunnelKind } from '../../packet/tunnel.ts';
import { hasType, type HookContext } from '../netfilter/match.ts';
import type { NftField, NftStatement } from './config.ts';

/** `icmpv6_type_tbl` of nftables' src/datatype.c. */
const ICMPV6_TYPE: Readonly<Record<number, string>> = {
  1: 'destination-unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  133: 'nd-router-solicit',
  134: 'nd-router-advert',
  135: 'nd-neighbor-solicit',
  136: 'nd-neighbor-advert',
  137: 'nd-redirect',
};

export function fieldText(c: HookContext, field: NftField): string | undefined {
  const { ip, l4 } = c.skb.packet;
  switch (field) {
    case 'ip saddr':
      return ip?.version === 4 ? ip.src : undefined;
    case 'ip daddr':
      return ip?.version === 4 ? ip.dst : undefined;
    case 'ip6 saddr':
      return ip?.version === 6 ? ip.src : undefined;
    case 'ip6 daddr':
      return ip?.version === 6 ? ip.dst : undefined;
    case 'th sport':
    case 'th dport':
    case 'tcp sport':
    case 'tcp dport':
    case 'udp sport':
    case 'udp dport':
    case 'sctp sport':
    case 'sctp dport': {
      const [proto, side] = field.split(' ') as [string, 'sport' | 'dport'];
      if (l4 === undefined || !('dport' in l4)) return undefined;
      return proto === 'th' || l4.proto === proto ? String(l4[side]) : undefined;
    }
    case 'icmpv6 type':
      return l4?.proto === 'icmpv6' ? (ICMPV6_TYPE[l4.type] ?? String(l4.type)) : undefined;
    case 'meta l4proto':
      if (l4 === undefined && tunnelKind(c.skb.packet) === 'ipip') return 'ipencap';
      return l4?.proto === 'icmpv6' ? 'ipv6-icmp' : l4?.proto;
    case 'meta nfproto':
      return ip === undefined ? undefined : `ipv${ip.version}`;
    case 'meta mark':
      return hex(c.skb.mark);
    case 'meta iifname':
      return c.inDev?.name;
    case 'meta oifname':
      return c.outDev?.name;
    case 'ct mark':
      return c.skb.ct === undefined ? undefined : hex(c.skb.ct.mark);
    case 'ct direction':
      return c.skb.ct === undefined ? undefined : c.skb.ctDir;
    case 'meta skuid':
      // Every program of a host is root's here. What the kernel itself sends belongs to no socket.
      return c.skb.socketOf === c.box.id ? '0' : undefined;
    case 'ct state':
      return c.skb.ctState?.toLowerCase();
    case 'ct status':
    case 'fib saddr type':
    case 'fib daddr type':
      // Asked by value only.
      return undefined;
  }
}

/** The parts of a concatenation, or undefined where one is missing: then no element can match. */
export function keyText(c: HookContext, fields: readonly NftField[]): string | undefined {
  let key = '';
  for (const field of fields) {
    const text = fieldText(c, field);
    if (text === undefined) return undefined;
    key = key === '' ? text : `${key} . ${text}`;
  }
  return key;
}

/** 32 bits as nft prints them. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}

type ValueTest = (c: HookContext) => boolean;

/** One `match` statement without its negation. */
export function compileMatchValues({ field, values }: Extract<NftStatement, { kind: 'match' }>): ValueTest {
  switch (field) {
    case 'ct status':
      return (c) => values.some((value) => hasStatus(c, value));
    case 'fib saddr type':
    case 'fib daddr type': {
      const side = field === 'fib saddr type' ? 'src' : 'dst';
      return (c) =>
        values.some((value) =>
          hasType(c, c.skb.packet.ip?.[side] ?? '', value.toUpperCase() as 'LOCAL', undefined),
        );
    }
    default: {
      const tests = values.map(compileValue);
      return (c) => {
        const text = fieldText(c, field);
        return text !== undefined && tests.some((test) => test(text));
      };
    }
  }
}

function compileValue(value: string): (text: string) => boolean {
  if (value.includes('/')) {
    const range = cidr(value);
    return (text) => cidrContains(range, text);
  }
  const ports = /^(\d+)-(\d+)$/.exec(value);
  if (ports !== null) {
    const from = Number(ports[1]);
    const to = Number(ports[2]);
    return (text) => Number(text) >= from && Number(text) <= to;
  }
  // An interface name may end in a wildcard.
  if (value.endsWith('*')) {
    const prefix = value.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  return (text) => text === value;
}

/** Bits of `enum ip_conntrack_status`. */
function hasStatus({ skb: { ct } }: HookContext, status: string): boolean {
  if (ct === undefined) return false;
  switch (status) {
    case 'dnat':
      return ct.dstNat;
    case 'snat':
      return ct.srcNat;
    case 'seen-reply':
      return ct.seenReply;
    case 'assured':
      return ct.assured;
    case 'confirmed':
      return ct.confirmed;
    default:
      return false;
  }
}
