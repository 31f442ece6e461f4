import { addressPort } from '../../../i18n/family.ts';
import { encode, packetLength } from '../../../sim/packet/codec.ts';
import { ETHERNET_LENGTH } from '../../../sim/packet/ethernet.ts';
import type { FieldSpan } from '../../../sim/packet/field.ts';
import type { Packet } from '../../../sim/packet/packet.ts';
import { portsOf } from '../../../sim/packet/ports.ts';
import { TUNNEL_NAMES, tunnelKind } from '../../../sim/packet/tunnel.ts';
import type { Step } from '../../../sim/trace/trace.ts';

/** A field that a step rewrote. `key` names its text in i18n `packet.fields`. */
export interface FieldChange {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** What a step did to its packet, as a person would list it. */
export interface StepChanges {
  readonly fields: readonly FieldChange[];
  /** The outer headers that were put on or taken off. */
  readonly tunnel:
    | {
        readonly put: 'on' | 'off';
        readonly src: string;
        readonly dst: string;
        /** What stands between the outer IP header and what is inside: `UDP 8472 · VNI 1`, `IPIP`. */
        readonly by: string;
      }
    | undefined;
  readonly size: { readonly before: number; readonly after: number } | undefined;
  /** The source as it stays, where only the destination changed. */
  readonly keptSource: string | undefined;
}

/** Fields that tell a story; lengths and checksums follow from them. */
const TOLD: ReadonlySet<string> = new Set([
  'ethernet.src',
  'ethernet.dst',
  'ipv4.src',
  'ipv4.dst',
  'ipv4.ttl',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.ttl',
  'tcp.sport',
  'tcp.dport',
  'udp.sport',
  'udp.dport',
  'icmp.id',
  'vxlan.vni',
  'geneve.vni',
]);

/** A field's identity across two versions of a packet: counted from the innermost header, so that wrapping moves nothing. */
export function fieldIds(fields: readonly FieldSpan[]): string[] {
  const deepest = Math.max(0, ...fields.map((f) => f.depth));
  const seen = new Map<string, number>();
  return fields.map((f) => {
    const key = `${deepest - f.depth}:${f.layer}.${f.key}`;
    const n = seen.get(key) ?? 0;
    seen.set(key, n + 1);
    return `${key}#${n}`;
  });
}

/** Values of the fields that two versions of a packet both have and that differ, in wire order. */
export function changedFields(before: Packet, after: Packet): FieldChange[] {
  const was = encode(before).fields;
  const is = encode(after).fields;
  const old = new Map(fieldIds(was).map((id, i) => [id, was[i]?.value ?? '']));
  const ids = fieldIds(is);
  return is.flatMap((field, i) => {
    const value = old.get(ids[i] ?? '');
    const key = `${field.layer}.${field.key}`;
    return value === undefined || value === field.value ? [] : [{ key, before: value, after: field.value }];
  });
}

export function changesOf(step: Step): StepChanges | undefined {
  const { before, packet } = step;
  if (before === undefined || packet === undefined) return undefined;
  const fields = changedFields(before, packet).filter((c) => TOLD.has(c.key));
  const put =
    packet.inner !== undefined && before.inner === undefined
      ? ('on' as const)
      : packet.inner === undefined && before.inner !== undefined
        ? ('off' as const)
        : undefined;
  const outer = put === 'on' ? packet : before;
  const tunnel =
    put === undefined || outer.ip === undefined
      ? undefined
      : {
          put,
          src: outer.ip.src,
          dst: outer.ip.dst,
          by: betweenOf(outer),
        };
  const size = { before: frameLength(before), after: frameLength(packet) };
  const rewrote = fields.some((f) => f.key.endsWith('.dst') && f.key.startsWith('ip'));
  const sourceToo = fields.some((f) => f.key.endsWith('.src') && f.key.startsWith('ip'));
  if (fields.length === 0 && tunnel === undefined) return undefined;
  return {
    fields: tunnel === undefined ? fields : [],
    tunnel,
    size: size.before === size.after ? undefined : size,
    keptSource: rewrote && !sourceToo && packet.ip !== undefined ? sourceOf(packet) : undefined,
  };
}

function betweenOf(outer: Packet): string {
  const kind = tunnelKind(outer);
  const port = portsOf(outer.l4)?.dport;
  const vni = (outer.vxlan ?? outer.geneve)?.vni;
  return [
    kind === undefined ? '' : TUNNEL_NAMES[kind],
    port === undefined ? '' : `UDP ${port}`,
    vni === undefined ? '' : `VNI ${vni}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** On a link: a packet that has no Ethernet header yet will get one. */
function frameLength(packet: Packet): number {
  return packetLength(packet) + (packet.eth === undefined ? ETHERNET_LENGTH : 0);
}

function sourceOf(packet: Packet): string {
  const ip = packet.ip?.src ?? '';
  const l4 = packet.l4;
  return l4?.proto === 'tcp' || l4?.proto === 'udp' ? addressPort(ip, l4.sport) : ip;
}
