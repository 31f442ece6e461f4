/**
 * nftables as data, in nft's own words: tables, chains, rules as lists of statements, sets, maps and verdict maps. An
 * expression is its own text (`ip daddr`), so it prints itself. The evaluator is walk.ts, the printer show/nft.ts.
 * Leaves out stateful objects, flowtables, `netdev`, `bridge` and `arp` tables, and expressions that no writer uses.
 */
import type { Ip } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';

export type NftFamily = 'ip' | 'ip6' | 'inet';

export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly comment?: string;
  /** Sets and maps, in the order in which they were made. */
  readonly sets: readonly NftSet[];
  /** In the order in which they were made. */
  readonly chains: readonly NftChain[];
  readonly origin?: Origin;
}

export type NftDataType =
  | 'ipv4_addr'
  | 'ipv6_addr'
  | 'inet_proto'
  | 'inet_service'
  | 'mark'
  | 'ifname'
  | 'verdict';

export interface NftSet {
  readonly name: string;
  /** The key: several types are a concatenation. */
  readonly type: readonly NftDataType[];
  /** A map's values; absent for a set. */
  readonly value?: readonly NftDataType[];
  readonly flags?: readonly ('constant' | 'interval' | 'dynamic' | 'timeout')[];
  /** nft gives a set that a rule updates 65535. */
  readonly size?: number;
  readonly timeoutSeconds?: number;
  readonly comment?: string;
  readonly elements: readonly NftElement[];
  readonly origin?: Origin;
}

export interface NftElement {
  /** As nft prints it: `10.96.0.1 . tcp . 443`, `10.0.0.0/8` in an interval set. */
  readonly key: string;
  /** A verdict map's. */
  readonly verdict?: NftVerdict;
  readonly comment?: string;
  readonly origin?: Origin;
  /** Why it refuses; its comment names the Service's port. */
  readonly meaning?: 'no-endpoints' | 'no-local-endpoints';
}

export type NftVerdict =
  | { readonly verdict: 'accept' | 'drop' | 'return' }
  | { readonly verdict: 'jump' | 'goto'; readonly chain: string };

export interface NftBaseChain {
  readonly type: 'filter' | 'nat';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

export interface NftChain {
  readonly name: string;
  readonly base?: NftBaseChain;
  readonly comment?: string;
  readonly rules: readonly NftRule[];
}

export interface NftRule {
  readonly statements: readonly NftStatement[];
  readonly comment?: string;
  /** Absent where the map element that leads here is the cause, or else the table. */
  readonly origin?: Origin;
  /** What it does in the writer's terms. */
  readonly meaning?: 'masquerade-mark' | 'not-a-service-port' | 'unallocated';
}

/** A field of the packet, in nft's words. */
export type NftField =
  | 'ip saddr'
  | 'ip daddr'
  | 'ip6 saddr'
  | 'ip6 daddr'
  | 'th sport'
  | 'th dport'
  | `${'tcp' | 'udp' | 'sctp'} ${'sport' | 'dport'}`
  | 'icmpv6 type'
  | 'meta l4proto'
  | 'meta nfproto'
  | 'meta mark'
  | 'meta iifname'
  | 'meta oifname'
  | 'ct mark'
  | 'ct state'
  | 'ct status'
  | 'ct direction'
  | 'meta skuid'
  | 'fib saddr type'
  | 'fib daddr type';

/** All the outcomes of one random number, in the writer's terms, as `choice` of an iptables rule. */
export interface NftChoice {
  /** `namespace/name` */
  readonly service: string;
  readonly options: readonly { readonly to: string; readonly pod?: string; readonly probability: number }[];
}

export type NftStatement =
  /**
   * `FIELD [!=] VALUE`, or `{ a, b }` where there are several; prefixes and ranges are values too. `ct state` and
   * `ct status` take several as one mask.
   */
  | {
      readonly kind: 'match';
      readonly field: NftField;
      readonly negate?: boolean;
      readonly values: readonly string[];
    }
  /** `meta mark & MASK == VALUE` */
  | {
      readonly kind: 'bits';
      readonly field: 'meta mark' | 'ct mark';
      readonly mask: number;
      readonly negate?: boolean;
      readonly value: number;
    }
  /** `FIELD . FIELD [!=] @SET` */
  | {
      readonly kind: 'lookup';
      readonly fields: readonly NftField[];
      readonly negate?: boolean;
      readonly set: string;
    }
  /** `FIELD . FIELD vmap @MAP` */
  | { readonly kind: 'vmap'; readonly fields: readonly NftField[]; readonly map: string }
  /** `numgen random mod N vmap { 0 : goto a, 1 : goto b }` */
  | { readonly kind: 'numgen-vmap'; readonly verdicts: readonly NftVerdict[]; readonly choice?: NftChoice }
  /** `dnat to ADDRESS:PORT` */
  | { readonly kind: 'dnat'; readonly ip: Ip; readonly port?: number }
  /** `dnat ip to numgen random mod N map { 0 : a . b, ... }` */
  | {
      readonly kind: 'numgen-dnat';
      /** `origin`: where one outcome comes from, which says more than the rule's own. */
      readonly to: readonly { readonly ip: Ip; readonly port: number; readonly origin?: Origin }[];
      readonly choice?: NftChoice;
    }
  | { readonly kind: 'snat'; readonly ip: Ip }
  | { readonly kind: 'masquerade'; readonly fullyRandom?: boolean }
  /** `meta mark set meta mark | VALUE`; `set` replaces it. */
  | {
      readonly kind: 'mark';
      readonly field: 'meta mark' | 'ct mark';
      readonly op: 'set' | 'or' | 'xor' | 'and';
      readonly value: number;
    }
  /** Absent: port unreachable. */
  | { readonly kind: 'reject'; readonly with?: 'tcp reset' | 'admin-prohibited' }
  /** `update @SET { FIELD }`: the key's time begins anew. */
  | { readonly kind: 'update'; readonly set: string; readonly fields: readonly NftField[] }
  /** `queue flags bypass to NUMBER`: a program in user space decides (`World.queues`). */
  | { readonly kind: 'queue'; readonly number: number }
  /** `ct label BIT`, and the same set. */
  | { readonly kind: 'ct-label'; readonly label: number; readonly set?: boolean }
  | { readonly kind: 'counter' }
  | { readonly kind: 'notrack' }
  | ({ readonly kind: 'verdict' } & NftVerdict);
