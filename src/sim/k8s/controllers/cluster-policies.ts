/** Cluster-wide policies, whichever kind they are written in, in the order in which they are read. */
import { parseCidrStrict } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type {
  ClusterPolicy,
  ClusterPolicyPeer,
  ClusterPolicyPort,
  ClusterPolicyRule,
  LabelSelector,
  Protocol,
} from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { memoByOwner } from '../memo.ts';
import type { Store } from '../store.ts';

interface NamespacedPod {
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
}
interface UpstreamPeer {
  readonly namespaces?: LabelSelector;
  readonly pods?: NamespacedPod;
  readonly nodes?: LabelSelector;
  readonly networks?: readonly string[];
  readonly domainNames?: readonly string[];
}
interface Range {
  readonly start: number;
  readonly end: number;
}
interface DestinationPort {
  readonly destinationPort?: { readonly number?: number; readonly range?: Range };
}
interface UpstreamRule {
  readonly name?: string;
  readonly action: 'Accept' | 'Allow' | 'Deny' | 'Pass';
  readonly from?: readonly UpstreamPeer[];
  readonly to?: readonly UpstreamPeer[];
  readonly protocols?: readonly (Partial<Record<'tcp' | 'udp' | 'sctp', DestinationPort>> & {
    readonly destinationNamedPort?: string;
  })[];
  readonly ports?: readonly {
    readonly portNumber?: { readonly protocol?: Protocol; readonly port: number };
    readonly namedPort?: string;
    readonly portRange?: Range & { readonly protocol?: Protocol };
  }[];
}
interface UpstreamSpec {
  readonly tier?: 'Admin' | 'Baseline';
  readonly priority?: number;
  readonly subject?: { readonly namespaces?: LabelSelector; readonly pods?: NamespacedPod };
  readonly ingress?: readonly UpstreamRule[];
  readonly egress?: readonly UpstreamRule[];
}

const KINDS = ['ClusterNetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy'] as const;
const PROTOCOLS = [
  ['tcp', 'TCP'],
  ['udp', 'UDP'],
  ['sctp', 'SCTP'],
] as const;

const memo = memoByOwner<Manifest, ClusterPolicy>();

export function makeClusterPolicies(store: Store): readonly ClusterPolicy[] {
  return inOrder(
    KINDS.flatMap((kind) => store.list(kind).map((manifest) => clusterPolicyOf(manifest, kind))),
  );
}

/** By tier, priority and name. */
export function inOrder(policies: readonly ClusterPolicy[]): readonly ClusterPolicy[] {
  return policies.toSorted(
    (a, b) =>
      Number(a.tier === 'Baseline') - Number(b.tier === 'Baseline') ||
      a.priority - b.priority ||
      (a.name < b.name ? -1 : 1),
  );
}

/** An unchanged manifest gives the identical policy. */
export function clusterPolicyOf(manifest: Manifest, kind: ClusterPolicy['kind']): ClusterPolicy {
  return memo(manifest, kind, () => makePolicy(manifest, kind));
}

export function isClusterPolicyKind(kind: string): kind is ClusterPolicy['kind'] {
  return KINDS.some((one) => one === kind);
}

function makePolicy(manifest: Manifest, kind: ClusterPolicy['kind']): ClusterPolicy {
  const spec = (manifest.body['spec'] ?? {}) as UpstreamSpec;
  const rules = (field: 'ingress' | 'egress'): readonly ClusterPolicyRule[] =>
    (spec[field] ?? []).map((rule, i) => ruleOf(manifest, rule, field, i));
  return {
    kind,
    name: manifest.metadata.name,
    tier: kind === 'BaselineAdminNetworkPolicy' ? 'Baseline' : (spec.tier ?? 'Admin'),
    priority: spec.priority ?? 0,
    subject: podsOf(spec.subject ?? {}) ?? { namespaces: {} },
    ingress: rules('ingress'),
    egress: rules('egress'),
    origin: manifest.origin,
  };
}

function podsOf({ namespaces, pods }: Pick<UpstreamPeer, 'namespaces' | 'pods'>): ClusterPolicyPeer['pods'] {
  if (pods !== undefined) return { namespaces: pods.namespaceSelector ?? {}, pods: pods.podSelector ?? {} };
  return namespaces === undefined ? undefined : { namespaces };
}

function ruleOf(
  manifest: Manifest,
  rule: UpstreamRule,
  field: 'ingress' | 'egress',
  index: number,
): ClusterPolicyRule {
  const path: FieldPath = ['spec', field, index];
  return {
    ...(rule.name === undefined ? {} : { name: rule.name }),
    action: rule.action === 'Allow' ? 'Accept' : rule.action,
    peers: ((field === 'ingress' ? rule.from : rule.to) ?? []).map(peerOf),
    ports: portsOf(rule),
    origin: { object: manifest.ref, path },
  };
}

function peerOf(peer: UpstreamPeer): ClusterPolicyPeer {
  const pods = podsOf(peer);
  if (pods !== undefined) return { pods };
  if (peer.nodes !== undefined) return { nodes: peer.nodes };
  if (peer.domainNames !== undefined) return { domainNames: peer.domainNames };
  return {
    networks: (peer.networks ?? []).flatMap((text) => {
      const parsed = parseCidrStrict(text)?.cidr;
      return parsed === undefined ? [] : [parsed];
    }),
  };
}

function portsOf({ protocols, ports }: UpstreamRule): readonly ClusterPolicyPort[] {
  const range = (protocol: Protocol, { start, end }: Range): ClusterPolicyPort => ({
    protocol,
    port: start,
    endPort: end,
  });
  return [
    ...(protocols ?? []).flatMap((item): readonly ClusterPolicyPort[] => {
      if (item.destinationNamedPort !== undefined) return [{ port: item.destinationNamedPort }];
      return PROTOCOLS.flatMap(([field, protocol]) => {
        if (item[field] === undefined) return [];
        const port = item[field].destinationPort;
        if (port?.range !== undefined) return [range(protocol, port.range)];
        return [port?.number === undefined ? { protocol } : { protocol, port: port.number }];
      });
    }),
    ...(ports ?? []).flatMap((item): readonly ClusterPolicyPort[] => {
      if (item.namedPort !== undefined) return [{ port: item.namedPort }];
      if (item.portRange !== undefined) return [range(item.portRange.protocol ?? 'TCP', item.portRange)];
      const number = item.portNumber;
      return number === undefined ? [] : [{ protocol: number.protocol ?? 'TCP', port: number.port }];
    }),
  ];
}
