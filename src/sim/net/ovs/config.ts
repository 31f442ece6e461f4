/**
 * A bridge of Open vSwitch as its controller left it: ports, OpenFlow tables with their flows, groups. Values of matches
 * are written as `ovs-ofctl` writes them (`10.0.0.0/24`, `0x2/0xf`, `+new+trk`), so that a flow prints as it is kept.
 * Leaves out meters, IPv6 fields, VLANs, metadata, and every action that no controller here uses.
 */
import type { Ip, Mac } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ProgramAttachment, RuleMeaning } from '../config.ts';

export interface SwitchConfig {
  readonly bridge: string;
  readonly ports: readonly SwitchPort[];
  /** In the order of their numbers. */
  readonly tables: readonly { readonly id: number; readonly name: string }[];
  readonly flows: readonly OvsFlow[];
  readonly groups: readonly OvsGroup[];
  /** How the controller answers a packet that a flow sends it, by the action's `userdata`. */
  readonly packetIn?: Readonly<Record<string, 'reject'>>;
  readonly origin?: Origin;
}

export interface SwitchPort {
  readonly number: number;
  /** As OpenFlow knows it. */
  readonly name: string;
  /** The device behind it, where that has another name: a tunnel port's. */
  readonly dev?: string;
  /** `ovs-vsctl`: the interface's type and options; absent for a device of the kernel. */
  readonly type?: 'internal' | 'geneve' | 'vxlan';
  readonly options?: Readonly<Record<string, string>>;
  /** OFPPC_NO_FLOOD */
  readonly noFlood?: boolean;
}

/** A datapath of the kernel module whose flows a program in user space writes by itself, without OpenFlow (odp.ts). */
export interface DatapathConfig {
  readonly name: string;
  /** By their numbers; port 0 is the datapath's own device. */
  readonly ports: readonly DatapathPort[];
  /** Asked about every packet that no flow matches; a key of `World.programs`. */
  readonly owner: Pick<ProgramAttachment, 'program' | 'constants'>;
  readonly origin?: Origin;
}

export interface DatapathPort {
  readonly number: number;
  /** Name of its device. */
  readonly name: string;
  readonly type: 'internal' | 'netdev' | 'vxlan';
}

/** OVS_ACTION_ATTR_SET with a tunnel key, which the next output to a tunnel port uses; OVS_ACTION_ATTR_OUTPUT. */
export type DatapathAction =
  | {
      readonly act: 'set-tunnel';
      readonly id: number;
      readonly src: Ip;
      readonly dst: Ip;
      readonly ttl: number;
      readonly df: boolean;
      readonly csum: boolean;
    }
  | { readonly act: 'output'; readonly port: string };

/** What a flow is of: port and MAC addresses, and the tunnel that the packet came through. The other fields are wildcards. */
export interface DatapathKey {
  readonly tunnel?: { readonly id: number; readonly src: Ip; readonly dst: Ip };
  readonly inPort: string;
  readonly src: Mac;
  readonly dst: Mac;
}

/** A flow that was installed at run time. */
export interface DatapathFlow {
  readonly key: DatapathKey;
  readonly actions: readonly DatapathAction[];
}

/** What a flow matches: `proto` stands for the Ethernet type and protocol, the others are fields by name. */
export type OvsMatch = Readonly<Partial<Record<OvsField | 'proto', string>>>;

export type OvsField =
  | 'pkt_mark'
  | 'conj_id'
  | 'ct_state'
  | 'ct_mark'
  | 'ct_label'
  | 'tun_dst'
  | 'reg0'
  | 'reg1'
  | 'reg2'
  | 'reg3'
  | 'reg4'
  | 'reg5'
  | 'reg6'
  | 'reg7'
  | 'in_port'
  | 'dl_src'
  | 'dl_dst'
  | 'nw_src'
  | 'nw_dst'
  | 'arp_spa'
  | 'arp_tpa'
  | 'arp_op'
  | 'arp_sha'
  | 'arp_tha'
  | 'tp_src'
  | 'tp_dst';

/** A field that an action writes, with OpenFlow 1.5's name where that differs. */
export type OvsTarget = OvsField | 'eth_src' | 'eth_dst';

export interface OvsFlow {
  readonly table: string;
  readonly priority: number;
  readonly cookie: string;
  readonly match: OvsMatch;
  /** None: drop. */
  readonly actions: readonly OvsAction[];
  readonly hardTimeoutSeconds?: number;
  readonly meaning?: RuleMeaning;
  readonly origin?: Origin;
}

export type OvsAction =
  | { readonly act: 'goto' | 'resubmit'; readonly table: string }
  /** `set_field:VALUE[/MASK]->FIELD` */
  | { readonly act: 'set'; readonly to: OvsTarget; readonly value: string }
  | { readonly act: 'move'; readonly from: OvsTarget; readonly to: OvsTarget }
  | { readonly act: 'dec_ttl' }
  /** `output:PORT`, by name; `output:NXM_NX_REG1[]`; `IN_PORT`. */
  | { readonly act: 'output'; readonly port: string }
  | { readonly act: 'output-reg'; readonly reg: number }
  | { readonly act: 'in_port' }
  | { readonly act: 'normal' }
  | { readonly act: 'group'; readonly group: number }
  | {
      readonly act: 'ct';
      readonly commit?: boolean;
      readonly zone: number;
      readonly table?: string;
      /** `nat`: what was decided; with `src` or `dst` (`10.0.0.1`, `10.0.0.1:80`) the decision. */
      readonly nat?: { readonly src?: string; readonly dst?: string };
      /** `exec(...)` */
      readonly exec?: readonly CtWrite[];
    }
  | OvsLearn
  | { readonly act: 'conjunction'; readonly id: number; readonly clause: number; readonly of: number }
  | { readonly act: 'controller'; readonly userdata: string };

/** What `exec` may write; `reg0[0..3]` of the packet is the one field that is moved there here. */
export type CtWrite =
  | { readonly to: 'ct_mark' | 'ct_label'; readonly value: string }
  | { readonly to: 'ct_mark'; readonly fromReg: number; readonly bits: number };

/** `learn`: the flow that is added remembers these fields of the packet, and writes the registers as they are now. */
export interface OvsLearn {
  readonly act: 'learn';
  readonly table: string;
  readonly hardTimeoutSeconds: number;
  readonly priority: number;
  readonly cookie: string;
  readonly proto: 'tcp' | 'udp' | 'sctp';
  readonly fields: readonly ('nw_src' | 'nw_dst' | 'tp_dst')[];
  readonly loads: readonly {
    readonly to: OvsField;
    readonly from: number;
    readonly width: number;
    readonly value?: number;
  }[];
}

export interface OvsGroup {
  readonly id: number;
  /** `type=select`: one bucket, by the hash of the connection. */
  readonly buckets: readonly OvsBucket[];
  /** `namespace/service`, recorded with the choice. */
  readonly service?: string;
  readonly origin?: Origin;
}

export interface OvsBucket {
  readonly weight: number;
  readonly actions: readonly OvsAction[];
  /** What it leads to, recorded with the choice. */
  readonly to?: string;
  readonly pod?: string;
}
