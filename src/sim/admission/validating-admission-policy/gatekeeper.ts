/**
 * Gatekeeper's templates and constraints in their CEL form (engine K8sNativeValidation; frameworks' k8scel driver): the template
 * is the policy, each constraint a binding with its parameters, and the answer is that of Gatekeeper's webhook, which is taken
 * to run. A template in Rego alone is not simulated.
 * Leaves out `namespaceSelector` on names with wildcards inside, `source`, scoped enforcement, and Gatekeeper's own exemptions.
 */
import type { FieldPath } from '../../base/origin.ts';
import type { LabelSelector } from '../../k8s/cluster-state.ts';
import type { AdmissionRequest } from '../../k8s/controllers/admission.ts';
import { asRecord, asRecords } from '../../k8s/kinds/schema.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { memoByOwner } from '../../k8s/memo.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import type { Store } from '../../k8s/store.ts';
import { celValue } from '../cel/values.ts';
import { namespaceLabels } from '../matching.ts';
import { resourceOf } from '../resources.ts';
import type { Binding } from './evaluate.ts';
import { type Policy, type PolicySpec, compilePolicy } from './policy.ts';

export const CONSTRAINT_GROUP = 'constraints.gatekeeper.sh';

interface Template {
  /** The kind of its constraints. */
  readonly kind: string;
  /** Absent: in Rego alone. */
  readonly policy?: Policy;
  readonly path: FieldPath;
}

const templates = memoByOwner<Manifest, Template>();

export const templateOf = (manifest: Manifest): Template =>
  templates(manifest, '', () => {
    const spec = asRecord(manifest.body['spec']);
    const names = asRecord(asRecord(asRecord(spec['crd'])['spec'])['names']);
    const kind = String(names['kind'] ?? '');
    const [target] = asRecords(spec['targets']);
    const code = asRecords(target?.['code']);
    const native = code.findIndex(({ engine }) => engine === 'K8sNativeValidation');
    if (native < 0) {
      return { kind, path: ['spec', 'targets', 0, target?.['rego'] === undefined ? 'code' : 'rego'] };
    }
    const source = asRecord(code[native]?.['source']) as PolicySpec;
    const path = ['spec', 'targets', 0, 'code', native, 'source'];
    // Both are there in every template: what is judged, and the constraint's parameters.
    const spoken: PolicySpec = {
      ...source,
      paramKind: {},
      matchConstraints: {
        resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }],
      },
      variables: [
        {
          name: 'anyObject',
          expression: 'has(request.operation) && request.operation == "DELETE" ? oldObject : object',
        },
        { name: 'params', expression: 'params.spec.parameters' },
        ...(source.variables ?? []),
      ],
    };
    return { kind, path, policy: shifted(compilePolicy(manifest.ref, spoken, path)) };
  });

/** The places of a template's own variables: two stand before them here. */
function shifted(policy: Policy): Policy {
  const variables = policy.variables.map((variable, i) => ({
    ...variable,
    path: [...variable.path.slice(0, -2), Math.max(i - 2, 0), 'expression'],
  }));
  return { ...policy, variables };
}

/** The constraints of a template that are about a request. */
export function constraintsFor(
  { kind }: Template,
  request: AdmissionRequest,
  objects: Pick<Store, 'get' | 'list'>,
): readonly (Pick<Binding, 'ref' | 'name' | 'params'> & { readonly action: string })[] {
  return objects
    .list(kind)
    .filter(({ apiVersion }) => apiVersion.startsWith(`${CONSTRAINT_GROUP}/`))
    .filter(({ body }) => about(asRecord(asRecord(body['spec'])['match']), request, objects))
    .map(({ ref, metadata, body }) => {
      const spec = asRecord(body['spec']);
      return {
        ref,
        name: metadata.name,
        action: String(spec['enforcementAction'] ?? 'deny'),
        params: celValue({ spec: { ...spec, parameters: spec['parameters'] ?? {} } }),
      };
    });
}

const strings = (list: unknown): readonly string[] => (Array.isArray(list) ? list.map(String) : []);
const named = (patterns: readonly string[], name: string): boolean =>
  patterns.some((one) =>
    one.endsWith('*')
      ? name.startsWith(one.slice(0, -1))
      : one.startsWith('*')
        ? name.endsWith(one.slice(1))
        : one === name,
  );

function about(
  match: Readonly<Record<string, unknown>>,
  { object, labels }: AdmissionRequest,
  objects: Pick<Store, 'get' | 'list'>,
): boolean {
  const resource = resourceOf(object, objects);
  if (resource === undefined) return false;
  const kinds = asRecords(match['kinds']);
  const has = (list: unknown, one: string): boolean => {
    const all = strings(list);
    return all.includes('*') || all.includes(one);
  };
  if (
    kinds.length > 0 &&
    !kinds.some((k) => has(k['apiGroups'], resource.group) && has(k['kinds'], object.kind))
  ) {
    return false;
  }
  const { scope } = match;
  if ((scope === 'Namespaced' && !resource.namespaced) || (scope === 'Cluster' && resource.namespaced))
    return false;
  const namespace = object.kind === 'Namespace' ? object.name : object.namespace;
  if (namespace !== undefined) {
    if (match['namespaces'] !== undefined && !named(strings(match['namespaces']), namespace)) return false;
    if (named(strings(match['excludedNamespaces']), namespace)) return false;
    const of = object.kind === 'Namespace' ? labels : namespaceLabels(namespace, objects);
    if (!matchesSelector((match['namespaceSelector'] ?? {}) as LabelSelector, of)) return false;
  }
  if (match['name'] !== undefined && !named([String(match['name'])], object.name)) return false;
  return matchesSelector((match['labelSelector'] ?? {}) as LabelSelector, labels);
}
