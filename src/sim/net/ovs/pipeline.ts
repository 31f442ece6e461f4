/**
 * One packet on its way through the tables of a bridge (`ofproto-dpif-xlate.c`): flows match, their actions run, until the
 * packet leaves by a port, goes to the controller, or ends. Each table where a flow did more than pass the packet on is a step.
 * Leaves out meters, clones, the flow cache of the datapath, and every field and action that config.ts leaves out.
 */
import type { Packet } from '../../packet/packet.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { StepKind } from '../../trace/trace.ts';
import { TEXT as ICMP_TEXT } from '../icmp.ts';
import { ipHeader } from '../ip-header.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import { fdbRow, linkRow } from '../row-key.ts';
import { cloneSkb, newSkb, withIp, type Skb, type TunnelKey } from '../skb.ts';
import { resetFor } from '../tcp-segment.ts';
import { runtimeFlows, writeFlow } from './learn.ts';
import { lookup, masked, type CompiledSwitch, type Entry, type Hit } from './classifier.ts';
import type { OvsAction, OvsTarget, SwitchPort } from './config.ts';
import { runCt } from './ct.ts';
import { fieldOf, ipText, macText, type Metadata } from './fields.ts';
import { actionsText, matchText } from './text.ts';
import { sendByPort } from './vport.ts';
import { isGroupMac, type Ip } from '../../base/ip.ts';

/** OpenFlow's own limit of resubmissions. */
const MOST_TABLES = 4096;

export class Pipeline {
  private readonly m: Machine;
  private readonly box: Box;
  private readonly sw: CompiledSwitch;
  private readonly port: SwitchPort;
  private readonly skb: Skb;
  private readonly meta: Metadata;
  private tables = 0;
  /** What the last group was made for: the tables after it serve all groups alike. */
  private cause: Entry['flow']['origin'];
  /** The packet left by a port, was translated into an answer, or its end is on record. */
  private settled = false;

  constructor(m: Machine, box: Box, sw: CompiledSwitch, port: SwitchPort, skb: Skb) {
    this.m = m;
    this.box = box;
    this.sw = sw;
    this.port = port;
    this.skb = skb;
    this.meta = { reg: [], inPort: port.number, ctState: 0, conjId: 0, tunDst: skb.tunnel?.remote };
  }

  run(): void {
    this.enter(this.sw.firstTable);
    if (!this.settled) this.drop(reason('ovs.no-output', { bridge: this.bridge }), {});
  }

  private get bridge(): string {
    return this.sw.config.bridge;
  }

  private enter(table: string): void {
    if (this.settled || ++this.tables > MOST_TABLES) return;
    const learnt = runtimeFlows(this.m, this.box, this.sw, table, this.skb, this.meta);
    const fixed = lookup(this.sw, table, this.skb, this.meta);
    const hit: Hit | undefined =
      learnt !== undefined && learnt.flow.priority >= (fixed?.entry.flow.priority ?? -1)
        ? { entry: learnt, clauses: [] }
        : fixed;
    if (hit === undefined) {
      this.drop(reason('ovs.miss', { bridge: this.bridge, table }), {});
      return;
    }
    const { entry } = hit;
    const { actions } = entry.flow;
    // What changes the packet or its registers comes first, so that the step shows what came of it.
    const before = this.skb.packet;
    const rest = actions.findIndex((a) => a.act !== 'set' && a.act !== 'move' && a.act !== 'dec_ttl');
    const changes = rest < 0 ? actions : actions.slice(0, rest);
    for (const action of changes) if (!this.change(action)) return;
    this.record(hit, before);
    if (actions.length === 0) this.settled = true;
    for (const action of rest < 0 ? [] : actions.slice(rest)) {
      if (this.settled) return;
      this.act(action, entry);
    }
  }

  private record({ entry, clauses }: Hit, before: Packet): void {
    const { flow, row } = entry;
    const rows = [...clauses.map((clause) => clause.row), row];
    const { meaning } = flow;
    if (flow.actions.length === 0) {
      const why =
        meaning?.kind === 'policy-deny'
          ? reason('policy.deny', {
              direction: meaning.direction,
              policies: meaning.policies.join(', '),
              pod: meaning.pod,
            })
          : reason('ovs.drop', { bridge: this.bridge, table: flow.table, match: matchText(flow.match) });
      this.step('drop', why, rows, flow.origin);
      return;
    }
    if (meaning?.kind === 'policy-allow') {
      const { policy } = meaning;
      const why = reason('policy.allow', {
        direction: meaning.direction,
        policy: `${policy.namespace}/${policy.name}`,
        rule: policy.rule,
        pod: meaning.pod,
      });
      this.step('program', why, rows, flow.origin);
      return;
    }
    // A table that only passes everything on decided nothing.
    const only = flow.actions.length === 1 ? flow.actions[0]?.act : undefined;
    if (flow.priority === 0 && (only === 'goto' || only === 'resubmit')) return;
    const why = reason('ovs.flow', {
      bridge: this.bridge,
      table: flow.table,
      match: matchText(flow.match),
      actions: actionsText(flow.actions),
    });
    this.step('program', why, rows, flow.origin, before === this.skb.packet ? undefined : before);
  }

  private step(
    kind: StepKind,
    why: Reason,
    rows: readonly string[],
    origin: Entry['flow']['origin'],
    before?: Packet,
  ): void {
    this.m.step(this.box, this.skb, kind, why, { iface: this.bridge, rows, origin, before });
  }

  private drop(why: Reason, { rows = [] }: { readonly rows?: readonly string[] }): void {
    this.settled = true;
    this.m.step(this.box, this.skb, 'drop', why, { iface: this.bridge, rows });
  }

  /** Rewrites a field. False: the packet ended. */
  private change(action: OvsAction): boolean {
    if (action.act === 'dec_ttl') {
      const ttl = this.skb.packet.ip?.ttl ?? 0;
      if (ttl <= 1) {
        this.drop(reason('ovs.ttl', { bridge: this.bridge }), {});
        return false;
      }
      this.skb.packet = withIp(this.skb.packet, { ttl: ttl - 1 });
      return true;
    }
    if (action.act === 'move') {
      const from = action.from === 'eth_src' ? 'dl_src' : action.from === 'eth_dst' ? 'dl_dst' : action.from;
      const value = fieldOf(this.skb, this.meta, from);
      const isMac = ['dl_src', 'dl_dst', 'arp_sha', 'arp_tha'].includes(from);
      this.write(action.to, isMac ? macText(value) : ipText(value));
    } else if (action.act === 'set') this.write(action.to, action.value);
    return true;
  }

  private write(to: OvsTarget, value: string): void {
    const { packet } = this.skb;
    const { eth, arp } = packet;
    switch (to) {
      case 'eth_src':
        if (eth !== undefined) this.skb.packet = { ...packet, eth: { ...eth, src: value } };
        return;
      case 'eth_dst':
        if (eth !== undefined) this.skb.packet = { ...packet, eth: { ...eth, dst: value } };
        return;
      case 'tun_dst':
        this.meta.tunDst = value;
        return;
      case 'arp_op':
        if (arp !== undefined)
          this.skb.packet = { ...packet, arp: { ...arp, op: value === '1' ? 'request' : 'reply' } };
        return;
      case 'arp_sha':
        if (arp !== undefined) this.skb.packet = { ...packet, arp: { ...arp, senderMac: value } };
        return;
      case 'arp_tha':
        if (arp !== undefined) this.skb.packet = { ...packet, arp: { ...arp, targetMac: value } };
        return;
      case 'arp_spa':
        if (arp !== undefined) this.skb.packet = { ...packet, arp: { ...arp, senderIp: value } };
        return;
      case 'arp_tpa':
        if (arp !== undefined) this.skb.packet = { ...packet, arp: { ...arp, targetIp: value } };
        return;
      default: {
        if (!to.startsWith('reg')) throw new Error(`set_field cannot write ${to}`);
        const n = Number(to.slice(3));
        const { value: set, mask = 0xffffffff } = masked(value);
        this.meta.reg[n] = (((this.meta.reg[n] ?? 0) & ~mask) | (set & mask)) >>> 0;
      }
    }
  }

  private act(action: OvsAction, entry: Entry): void {
    switch (action.act) {
      case 'set':
      case 'move':
      case 'dec_ttl':
        this.change(action);
        return;
      case 'goto':
      case 'resubmit':
        this.enter(action.table);
        return;
      case 'ct':
        runCt(this.m, this.box, this.bridge, this.skb, this.meta, action, entry);
        if (action.table !== undefined) this.enter(action.table);
        return;
      case 'group':
        this.group(action.group, entry);
        return;
      case 'learn':
        writeFlow(this.m, this.box, this.sw, this.skb, this.meta, action, entry);
        return;
      case 'output':
        this.output(this.sw.config.ports.find((port) => port.name === action.port));
        return;
      case 'output-reg':
        this.output(this.sw.portByNumber.get(this.meta.reg[action.reg] ?? 0));
        return;
      case 'in_port':
        this.output(this.port, true);
        return;
      case 'normal':
        this.normal();
        return;
      case 'controller':
        this.controller(action.userdata, entry);
        return;
      // Never reached: the classifier completes conjunctions.
      case 'conjunction':
        return;
    }
  }

  /** `type=select`: which bucket is chance, as the hash of a connection is. */
  private group(id: number, entry: Entry): void {
    const group = this.sw.groups.get(id);
    if (group === undefined) return;
    this.cause = group.origin;
    const options = group.buckets.map(({ to = '', pod }) => ({ to, ...(pod !== undefined && { pod }) }));
    const { m } = this;
    let chosen = 0;
    if (group.service !== undefined && options[0]?.to !== '') {
      const forced = m.options.forceChoice?.(group.service, options);
      chosen = forced ?? m.options.chooser.pick(options.length, `group ${this.bridge} ${id} ${this.box.id}`);
      m.recorder.choices.push({
        at: this.box.id,
        service: group.service,
        options: options.map((option) => ({ ...option, probability: 1 / options.length })),
        chosen,
        step: m.recorder.steps.length,
      });
    }
    const bucket = group.buckets[chosen];
    if (bucket === undefined) return;
    if (bucket.to !== undefined) {
      const row = `ovs-group/${this.bridge}/${id}`;
      const why = reason('ovs.group', { bridge: this.bridge, group: id, to: bucket.to, of: options.length });
      this.step('program', why, [entry.row, row], group.origin);
    }
    for (const action of bucket.actions) {
      if (this.settled) return;
      this.act(action, entry);
    }
  }

  private output(port: SwitchPort | undefined, back = false): void {
    const name = port?.name ?? '';
    const dev = port === undefined ? undefined : this.box.net.device(port.dev ?? port.name);
    if (port === undefined || dev === undefined || !dev.up) {
      this.drop(reason('link.down', { iface: name }), {});
      return;
    }
    // OpenFlow sends nothing back where it came from, unless it is told so by IN_PORT.
    if (port === this.port && !back) {
      this.drop(reason('ovs.in-port', { bridge: this.bridge, port: name }), { rows: [linkRow(dev.name)] });
      return;
    }
    this.settled = true;
    this.step('bridge', reason('ovs.output', { bridge: this.bridge, port: name }), dev.row, dev.link.origin);
    this.send(port, dev, this.skb);
  }

  private send(port: SwitchPort, dev: Device, skb: Skb): void {
    const remote = this.meta.tunDst;
    const key = isTunnel(port) && remote !== undefined ? tunnelKey(port, remote) : undefined;
    sendByPort(this.m, this.box, dev, skb, key);
  }

  /** NORMAL: a switch that learns. */
  private normal(): void {
    const { box, skb } = this;
    const { eth } = skb.packet;
    if (eth === undefined) return;
    let table = box.state.fdb.get(this.bridge);
    if (table === undefined) {
      table = new Map();
      box.state.fdb.set(this.bridge, table);
    }
    if (table.get(eth.src)?.dev !== this.port.name) table.set(eth.src, { mac: eth.src, dev: this.port.name });
    const known = isGroupMac(eth.dst) ? undefined : table.get(eth.dst);
    const out = known === undefined ? undefined : this.sw.config.ports.find((p) => p.name === known.dev);
    if (out !== undefined) {
      const dev = box.net.device(out.dev ?? out.name);
      if (dev === undefined || out === this.port) {
        this.settled = true;
        return;
      }
      this.settled = true;
      const why = reason('bridge.forward', { bridge: this.bridge, port: out.name, mac: eth.dst });
      this.step('bridge', why, [fdbRow(out.name, eth.dst)], undefined);
      this.send(out, dev, skb);
      return;
    }
    this.settled = true;
    const ports = this.sw.config.ports.flatMap((port) => {
      const dev = box.net.device(port.dev ?? port.name);
      return port === this.port || port.noFlood === true || dev === undefined || !dev.up
        ? []
        : [{ port, dev }];
    });
    this.step('bridge', reason('bridge.flood', { bridge: this.bridge, ports: ports.length }), [], undefined);
    for (const { port, dev } of ports) this.send(port, dev, cloneSkb(skb));
  }

  /** PACKET_IN: what the controller makes of it, if that is known. */
  private controller(userdata: string, entry: Entry): void {
    const { skb } = this;
    const { eth, ip, l4 } = skb.packet;
    if (this.sw.config.packetIn?.[userdata] !== 'reject' || eth === undefined || ip === undefined) {
      this.drop(reason('unknown.controller', { bridge: this.bridge }), { rows: [entry.row] });
      return;
    }
    this.settled = true;
    this.step(
      'reject',
      reason('ovs.reject', { bridge: this.bridge }),
      [entry.row],
      this.cause ?? entry.flow.origin,
    );
    let answer: Skb;
    let originate: Reason;
    if (l4?.proto === 'tcp') {
      if (l4.flags.includes('RST')) return;
      answer = resetFor(skb, ip, l4);
      originate = reason('socket.originate', { proto: 'tcp', flags: 'RST,ACK' });
    } else {
      const { eth: _eth, ...quote } = skb.packet;
      answer = newSkb(
        {
          ip: ipHeader(ip.dst, ip.src, 64, { id: 0, df: false }),
          l4: { proto: 'icmp', type: 3, code: 10, quote },
        },
        { ...skb.flow, dir: skb.flow.dir === 'request' ? 'reply' : 'request' },
      );
      originate = reason('icmp.unreachable', {
        code: 10,
        text: ICMP_TEXT[10] ?? 'host administratively prohibited',
      });
    }
    answer.packet = { ...answer.packet, eth: { src: eth.dst, dst: eth.src } };
    this.m.step(this.box, answer, 'originate', originate, { iface: this.bridge });
    const dev = this.box.net.device(this.port.dev ?? this.port.name);
    if (dev !== undefined) this.send(this.port, dev, answer);
  }
}

/** `tnl_port_send`: what the port's options make of the outer packet; vswitchd's own defaults are no checksum, and DF. */
function tunnelKey({ options }: SwitchPort, remote: Ip): TunnelKey {
  return {
    id: 0,
    remote,
    zeroChecksum: options?.csum !== 'true',
    dontFragment: options?.df_default !== 'false',
  };
}

function isTunnel(port: SwitchPort): boolean {
  return port.type === 'geneve' || port.type === 'vxlan';
}
