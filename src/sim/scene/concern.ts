/** What a walk concerns: it decides what is unfolded and which Services are written out. */
import type { Trace } from '../trace/trace.ts';
import type { SceneService } from './scene.ts';

/** What a walk passes: nodes, pods and outside hosts by place, and the addresses it speaks to. */
export interface Concern {
  readonly places: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly any: boolean;
}

export function concernOf(trace: Trace | undefined): Concern {
  const places = new Set<string>();
  const addresses = new Set<string>();
  const services = new Set<string>();
  for (const step of trace?.steps ?? []) {
    if (step.segment < 0) continue;
    places.add(step.place);
    for (const packet of [step.packet, step.before]) {
      if (packet?.ip === undefined) continue;
      addresses.add(packet.ip.dst);
      if (packet.l4 !== undefined && 'dport' in packet.l4) {
        addresses.add(`${packet.ip.dst}:${packet.l4.dport}`);
        addresses.add(`:${packet.l4.dport}`);
      }
    }
  }
  for (const choice of trace?.choices ?? []) services.add(choice.service);
  return { places, addresses, services, any: trace !== undefined };
}

/** Is this Service part of the walk: was it chosen from, or its address or node port spoken to? */
export function concernsService(concern: Concern, service: SceneService): boolean {
  if ([...concern.services].some((s) => s === service.id || s.startsWith(`${service.id}:`))) return true;
  if (service.ip !== undefined && concern.addresses.has(service.ip)) return true;
  return service.ports.some((p) => p.nodePort !== undefined && concern.addresses.has(`:${p.nodePort}`));
}
