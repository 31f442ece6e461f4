/** An edit of a policy as people keep it: text in files. What comes of it is read back by the parser itself. */
import type { ObjectRef } from '../../base/origin.ts';
import { objectKey } from '../../base/origin.ts';
import type { ClusterPolicy, ClusterState, NetworkPolicy, OwnPolicy } from '../../k8s/cluster-state.ts';
import { clusterPolicyOf, inOrder, isClusterPolicyKind } from '../../k8s/controllers/cluster-policies.ts';
import { policyOf } from '../../k8s/controllers/policies.ts';
import { findKind } from '../../k8s/kinds/registry.ts';
import type { AroundPolicy } from '../../k8s/kinds/schema.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import type { Json, YamlEdit } from '../../k8s/own-edits.ts';
import type { Store } from '../../k8s/store.ts';
import {
  appendDocument,
  editDocument,
  findPiece,
  isYaml,
  type Made,
  objectIn,
  type TextFile,
} from './document-edit.ts';

export type PolicyEdit =
  | ({ readonly policy: ObjectRef } & YamlEdit)
  /** A policy of its own: in the file that holds policies, else behind the object `beside`. */
  | {
      readonly beside: ObjectRef;
      readonly do: 'add';
      readonly namespace: string;
      readonly name: string;
      readonly spec: { readonly [key: string]: Json };
    };

/** What the files and the policies are after edits. */
export interface Edited extends Pick<ClusterState, 'networkPolicies' | 'clusterPolicies' | 'ownPolicies'> {
  readonly files: readonly TextFile[];
}

/** What a policy of a CNI's own kind is read with. */
export type Surroundings = AroundPolicy & { readonly store: Store };

/** Makes the edits one after another. Undefined where one cannot be made, or does not read as a policy again. */
export function editPolicies(
  before: Edited,
  edits: readonly PolicyEdit[],
  around: Surroundings,
): Edited | undefined {
  let now = before;
  for (const edit of edits) {
    const next = editPolicy(now, edit, around);
    if (next === undefined) return undefined;
    now = next;
  }
  return now;
}

function editPolicy(
  { files, networkPolicies, clusterPolicies, ownPolicies }: Edited,
  edit: PolicyEdit,
  around: Surroundings,
): Edited | undefined {
  const made = edit.do === 'add' ? addDocument(files, edit) : editDocument(files, edit.policy, [edit]);
  if (made === undefined) return undefined;
  const ref = edit.do === 'add' ? policyRef(edit.namespace, edit.name) : edit.policy;
  const object = objectIn(made.piece, ref);
  // What the API server would refuse is no fix.
  if (object?.manifest === undefined || object.diagnostics.some((d) => d.severity === 'error'))
    return undefined;
  const { manifest } = object;
  const edited = files.map((file) => (file === made.file ? { name: file.name, text: made.text } : file));
  const own = ownPoliciesOf(manifest, around);
  if (own !== undefined) {
    // In the place of what they were: the order of a list may mean something.
    const at = ownPolicies.findIndex((policy) => objectKey(policy.origin.object) === objectKey(ref));
    const rest = ownPolicies.filter((policy) => objectKey(policy.origin.object) !== objectKey(ref));
    return {
      files: edited,
      networkPolicies,
      clusterPolicies,
      ownPolicies: [...rest.slice(0, at), ...own, ...rest.slice(at)],
    };
  }
  const others = <P extends NetworkPolicy | ClusterPolicy>(policies: readonly P[]): readonly P[] =>
    policies.filter((policy) => objectKey(policy.origin.object) !== objectKey(ref));
  return {
    files: edited,
    ownPolicies,
    ...(isClusterPolicyKind(ref.kind)
      ? {
          networkPolicies,
          clusterPolicies: inOrder([...others(clusterPolicies), clusterPolicyOf(manifest, ref.kind)]),
        }
      : {
          networkPolicies: [...others(networkPolicies), policyOf(manifest)].sort(byName),
          clusterPolicies,
        }),
  };
}

/** Undefined for a kind that is no CNI's own; none where what the CNI finds invalid has no effect. */
function ownPoliciesOf(manifest: Manifest, around: Surroundings): readonly OwnPolicy[] | undefined {
  const { ownPolicy, ciliumPolicies } = findKind(manifest.kind, manifest.apiVersion) ?? {};
  if (ownPolicy !== undefined) return [ownPolicy(manifest, around)];
  return ciliumPolicies?.(manifest, around.store).map((policy) => policy.own);
}

/** The order of the cluster's own list. */
function byName(a: NetworkPolicy, b: NetworkPolicy): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function policyRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name };
}

type Added = Extract<PolicyEdit, { readonly do: 'add' }>;

function addDocument(files: readonly TextFile[], edit: Added): Made | undefined {
  const file = fileForNew(files, edit.beside);
  if (file === undefined) return undefined;
  const { namespace, name, spec } = edit;
  return appendDocument(file, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, ...(namespace === 'default' ? {} : { namespace }) },
    spec,
  });
}

/** The last file that holds policies, else the one with the object that is to be isolated, else the last. */
function fileForNew(files: readonly TextFile[], beside: ObjectRef): TextFile | undefined {
  const policies = files.findLast(
    (file) => isYaml(file) && /^kind:[ \t]*["']?NetworkPolicy\b/m.test(file.text),
  );
  const own = findPiece(files, beside)?.file;
  return policies ?? (own !== undefined && isYaml(own) ? own : files.findLast(isYaml));
}
