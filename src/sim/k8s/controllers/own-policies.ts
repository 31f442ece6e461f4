/** Policies of CNIs' own API groups, and how all policies of the cluster stand to one another. */
import type { NetworkSet, OwnPolicy, PolicyTierPlan } from '../cluster-state.ts';
import { kindsThere } from '../kinds/registry.ts';
import { type AroundPolicy, type KindSpec, refKindOf } from '../kinds/schema.ts';
import type { Manifest } from '../manifest.ts';
import { memoByOwner } from '../memo.ts';
import type { Store } from '../store.ts';
import type { CniForSettling } from './cni.ts';

const memo = memoByOwner<Manifest, OwnPolicy>();
const memoSet = memoByOwner<Manifest, NetworkSet>();
const memoTier = memoByOwner<Manifest, OwnTier>();

/** A tier that somebody wrote. */
interface OwnTier {
  readonly group: string;
  readonly plan: PolicyTierPlan;
}

/** By order and name; the tiers sort out the rest. */
export function makeOwnPolicies(store: Store, around: AroundPolicy): readonly OwnPolicy[] {
  const { networkSets, namespaces } = around;
  const sets =
    networkSets.length === 0
      ? ''
      : JSON.stringify([networkSets, namespaces.map((one) => [one.name, one.labels])]);
  return kindsThere()
    .flatMap((spec) => {
      const { ownPolicy } = spec;
      return ownPolicy === undefined
        ? []
        : manifestsOf(store, spec).map((manifest) =>
            memo(manifest, `${sets}${endpointsFor(manifest, around)}`, () => ownPolicy(manifest, around)),
          );
    })
    .toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** What a policy that names Services reads of their endpoints. */
function endpointsFor({ body }: Manifest, { endpointSlices }: AroundPolicy): string {
  if (!JSON.stringify(body).includes('"services"')) return '';
  return JSON.stringify(
    endpointSlices.map(({ namespace, service, ports, endpoints }) => [
      namespace,
      service,
      ports,
      endpoints.map((one) => one.addresses),
    ]),
  );
}

/** By kind, namespace and name. */
export function makeNetworkSets(store: Store): readonly NetworkSet[] {
  return kindsThere().flatMap((spec) => {
    const { networkSet } = spec;
    return networkSet === undefined
      ? []
      : manifestsOf(store, spec).map((manifest) => memoSet(manifest, '', () => networkSet(manifest)));
  });
}

/** Undefined: what every cluster has without a say of its CNI. */
export function makePolicyTiers(store: Store, cni: CniForSettling): readonly PolicyTierPlan[] | undefined {
  const { ownPolicies: own } = cni;
  if (own === undefined) return undefined;
  const written = kindsThere().flatMap((spec) => {
    const { ownTier } = spec;
    return ownTier === undefined
      ? []
      : manifestsOf(store, spec).map((manifest) => memoTier(manifest, '', () => ownTier(manifest)));
  });
  const names = new Set(own.tiers.map((tier) => tier.name));
  const added = written.flatMap(({ group, plan }) =>
    group === own.group && !names.has(plan.name) ? [plan] : [],
  );
  if (added.length === 0) return own.tiers;
  return [...own.tiers, ...added].toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
}

function manifestsOf(store: Store, spec: KindSpec): readonly Manifest[] {
  return store.list(refKindOf(spec)).filter((manifest) => manifest.apiVersion === spec.apiVersion);
}
