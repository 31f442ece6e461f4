/** Numbers that the C of net/netfilter/ipvs/ip_vs_mh.c and lib/siphash.c gives, compiled by itself. */
import { describe, expect, it } from 'vitest';
import { hsiphash } from './address-hash.ts';
import { maglevPlace, maglevTable } from './maglev.ts';

const servers = (...weights: readonly number[]): Parameters<typeof maglevTable>[0] =>
  ['10.244.1.2', '10.244.1.3', '10.244.2.2', '10.244.2.3']
    .slice(0, weights.length)
    .map((ip, i) => ({ ip, port: 8080, weight: weights[i] ?? 0 }));

function table(...weights: readonly number[]): Int32Array {
  const made = maglevTable(servers(...weights));
  if (made === undefined) throw new Error('no table');
  return made;
}

it('hashes as the kernel does', () => {
  // lib/test_siphash.c, four bytes, 64 bits.
  expect(hsiphash(0x03020100, [0x0706050403020100n, 0x0f0e0d0c0b0a0908n])).toBe(0x88d38328);
});

describe('the table', () => {
  it.each([
    {
      weights: [1, 1, 1],
      counts: [1365, 1364, 1364],
      sum: 3677176502,
      first: [1, 0, 1, 2, 2, 2, 2, 1, 1, 2, 0, 2],
    },
    {
      weights: [3, 1, 0],
      counts: [3070, 1023, 0],
      sum: 1323478169,
      first: [0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0],
    },
    // 200 is halved twice to fit, 1 not below 1.
    {
      weights: [200, 1, 100],
      counts: [2700, 54, 1339],
      sum: 2951216914,
      first: [0, 0, 2, 0, 2, 2, 2, 0, 0, 0, 0, 2],
    },
  ])('of weights $weights', ({ weights, counts, sum, first }) => {
    const made = table(...weights);
    expect(weights.map((_, i) => made.filter((server) => server === i).length)).toEqual(counts);
    expect(Array.from(made.subarray(0, 12))).toEqual(first);
    expect(made.reduce((total, server) => (Math.imul(total, 31) + server) >>> 0, 0)).toBe(sum);
  });

  it('is none where nobody weighs anything', () => {
    expect(maglevTable(servers(0, 0))).toBeUndefined();
    expect(maglevTable([])).toBeUndefined();
  });

  it('hardly changes for those that stay when one goes', () => {
    const before = table(1, 1, 1, 1);
    const after = table(1, 1, 1);
    const moved = after.filter((server, at) => (before[at] ?? 0) < 3 && before[at] !== server);
    expect(moved.length).toBeLessThan(before.length / 20);
  });
});

it('finds the same places', () => {
  const made = table(1, 1, 1);
  const ports = Array.from({ length: 8 }, (_, i) => made[maglevPlace({ ip: '10.244.1.9', port: 32768 + i })]);
  expect(ports).toEqual([1, 2, 1, 1, 0, 1, 0, 1]);
  const clients = Array.from(
    { length: 8 },
    (_, i) => made[maglevPlace({ ip: `10.244.1.${i + 2}`, port: 0 })],
  );
  expect(clients).toEqual([1, 1, 1, 0, 1, 0, 2, 0]);
});
