/** NetworkPolicies with the API's defaults done; what they mean is `sim/policy`'s business. */
import { parseCidrStrict } from '../../base/ip.ts';
import type { Cidr } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyRule } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { memoByOwner } from '../memo.ts';
import type { Store } from '../store.ts';
import type { UpstreamPolicyPeer, UpstreamPolicyRule, UpstreamPolicySpec } from '../upstream.ts';

const memo = memoByOwner<Manifest, NetworkPolicy>();

export function makePolicies(store: Store): readonly NetworkPolicy[] {
  return store.list('NetworkPolicy').map(policyOf);
}

/** An unchanged manifest gives the identical policy. */
export function policyOf(manifest: Manifest): NetworkPolicy {
  return memo(manifest, '', () => makePolicy(manifest));
}

function makePolicy(manifest: Manifest): NetworkPolicy {
  const spec = (manifest.body['spec'] ?? {}) as UpstreamPolicySpec;
  // Ingress always; Egress only if the egress list has at least one rule (networking/v1 defaults).
  const types =
    spec.policyTypes !== undefined && spec.policyTypes.length > 0
      ? spec.policyTypes
      : (spec.egress ?? []).length > 0
        ? (['Ingress', 'Egress'] as const)
        : (['Ingress'] as const);
  const rules = (list: readonly UpstreamPolicyRule[] | undefined, field: 'ingress' | 'egress') =>
    (list ?? []).map((rule, i) => ruleOf(manifest, rule, field, i));
  return {
    namespace: manifest.ref.namespace ?? 'default',
    name: manifest.metadata.name,
    podSelector: spec.podSelector ?? {},
    policyTypes: types,
    ingress: rules(spec.ingress, 'ingress'),
    egress: rules(spec.egress, 'egress'),
    origin: manifest.origin,
  };
}

function ruleOf(
  manifest: Manifest,
  rule: UpstreamPolicyRule,
  field: 'ingress' | 'egress',
  index: number,
): NetworkPolicyRule {
  const path: FieldPath = ['spec', field, index];
  const peers = (field === 'ingress' ? rule?.from : rule?.to) ?? [];
  return {
    ports: (rule?.ports ?? []).map((p) => ({
      protocol: p.protocol ?? 'TCP',
      ...(p.port === undefined ? {} : { port: p.port }),
      ...(p.endPort === undefined ? {} : { endPort: p.endPort }),
    })),
    peers: peers.flatMap(peerOf),
    origin: { object: manifest.ref, path },
  };
}

function peerOf(peer: UpstreamPolicyPeer): NetworkPolicyPeer[] {
  if (peer.ipBlock !== undefined) {
    const cidr = parseCidrStrict(peer.ipBlock.cidr)?.cidr;
    if (cidr === undefined) return [];
    const except = (peer.ipBlock.except ?? []).map((e) => parseCidrStrict(e)?.cidr);
    return [{ ipBlock: { cidr, except: except.filter((c): c is Cidr => c !== undefined) } }];
  }
  return [
    {
      ...(peer.podSelector === undefined ? {} : { podSelector: peer.podSelector }),
      ...(peer.namespaceSelector === undefined ? {} : { namespaceSelector: peer.namespaceSelector }),
    },
  ];
}
