/**
 * A datapath of the kernel module without OpenFlow (`net/openvswitch/datapath.c`, `actions.c`): a packet runs the actions of
 * the flow that matches it, or goes up to the program that owns the datapath, which answers with actions for it and may
 * install them as a flow. Models flows over port, MAC addresses and tunnel key, and the actions of config.ts.
 * Leaves out wildcards over other fields, recirculation, connection tracking, sampling, and that a packet waits for user space.
 */
import { reason } from '../../trace/reasons.ts';
import type { DatapathConfig, DatapathFlow, DatapathKey, DatapathPort } from './config.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import { runtimeEntry, writeEntry } from '../program/maps.ts';
import { MapRun } from '../program/map-run.ts';
import type { UpcallContext } from '../program/context.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Skb, TunnelKey } from '../skb.ts';
import { cloneSkb } from '../skb.ts';
import { linkRow } from '../row-key.ts';
import { datapathActions, datapathFlowRow, datapathKeyText, flowsOfDatapath } from './odp-text.ts';
import { sendByPort } from './vport.ts';

/** A flow that no packet used for so long is taken out by its owner. */
const FLOW_IDLE_MS = 300_000;

class Upcall extends MapRun implements UpcallContext {
  readonly key: DatapathKey;
  readonly ports: readonly DatapathPort[];
  private readonly skb: Skb;

  constructor(m: Machine, box: Box, dp: DatapathConfig, skb: Skb, key: DatapathKey) {
    super(m, dp.owner, { box, flow: skb.flow, iface: dp.name, packet: () => skb.packet });
    this.key = key;
    this.ports = dp.ports;
    this.skb = skb;
  }

  get packet(): Packet {
    return this.skb.packet;
  }
}

/** `ovs_flow_key_extract` */
function keyOf(port: DatapathPort, skb: Skb): DatapathKey {
  const { eth } = skb.packet;
  const { tunnel } = skb;
  return {
    ...(tunnel?.local !== undefined && { tunnel: { id: tunnel.id, src: tunnel.remote, dst: tunnel.local } }),
    inPort: port.name,
    src: eth?.src ?? '',
    dst: eth?.dst ?? '',
  };
}

/** `ovs_dp_process_packet` */
export function datapathInput(m: Machine, box: Box, dp: DatapathConfig, dev: Device, skb: Skb): void {
  const port = dp.ports.find(({ name }) => name === dev.name);
  if (port === undefined) return;
  const key = keyOf(port, skb);
  const text = datapathKeyText(key);
  const table = flowsOfDatapath(dp.name);
  const row = datapathFlowRow(dp.name, text);
  const known = runtimeEntry(box.state, table, text, m.nowMs);
  if (known !== undefined) {
    const flow = known.value as DatapathFlow;
    writeEntry(box.state, table, text, { value: flow, expiresAtMs: m.nowMs + FLOW_IDLE_MS });
    const params = { datapath: dp.name, flow: text, actions: datapathActions(flow.actions) };
    m.step(box, skb, 'program', reason('odp.flow', params), {
      iface: dp.name,
      rows: [row],
      origin: dp.origin,
    });
    execute(m, box, dp, flow.actions, skb);
    return;
  }
  const { program } = dp.owner;
  m.step(box, skb, 'program', reason('odp.miss', { datapath: dp.name, flow: text, program }), {
    iface: dp.name,
    rows: [linkRow(dp.name)],
    origin: dp.origin,
  });
  const owner = m.world.programs?.[program];
  if (owner?.type !== 'upcall') throw new Error(`no owner ${program} of datapath ${dp.name}`);
  const run = new Upcall(m, box, dp, skb, key);
  const { actions, install, why, details } = owner.run(run);
  run.note('program', why, details);
  if (install) {
    const flow: DatapathFlow = { key, actions };
    writeEntry(box.state, table, text, { value: flow, expiresAtMs: m.nowMs + FLOW_IDLE_MS });
    const params = { datapath: dp.name, program, flow: text, actions: datapathActions(actions) };
    run.note('program', reason('odp.install', params), { rows: [row], origin: dp.origin });
  }
  execute(m, box, dp, actions, skb);
}

/** `do_execute_actions`: each output but the last sends a copy. */
function execute(m: Machine, box: Box, dp: DatapathConfig, actions: DatapathFlow['actions'], skb: Skb): void {
  const last = actions.findLastIndex(({ act }) => act === 'output');
  if (last < 0) {
    m.step(box, skb, 'drop', reason('ovs.no-output', { bridge: dp.name }), { iface: dp.name });
    return;
  }
  let key: TunnelKey | undefined;
  for (const [i, action] of actions.entries()) {
    if (action.act === 'set-tunnel') {
      const { id, src, dst, df, csum } = action;
      key = { id, remote: dst, local: src, dontFragment: df, zeroChecksum: !csum };
      continue;
    }
    const out = i === last ? skb : cloneSkb(skb);
    const dev = box.net.device(action.port);
    if (dev === undefined || !dev.up) {
      m.step(box, out, 'drop', reason('link.down', { iface: action.port }), { rows: [linkRow(action.port)] });
      continue;
    }
    m.step(box, out, 'bridge', reason('odp.output', { datapath: dp.name, port: action.port }), {
      iface: dp.name,
      rows: dev.row,
      origin: dev.link.origin,
    });
    sendByPort(m, box, dev, out, key);
  }
}
