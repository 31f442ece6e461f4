/**
 * Open vSwitch: what comes in by a port of one of its bridges runs through the bridge's OpenFlow tables (pipeline.ts), as if
 * the datapath had no flow cached; a datapath that another program drives has flows alone (odp.ts). Models ports of the kernel, internal ports and tunnel ports whose remote a flow sets,
 * the matches and actions of config.ts, connection tracking in zones (ct.ts), select groups, NORMAL, and `learn`.
 * Leaves out patch ports, mirrors, QoS, statistics, VLANs, IPv6 fields, and the fall-back without a controller.
 */
import { isPiece } from '../../packet/tunnel.ts';
import { reason } from '../../trace/reasons.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import type { Skb } from '../skb.ts';
import { compileSwitch } from './classifier.ts';
import { datapathInput } from './odp.ts';
import { Pipeline } from './pipeline.ts';

export { ovs } from './show.ts';

/** A frame came in by a port: from the other end of its cable, a tunnel, or the host behind an internal one. */
export function input(m: Machine, box: Box, dev: Device, skb: Skb): void {
  const bridge = dev.master ?? dev;
  const dp = box.net.config.datapaths?.find(({ name }) => name === bridge.name);
  if (dp !== undefined) {
    datapathInput(m, box, dp, dev, skb);
    return;
  }
  const config = box.net.config.switches?.find((sw) => sw.bridge === bridge.name);
  if (config === undefined) return;
  const sw = compileSwitch(config);
  if (isPiece(skb.packet)) {
    // What flows match of pieces (`nw_frag`), and how ct() puts them together, is not modelled.
    m.step(box, skb, 'drop', reason('unknown.fragmentation', { mtu: dev.mtu, length: skb.length }), {
      iface: dev.name,
    });
    return;
  }
  const port = sw.portByDevice.get(dev.name);
  if (port !== undefined) new Pipeline(m, box, sw, port, skb).run();
}
