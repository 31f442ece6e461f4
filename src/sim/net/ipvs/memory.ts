/** What IPVS remembers in a namespace; its code comes only with a world that has virtual servers (`module.ts`). */
import type { Ip } from '../../base/ip.ts';
import type { ConntrackTuple } from '../state.ts';

export type IpvsTcpState =
  | 'NONE'
  | 'ESTABLISHED'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'FIN_WAIT'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'LISTEN'
  | 'SYNACK';

/** `UDP` and `SCTP` stand for protocols that have one state here; a template is NONE until a connection of it answers. */
export type IpvsState = IpvsTcpState | 'UDP' | 'SCTP' | 'ASSURED';

export interface IpvsConnection {
  readonly id: number;
  readonly proto: ConntrackTuple['proto'];
  readonly client: { readonly ip: Ip; readonly port: number };
  readonly virtual: { readonly ip: Ip; readonly port: number };
  readonly real: { readonly ip: Ip; readonly port: number };
  /** A template of a persistent service: not a connection, but where the client's next ones go. */
  readonly template: boolean;
  /** The template that this connection was made from. */
  readonly control?: string;
  /** Set with net.ipv4.vs.conntrack: netfilter follows it as well. */
  readonly conntrack: boolean;
  state: IpvsState;
  /** Counts as InActConn. */
  inactive: boolean;
  /** On the state's clock. */
  expiresAtMs: number;
}

/** What IPVS remembers in one network namespace. */
export interface IpvsMemory {
  nextId: number;
  /** By `client`, the tuple that a client's packet has, and by `server`, the one of a real server's. */
  readonly byClient: Map<string, IpvsConnection>;
  readonly byServer: Map<string, IpvsConnection>;
  readonly schedulers: Map<string, SchedulerMemory>;
}

export interface SchedulerMemory {
  /** Which server stands first in the kernel's list. */
  readonly first: number;
  /** The server chosen last (rr, wrr), as `ip:port`. */
  last?: string;
  /** wrr's current weight. */
  currentWeight?: number;
  /** lblc's server, lblcr's set with the newest first, each as `ip:port`; replaced, never changed. */
  locality?: {
    readonly servers: readonly string[];
    /** On the state's clock. */
    readonly changedAtMs: number;
    readonly usedAtMs: number;
  };
}

export function emptyIpvs(): IpvsMemory {
  return { nextId: 1, byClient: new Map(), byServer: new Map(), schedulers: new Map() };
}

export function copyIpvs(memory: IpvsMemory): IpvsMemory {
  const copies = new Map<IpvsConnection, IpvsConnection>();
  const copy = (connection: IpvsConnection): IpvsConnection => {
    let made = copies.get(connection);
    if (made === undefined) {
      made = { ...connection };
      copies.set(connection, made);
    }
    return made;
  };
  return {
    nextId: memory.nextId,
    byClient: new Map([...memory.byClient].map(([key, c]) => [key, copy(c)])),
    byServer: new Map([...memory.byServer].map(([key, c]) => [key, copy(c)])),
    schedulers: new Map([...memory.schedulers].map(([key, s]) => [key, { ...s }])),
  };
}
