/** An edit of a policy as people keep it: text in files. What comes of it is read back by the parser itself. */
import type { ObjectRef } from '../../base/origin.ts';
import { objectKey } from '../../base/origin.ts';
import type { ClusterPolicy, ClusterState, NetworkPolicy } from '../../k8s/cluster-state.ts';
import { clusterPolicyOf, inOrder, isClusterPolicyKind } from '../../k8s/controllers/cluster-policies.ts';
import { policyOf } from '../../k8s/controllers/policies.ts';
import {
  appendDocument,
  editDocument,
  findPiece,
  isYaml,
  type Made,
  objectIn,
  type TextFile,
} from './document-edit.ts';
import type { Json, YamlEdit } from './yaml-edit.ts';

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
export interface Edited extends Pick<ClusterState, 'networkPolicies' | 'clusterPolicies'> {
  readonly files: readonly TextFile[];
}

/** Makes the edits one after another. Undefined where one cannot be made, or does not read as a policy again. */
export function editPolicies(before: Edited, edits: readonly PolicyEdit[]): Edited | undefined {
  let now = before;
  for (const edit of edits) {
    const next = editPolicy(now, edit);
    if (next === undefined) return undefined;
    now = next;
  }
  return now;
}

function editPolicy(
  { files, networkPolicies, clusterPolicies }: Edited,
  edit: PolicyEdit,
): Edited | undefined {
  const made = edit.do === 'add' ? addDocument(files, edit) : editDocument(files, edit.policy, [edit]);
  if (made === undefined) return undefined;
  const ref = edit.do === 'add' ? policyRef(edit.namespace, edit.name) : edit.policy;
  const object = objectIn(made.piece, ref);
  // What the API server would refuse is no fix.
  if (object?.manifest === undefined || object.diagnostics.some((d) => d.severity === 'error'))
    return undefined;
  const { manifest } = object;
  const others = <P extends NetworkPolicy | ClusterPolicy>(policies: readonly P[]): readonly P[] =>
    policies.filter((policy) => objectKey(policy.origin.object) !== objectKey(ref));
  return {
    files: files.map((file) => (file === made.file ? { name: file.name, text: made.text } : file)),
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
