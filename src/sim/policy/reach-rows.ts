/** One subject against many counterparts: what egress says of every target and port, or ingress of every source. */
import type { Pod, Protocol } from '../k8s/cluster-state.ts';
import type { Applying } from './applying.ts';
import { type Ends, familyOf } from './classes.ts';
import type { Direction } from './matching.ts';
import { type PartPolicy, PartTable } from './reach-reasons.ts';
import type { StackPolicy, StackRule } from './stack.ts';

/** Targets, and the ports that each is asked on: the columns of target i are `first[i]` to `first[i + 1]`. */
export interface Columns {
  readonly ends: Ends;
  readonly first: Uint32Array;
  readonly port: Uint32Array;
}

/** Calls back with the counterparts that a rule covers, perhaps twice. */
type Covered = (rule: StackRule, take: (i: number) => void) => void;

/** `subject` stands for all pods to which the same policies apply. */
export function egressRow(
  applying: Applying,
  subject: Pod,
  columns: Columns,
  protocol: Protocol,
  parts: PartTable,
): Uint32Array {
  const { ends, first, port } = columns;
  const covers = coverage(protocol);
  return directionRow('egress', applying, port.length, parts, (rule, take) => {
    const target = (i: number): void => {
      const pod = ends.pods[i];
      const end = first[i + 1] ?? 0;
      for (let c = first[i] ?? 0; c < end; c++) {
        if (pod !== undefined && covers(rule, pod, port[c] ?? 0)) take(c);
      }
    };
    if (rule.peers.length === 0) for (let i = 0; i < ends.pods.length; i++) target(i);
    else for (const peer of rule.peers) for (const i of ends.named(peer, subject, 'egress')) target(i);
  });
}

export function ingressRow(
  applying: Applying,
  subject: Pod,
  port: number,
  sources: Ends,
  protocol: Protocol,
  parts: PartTable,
): Uint32Array {
  return directionRow('ingress', applying, sources.pods.length, parts, (rule, take) => {
    if (rule.covers?.(subject, port, protocol) === false) return;
    if (rule.peers.length === 0) for (let i = 0; i < sources.pods.length; i++) take(i);
    else for (const peer of rule.peers) for (const i of sources.named(peer, subject, 'ingress')) take(i);
  });
}

/** Numbers mean the same port on every target of a family, names do not. */
function coverage(protocol: Protocol): (rule: StackRule, target: Pod, port: number) => boolean {
  let of: StackRule | undefined;
  let asked = -1;
  let family: ReturnType<typeof familyOf>;
  let answer = false;
  return (rule, target, port) => {
    if (rule.covers === undefined) return true;
    if (rule.namedPorts) return rule.covers(target, port, protocol);
    const own = familyOf(target);
    if (rule !== of || port !== asked || own !== family) {
      answer = rule.covers(target, port, protocol);
      family = own;
      of = rule;
      asked = port;
    }
    return answer;
  };
}

/** Tier by tier, rules in order; each settles the counterparts that it covers and that none before it did. */
function directionRow(
  direction: Direction,
  { tiers }: Applying,
  size: number,
  parts: PartTable,
  covered: Covered,
): Uint32Array {
  const row = new Uint32Array(size).fill(PartTable.OPEN);
  const settled = new Uint8Array(tiers.length === 0 ? 0 : size);
  for (const { plan, policies } of tiers) {
    const passed: number[] = [];
    const read = (only: StackRule['action'] | undefined): void => {
      for (const { policy, rules } of policies) {
        for (const rule of rules) {
          const { action, index } = rule;
          if (action === 'log' || (only !== undefined && action !== only)) continue;
          const pass = action === 'pass';
          const part = pass
            ? 0
            : action === 'allow'
              ? parts.allowed(partOf(policy), index)
              : parts.denied([partOf(policy)], index);
          covered(rule, (i) => {
            if (settled[i] === 1) return;
            settled[i] = 1;
            if (pass) passed.push(i);
            else row[i] = part;
          });
        }
      }
    };
    if (plan.how === 'first-match') read(undefined);
    else {
      read('deny');
      read('allow');
    }
    const isolating = policies.filter(({ policy }) => policy.isolates[direction]);
    if (plan.end === 'deny' && isolating.length > 0) {
      const denied = parts.denied(isolating.map(({ policy }) => partOf(policy)));
      for (let i = 0; i < size; i++) {
        if (settled[i] === 1) continue;
        settled[i] = 1;
        row[i] = denied;
      }
    }
    for (const i of passed) settled[i] = 0;
  }
  return row;
}

function partOf({ name, kind = 'NetworkPolicy' }: StackPolicy): PartPolicy {
  return { policy: name, kind };
}
