/** Short words for the statements that kube-proxy writes, in the words of one family. */
import type { IpFamily } from '../../base/ip.ts';
import type { NftField, NftStatement, NftVerdict } from '../../net/nftables/config.ts';

/** Bit 14: `masqueradeBit`. */
const MASQUERADE_MARK = 0x4000;

export interface FamilyWords {
  readonly saddr: NftField;
  readonly daddr: NftField;
  readonly addr: 'ipv4_addr' | 'ipv6_addr';
  readonly loopback: string;
}

export const WORDS: Readonly<Record<IpFamily, FamilyWords>> = {
  4: { saddr: 'ip saddr', daddr: 'ip daddr', addr: 'ipv4_addr', loopback: '127.0.0.0/8' },
  6: { saddr: 'ip6 saddr', daddr: 'ip6 daddr', addr: 'ipv6_addr', loopback: '::1' },
};

export function is(field: NftField, ...values: readonly string[]): NftStatement {
  return { kind: 'match', field, values };
}

export function isNot(field: NftField, ...values: readonly string[]): NftStatement {
  return { kind: 'match', field, negate: true, values };
}

export function inSet(set: string, ...fields: readonly NftField[]): NftStatement {
  return { kind: 'lookup', fields, set };
}

export function vmap(map: string, ...fields: readonly NftField[]): NftStatement {
  return { kind: 'vmap', fields, map };
}

export function jump(chain: string): NftStatement {
  return { kind: 'verdict', verdict: 'jump', chain };
}

export function goto(chain: string): NftStatement {
  return { kind: 'verdict', verdict: 'goto', chain };
}

export function gotoVerdict(chain: string): NftVerdict {
  return { verdict: 'goto', chain };
}

export const drop: NftStatement = { kind: 'verdict', verdict: 'drop' };
export const isNew: NftStatement = { kind: 'match', field: 'ct state', values: ['new'] };
export const mark: NftStatement = { kind: 'mark', field: 'meta mark', op: 'or', value: MASQUERADE_MARK };
export const isMarked: NftStatement = {
  kind: 'bits',
  field: 'meta mark',
  mask: MASQUERADE_MARK,
  negate: true,
  value: 0,
};
export const unmark: NftStatement = { kind: 'mark', field: 'meta mark', op: 'xor', value: MASQUERADE_MARK };
export const masquerade: NftStatement = { kind: 'masquerade', fullyRandom: true };
