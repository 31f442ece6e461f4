/** What can go wrong on purpose: the kinds of `Playground.faults`, each with the fields that it has and needs. */

interface FaultFields {
  readonly needs: readonly string[];
  readonly may: readonly string[];
}

export const FAULT_FIELDS = {
  /** Pods and their host ends (or one interface of the node) have this MTU. */
  mtu: { needs: ['mtu'], may: ['node', 'interface'] },
  /** The node's own firewall drops what comes in for this port. */
  'port-blocked': { needs: ['protocol', 'port'], may: ['node'] },
  /** The node's firewall drops "fragmentation needed" and "packet too big": no path MTU discovery. */
  'icmp-blocked': { needs: [], may: ['node'] },
  /** The node has lost this route. */
  'route-missing': { needs: ['node', 'to'], may: [] },
  /** net.ipv4.conf.INTERFACE.rp_filter */
  'rp-filter': { needs: ['value'], may: ['node', 'interface'] },
  /** net.bridge.bridge-nf-call-iptables (and -ip6tables) is 0. */
  'bridge-nf-off': { needs: [], may: ['node'] },
  /** net.ipv4.ip_forward (and IPv6's) is 0. */
  'ip-forward-off': { needs: [], may: ['node'] },
  /** kube-proxy wrote its last rules when the Service had these endpoints; none: before there was the Service. */
  'kube-proxy-stopped': { needs: ['service'], may: ['node', 'endpoints'] },
  /** The client's node remembers a UDP flow of this source port to an endpoint that is gone. */
  'conntrack-remembers': { needs: ['from', 'sport', 'service', 'endpoint'], may: [] },
  /** Every port that masquerading on the node could use is taken. */
  'ports-exhausted': { needs: ['node'], may: [] },
  /** The node lost its network; `noticed`: the node controller has marked it NotReady. */
  'node-down': { needs: ['node'], may: ['noticed'] },
} as const satisfies Readonly<Record<string, FaultFields>>;

export type FaultKind = keyof typeof FAULT_FIELDS;

export const FAULT_KINDS = Object.keys(FAULT_FIELDS) as readonly FaultKind[];
