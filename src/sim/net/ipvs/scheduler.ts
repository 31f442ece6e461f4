/**
 * How IPVS picks a real server (net/netfilter/ipvs/ip_vs_rr.c, _wrr, _lc, _wlc, _sed, _nq, _sh, _dh).
 *
 * Each of these is deterministic once the kernel's list of servers is given: round robin goes on after the server that
 * it took last, and begins with the first of the list. The order of that list is not known: kube-proxy adds the servers
 * of a Service in the order of a Go map, which is random, and `ipvsadm -L` sorts what it prints. So which server stands
 * first is drawn once for each virtual server when it is first used; the others follow in their printed order.
 * Leaves out mh, lblc, lblcr, fo, ovf, the overload thresholds, and the flags of sh (fallback, port).
 */
import { ipBytes, ipPort } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';
import type { IpvsServerConfig, IpvsServiceConfig } from '../config.ts';
import type { Box, Machine } from '../machine.ts';
import { ipvsRow } from '../row-key.ts';
import type { IpvsMemory, SchedulerMemory } from './memory.ts';

const TABLE_BITS = 8;
const TABLE_SIZE = 1 << TABLE_BITS;

interface Candidate {
  readonly index: number;
  readonly server: IpvsServerConfig;
}

/** Index of the server that takes a new connection, or undefined: none is available. */
export function schedule(
  m: Machine,
  box: Box,
  service: IpvsServiceConfig,
  client: Ip,
  forced: number | undefined,
): number | undefined {
  const key = ipvsRow(service);
  const { servers, scheduler } = service;
  if (!servers.some((s) => s.weight > 0)) return undefined;
  const memory = memoryOf(m, box, key, servers.length);
  const list = servers.map((_, i): Candidate => {
    const index = (memory.first + i) % servers.length;
    return { index, server: servers[index] as IpvsServerConfig };
  });
  const forcedOne = list.find((c) => c.index === forced && c.server.weight > 0);
  const chosen =
    forcedOne ??
    choose(scheduler, list, memory, () => connections(box.state.ipvs, m.nowMs, service), service, client);
  if (chosen === undefined) return undefined;
  memory.last = ipPort(chosen.server.ip, chosen.server.port);
  return chosen.index;
}

function memoryOf(m: Machine, box: Box, key: string, count: number): SchedulerMemory {
  const { schedulers } = box.state.ipvs;
  let memory = schedulers.get(key);
  if (memory === undefined) {
    const first = count > 1 ? m.options.chooser.pick(count, `first real server of ${key} on ${box.id}`) : 0;
    memory = { first };
    schedulers.set(key, memory);
  }
  return memory;
}

function choose(
  scheduler: IpvsServiceConfig['scheduler'],
  list: readonly Candidate[],
  memory: SchedulerMemory,
  loads: () => ReadonlyMap<string, Load>,
  service: IpvsServiceConfig,
  client: Ip,
): Candidate | undefined {
  switch (scheduler) {
    case 'rr':
      return after(list, memory.last).find((c) => c.server.weight > 0);
    case 'wrr':
      return weighted(list, memory);
    case 'lc':
    case 'wlc':
    case 'sed':
    case 'nq':
      return leastLoaded(scheduler, list, loads());
    case 'sh':
      return available(bucketOf(list, client, true));
    case 'dh':
      return available(bucketOf(list, service.ip, false));
  }
}

function available(c: Candidate | undefined): Candidate | undefined {
  return c !== undefined && c.server.weight > 0 ? c : undefined;
}

/** The list from the one after `last` round to `last` itself. */
function after(list: readonly Candidate[], last: string | undefined): readonly Candidate[] {
  const at = last === undefined ? -1 : list.findIndex((c) => ipPort(c.server.ip, c.server.port) === last);
  return [...list.slice(at + 1), ...list.slice(0, at + 1)];
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** `ip_vs_wrr_schedule`: rounds that ask for less and less weight, each server as often as it weighs. */
function weighted(list: readonly Candidate[], memory: SchedulerMemory): Candidate | undefined {
  const weights = list.map((c) => c.server.weight).filter((w) => w > 0);
  const step = weights.reduce(gcd, 0) || 1;
  const most = Math.max(0, ...weights) - (step - 1);
  if (most <= 0) return undefined;
  let current = Math.min(memory.currentWeight ?? most, most);
  let at = list.findIndex((c) => ipPort(c.server.ip, c.server.port) === memory.last) + 1;
  // Two whole rounds of all weights see every server at its lowest.
  for (let rounds = 0; rounds <= 2 * (most / step + 1); rounds++) {
    for (; at < list.length; at++) {
      const c = list[at];
      if (c !== undefined && c.server.weight >= current) {
        memory.currentWeight = current;
        return c;
      }
    }
    at = 0;
    current -= step;
    if (current <= 0) current = most;
  }
  return undefined;
}

interface Load {
  readonly active: number;
  readonly inactive: number;
}

const IDLE: Load = { active: 0, inactive: 0 };

/** Connections of each server of a virtual server, as `ipvsadm -Ln` counts them. */
export function connections(
  memory: IpvsMemory,
  nowMs: number,
  service: IpvsServiceConfig,
): ReadonlyMap<string, Load> {
  const counts = new Map<string, Load>();
  for (const c of memory.byClient.values()) {
    if (c.template || c.expiresAtMs <= nowMs || c.proto !== service.proto) continue;
    if (c.virtual.ip !== service.ip || c.virtual.port !== service.port) continue;
    const key = ipPort(c.real.ip, c.real.port);
    const { active, inactive } = counts.get(key) ?? IDLE;
    counts.set(key, c.inactive ? { active, inactive: inactive + 1 } : { active: active + 1, inactive });
  }
  return counts;
}

/** The first of the list with the least overhead for its weight. */
function leastLoaded(
  scheduler: 'lc' | 'wlc' | 'sed' | 'nq',
  list: readonly Candidate[],
  loads: ReadonlyMap<string, Load>,
): Candidate | undefined {
  let best: { readonly c: Candidate; readonly overhead: number } | undefined;
  for (const c of list) {
    if (c.server.weight <= 0) continue;
    const { active, inactive } = loads.get(ipPort(c.server.ip, c.server.port)) ?? IDLE;
    // nq: an idle server is taken at once, whatever the others weigh.
    if (scheduler === 'nq' && active === 0) return c;
    const shortest = scheduler === 'sed' || scheduler === 'nq';
    const overhead = shortest ? active + 1 : active * 256 + inactive;
    const less =
      best === undefined ||
      (scheduler === 'lc'
        ? overhead < best.overhead
        : best.overhead * c.server.weight > overhead * best.c.server.weight);
    if (less) best = { c, overhead };
  }
  return best?.c;
}

/** 256 buckets filled with the servers in the list's order, for sh each as often as it weighs. */
function bucketOf(list: readonly Candidate[], ip: Ip, byWeight: boolean): Candidate | undefined {
  const places = byWeight
    ? list.flatMap((c) => Array.from({ length: Math.max(1, c.server.weight) }, () => c))
    : list;
  return places[hash(fold(ip)) % places.length];
}

/** hash_32() of include/linux/hash.h, to TABLE_BITS bits. */
function hash(value: number): number {
  return (Math.imul(value, 0x61c88647) >>> (32 - TABLE_BITS)) & (TABLE_SIZE - 1);
}

/** An IPv4 address as a number; an IPv6 address as its four words, xored. */
function fold(ip: Ip): number {
  if (!ip.includes(':')) {
    const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }
  return ipBytes(ip).reduce((sum, byte, i) => sum ^ (byte << (8 * (3 - (i % 4)))), 0) >>> 0;
}
