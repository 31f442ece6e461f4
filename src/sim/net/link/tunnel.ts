/** What all tunnel devices do to a packet's surroundings, and the identification of the outer header. */
import type { Box } from '../machine.ts';
import type { Skb } from '../skb.ts';

/** `skb_scrub_packet` within a namespace: the packet that comes out is another one; the mark stays. */
export function forgetFlow(skb: Skb): void {
  skb.ct = undefined;
  skb.ctState = undefined;
  skb.ctDir = 'original';
  skb.ipvs = false;
  skb.pieces = undefined;
  skb.fragMaxSize = undefined;
}

/** The same for a packet that goes in. */
export function forgetWay(skb: Skb): void {
  forgetFlow(skb);
  skb.bridge = undefined;
  skb.inDev = undefined;
  skb.tunnel = undefined;
}

export function nextIpId(box: Box): number {
  box.state.ipId = (box.state.ipId + 1) & 0xffff;
  return box.state.ipId;
}
