/** How busy the real servers of a virtual server are, and which is the least (ip_vs_lc.c, _wlc, _sed, _nq). */
import { ipPort } from '../../base/ip.ts';
import type { IpvsServerConfig, IpvsServiceConfig } from '../config.ts';
import type { IpvsMemory } from './memory.ts';

/** A real server and its place in the configuration. */
export interface Candidate {
  readonly index: number;
  readonly server: IpvsServerConfig;
}

export interface Load {
  readonly active: number;
  readonly inactive: number;
}

export type Loads = ReadonlyMap<string, Load>;

const IDLE: Load = { active: 0, inactive: 0 };

/** Connections of each server of a virtual server, as `ipvsadm -Ln` counts them. */
export function connections(memory: IpvsMemory, nowMs: number, service: IpvsServiceConfig): Loads {
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
export function leastLoaded(
  scheduler: 'lc' | 'wlc' | 'sed' | 'nq',
  list: readonly Candidate[],
  loads: Loads,
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
