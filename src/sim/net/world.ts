/** The configured cluster network, ready to carry packets, and what changes while it does. */
import type { Chooser } from '../base/chooser.ts';
import type { AppHandler } from './process.ts';
import type { Packet } from '../packet/packet.ts';
import type { AppId, NetnsConfig, OwnAppId, NetnsId, RememberedFlow, RuleMeaning } from './config.ts';
import type { HookProgram } from './program/context.ts';
import type { RowKey, Trace } from '../trace/trace.ts';
import type { NetnsState } from './state.ts';

/** A pure function of the scenario. Building it is cheap: indexes are made when first asked for. */
export interface World {
  readonly netns: ReadonlyMap<NetnsId, NetnsConfig>;
  /** What conntrack tables hold at the start. */
  readonly remembered?: readonly RememberedFlow[];
  /** Programs behind listeners. */
  readonly apps: Readonly<Record<AppId, AppHandler>>;
  /** Those that configurators brought along. */
  readonly ownApps?: Readonly<Record<OwnAppId, AppHandler>>;
  /** Programs behind `NetnsConfig.programs`, by name. */
  readonly programs?: Readonly<Record<string, HookProgram>>;
  /** Tools of whoever configured the maps: they print them as the real tool does. */
  readonly commands?: readonly ToolCommand[];
  /** Programs in user space that decide on queued packets (nfnetlink_queue), by the queue's number. */
  readonly queues?: ReadonlyMap<number, QueueReader>;
}

/** A command of a configurator's own tool: what it prints of the namespace that has the maps. */
export interface ToolCommand {
  readonly command: string;
  readonly print: (
    config: NetnsConfig,
    runtime: { readonly state: NetnsState; readonly clockMs: number } | undefined,
  ) => readonly { readonly text: string; readonly key?: RowKey }[];
}

/** What a queue's reader answers: its verdict, a `ct label` that it sets with it, and why. */
export interface QueueVerdict {
  readonly accept: boolean;
  readonly label?: number;
  readonly meanings: readonly RuleMeaning[];
}

export type QueueReader = (packet: Packet) => QueueVerdict;

export interface RunOptions {
  readonly chooser: Chooser;
  /** Forces the choice of an endpoint: index into the options of a `choice` meaning, or undefined to use chance. */
  readonly forceChoice?: (
    service: string,
    options: readonly { readonly to: string; readonly pod?: string; readonly pods?: readonly string[] }[],
  ) => number | undefined;
  /** Names the pod behind an address, for `choices` and `peer`. */
  readonly podOf?: (ip: string) => string | undefined;
  /** Told how many rules of a chain the kernel would have evaluated for a packet, index or not; the bench counts them. */
  readonly walked?: (packet: Packet, rules: number) => void;
}

export interface RunResult<R> {
  readonly result: R;
  /** verdict, clientSees, server and dns are completed by `probe/`. */
  readonly trace: Omit<Trace, 'verdict' | 'clientSees' | 'http' | 'dns' | 'policy' | 'reason' | 'decidedBy'>;
}
