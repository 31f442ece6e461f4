/** Kinds as the API's paths and rules name them: `pods`, `networkpolicies`, with group, version and scope. */
import type { ObjectRef } from '../base/origin.ts';
import { findKind } from '../k8s/kinds/registry.ts';
import { asRecord } from '../k8s/kinds/schema.ts';
import type { Store } from '../k8s/store.ts';
import { resourceOf as pluralOf } from './resource-name.ts';

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** The resource of an object; undefined for documents that no API server is asked to store. */
export function resourceOf(ref: ObjectRef, objects: Pick<Store, 'list'>): Resource | undefined {
  const { apiVersion = '', kind } = ref;
  const [first = '', second] = apiVersion.split('/');
  const [group, version] = second === undefined ? ['', first] : [first, second];
  const known = findKind(kind, apiVersion);
  if (known?.scope === 'none') return undefined;
  if (known !== undefined)
    return { group, version, resource: pluralOf(kind), namespaced: known.scope === 'namespaced' };
  for (const { body } of objects.list('CustomResourceDefinition')) {
    const spec = asRecord(body['spec']);
    const names = asRecord(spec['names']);
    if (spec['group'] !== group || names['kind'] !== kind) continue;
    return {
      group,
      version,
      resource: String(names['plural'] ?? pluralOf(kind)),
      namespaced: spec['scope'] !== 'Cluster',
    };
  }
  return { group, version, resource: pluralOf(kind), namespaced: ref.namespace !== undefined };
}
