/**
 * How IPVS picks a real server (net/netfilter/ipvs/ip_vs_rr.c, _wrr, _lc, _wlc, _sed, _nq, _sh, _dh; _mh is in
 * maglev.ts, _lblc and _lblcr are in locality.ts).
 *
 * Each of these is deterministic once the kernel's list of servers is given: round robin goes on after the server that
 * it took last, and begins with the first of the list. The order of that list is not known: kube-proxy adds the servers
 * of a Service in the order of a Go map, which is random, and `ipvsadm -L` sorts what it prints. So which server stands
 * first is drawn once for each virtual server when it is first used; the others follow in their printed order.
 * Leaves out fo, ovf, the overload thresholds, and the flags of sh (fallback, port).
 */
import { ipPort } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';
import type { IpvsServerConfig, IpvsServiceConfig } from '../config.ts';
import type { Box, Machine } from '../machine.ts';
import { ipvsRow } from '../row-key.ts';
import { fold, hash32 } from './address-hash.ts';
import { connections, leastLoaded, type Candidate, type Loads } from './load.ts';
import { keep, lblc, lblcr } from './locality.ts';
import { maglevPlace, maglevTable } from './maglev.ts';
import type { SchedulerMemory } from './memory.ts';

const TABLE_BITS = 8;

interface Client {
  readonly ip: Ip;
  readonly port: number;
}

/** Index of the server that takes a new connection, or undefined: none is available. */
export function schedule(
  m: Machine,
  box: Box,
  service: IpvsServiceConfig,
  client: Client,
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
    choose(list, memory, m.nowMs, () => connections(box.state.ipvs, m.nowMs, service), service, client);
  if (chosen === undefined) return undefined;
  if (scheduler === 'lblc' || scheduler === 'lblcr') keep(chosen, memory, scheduler === 'lblcr', m.nowMs);
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
  list: readonly Candidate[],
  memory: SchedulerMemory,
  nowMs: number,
  loads: () => Loads,
  service: IpvsServiceConfig,
  client: Client,
): Candidate | undefined {
  const { scheduler } = service;
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
      return available(bucketOf(list, client.ip, true));
    case 'dh':
      return available(bucketOf(list, service.ip, false));
    case 'mh': {
      const { ip } = client;
      const at = maglevPlace({ ip, port: service.schedulerFlag === 'mh-port' ? client.port : 0 });
      return available(list[tableOf(service, list)?.[at] ?? -1]);
    }
    case 'lblc':
      return lblc(list, memory, loads(), nowMs);
    case 'lblcr':
      return lblcr(list, memory, loads(), nowMs);
  }
}

const tables = new WeakMap<IpvsServiceConfig, Map<number, Int32Array | undefined>>();

/** Maglev's table of a virtual server, made once for each server that may stand first. */
function tableOf(service: IpvsServiceConfig, list: readonly Candidate[]): Int32Array | undefined {
  let made = tables.get(service);
  if (made === undefined) {
    made = new Map();
    tables.set(service, made);
  }
  const first = list[0]?.index ?? 0;
  if (!made.has(first)) made.set(first, maglevTable(list.map(({ server }) => server)));
  return made.get(first);
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

/** 256 buckets filled with the servers in the list's order, for sh each as often as it weighs. */
function bucketOf(list: readonly Candidate[], ip: Ip, byWeight: boolean): Candidate | undefined {
  const places = byWeight
    ? list.flatMap((c) => Array.from({ length: Math.max(1, c.server.weight) }, () => c))
    : list;
  return places[hash32(fold(ip), TABLE_BITS) % places.length];
}
