/**
 * Edits of a policy's document, and what a kind of policy that is a CNI's own tells of how it is written: ideas only, for whoever
 * tries them out. Types alone.
 */
import type { FieldPath } from '../base/origin.ts';
import type { Ip } from '../base/ip.ts';
import type { Labels, OwnPolicy, OwnRule, Protocol } from './cluster-state.ts';

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

export type YamlEdit =
  /** Adds an item at the end of a list, which is made where it is missing. */
  | {
      readonly do: 'append';
      readonly path: FieldPath;
      readonly value: Json;
      /** The item on one line. */
      readonly inline?: boolean;
    }
  /** Puts an item before the one at the path's end, which is there. */
  | { readonly do: 'insert'; readonly path: FieldPath; readonly value: Json }
  /** Writes another scalar. */
  | { readonly do: 'replace'; readonly path: FieldPath; readonly value: string | number }
  /** Writes a key that may not be there yet. */
  | { readonly do: 'set'; readonly path: FieldPath; readonly value: Json }
  /** Takes an item out of a list; the last one leaves `[]`. */
  | { readonly do: 'remove'; readonly path: FieldPath };

/** One end of a flow, as an edit may name it. */
export interface NamedEnd {
  /** Of a pod on the pod network: labels that name it, each alone, then all together. */
  readonly pod?: { readonly namespace: string; readonly labels: readonly Labels[] };
  readonly ips: readonly Ip[];
}

/** What an edit is to be about: the other end, and the ports on the target; without ports all of ICMP. */
export interface EditAsk {
  readonly direction: 'ingress' | 'egress';
  readonly end: NamedEnd;
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
  readonly family: 4 | 6;
}

/** One edit or several that belong together; paths lead from the document. */
export interface OwnEdit {
  readonly kind: 'add-peer' | 'add-port' | 'change-port' | 'remove-peer' | 'narrow-peer';
  readonly edits: readonly YamlEdit[];
}

/** How a kind of policy is written. */
export interface OwnPolicyEdits {
  /** Rules that do this, each with the list that it belongs in: those of one item go there together. */
  readonly rules: (
    policy: OwnPolicy,
    action: 'allow' | 'deny' | 'pass',
    ask: EditAsk,
  ) => readonly { readonly path: FieldPath; readonly values: readonly Json[] }[];
  /** A rule, as written, that is to mean one end more, or one port. */
  readonly widen: (
    policy: OwnPolicy,
    rule: OwnRule,
    written: unknown,
    ask: EditAsk,
    missing: 'peer' | 'port',
  ) => readonly OwnEdit[];
  /** One that is to mean one end less; `matching` are the items of it that mean that end. */
  readonly narrow: (
    rule: OwnRule,
    written: unknown,
    ask: EditAsk,
    matching: readonly FieldPath[],
  ) => readonly OwnEdit[];
}
