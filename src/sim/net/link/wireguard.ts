/**
 * WireGuard (`drivers/net/wireguard`): the destination chooses a peer by its allowed addresses, keys are agreed upon by a
 * handshake of two messages when the first packet needs them, and then each packet is one encrypted UDP datagram. What
 * comes out must have a source that its peer is allowed. Keys older than three minutes are not used any more.
 * Leaves out the cryptography, jitter, cookies, preshared keys, rekeying while keys are good, keepalives, roaming, the drop
 * of what waited after a minute and a half (no program here waits so long), and
 * the cutting of a large TCP send before it is sealed: it is shown as one packet, as other devices show it.
 */
import { cidrContains } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';
import type { Packet, WireguardMessage } from '../../packet/packet.ts';
import { sealedLength, wireguardLength } from '../../packet/wireguard.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { WireguardPeerConfig } from '../config.ts';
import { stableHash } from '../hash.ts';
import { linkFailure } from '../icmp-error.ts';
import { ipHeader, ipHeaderLength } from '../ip-header.ts';
import { localOut } from '../ip-output.ts';
import { lengthOf, UDP_HEADER } from '../length.ts';
import type { Box, Machine } from '../machine.ts';
import type { WireguardDevice } from '../netns.ts';
import { leadsNowhere } from '../route.ts';
import { wireguardPeerRow } from '../row-key.ts';
import { newSkb, type Skb } from '../skb.ts';
import type { WireguardSession, WireguardTransfer } from '../state.ts';
import { receive } from './device.ts';
import { forgetFlow, forgetWay, nextIpId } from './tunnel.ts';

/** REJECT_AFTER_TIME */
const KEYS_LAST_MS = 180_000;
/** REKEY_TIMEOUT, and MAX_TIMER_HANDSHAKES: 90 seconds' worth of them. */
const RETRY_MS = 5000;
const TRIES = 18;
/** HANDSHAKE_DSCP: AF41. */
const HANDSHAKE_TOS = 0x88;
const TTL = 64;

/** `wg_xmit` */
export function wireguardTransmit(m: Machine, box: Box, dev: WireguardDevice, skb: Skb): void {
  const dst = skb.packet.ip?.dst;
  const peer = dst === undefined ? undefined : peerFor(dev, dst);
  if (dst === undefined || peer === undefined) {
    m.step(box, skb, 'drop', reason('wireguard.no-peer', { ip: dst ?? '' }), {
      iface: dev.name,
      rows: dev.row,
    });
    linkFailure(m, box, skb);
    return;
  }
  const session = box.state.wireguard.get(sessionKey(dev, peer));
  if (session?.confirmed === true && m.nowMs - session.bornMs < KEYS_LAST_MS) {
    seal(m, box, dev, peer, session, skb);
    return;
  }
  skb.waitingIn = box.id;
  const waiting = {
    skb,
    send: (): void => wireguardTransmit(m, box, dev, skb),
    fail: (): void => undefined,
  };
  const key = handshakeKey(box, dev, peer);
  const queue = m.handshakes.get(key);
  if (queue !== undefined) {
    queue.list.push(waiting);
    return;
  }
  m.handshakes.set(key, { list: [waiting], timer: m.queue.after(0, () => undefined), tries: 0 });
  initiate(m, box, dev, peer, skb);
}

/** A message on the port of a WireGuard device, after INPUT. False when none here has it. */
export function wireguardReceive(m: Machine, box: Box, skb: Skb, port: number): boolean {
  const dev = box.net.wireguards.find((d) => d.link.port === port && d.up);
  const { wireguard, ip } = skb.packet;
  if (dev === undefined || wireguard === undefined || ip === undefined) return false;
  switch (wireguard.message) {
    case 'initiation':
      respond(m, box, dev, skb, wireguard, ip.src);
      break;
    case 'response':
      begin(m, box, dev, skb, wireguard, ip.src);
      break;
    case 'data':
      open(m, box, dev, skb, wireguard.receiver, ip.src);
  }
  return true;
}

/** The longest of the allowed prefixes decides (`wg_allowedips_lookup_dst`). */
function peerFor(dev: WireguardDevice, ip: Ip): WireguardPeerConfig | undefined {
  let best: { readonly peer: WireguardPeerConfig; readonly length: number } | undefined;
  for (const peer of dev.link.peers) {
    for (const range of peer.allowedIps) {
      if (cidrContains(range, ip) && range.prefixLength > (best?.length ?? -1)) {
        best = { peer, length: range.prefixLength };
      }
    }
  }
  return best?.peer;
}

export function sessionKey(dev: { readonly name: string }, peer: WireguardPeerConfig): string {
  return `${dev.name} ${peer.publicKey}`;
}

/** `peer->rx_bytes` and `tx_bytes`: what is not answered or not allowed counts for nothing. */
function count(
  box: Box,
  dev: WireguardDevice,
  peer: WireguardPeerConfig,
  way: keyof WireguardTransfer,
  message: WireguardMessage,
): void {
  const key = sessionKey(dev, peer);
  const bytes = box.state.wireguardTransfer.get(key) ?? { received: 0, sent: 0 };
  bytes[way] += wireguardLength(message);
  box.state.wireguardTransfer.set(key, bytes);
}

function handshakeKey(box: Box, dev: WireguardDevice, peer: WireguardPeerConfig): string {
  return `${box.id} ${sessionKey(dev, peer)}`;
}

/** A real one is drawn at random. */
function newIndex(m: Machine, box: Box, dev: WireguardDevice, peer: WireguardPeerConfig): number {
  return stableHash(`${handshakeKey(box, dev, peer)} ${m.nowMs}`);
}

/** `wg_packet_send_handshake_initiation` */
function initiate(m: Machine, box: Box, dev: WireguardDevice, peer: WireguardPeerConfig, cause: Skb): void {
  const queue = m.handshakes.get(handshakeKey(box, dev, peer));
  if (queue === undefined) return;
  queue.timer.cancelled = true;
  queue.timer = m.queue.after(
    RETRY_MS,
    () => {
      if (queue.tries < TRIES) initiate(m, box, dev, peer, cause);
    },
    'neighbour',
  );
  queue.tries++;
  const sender = newIndex(m, box, dev, peer);
  box.state.wireguard.set(sessionKey(dev, peer), {
    local: sender,
    remote: 0,
    bornMs: m.nowMs,
    confirmed: false,
    counter: 0,
  });
  const flow = {
    segment: cause.flow.segment,
    exchange: cause.flow.exchange,
    dir: 'request',
    arp: true,
    retry: queue.tries > 1 ? queue.tries - 1 : undefined,
  } as const;
  const message = { message: 'initiation', sender, key: dev.link.publicKey } as const;
  const { ip, port } = peer.endpoint;
  const skb = newSkb({ wireguard: message }, flow);
  send(m, box, dev, peer, skb, message, reason('wireguard.initiate', { remote: ip, port }), HANDSHAKE_TOS);
}

/** `wg_receive_handshake_packet`: who asks is known by the key that the message hides. */
function respond(
  m: Machine,
  box: Box,
  dev: WireguardDevice,
  cause: Skb,
  asked: Extract<WireguardMessage, { message: 'initiation' }>,
  from: Ip,
): void {
  const peer = dev.link.peers.find((p) => p.publicKey === asked.key);
  if (peer === undefined) {
    unknown(m, box, dev, cause, from);
    return;
  }
  count(box, dev, peer, 'received', asked);
  const local = newIndex(m, box, dev, peer);
  box.state.wireguard.set(sessionKey(dev, peer), {
    local,
    remote: asked.sender,
    bornMs: m.nowMs,
    confirmed: false,
    counter: 0,
  });
  const message = { message: 'response', sender: local, receiver: asked.sender } as const;
  const { ip, port } = peer.endpoint;
  const skb = newSkb({ wireguard: message }, { ...cause.flow, dir: 'reply' });
  send(m, box, dev, peer, skb, message, reason('wireguard.respond', { remote: ip, port }), HANDSHAKE_TOS);
}

/** The answer came: what waited goes out (`wg_noise_handshake_begin_session`). */
function begin(
  m: Machine,
  box: Box,
  dev: WireguardDevice,
  cause: Skb,
  answer: Extract<WireguardMessage, { message: 'response' }>,
  from: Ip,
): void {
  const found = sessionOf(box, dev, answer.receiver);
  if (found === undefined) {
    unknown(m, box, dev, cause, from);
    return;
  }
  const { peer, session } = found;
  count(box, dev, peer, 'received', answer);
  box.state.wireguard.set(sessionKey(dev, peer), { ...session, remote: answer.sender, confirmed: true });
  m.step(box, cause, 'deliver', reason('wireguard.session', { remote: from }), {
    iface: dev.name,
    rows: rowsOf(dev, peer),
    origin: peer.origin,
  });
  const key = handshakeKey(box, dev, peer);
  const queue = m.handshakes.get(key);
  if (queue === undefined) return;
  m.handshakes.delete(key);
  queue.timer.cancelled = true;
  for (const one of queue.list) {
    one.skb.waitingIn = undefined;
    one.send();
  }
}

/** `encrypt_packet` */
function seal(
  m: Machine,
  box: Box,
  dev: WireguardDevice,
  peer: WireguardPeerConfig,
  session: WireguardSession,
  skb: Skb,
): void {
  const inner = skb.packet;
  const counter = session.counter++;
  const sealed = sealedLength(skb.length, dev.mtu);
  const message = { message: 'data', receiver: session.remote, counter, sealed } as const;
  const { ip, port } = peer.endpoint;
  send(m, box, dev, peer, skb, message, reason('wireguard.encap', { remote: ip, port }), 0, inner);
}

/** `wg_packet_consume_data_done` */
function open(m: Machine, box: Box, dev: WireguardDevice, skb: Skb, index: number, from: Ip): void {
  const before = skb.packet;
  const found = sessionOf(box, dev, index);
  if (found === undefined || before.inner === undefined) {
    unknown(m, box, dev, skb, from);
    return;
  }
  const { peer, session } = found;
  session.confirmed = true;
  skb.packet = before.inner;
  skb.length = lengthOf(before.inner);
  forgetFlow(skb);
  const src = skb.packet.ip?.src ?? '';
  if (peerFor(dev, src) !== peer) {
    m.step(box, skb, 'drop', reason('wireguard.not-allowed', { ip: src, remote: from }), {
      iface: dev.name,
      rows: rowsOf(dev, peer),
      origin: peer.origin,
    });
    return;
  }
  if (before.wireguard !== undefined) count(box, dev, peer, 'received', before.wireguard);
  m.step(box, skb, 'decap', reason('wireguard.decap', { remote: from }), {
    iface: dev.name,
    rows: rowsOf(dev, peer),
    origin: peer.origin,
    before,
  });
  m.queue.packet(() => receive(m, box, dev, skb));
}

function sessionOf(
  box: Box,
  dev: WireguardDevice,
  index: number,
): { readonly peer: WireguardPeerConfig; readonly session: WireguardSession } | undefined {
  for (const peer of dev.link.peers) {
    const session = box.state.wireguard.get(sessionKey(dev, peer));
    if (session?.local === index) return { peer, session };
  }
  return undefined;
}

function unknown(m: Machine, box: Box, dev: WireguardDevice, skb: Skb, remote: Ip): void {
  m.step(box, skb, 'drop', reason('wireguard.unknown', { remote }), { iface: dev.name, rows: dev.row });
}

function rowsOf(dev: WireguardDevice, peer: WireguardPeerConfig): readonly string[] {
  return [wireguardPeerRow(dev.name, peer.publicKey)];
}

/** `wg_socket_send_skb_to_peer`: one datagram from the device's port to the peer's. */
function send(
  m: Machine,
  box: Box,
  dev: WireguardDevice,
  peer: WireguardPeerConfig,
  skb: Skb,
  message: WireguardMessage,
  why: Reason,
  tos: number,
  inner?: Packet,
): void {
  const { ip: remote, port } = peer.endpoint;
  const route = box.net.fib.lookup(remote);
  if (route === undefined || leadsNowhere(route)) {
    m.step(box, skb, 'drop', reason('route.none', { ip: remote }), { iface: dev.name, rows: dev.row });
    return;
  }
  const local = box.net.fib.sourceFor(route, remote) ?? '0.0.0.0';
  skb.packet = {
    ip: ipHeader(local, remote, TTL, { id: nextIpId(box), df: false, tos }),
    l4: { proto: 'udp', sport: dev.link.port, dport: port, checksum: true },
    wireguard: message,
    ...(inner === undefined ? {} : { inner }),
  };
  skb.length = ipHeaderLength(remote) + UDP_HEADER + wireguardLength(message);
  forgetWay(skb);
  count(box, dev, peer, 'sent', message);
  m.step(box, skb, inner === undefined ? 'originate' : 'encap', why, {
    iface: dev.name,
    rows: rowsOf(dev, peer),
    origin: peer.origin,
    before: inner,
  });
  localOut(m, box, skb, route);
}
