/**
 * weaver, the program in user space that owns the datapath (`router/fastdp.go`, `network_router.go`). It is a switch that learns: by
 * port of the datapath (`sendToMAC`) and by peer (`Macs`). What it answers, the kernel keeps as a flow, but for frames to an
 * address that nobody was seen to have. Frames between nodes go as VXLAN whose number is made of the two peers' short ids.
 * Left out: relaying over a third peer where two cannot reach each other, heartbeats and the fall-back to sleeve, conflicts of MAC
 * addresses between peers, the ageing of MAC addresses, and encryption (ESP), which is off unless a password is given.
 */
import { isGroupMac, type Ip, type Mac } from '../../base/ip.ts';
import type { DatapathAction } from '../../net/ovs/config.ts';
import type { HookProgram, MapHandle, UpcallContext, UpcallVerdict } from '../../net/program/context.ts';
import { reason } from '../../trace/reasons.ts';
import { VXLAN_DEVICE } from './names.ts';

export const WEAVER = 'weaver';

/** The other peers, by name, as the mesh told. */
export const PEERS: MapHandle<WeavePeer> = { map: 'weaver/peers' };
/** Where a MAC address is for the datapath's bridge: a port, or the router, behind which the other peers are. */
const SEND_TO_MAC: MapHandle<{ readonly to: string }> = { map: 'weaver/sendToMAC' };
/** Which peer a MAC address was seen at. */
const MACS: MapHandle<{ readonly peer: string }> = { map: 'weaver/macs' };

export interface WeavePeer {
  readonly name: string;
  readonly nickname: string;
  readonly shortId: number;
  readonly ip: Ip;
}

const ROUTER = 'router';
/** Until weaver starts anew, here. */
const LIFETIME_MS = 3_600_000;

function peersOf(ctx: UpcallContext): readonly WeavePeer[] {
  return String(ctx.constants['peers'] ?? '')
    .split(' ')
    .flatMap((name) => ctx.peek(PEERS, name)?.value ?? []);
}

/** `fastDatapathForwarder.Forward` */
function forward(ctx: UpcallContext, from: number, to: WeavePeer): readonly DatapathAction[] {
  return [
    {
      act: 'set-tunnel',
      id: from | (to.shortId << 12),
      src: String(ctx.constants['ip']),
      dst: to.ip,
      ttl: 64,
      df: true,
      csum: false,
    },
    { act: 'output', port: VXLAN_DEVICE },
  ];
}

type Answer = Pick<UpcallVerdict, 'actions' | 'why'>;

/** `handleCapturedPacket`: from this node's side of the switch to the other peers. */
function captured(ctx: UpcallContext, dst: Mac): Answer {
  ctx.update(MACS, ctx.key.src, { peer: String(ctx.constants['name']) }, LIFETIME_MS, true);
  const own = Number(ctx.constants['shortId']);
  const known = isGroupMac(dst) ? undefined : ctx.peek(MACS, dst);
  const peers = peersOf(ctx);
  const peer = peers.find(({ name }) => name === known?.value.peer);
  if (known !== undefined && peer !== undefined) {
    const vni = own | (peer.shortId << 12);
    const why = reason('weaver.peer', { mac: dst, peer: peer.nickname, vni });
    return { actions: forward(ctx, own, peer), why };
  }
  return {
    actions: peers.flatMap((other) => forward(ctx, own, other)),
    why: reason('weaver.flood', { mac: dst, peers: peers.length, broadcast: isGroupMac(dst) }),
  };
}

/** `FastDatapath.bridge` */
function bridge(ctx: UpcallContext, ingress: string): UpcallVerdict {
  const { src, dst } = ctx.key;
  if (ctx.peek(SEND_TO_MAC, src) === undefined) {
    ctx.update(SEND_TO_MAC, src, { to: ingress }, LIFETIME_MS, true);
  }
  const known = isGroupMac(dst) ? undefined : ctx.peek(SEND_TO_MAC, dst);
  if (known !== undefined && known.value.to !== ROUTER) {
    const port = known.value.to;
    const why = reason('weaver.local', { mac: dst, port });
    return { actions: [{ act: 'output', port }], install: true, why };
  }
  const nobody: Answer = {
    actions: [],
    why: reason('weaver.flood', { mac: dst, peers: 0, broadcast: isGroupMac(dst) }),
  };
  // What the router sent does not go back to it.
  const far = ingress === ROUTER ? nobody : captured(ctx, dst);
  if (known !== undefined) return { ...far, install: true };
  // To every port but the one it came from; the router is a port as well.
  const local = ctx.ports.flatMap(({ name, type }): readonly DatapathAction[] =>
    type === 'vxlan' || name === ingress ? [] : [{ act: 'output', port: name }],
  );
  return { actions: [...local, ...far.actions], install: isGroupMac(dst), why: far.why };
}

function run(ctx: UpcallContext): UpcallVerdict {
  const { tunnel, src, inPort } = ctx.key;
  if (tunnel === undefined) return bridge(ctx, inPort);
  // handleForwardedPacket: the low twelve bits name the sender.
  const from = peersOf(ctx).find(({ shortId }) => shortId === (tunnel.id & 0xfff));
  if (from !== undefined) ctx.update(MACS, src, { peer: from.name }, LIFETIME_MS, true);
  return bridge(ctx, ROUTER);
}

export const weaver: HookProgram = { type: 'upcall', run };
