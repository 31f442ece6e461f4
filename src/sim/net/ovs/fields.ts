/** The fields that flows match, of a packet in the pipeline, as numbers: an address is its 32 bits, a MAC its 48. */
import type { Ip, Mac } from '../../base/ip.ts';
import { portsOf } from '../../packet/ports.ts';
import type { Skb } from '../skb.ts';
import type { OvsField } from './config.ts';

/** Registers, and what else a packet carries through the pipeline. */
export interface Metadata {
  readonly reg: number[];
  inPort: number;
  ctState: number;
  conjId: number;
  tunDst: Ip | undefined;
}

export const CT_STATE: Readonly<Record<string, number>> = {
  new: 1,
  est: 2,
  rel: 4,
  rpl: 8,
  inv: 16,
  trk: 32,
  snat: 64,
  dnat: 128,
};

export type KeyField = OvsField | 'dl_type' | 'nw_proto' | 'ct_label_high';

const numbers = new Map<string, number>();

function memo(text: string, parse: () => number): number {
  let value = numbers.get(text);
  if (value === undefined) {
    value = parse();
    if (numbers.size > 100_000) numbers.clear();
    numbers.set(text, value);
  }
  return value;
}

export function ipNumber(ip: Ip): number {
  return memo(ip, () => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0));
}

export function macNumber(mac: Mac): number {
  return memo(mac, () => Number.parseInt(mac.replaceAll(':', ''), 16));
}

export function ipText(value: number): Ip {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

export function macText(value: number): Mac {
  return value
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?!$)/g, '$&:');
}

export const ETH_TYPE = { ip: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
export const PROTO = { icmp: 1, tcp: 6, udp: 17, sctp: 132, icmpv6: 58 } as const;

/** 32 bits of the connection's label. */
function label(skb: Skb, from: number): number {
  let value = 0;
  for (const bit of skb.ct?.labels ?? []) if (bit >= from && bit < from + 32) value += 2 ** (bit - from);
  return value;
}

/** One field of a packet; -1 where it has none. */
export function fieldOf(skb: Skb, meta: Metadata, field: KeyField): number {
  const { packet } = skb;
  const { eth, arp, ip, l4 } = packet;
  switch (field) {
    case 'pkt_mark':
      return skb.mark >>> 0;
    case 'conj_id':
      return meta.conjId;
    case 'ct_state':
      return meta.ctState;
    case 'ct_mark':
      return meta.ctState === 0 ? 0 : (skb.ct?.mark ?? 0) >>> 0;
    case 'ct_label':
      return meta.ctState === 0 ? 0 : label(skb, 0);
    case 'ct_label_high':
      return meta.ctState === 0 ? 0 : label(skb, 32);
    case 'tun_dst':
      return meta.tunDst === undefined ? 0 : ipNumber(meta.tunDst);
    case 'in_port':
      return meta.inPort;
    case 'dl_type':
      return arp !== undefined ? ETH_TYPE.arp : ip?.version === 4 ? ETH_TYPE.ip : ETH_TYPE.ipv6;
    case 'dl_src':
      return macNumber(eth?.src ?? '0');
    case 'dl_dst':
      return macNumber(eth?.dst ?? '0');
    case 'nw_src':
      return ip?.version === 4 ? ipNumber(ip.src) : -1;
    case 'nw_dst':
      return ip?.version === 4 ? ipNumber(ip.dst) : -1;
    case 'nw_proto':
      return l4 === undefined ? -1 : PROTO[l4.proto];
    case 'tp_src':
      return portsOf(l4)?.sport ?? -1;
    case 'tp_dst':
      return portsOf(l4)?.dport ?? -1;
    case 'arp_op':
      return arp === undefined ? -1 : arp.op === 'request' ? 1 : 2;
    case 'arp_spa':
      return arp === undefined ? -1 : ipNumber(arp.senderIp);
    case 'arp_tpa':
      return arp === undefined ? -1 : ipNumber(arp.targetIp);
    case 'arp_sha':
      return arp === undefined ? -1 : macNumber(arp.senderMac);
    case 'arp_tha':
      return arp === undefined ? -1 : macNumber(arp.targetMac);
    default:
      return (meta.reg[Number(field.slice(3))] ?? 0) >>> 0;
  }
}
