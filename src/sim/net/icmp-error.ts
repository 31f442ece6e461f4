/** The errors that both families have, each sent as the family of the offending packet words it. */
import * as four from './icmp.ts';
import * as six from './icmp6.ts';
import type { Box, Machine } from './machine.ts';
import type { Skb } from './skb.ts';

function isSix(skb: Skb): boolean {
  return skb.packet.ip?.version === 6;
}

export function sendNoRoute(m: Machine, box: Box, cause: Skb): void {
  if (isSix(cause)) six.sendUnreachable6(m, box, cause, six.NO_ROUTE);
  else four.sendUnreachable(m, box, cause, four.ICMP_NET_UNREACHABLE);
}

/** An `unreachable` route. IPv6 knows no host's fate from a route: it says that there is none. */
export function sendUnreachableRoute(m: Machine, box: Box, cause: Skb): void {
  if (isSix(cause)) six.sendUnreachable6(m, box, cause, six.NO_ROUTE);
  else four.sendUnreachable(m, box, cause, four.ICMP_HOST_UNREACHABLE);
}

export function sendPortUnreachable(m: Machine, box: Box, cause: Skb): void {
  if (isSix(cause)) six.sendUnreachable6(m, box, cause, six.PORT_UNREACHABLE);
  else four.sendUnreachable(m, box, cause, four.ICMP_PORT_UNREACHABLE);
}

/** Nobody answered for the next hop: a packet of our own gets its error through the loopback. */
export function linkFailure(m: Machine, box: Box, cause: Skb): void {
  if (isSix(cause)) six.sendUnreachable6(m, box, cause, six.ADDRESS_UNREACHABLE);
  else four.sendUnreachable(m, box, cause, four.ICMP_HOST_UNREACHABLE);
}

export function sendTimeExceeded(m: Machine, box: Box, cause: Skb): void {
  if (isSix(cause)) six.sendTimeExceeded6(m, box, cause);
  else four.sendTimeExceeded(m, box, cause);
}

export function sendTooBig(m: Machine, box: Box, cause: Skb, mtu: number): void {
  if (isSix(cause)) six.sendPacketTooBig(m, box, cause, mtu);
  else four.sendFragmentationNeeded(m, box, cause, mtu);
}
