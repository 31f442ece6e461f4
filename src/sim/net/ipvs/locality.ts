/**
 * Schedulers that keep a destination address at its server (net/netfilter/ipvs/ip_vs_lblc.c) or its set of servers
 * (ip_vs_lblcr.c) until those are overloaded. The destination is the virtual server's own address, so each virtual server
 * has one entry. Leaves out the collection of entries of a table that is full, and overload thresholds.
 */
import { ipPort } from '../../base/ip.ts';
import type { SchedulerMemory } from './memory.ts';
import { leastLoaded, type Candidate, type Loads } from './load.ts';

/** net.ipv4.vs.lblc_expiration and lblcr_expiration: of an entry that nobody asks for, and of a set's last change. */
const EXPIRATION_MS = 24 * 60 * 60 * 1000;
/** COUNT_FOR_FULL_EXPIRATION, once a minute. */
const FULL_CHECK_MS = 30 * 60 * 1000;

type Entry = NonNullable<SchedulerMemory['locality']>;

const endOf = ({ server }: Candidate): string => ipPort(server.ip, server.port);

/** An entry that was in no use for a day goes at the next check, each half hour. */
function liveEntry({ locality }: SchedulerMemory, nowMs: number): Entry | undefined {
  if (locality === undefined) return undefined;
  const goesMs = Math.ceil((locality.usedAtMs + EXPIRATION_MS) / FULL_CHECK_MS) * FULL_CHECK_MS;
  return nowMs >= goesMs ? undefined : { ...locality, usedAtMs: nowMs };
}

/** `is_overloaded`: more active connections than it weighs, and another that has less than half. */
function overloaded(one: Candidate, list: readonly Candidate[], loads: Loads): boolean {
  const active = (c: Candidate): number => loads.get(endOf(c))?.active ?? 0;
  return active(one) > one.server.weight && list.some((c) => active(c) * 2 < c.server.weight);
}

/** `ip_vs_lblc_schedule` */
export function lblc(
  list: readonly Candidate[],
  memory: SchedulerMemory,
  loads: Loads,
  nowMs: number,
): Candidate | undefined {
  const entry = liveEntry(memory, nowMs);
  memory.locality = entry;
  const kept = list.find((c) => endOf(c) === entry?.servers[0]);
  if (kept !== undefined && kept.server.weight > 0 && !overloaded(kept, list, loads)) return kept;
  return leastLoaded('wlc', list, loads);
}

/** `ip_vs_lblcr_schedule` */
export function lblcr(
  list: readonly Candidate[],
  memory: SchedulerMemory,
  loads: Loads,
  nowMs: number,
): Candidate | undefined {
  let entry = liveEntry(memory, nowMs);
  const members = (entry?.servers ?? []).flatMap((end) => list.find((c) => endOf(c) === end) ?? []);
  const kept = leastLoaded('wlc', members, loads);
  if (entry !== undefined && entry.servers.length > 1 && nowMs > entry.changedAtMs + EXPIRATION_MS) {
    const most = mostLoaded(members, loads);
    if (most !== undefined) {
      entry = { ...entry, servers: entry.servers.filter((end) => end !== endOf(most)), changedAtMs: nowMs };
    }
  }
  memory.locality = entry;
  if (kept !== undefined && !overloaded(kept, list, loads)) return kept;
  return leastLoaded('wlc', list, loads);
}

/** The chosen server is written into the entry: in its place, or for lblcr beside those that are there. */
export function keep(chosen: Candidate, memory: SchedulerMemory, beside: boolean, nowMs: number): void {
  const end = endOf(chosen);
  const { locality } = memory;
  if (locality?.servers.includes(end) === true) return;
  const others = beside ? (locality?.servers ?? []) : [];
  memory.locality = { servers: [end, ...others], changedAtMs: nowMs, usedAtMs: nowMs };
}

/** `ip_vs_dest_set_max`: the one with the most overhead for its weight. */
function mostLoaded(list: readonly Candidate[], loads: Loads): Candidate | undefined {
  let most: { readonly c: Candidate; readonly overhead: number } | undefined;
  for (const c of list) {
    if (c.server.weight <= 0) continue;
    const { active = 0, inactive = 0 } = loads.get(endOf(c)) ?? {};
    const overhead = active * 256 + inactive;
    if (most === undefined || most.overhead * c.server.weight < overhead * most.c.server.weight) {
      most = { c, overhead };
    }
  }
  return most?.c;
}
