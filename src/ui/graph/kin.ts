/** What belongs to the selected thing: its endpoints, its rows on the plates, its Services. */
import { addressPort } from '../../i18n/family.ts';
import type { Plan } from '../../sim/scene/planned.ts';
import type { Selection } from '../../state/selection.ts';

export interface Kin {
  /** Drawn pods. */
  readonly pods: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  /** `ip:port` rows. */
  readonly endpoints: ReadonlySet<string>;
  readonly rooms: ReadonlySet<string>;
}

const NOBODY: Kin = { pods: new Set(), services: new Set(), endpoints: new Set(), rooms: new Set() };

export function kinOf(plan: Plan, selection: Selection): Kin {
  if (selection === undefined) return NOBODY;
  const pods = new Set<string>();
  const services = new Set<string>();
  const endpoints = new Set<string>();
  const rooms = new Set<string>();
  for (const { service } of plan.pills) {
    for (const port of service.ports) {
      for (const e of port.endpoints) {
        const isPod = selection.kind === 'pod' && e.pod === selection.id;
        const isService = selection.kind === 'service' && service.id === selection.id;
        if (!isPod && !isService) continue;
        services.add(service.id);
        endpoints.add(addressPort(e.ip, e.port));
        const drawn = e.pod === undefined ? undefined : plan.standIn.get(e.pod);
        if (drawn !== undefined && isService) pods.add(drawn);
      }
    }
  }
  if (selection.kind === 'device') {
    const device = plan.scene.rooms
      .find((r) => r.id === selection.id)
      ?.devices.find((d) => d.name === selection.iface);
    if (device?.kind === 'bridge') {
      for (const p of plan.pods) if (p.room === selection.id) pods.add(p.id);
    }
    if (device?.kind === 'tunnel') {
      for (const t of plan.scene.tunnels) {
        if (t.id === device.tunnel?.id) for (const m of t.members) rooms.add(m.netns);
      }
    }
  }
  return { pods, services, endpoints, rooms };
}
