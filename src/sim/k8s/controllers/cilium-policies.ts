/** Cilium's own policies, as Cilium takes them: the code for it comes with their kinds. */
import type { CiliumPolicy } from '../cluster-state.ts';
import { findKind } from '../kinds/registry.ts';
import type { Manifest } from '../manifest.ts';
import { memoByOwner } from '../memo.ts';
import type { Store } from '../store.ts';

const KINDS = ['CiliumClusterwideNetworkPolicy', 'CiliumNetworkPolicy'];
const memo = memoByOwner<Manifest, readonly CiliumPolicy[]>();

export function makeCiliumPolicies(store: Store): readonly CiliumPolicy[] {
  return KINDS.flatMap((kind) =>
    store.list(kind).flatMap((manifest) => {
      const make = findKind(kind, manifest.apiVersion)?.ciliumPolicies;
      if (make === undefined) return [];
      // `toServices` looks at the Services.
      const services = JSON.stringify(manifest.body).includes('toServices')
        ? JSON.stringify(store.list('Service').map(({ ref, metadata }) => [ref, metadata.labels]))
        : '';
      return memo(manifest, services, () => make(manifest, store));
    }),
  );
}
