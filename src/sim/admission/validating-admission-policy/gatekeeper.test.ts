import { describe, expect, it } from 'vitest';
import { simulate } from '../../simulate.ts';

const run = (text: string) => simulate({ files: [{ name: 'a.yaml', text }] });

/** As the template of Gatekeeper's website, in both engines. */
const TEMPLATE = (code: string) => `apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8srequiredlabels}
spec:
  crd:
    spec:
      names: {kind: K8sRequiredLabels}
      validation:
        openAPIV3Schema: {type: object, properties: {labels: {type: array, items: {type: string}}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      ${code}
`;
const NATIVE = `code:
        - engine: K8sNativeValidation
          source:
            variables:
              - name: labels
                expression: '"labels" in variables.anyObject.metadata ? variables.anyObject.metadata.labels : {}'
            validations:
              - expression: variables.params.labels.all(l, l in variables.labels)
                messageExpression: '"missing one of " + variables.params.labels.join(", ")'`;
const CONSTRAINT = (spec: string) => `---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sRequiredLabels
metadata: {name: must-have-team}
spec:
  parameters: {labels: [team, app]}
  ${spec}
`;
const POD = (name: string, labels: string) => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: ${labels}}
spec: {containers: [{name: c, image: nginx}]}
`;
const PODS = POD('with', '{team: a, app: b}') + POD('without', '{app: b}');
const MATCH = 'match: {kinds: [{apiGroups: [""], kinds: [Pod]}]}';

describe('Gatekeeper’s constraints as CEL', () => {
  it('a template is a policy, a constraint binds it', () => {
    const s = run(TEMPLATE(NATIVE) + CONSTRAINT(MATCH) + PODS);
    expect(s.cluster.refused.map((r) => [r.object.name, r.message])).toEqual([
      [
        'without',
        'admission webhook "validation.gatekeeper.sh" denied the request: [must-have-team] missing one of team, app',
      ],
    ]);
    expect(s.diagnostics.filter((d) => d.severity === 'error')).toHaveLength(1);
  });

  it.each([
    ['match: {kinds: [{apiGroups: [apps], kinds: [Pod]}]}', []],
    ['match: {kinds: [{apiGroups: [""], kinds: [Pod]}], excludedNamespaces: [def*]}', []],
    ['match: {namespaces: [shop]}', []],
    ['match: {labelSelector: {matchLabels: {app: c}}}', []],
    ['match: {scope: Cluster}', []],
    ['match: {name: without}', ['without']],
    [`enforcementAction: warn\n  ${MATCH}`, []],
  ])('%s', (spec, refused) => {
    const s = run(TEMPLATE(NATIVE) + CONSTRAINT(spec) + PODS);
    expect(s.cluster.refused.map((r) => r.object.name)).toEqual(refused);
    if (spec.includes('warn')) {
      expect(s.diagnostics.find((d) => d.params['how'] === 'warn')?.params['message']).toBe(
        '[must-have-team] missing one of team, app',
      );
    }
  });

  it('Rego alone is not simulated: said at its line, and what it judges is open', () => {
    const s = run(TEMPLATE('rego: |\n        package k8srequiredlabels') + CONSTRAINT(MATCH) + PODS);
    expect(s.cluster.refused).toEqual([]);
    const hows = s.diagnostics
      .filter((d) => d.code === 'admission/validating-admission-policy')
      .map((d) => [d.params['how'], d.range?.line]);
    expect(hows).toEqual([
      ['not-simulated', 12],
      ['unknown', 12],
    ]);
    expect(s.cluster.unmodelled.map((u) => u.affects)).toEqual([
      { kind: 'pod', name: 'default/with' },
      { kind: 'pod', name: 'default/without' },
    ]);
  });

  it('without its template a constraint is no kind', () => {
    expect(run(CONSTRAINT(MATCH).replace('---\n', '')).cluster.refused[0]?.message).toBe(
      'no matches for kind "K8sRequiredLabels" in version "constraints.gatekeeper.sh/v1beta1"',
    );
  });
});
