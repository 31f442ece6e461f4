/** What a walk concerns: it decides what is unfolded and which Services are written out. */
import { compareIp, ipFamily, ipPort, parseIp } from '../base/ip.ts';
import type { Trace } from '../trace/trace.ts';
import type { Scene, SceneEndpoint, ScenePod, SceneRoom, SceneService } from './scene.ts';

/** What a walk passes: nodes, pods and outside hosts by place, and the addresses it speaks to. */
export interface Concern {
  readonly places: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  /** Endpoints that were chosen, by Service: written out however many others there are. */
  readonly chosen: readonly { readonly service: string; readonly endpoint: SceneEndpoint }[];
  readonly any: boolean;
  /** Somebody outside the cluster asks. */
  readonly fromOutside: boolean;
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
        addresses.add(ipPort(packet.ip.dst, packet.l4.dport));
        addresses.add(`:${packet.l4.dport}`);
      }
    }
  }
  const chosen: { service: string; endpoint: SceneEndpoint }[] = [];
  for (const choice of trace?.choices ?? []) {
    services.add(choice.service);
    const option = choice.options[choice.chosen];
    const colon = option?.to.lastIndexOf(':') ?? -1;
    if (option === undefined || colon < 0) continue;
    const ip = option.to.slice(0, colon).replace(/^\[|\]$/g, '');
    // A proxy that shares requests out among Services chooses one of them first.
    if (parseIp(ip) === undefined) {
      services.add(option.to);
      continue;
    }
    const endpoint = {
      ip,
      port: Number(option.to.slice(colon + 1)),
      pod: option.pod,
    };
    chosen.push({ service: choice.service, endpoint });
  }
  const fromOutside = trace?.steps.find((s) => s.segment >= 0)?.place.startsWith('external/') === true;
  return { places, addresses, services, chosen, any: trace !== undefined, fromOutside };
}

/** Is this Service part of the walk: was it chosen from, or its address or node port spoken to? */
export function concernsService(concern: Concern, service: SceneService): boolean {
  if ([...concern.services].some((s) => isOf(s, service))) return true;
  if (service.ip !== undefined && concern.addresses.has(service.ip)) return true;
  if (service.outside?.some((ip) => concern.addresses.has(ip)) === true) return true;
  return service.ports.some((p) => p.nodePort !== undefined && concern.addresses.has(`:${p.nodePort}`));
}

/** Does a choice's name (`default/web`, `default/web:http`) mean this Service? */
export function isOf(name: string, service: SceneService): boolean {
  return name === service.id || name.startsWith(`${service.id}:`);
}

/**
 * The scene in the family that this walk speaks: a pod's address of the other family stands in its place, and so does
 * a Service's with the endpoints that it has there.
 */
export function inSpokenFamily(scene: Scene, concern: Concern): Scene {
  const pod = (p: ScenePod): ScenePod =>
    p.otherIp !== undefined && concern.addresses.has(p.otherIp) && !concern.addresses.has(p.ip ?? '')
      ? { ...p, ip: p.otherIp, otherIp: p.ip }
      : p;
  const service = (s: SceneService): SceneService => {
    if (s.other === undefined || s.ip === undefined) return s;
    const chosen = concern.chosen.filter((c) => isOf(c.service, s));
    const speaks = (ip: string): boolean =>
      concern.addresses.has(ip) || chosen.some((c) => ipFamily(c.endpoint.ip) === ipFamily(ip));
    return speaks(s.other.ip) && !speaks(s.ip)
      ? { ...s, ...s.other, other: { ip: s.ip, ports: s.ports } }
      : s;
  };
  if (!concern.any || !scene.rooms.some((r) => r.pods.some((p) => p.otherIp !== undefined))) return scene;
  return {
    ...scene,
    rooms: scene.rooms.map((r) => ({ ...r, pods: r.pods.map(pod) })),
    services: scene.services.map(service),
  };
}

/** A Service's address with its first port, as the plates and pills say it. */
export function virtualAddress({ ip, ports }: SceneService): string {
  const port = ports[0]?.port;
  return ip === undefined || port === undefined ? (ip ?? '') : ipPort(ip, port);
}

/** Where a walk from outside asks for this Service on this node: its node port, or an address of its own. */
function outsideAddress(concern: Concern, service: SceneService, room: SceneRoom): string | undefined {
  const [port] = service.ports;
  if (!concern.fromOutside || port === undefined) return undefined;
  if (service.ip === undefined || concern.addresses.has(service.ip)) return undefined;
  const own = service.outside?.find((ip) => concern.addresses.has(ip));
  if (own !== undefined) return ipPort(own, port.port);
  const asked = service.ports.find(
    (p) => p.nodePort !== undefined && concern.addresses.has(`:${p.nodePort}`),
  );
  if (asked?.nodePort === undefined || ipFamily(room.ip) !== ipFamily(service.ip)) return undefined;
  return ipPort(room.ip, asked.nodePort);
}

/** What the plate of a node says of a Service: the address that is asked for there, and the endpoints that it holds. */
export function heldHere(
  concern: Concern,
  service: SceneService,
  most: number,
  room: SceneRoom,
): { readonly address: string; readonly own: boolean } & ReturnType<typeof writtenEndpoints> {
  const outside = outsideAddress(concern, service, room);
  const leftOut = outside === undefined ? room.leftOut : room.leftOutFromOutside;
  const out = (leftOut?.[service.id] ?? []).filter(
    (ip) => service.ip === undefined || ipFamily(ip) === ipFamily(service.ip),
  );
  return {
    address: outside ?? virtualAddress(service),
    own: out.length > 0,
    ...writtenEndpoints(concern, service, most, out),
  };
}

/**
 * The endpoints to write out for a Service: those that the walk chose, then the first of the others, without those that
 * are left `out`.
 */
export function writtenEndpoints(
  concern: Concern,
  service: SceneService,
  most: number,
  out: readonly string[] = [],
): { readonly shown: readonly SceneEndpoint[]; readonly more: number } {
  const port = service.ports[0];
  const held = (e: SceneEndpoint): boolean => !out.includes(e.ip);
  const all = (port?.endpoints ?? []).filter(held);
  const key = (e: SceneEndpoint): string => ipPort(e.ip, e.port);
  const picked = new Map<string, SceneEndpoint>();
  for (const c of concern.chosen)
    if (isOf(c.service, service) && held(c.endpoint)) picked.set(key(c.endpoint), c.endpoint);
  for (const e of all) if (concern.addresses.has(key(e))) picked.set(key(e), e);
  const first = [...picked.values()].slice(0, most);
  const keys = new Set(first.map(key));
  const others = all.filter((e) => !keys.has(key(e))).slice(0, Math.max(0, most - first.length));
  // In the order of addresses, as on every other plate.
  const shown = [...others, ...first].toSorted((a, b) =>
    a.ip === '' || b.ip === '' ? 0 : compareIp(a.ip, b.ip),
  );
  return { shown, more: Math.max(0, (port?.total ?? 0) - out.length - shown.length) };
}
