/**
 * The neighbour table (`net/core/neighbour.c`) of both families: states, resolution by ARP or neighbour discovery with
 * packets waiting behind it, and failure after three questions to all. Leaves out garbage collection and the unicast probes that end DELAY without a confirmation.
 */
import { MAC_ZERO } from '../base/ip.ts';
import type { Ip, Mac } from '../base/ip.ts';
import { reason } from '../trace/reasons.ts';
import { askWho } from './arp.ts';
import { linkFailure } from './icmp-error.ts';
import type { Box, Machine } from './machine.ts';
import { solicit } from './ndisc.ts';
import type { Device } from './netns.ts';
import { neighbourRow } from './row-key.ts';
import type { Skb } from './skb.ts';
import type { NeighbourEntry } from './state.ts';

/** base_reachable_time; the kernel draws it anew between half and one and a half times this. */
const REACHABLE_MS = 30_000;
/** delay_first_probe_time */
const DELAY_MS = 5000;
/** mcast_solicit */
const TRIES = 3;
/** retrans_time */
const RETRANS_MS = 1000;

/** The entry for `ip`, with a configured one taken in on first use. */
export function findNeighbour(m: Machine, box: Box, dev: string, ip: Ip): NeighbourEntry | undefined {
  const key = `${dev} ${ip}`;
  const known = box.state.neighbours.get(key);
  if (known !== undefined) {
    age(m, known);
    return known;
  }
  const configured = box.net.configuredNeighbour(dev, ip);
  if (configured === undefined) return undefined;
  const entry: NeighbourEntry = {
    dev,
    ip,
    mac: configured.mac,
    state: configured.state,
    hardwareHeader: false,
    confirmedAtMs: m.nowMs,
    probes: 0,
  };
  box.state.neighbours.set(key, entry);
  return entry;
}

/** What the entry's timer would have done by now: REACHABLE grows STALE, a confirmed DELAY becomes REACHABLE. */
function age(m: Machine, entry: NeighbourEntry): void {
  if (entry.state === 'DELAY' && entry.delayedAtMs !== undefined) {
    const due = entry.delayedAtMs + DELAY_MS;
    if (m.nowMs >= due && entry.confirmedAtMs >= entry.delayedAtMs) entry.state = 'REACHABLE';
  }
  if (entry.state === 'REACHABLE' && m.nowMs - entry.confirmedAtMs > REACHABLE_MS) entry.state = 'STALE';
}

/** NUD_CONNECTED with a cached header: what the bridged-DNAT short cut needs. Anything else gives undefined. */
export function cachedHeader(m: Machine, box: Box, dev: Device, ip: Ip): Mac | undefined {
  const entry = findNeighbour(m, box, dev.name, ip);
  if (entry === undefined || !entry.hardwareHeader) return undefined;
  return entry.state === 'REACHABLE' || entry.state === 'PERMANENT' || entry.state === 'NOARP'
    ? entry.mac
    : undefined;
}

/** Calls `send` with the next hop's MAC address: at once where it is known, after ARP where not (`neigh->output`). */
export function resolveNeighbour(
  m: Machine,
  box: Box,
  dev: Device,
  ip: Ip,
  skb: Skb,
  send: (mac: Mac) => void,
): void {
  if (dev.link.kind === 'dummy') {
    // IFF_NOARP: nobody is asked.
    send(MAC_ZERO);
    return;
  }
  if (dev.link.noarp === true) {
    // arp_constructor: NUD_NOARP with the device's own address.
    send(dev.mac);
    return;
  }
  const entry = findNeighbour(m, box, dev.name, ip) ?? newEntry(m, box, dev.name, ip);
  if (entry.mac !== undefined && entry.state !== 'INCOMPLETE' && entry.state !== 'FAILED') {
    if (entry.state === 'STALE') {
      entry.state = 'DELAY';
      entry.delayedAtMs = m.nowMs;
    }
    entry.hardwareHeader = true;
    m.step(box, skb, 'neighbour', reason('neighbour.known', { ip, mac: entry.mac, state: entry.state }), {
      iface: dev.name,
      rows: [neighbourRow(dev.name, ip)],
    });
    send(entry.mac);
    return;
  }
  skb.waitingIn = box.id;
  const waiting = {
    skb,
    send: (): void => {
      skb.waitingIn = undefined;
      entry.hardwareHeader = true;
      if (entry.mac !== undefined) send(entry.mac);
    },
    fail: (): void => {
      skb.waitingIn = undefined;
      linkFailure(m, box, skb);
    },
  };
  const queue = m.waiting.get(entry);
  if (queue !== undefined) {
    queue.list.push(waiting);
    return;
  }
  entry.state = 'INCOMPLETE';
  entry.mac = undefined;
  entry.probes = 0;
  m.waiting.set(entry, { list: [waiting], timer: m.queue.after(0, () => undefined) });
  ask(m, box, dev, entry, skb);
}

function newEntry(m: Machine, box: Box, dev: string, ip: Ip): NeighbourEntry {
  const entry: NeighbourEntry = {
    dev,
    ip,
    state: 'INCOMPLETE',
    hardwareHeader: false,
    confirmedAtMs: m.nowMs,
    probes: 0,
  };
  box.state.neighbours.set(`${dev} ${ip}`, entry);
  return entry;
}

function ask(m: Machine, box: Box, dev: Device, entry: NeighbourEntry, skb: Skb): void {
  const queue = m.waiting.get(entry);
  if (queue === undefined) return;
  queue.timer.cancelled = true;
  queue.timer = m.queue.after(
    RETRANS_MS,
    () => {
      if (entry.probes < TRIES) ask(m, box, dev, entry, skb);
      else fail(m, box, entry, skb);
    },
    'neighbour',
  );
  entry.probes++;
  if (entry.ip.includes(':')) solicit(m, box, dev, entry.ip, skb, entry.probes);
  else askWho(m, box, dev, entry.ip, skb, entry.probes);
}

function fail(m: Machine, box: Box, entry: NeighbourEntry, skb: Skb): void {
  const queue = m.waiting.get(entry);
  m.waiting.delete(entry);
  entry.state = 'FAILED';
  m.step(box, skb, 'drop', reason('neighbour.failed', { ip: entry.ip, tries: entry.probes }), {
    iface: entry.dev,
    rows: [neighbourRow(entry.dev, entry.ip)],
  });
  for (const one of queue?.list ?? []) one.fail();
}

/** What a message tells about a neighbour. `solicited`: it answers a question of ours. `router`: it says it is one. */
export function learnNeighbour(
  m: Machine,
  box: Box,
  dev: Device,
  ip: Ip,
  mac: Mac,
  solicited: boolean,
  create: boolean,
  skb: Skb,
  router?: boolean,
): void {
  let entry = findNeighbour(m, box, dev.name, ip);
  if (entry === undefined) {
    if (!create) return;
    entry = newEntry(m, box, dev.name, ip);
  }
  if (entry.state === 'PERMANENT' || entry.state === 'NOARP') return;
  const same = entry.mac === mac && entry.state !== 'INCOMPLETE' && entry.state !== 'FAILED';
  if (solicited) entry.confirmedAtMs = m.nowMs;
  if (router !== undefined) entry.isRouter = router;
  // A request from a neighbour that is known under this address changes nothing (neigh_update).
  if (same && !solicited) return;
  if (entry.mac !== mac) entry.hardwareHeader = false;
  entry.mac = mac;
  entry.updatedAtMs = m.nowMs;
  entry.state = solicited ? 'REACHABLE' : 'STALE';
  m.step(box, skb, 'neighbour', reason('neighbour.learnt', { ip, mac }), {
    iface: dev.name,
    rows: [neighbourRow(dev.name, ip)],
  });
  const queue = m.waiting.get(entry);
  if (queue === undefined) return;
  m.waiting.delete(entry);
  queue.timer.cancelled = true;
  for (const one of queue.list) one.send();
}

/** net.ipv4.neigh.IF.locktime, in milliseconds. */
const LOCK_MS = 1000;

/** Of several answers that follow each other the first one counts (`arp_process`): another address is not taken for a second. */
export function isLocked(m: Machine, box: Box, dev: Device, ip: Ip, mac: Mac): boolean {
  const entry = findNeighbour(m, box, dev.name, ip);
  if (entry?.mac === undefined || entry.mac === mac) return false;
  if (entry.state === 'INCOMPLETE' || entry.state === 'FAILED') return false;
  return entry.updatedAtMs !== undefined && m.nowMs - entry.updatedAtMs <= LOCK_MS;
}

/** Progress of a connection proves that the way to the peer works (`dst_confirm`). */
export function confirmNeighbour(m: Machine, box: Box, dev: Device, ip: Ip): void {
  const entry = findNeighbour(m, box, dev.name, ip);
  if (entry === undefined || entry.mac === undefined) return;
  if (entry.state === 'STALE' || entry.state === 'DELAY' || entry.state === 'REACHABLE') {
    entry.confirmedAtMs = m.nowMs;
  }
}
