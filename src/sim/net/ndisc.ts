/**
 * Neighbour discovery (RFC 4861, `net/ipv6/ndisc.c`): solicitations to the solicited-node group, advertisements, proxy
 * advertisements. The messages are packets like any other: they pass ip6tables, which conntrack leaves UNTRACKED.
 * Leaves out router solicitations and advertisements, redirects, duplicate address detection, unsolicited advertisements
 * and the unicast solicitations that confirm, seconds later, what is known.
 */
import type { Ip } from '../base/ip.ts';
import type { IcmpHeader } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import type { Flow } from '../trace/recorder.ts';
import { solicitedNodeOf, UNSPECIFIED_6 } from './ip6-address.ts';
import { ipHeader } from './ip-header.ts';
import { outputFrom } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import { learnNeighbour } from './neighbour.ts';
import type { Device } from './netns.ts';
import { linkRow } from './row-key.ts';
import { newSkb, type Skb } from './skb.ts';

export const SOLICITATION = 135;
export const ADVERTISEMENT = 136;
/** So that nobody who is not on the link can have sent it. */
const HOP_LIMIT = 255;

/** `ndisc_solicit`: asks the group of `ip` who has it, because `cause` waits for it. */
export function solicit(m: Machine, box: Box, dev: Device, ip: Ip, cause: Skb, tries: number): void {
  const { fib } = box.net;
  // The waiting packet's own source, where it is an address of this very device, else the device's link-local one.
  const from = cause.packet.ip?.src;
  const own = from !== undefined && box.net.hasOwn(dev.name, from) ? from : fib.linkLocal(dev.name);
  const skb = newSkb(
    {
      ip: ipHeader(own ?? UNSPECIFIED_6, solicitedNodeOf(ip), HOP_LIMIT, { id: 0, df: false }),
      l4: { proto: 'icmpv6', type: SOLICITATION, code: 0, target: ip, linkAddress: dev.mac },
    },
    {
      segment: cause.flow.segment,
      exchange: cause.flow.exchange,
      dir: 'request',
      arp: true,
      retry: tries > 1 ? tries - 1 : undefined,
    },
  );
  m.step(box, skb, 'neighbour', reason('neighbour.ask', { ip, iface: dev.name }), {
    iface: dev.name,
    rows: dev.row,
  });
  outputFrom(m, box, skb, dev);
}

export function receiveNeighbourMessage(m: Machine, box: Box, dev: Device, skb: Skb, icmp: IcmpHeader): void {
  const { ip } = skb.packet;
  if (ip === undefined || icmp.target === undefined || ip.ttl !== HOP_LIMIT) return;
  if (icmp.type === SOLICITATION) receiveSolicitation(m, box, dev, skb, ip.src, icmp, icmp.target);
  else if (icmp.linkAddress !== undefined) {
    const solicited = icmp.solicited === true && skb.pktType === 'host';
    learnNeighbour(m, box, dev, icmp.target, icmp.linkAddress, solicited, false, skb, icmp.router === true);
  }
}

/** `ndisc_recv_ns` */
function receiveSolicitation(
  m: Machine,
  box: Box,
  dev: Device,
  skb: Skb,
  asker: Ip,
  icmp: IcmpHeader,
  target: Ip,
): void {
  const own = box.net.hasOwn(dev.name, target);
  // Its own question, brought back by a bridge in hairpin mode.
  if (icmp.linkAddress === dev.mac) return;
  const proxied = !own && dev.proxyNdp && dev.router && box.net.isProxied(dev.name, target);
  if (!own && !proxied) return;
  const toGroup = skb.pktType !== 'host';
  if (icmp.linkAddress !== undefined) {
    learnNeighbour(m, box, dev, asker, icmp.linkAddress, false, true, skb);
  }
  const answer = (): void => advertise(m, box, dev, asker, target, toGroup, proxied, skb.flow);
  if (proxied && toGroup && dev.proxyNdpDelayMs > 0) m.queue.after(dev.proxyNdpDelayMs, answer);
  else answer();
}

/** `ndisc_send_na`: to the asker alone. The override flag and the address come where the group was asked. */
function advertise(
  m: Machine,
  box: Box,
  dev: Device,
  asker: Ip,
  target: Ip,
  toGroup: boolean,
  proxied: boolean,
  flow: Flow,
): void {
  const skb = newSkb(
    {
      ip: ipHeader(proxied ? (box.net.fib.sourceOn(dev.name, asker) ?? target) : target, asker, HOP_LIMIT, {
        id: 0,
        df: false,
      }),
      l4: {
        proto: 'icmpv6',
        type: ADVERTISEMENT,
        code: 0,
        target,
        // A proxied address is a router's only where its entry says so (NTF_ROUTER).
        router: dev.router && !proxied,
        solicited: true,
        override: toGroup && !proxied,
        linkAddress: toGroup ? dev.mac : undefined,
      },
    },
    { ...flow, dir: 'reply' },
  );
  const params = { ip: target, mac: dev.mac };
  m.step(
    box,
    skb,
    'neighbour',
    proxied
      ? reason('neighbour.proxy-answer', { ...params, iface: dev.name })
      : reason('neighbour.answer', params),
    { iface: dev.name, rows: [linkRow(dev.name)], origin: dev.link.origin },
  );
  outputFrom(m, box, skb, dev);
}
