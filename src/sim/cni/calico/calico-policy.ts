/**
 * A NetworkPolicy as Calico's own data model has it: each rule becomes one allow rule per protocol and peer, protocols
 * by name, and adjoining ports are joined to ranges (`libcalico-go/lib/backend/k8s/conversion`).
 */
import type { Cidr } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type { NetworkPolicy, NetworkPolicyPort, Protocol } from '../../k8s/cluster-state.ts';
import type { PortRange } from '../../net/config.ts';
import { peerSelector } from './selectors.ts';

export interface CalicoRule {
  /** Absent: every protocol. */
  readonly protocol?: 'tcp' | 'udp' | 'sctp';
  /** Numeric ports of the target; with `namedPorts` empty too, every port. */
  readonly ports: readonly PortRange[];
  readonly namedPorts: readonly string[];
  readonly selector?: string;
  readonly nets: readonly Cidr[];
  readonly notNets: readonly Cidr[];
  /** Index into spec.ingress or spec.egress. */
  readonly rule: number;
  /** The field that made it: the rule, or the peer or port alone where it is the only one. */
  readonly path: FieldPath;
}

const PROTOCOLS: readonly Protocol[] = ['SCTP', 'TCP', 'UDP'];
const LOWER = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

export function calicoRules(policy: NetworkPolicy, direction: 'ingress' | 'egress'): readonly CalicoRule[] {
  const peerField = direction === 'ingress' ? 'from' : 'to';
  return policy[direction].flatMap((rule, index) => {
    const byProtocol = portsByProtocol(rule.ports);
    return byProtocol.flatMap(({ protocol, items, positions }): CalicoRule[] => {
      const everyPort = items.some((item) => item.port === undefined);
      const numeric = items.flatMap((item) =>
        typeof item.port === 'number' ? [{ from: item.port, to: item.endPort ?? item.port }] : [],
      );
      const common = {
        ...(protocol === undefined ? {} : { protocol: LOWER[protocol] }),
        ports: everyPort ? [] : joined(numeric),
        namedPorts: everyPort
          ? []
          : items.flatMap((item) => (typeof item.port === 'string' ? [item.port] : [])),
        rule: index,
      };
      const base = ['spec', direction, index];
      const onlyPort = positions.length === 1 ? positions[0] : undefined;
      if (rule.peers.length === 0) {
        const path = onlyPort === undefined ? base : [...base, 'ports', onlyPort];
        return [{ ...common, nets: [], notNets: [], path }];
      }
      return rule.peers.map((peer, at): CalicoRule => {
        const path = [...base, peerField, at];
        return peer.ipBlock === undefined
          ? { ...common, nets: [], notNets: [], selector: peerSelector(peer, policy.namespace), path }
          : { ...common, nets: [peer.ipBlock.cidr], notNets: peer.ipBlock.except, path };
      });
    });
  });
}

function portsByProtocol(ports: readonly NetworkPolicyPort[]): readonly {
  readonly protocol?: Protocol;
  readonly items: readonly NetworkPolicyPort[];
  readonly positions: readonly number[];
}[] {
  if (ports.length === 0) return [{ items: [{ protocol: 'TCP' }], positions: [] }];
  return PROTOCOLS.flatMap((protocol) => {
    const positions = ports.flatMap((item, index) => (item.protocol === protocol ? [index] : []));
    return positions.length === 0
      ? []
      : [{ protocol, items: ports.filter((item) => item.protocol === protocol), positions }];
  });
}

/** Overlapping and adjoining ranges become one. */
function joined(ranges: readonly PortRange[]): readonly PortRange[] {
  const result: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from <= last.to + 1) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else result.push(range);
  }
  return result;
}
