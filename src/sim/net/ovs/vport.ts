/** A port of a datapath (`ovs_vport_send`): the end of every output, whoever wrote the flow. */
import { reason } from '../../trace/reasons.ts';
import { forwardable, receive, transmit } from '../link/device.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import { mtuLength, scrubConnection, type Skb, type TunnelKey } from '../skb.ts';

/** `key`: where a tunnel port sends it. */
export function sendByPort(m: Machine, box: Box, dev: Device, skb: Skb, key: TunnelKey | undefined): void {
  if (!forwardable(dev, skb)) {
    m.step(box, skb, 'drop', reason('link.mtu', { mtu: dev.mtu, length: mtuLength(skb) }), {
      iface: dev.name,
      rows: dev.row,
    });
    return;
  }
  if (dev.link.kind === 'openvswitch') {
    // internal_dev_recv: up into the host, the connection forgotten.
    scrubConnection(skb);
    skb.tunnel = undefined;
    m.queue.packet(() => receive(m, box, dev, skb));
    return;
  }
  skb.tunnel = key;
  transmit(m, box, dev, skb);
}
