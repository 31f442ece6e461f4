/** Words for a step of a trace, shared by the time line, the inspector, the text view and the command line. */
import { portsOf } from '../sim/packet/ports.ts';
import { fragmentTitle, tunnelKind, tunnelTitle } from '../sim/packet/tunnel.ts';
import type { Packet } from '../sim/packet/packet.ts';
import type { Reason, ReasonCode } from '../sim/trace/reasons.ts';
import type { Place, Step, Trace } from '../sim/trace/trace.ts';
import { addressPort, protocolName } from './family.ts';
import type { ReasonText } from './reasons.en.ts';

interface AnyText {
  readonly title: (p: unknown) => string;
  readonly info: (p: unknown) => string;
  readonly detail?: (p: unknown) => string;
}

function textOf(reasons: ReasonText, code: ReasonCode): AnyText | undefined {
  return reasons[code] as AnyText | undefined;
}

/** The sentence that a teacher would say. */
export function reasonTitle(reasons: ReasonText, reason: Reason): string {
  return textOf(reasons, reason.code)?.title(reason.params) ?? reason.code;
}

/** A few words for a list. */
export function reasonInfo(reasons: ReasonText, reason: Reason): string {
  return textOf(reasons, reason.code)?.info(reason.params) ?? reason.code;
}

/** Why, in one or two sentences. */
export function reasonDetail(reasons: ReasonText, reason: Reason): string | undefined {
  return textOf(reasons, reason.code)?.detail?.(reason.params);
}

/** `kind-worker`, `client`, `laptop`: a place without its kind, and a pod without the namespace `default`. */
export function placeName(place: Place): string {
  const slash = place.indexOf('/');
  const head = place.slice(0, slash);
  return head === 'node' || head === 'external' || head === 'default' ? place.slice(slash + 1) : place;
}

/** Letters that generated names are made of. */
const GENERATED = /^(.+?)(?:-[bcdfghjklmnpqrstvwxz2456789]{6,10})?-([bcdfghjklmnpqrstvwxz2456789]{5})$/;

/** A place where there is little room: no namespace, and of a generated pod name only what tells it from its like. */
export function shortPlace(place: Place): string {
  const name = place.slice(place.indexOf('/') + 1);
  const match = placeKind(place) === 'pod' ? GENERATED.exec(name) : null;
  return match === null ? name : `${match[1]} ${match[2]}`;
}

export function placeKind(place: Place): 'node' | 'external' | 'pod' {
  if (place.startsWith('node/')) return 'node';
  return place.startsWith('external/') ? 'external' : 'pod';
}

/** The same for a list: a hook without its table. */
export function stepDeviceShort(step: Step): string {
  const acts = step.kind === 'hook' || step.kind === 'nat' || step.kind === 'drop' || step.kind === 'reject';
  return step.hook !== undefined && acts ? step.hook : stepDevice(step);
}

/** What of the place acted: `nat PREROUTING`, `conntrack`, `cni0`. */
export function stepDevice(step: Step): string {
  const { params } = step.reason as {
    params: { table?: string; chain?: string; bridge?: string; program?: string };
  };
  if (params.program !== undefined) return params.program;
  if (step.kind === 'hook' || step.kind === 'nat' || step.kind === 'drop' || step.kind === 'reject') {
    const row = step.rows.find((key) => /^(?:ip6?tables|nft)\//.test(key));
    const table = params.table ?? row?.split('/')[1] ?? (step.kind === 'nat' ? 'nat' : undefined);
    if (step.hook !== undefined) return table === undefined ? step.hook : `${table} ${step.hook}`;
    if (table !== undefined && params.chain !== undefined) return `${table} ${params.chain}`;
  }
  if (step.kind === 'conntrack') return 'conntrack';
  if (step.kind === 'route') return 'route';
  if (step.kind === 'bridge') return params.bridge ?? step.iface ?? '';
  return step.iface ?? '';
}

/** `10.0.0.1:80`, or the address alone where there is no port. */
function endpoint(ip: string, port: number | undefined): string {
  if (port === undefined) return ip;
  return addressPort(ip, port);
}

/** Source and destination as a list of packets shows them; a tunnelled packet shows its outer addresses. */
export function packetEnds(packet: Packet | undefined): { readonly src: string; readonly dst: string } {
  if (packet === undefined) return { src: '', dst: '' };
  if (packet.arp !== undefined) return { src: packet.arp.senderIp, dst: packet.arp.targetIp };
  if (packet.ip === undefined) return { src: packet.eth?.src ?? '', dst: packet.eth?.dst ?? '' };
  const { ip, l4 } = packet;
  const ports = packet.inner === undefined ? portsOf(l4) : undefined;
  return { src: endpoint(ip.src, ports?.sport), dst: endpoint(ip.dst, ports?.dport) };
}

/** `SYN`, `GET /`, `A? web...`, `ICMP 3/3`: what a packet is, in a word or two. */
export function packetWord(packet: Packet): string {
  if (packet.fragment !== undefined) {
    const title = fragmentTitle(packet.fragment);
    return packet.inner === undefined ? title : `${title} · ${packetWord(packet.inner)}`;
  }
  const tunnel = tunnelKind(packet);
  if (tunnel !== undefined) {
    const title = tunnelTitle(packet, tunnel).replace('VNI ', '');
    return packet.inner === undefined ? title : `${title} · ${packetWord(packet.inner)}`;
  }
  if (packet.arp !== undefined) return packet.arp.op === 'request' ? 'ARP request' : 'ARP reply';
  const { l4, payload } = packet;
  if (payload?.kind === 'dns') {
    return payload.response ? `DNS ${payload.rcode}` : `DNS ${payload.question.type}?`;
  }
  if (payload?.kind === 'http-request') return `${payload.method} ${payload.path}`;
  if (payload?.kind === 'http-response') return `HTTP ${payload.status}`;
  if (l4 === undefined) return 'IP';
  switch (l4.proto) {
    case 'tcp':
      return l4.flags.join(',');
    case 'sctp':
      return l4.chunks.map((c) => c.chunk).join(',');
    case 'udp':
      return 'UDP';
    case 'icmp':
    case 'icmpv6':
      if (l4.type === 8 || l4.type === 128) return 'echo request';
      if (l4.type === 0 || l4.type === 129) return 'echo reply';
      if (l4.type === 135) return 'ND solicitation';
      if (l4.type === 136) return 'ND advertisement';
      return `${protocolName(l4.proto)} ${l4.type}/${l4.code}`;
  }
}

/** The event list's last column: what a capture would say of a packet in passing, else the reason in a few words. */
export function stepInfo(reasons: ReasonText, step: Step): string {
  if ((step.kind === 'transmit' || step.kind === 'receive') && step.packet !== undefined) {
    // A tunnel's own, as the addresses beside it are.
    const ttl = step.packet.ip?.ttl;
    const word = packetWord(step.packet);
    return ttl === undefined ? word : `${word}  ttl ${ttl}`;
  }
  return reasonInfo(reasons, step.reason);
}

/** `kind-worker · nat PREROUTING` */
export function stepWhere(step: Step): string {
  const device = stepDevice(step);
  return device === '' ? placeName(step.place) : `${placeName(step.place)} · ${device}`;
}

/** `default/web` of a policy, a Service or a pod's full name, as `file:line` when its text is known. */
export function originLink(step: Pick<Step, 'origin'>): string | undefined {
  const range = step.origin?.range;
  return range === undefined ? undefined : `${range.file}:${range.line}`;
}

/** The segment's own words: `DNS A web.default.svc.cluster.local`, `TCP 10.96.0.1:80`. */
export function segmentLabel(trace: Trace, index: number): string {
  const segment = trace.segments[index];
  if (segment === undefined) return 'ARP';
  const asks = segment.purpose === 'dns' || segment.purpose === 'upstream-dns';
  return `${asks ? 'DNS' : protocolName(segment.proto)} ${segment.label}`;
}
