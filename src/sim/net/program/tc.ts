/**
 * Programs on a device's tc hooks (`cls_bpf`, tcx): ingress after the taps, egress before them, so that a capture shows
 * what an egress program made of a packet, and nothing of one that it sent elsewhere. Models the verdicts and the
 * redirects of `net/core/filter.c`. Leaves out classids, priorities and more than one program on a hook.
 */
import type { Ip, Mac } from '../../base/ip.ts';
import type { Packet } from '../../packet/packet.ts';
import { isPiece } from '../../packet/tunnel.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { StepKind } from '../../trace/trace.ts';
import type { ProgramAttachment } from '../config.ts';
import { receive, transmit } from '../link/device.ts';
import type { Box, Machine } from '../machine.ts';
import { resolveNeighbour } from '../neighbour.ts';
import type { Device } from '../netns.ts';
import { linkRow } from '../row-key.ts';
import { endText, newSkb, rewrite, scrub, scrubConnection, type Skb } from '../skb.ts';
import type { PacketContext, StepNotes, TcVerdict } from './context.ts';
import { MapRun } from './map-run.ts';

class TcRun extends MapRun implements PacketContext {
  private readonly box: Box;
  private readonly device: Device;
  private readonly skb: Skb;

  constructor(m: Machine, box: Box, device: Device, skb: Skb, attachment: ProgramAttachment) {
    super(m, attachment, { box, flow: skb.flow, iface: device.name, packet: () => skb.packet });
    this.box = box;
    this.device = device;
    this.skb = skb;
  }

  get packet(): Packet {
    return this.skb.packet;
  }

  get dev(): string {
    return this.device.name;
  }

  get mac(): Mac {
    return this.device.mac;
  }

  get mark(): number {
    return this.skb.mark;
  }

  set mark(value: number) {
    this.skb.mark = value;
  }

  get meta(): NonNullable<Skb['meta']> {
    return this.skb.meta ?? NO_META;
  }

  set meta(value: NonNullable<Skb['meta']>) {
    this.skb.meta = value;
  }

  get tunnel(): Skb['tunnel'] {
    return this.skb.tunnel;
  }

  set tunnel(value: Skb['tunnel']) {
    this.skb.tunnel = value;
  }

  rewrite(packet: Packet, kind: StepKind, why: Reason, details?: StepNotes): void {
    const before = this.skb.packet;
    this.skb.packet = packet;
    this.note(kind, why, details, before);
  }

  translate(
    side: 'src' | 'dst',
    to: { readonly ip: Ip; readonly port: number },
    why: (from: string, to: string) => Reason,
    details?: StepNotes,
  ): void {
    const before = this.skb.packet;
    const after = rewrite(before, side, to.ip, to.port);
    const from = endText(before, side);
    const now = endText(after, side);
    const { nat, steps } = this.m.recorder;
    const peer = endText(before, side === 'dst' ? 'src' : 'dst');
    if (isNew(nat, `${this.box.id} ${peer} ${[from, now].sort().join(' ')}`)) {
      nat.push({
        at: this.box.id,
        kind: side === 'dst' ? 'dnat' : 'snat',
        from,
        to: now,
        step: steps.length,
      });
    }
    this.rewrite(after, 'nat', why(from, now), details);
  }

  toHost(): void {
    this.skb.pktType = 'host';
  }

  fib(ip: Ip): { readonly dev: string; readonly via?: Ip } | undefined {
    const route = this.box.net.fib.lookup(ip);
    if (route === undefined || route.type !== 'unicast') return undefined;
    this.note(
      'route',
      reason('route.forward', { prefix: route.prefix, dev: route.dev, via: route.via ?? '' }),
      { rows: [route.row], origin: route.origin },
    );
    return { dev: route.dev, via: route.via };
  }
}

/** What a program has translated in this walk: once for each connection, as conntrack's NAT is told. */
const translated = new WeakMap<object, Set<string>>();

function isNew(walk: object, key: string): boolean {
  const seen = translated.get(walk) ?? new Set();
  translated.set(walk, seen);
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

const NO_META = {};

/** Runs the program of a device's hook. True: the packet goes on; false: the program took it. */
export function runTc(m: Machine, box: Box, dev: Device, skb: Skb, attachment: ProgramAttachment): boolean {
  if (isPiece(skb.packet)) {
    // A program has its own ways with pieces, and none of the modelled ones follows them.
    m.step(box, skb, 'drop', reason('unknown.fragmentation', { mtu: dev.mtu, length: skb.length }), {
      iface: dev.name,
    });
    return false;
  }
  const program = m.world.programs?.[attachment.program];
  if (program?.type !== 'sched_cls') throw new Error(`no tc program ${attachment.program}`);
  const run = new TcRun(m, box, dev, skb, attachment);
  const verdict = program.run(run);
  if (verdict.act === 'ok') {
    if (run.noted) run.note('program', said(attachment, verdict));
    return true;
  }
  if (verdict.act === 'shot') {
    run.note('drop', verdict.why, verdict.details);
    return false;
  }
  if (verdict.act === 'answer') {
    run.note(isNeighbours(verdict.packet) ? 'program' : 'reject', verdict.why, verdict.details);
    answer(m, box, dev, skb, verdict.packet);
    return false;
  }
  run.note('program', said(attachment, verdict), { rows: [linkRow(verdict.dev)] });
  redirect(m, box, skb, verdict);
  return false;
}

function said(attachment: ProgramAttachment, verdict: TcVerdict): Reason {
  const { program } = attachment;
  const to = 'dev' in verdict ? verdict.dev : '';
  const act = verdict.act === 'redirect' && verdict.ingress === true ? 'redirect-ingress' : verdict.act;
  return reason('program.verdict', { program, act, to });
}

function redirect(
  m: Machine,
  box: Box,
  skb: Skb,
  verdict: Extract<TcVerdict, { readonly dev: string }>,
): void {
  const dev = box.net.device(verdict.dev);
  const gone = (): void => {
    m.step(box, skb, 'drop', reason('link.down', { iface: verdict.dev }), { rows: [linkRow(verdict.dev)] });
  };
  if (dev === undefined || !dev.up) {
    gone();
    return;
  }
  switch (verdict.act) {
    case 'redirect':
      if (verdict.ingress === true) {
        scrubConnection(skb);
        m.queue.packet(() => receive(m, box, dev, skb));
      } else transmit(m, box, dev, skb);
      return;
    case 'redirect-peer': {
      const there = dev.link.kind === 'veth' ? m.box(dev.link.peer.netns) : undefined;
      const peer = dev.link.kind === 'veth' ? there?.net.device(dev.link.peer.name) : undefined;
      if (there === undefined || peer === undefined || !peer.up) {
        gone();
        return;
      }
      scrub(skb);
      m.queue.packet(() => receive(m, there, peer, skb));
      return;
    }
    case 'redirect-neigh':
      resolveNeighbour(m, box, dev, verdict.via, skb, (dst) => {
        skb.packet = { ...skb.packet, eth: { src: dev.mac, dst } };
        transmit(m, box, dev, skb);
      });
  }
}

const ADVERTISEMENT = 136;

function isNeighbours({ arp, l4 }: Packet): boolean {
  return arp !== undefined || (l4?.proto === 'icmpv6' && l4.type === ADVERTISEMENT);
}

/** Sends a packet that a program made out of another back where that came from. */
function answer(m: Machine, box: Box, dev: Device, cause: Skb, packet: Packet): void {
  const skb = newSkb(packet, { ...cause.flow, dir: cause.flow.dir === 'request' ? 'reply' : 'request' });
  if (!isNeighbours(packet)) {
    m.step(
      box,
      skb,
      'originate',
      packet.l4?.proto === 'icmp' || packet.l4?.proto === 'icmpv6'
        ? reason('icmp.unreachable', { code: packet.l4.code, text: 'port unreachable' })
        : reason('socket.originate', { proto: packet.l4?.proto ?? 'ip', flags: '' }),
      { iface: dev.name },
    );
  }
  transmit(m, box, dev, skb);
}
