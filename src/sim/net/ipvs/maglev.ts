/**
 * Maglev hashing (net/netfilter/ipvs/ip_vs_mh.c): each real server has an order of preference over the places of a table,
 * and takes free ones in turn, as often as it weighs; a client's address, and its port where the virtual server has the
 * flag `mh-port`, lead to one place. Leaves out the flag `mh-fallback`, overload, and other table sizes than the default.
 */
import type { Ip } from '../../base/ip.ts';
import type { IpvsServerConfig } from '../config.ts';
import { fold, hsiphash } from './address-hash.ts';

/** CONFIG_IP_VS_MH_TAB_INDEX: 12. */
const SIZE = 4093;
const SIZE_BITS = 6;
const FIRST_KEY = [2654435761n, 2654435761n] as const;
const SECOND_KEY = [2654446892n, 2654446892n] as const;

function place(ip: Ip, port: number, key: readonly [bigint, bigint]): number {
  return hsiphash((fold(ip) + port) >>> 0, key);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** For each place the server that has it, as an index into `servers`, which stand in the kernel's order. */
export function maglevTable(servers: readonly IpvsServerConfig[]): Int32Array | undefined {
  const divisor = servers.map((s) => s.weight).reduce(gcd, 0);
  if (divisor < 1) return undefined;
  const most = Math.max(...servers.map((s) => s.weight)) / divisor;
  // Weights that would fill the table at once are halved until they do not.
  const shift = Math.max(0, 32 - Math.clz32(most) - SIZE_BITS);
  const wishes = servers.map(({ ip, port, weight }) => ({
    at: place(ip, port, FIRST_KEY) % SIZE,
    skip: (place(ip, port, SECOND_KEY) % (SIZE - 1)) + 1,
    turns: (weight / divisor) >> shift || Number(weight > 0),
  }));
  const table = new Int32Array(SIZE).fill(-1);
  let filled = 0;
  for (;;) {
    for (const [index, wish] of wishes.entries()) {
      for (let turn = 0; turn < wish.turns; turn++) {
        while (table[wish.at] !== -1) wish.at = (wish.at + wish.skip) % SIZE;
        table[wish.at] = index;
        filled++;
        if (filled === SIZE) return table;
      }
    }
  }
}

/** The client's place. */
export function maglevPlace(client: { readonly ip: Ip; readonly port: number }): number {
  return place(client.ip, client.port, FIRST_KEY) % SIZE;
}
