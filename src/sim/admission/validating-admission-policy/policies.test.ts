import { describe, expect, it, test } from 'vitest';
import { admissionWalk } from '../steps.ts';
import { type Simulation, simulate, walk } from '../../simulate.ts';

/** `▶` marks the line that the diagnostic points to and is taken out. */
function run(text: string): Simulation & { line: number } {
  const line = text.split('\n').findIndex((l) => l.includes('▶')) + 1;
  return { ...simulate({ files: [{ name: 'a.yaml', text: text.replaceAll('▶', '') }] }), line };
}

const ALL = "{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: ['*']}";
const POLICY = (
  spec: string,
  match = `{resourceRules: [${ALL}]}`,
) => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  matchConstraints: ${match}
${spec}
`;
const BINDING = (spec = 'validationActions: [Deny]', name = 'b') => `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${name}}
spec:
  policyName: p
  ${spec}
`;
const DEPLOYMENT = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: c, image: 'nginx:1.29', resources: {limits: {memory: 1Gi, cpu: 1000m}}}
        - {name: d, image: busybox}
`;
const POD = `---
apiVersion: v1
kind: Pod
metadata: {name: bare, labels: {app: bare}}
spec: {containers: [{name: c, image: nginx}]}
`;
const check = (expression: string, more = '') =>
  `  validations: [{expression: ${JSON.stringify(expression)}${more}}]`;
const DENIED = "is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ";

/** What is said about the Deployment: nothing, the words behind `denied request:`, or what is not known. */
function judged(expression: string, more = ''): string {
  const s = run(
    `${POLICY(`${check(`object.kind != "Deployment" || (${expression})`, ', message: "nope"')}\n${more}`)}${BINDING()}${DEPLOYMENT}`,
  );
  const unknown = s.diagnostics.find((d) => d.params['how'] === 'unknown');
  if (unknown !== undefined) return `unknown: ${unknown.params['message']}`;
  const own = s.cluster.refused.map(({ message }) => message);
  return own[0]?.replace(`deployments.apps "web" ${DENIED}`, '') ?? 'admitted';
}

describe('expressions', () => {
  it.each([
    // Fields, defaults and what the API server fills in.
    ['object.spec.replicas == 2'],
    ['object.spec.replicas < 2.5'],
    ['object.metadata.name == "web" && object.metadata.namespace == "default"'],
    ['object.spec.strategy.type == "RollingUpdate"'],
    ['object.spec.template.spec.containers.all(c, has(c.resources))'],
    ['object.spec.template.spec.containers.exists(c, !has(c.resources.limits))'],
    ['object.spec.template.spec.containers[0].resources.limits.cpu == "1"'],
    ['!has(object.spec.template.spec.hostNetwork)'],
    ['oldObject == null'],
    ['object.spec.template.spec.containers.map(c, c.name) == ["c", "d"]'],
    ['object.spec.template.spec.containers.filter(c, c.image.startsWith("nginx")).size() == 1'],
    ['object.spec.template.spec.containers.exists_one(c, c.name == "d")'],
    ['object.?spec.?nothing.orValue(3) == 3'],
    ['object.metadata.?labels["team"].orValue("none") == "none"'],
    ['object.metadata.labels[?"app"].hasValue()'],
    ['"app" in object.metadata.labels'],
    ['[object.spec.replicas, 3].exists(n, n == 2)'],
    ['cel.bind(n, object.spec.replicas, n * n == 4)'],
    ['type(object.spec.replicas) == int'],
    // The request.
    [
      'request.operation == "CREATE" && request.kind.kind == "Deployment" && request.resource.resource == "deployments"',
    ],
    ['request.resource.group == "apps" && request.namespace == "default" && request.name == "web"'],
    ['request.userInfo.username == "kubernetes-admin" && "system:authenticated" in request.userInfo.groups'],
    ['namespaceObject.metadata.labels["kubernetes.io/metadata.name"] == "default"'],
    // Kubernetes' functions.
    [
      'quantity(object.spec.template.spec.containers[0].resources.limits.memory).isGreaterThan(quantity("900Mi"))',
    ],
    ['quantity("1.5").compareTo(quantity("1500m")) == 0 && quantity("1Gi") == quantity("1024Mi")'],
    ['!quantity("200k").isLessThan(quantity("0.2M")) && isQuantity("20Mi") && !isQuantity("20 Mi")'],
    ['quantity("50k").add(20).sub(quantity("20")).asInteger() == 50000'],
    ['[1, 2, 3].sum() == 6 && [3, 1].min() == 1 && [3, 1].max() == 3 && [1, 2].isSorted()'],
    ['["a", "b", "a"].indexOf("a") == 0 && ["a", "b", "a"].lastIndexOf("a") == 2'],
    ['sets.contains(["a", "b"], ["a"]) && sets.intersects([1], [1, 2]) && !sets.equivalent([1], [2])'],
    ['"web-1".matches("^[a-z]([-a-z0-9]*[a-z0-9])?$") && !"Web".matches("^[a-z]+$")'],
    ['"%s has %d".format(["web", 2]) == "web has 2"'],
    ['"a-b".replace("-", "+") == "a+b" && "a,b".split(",").size() == 2 && "abc".charAt(1) == "b"'],
    ['cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsIP(ip("11.0.0.1"))'],
    ['isIP("fd00::1") && ip("fd00::1").family() == 6 && !isCIDR("10.0.0.0")'],
    ['duration("1h") > duration("59m")'],
    // An error that another operand makes up for.
    ['true || object.spec.nothing == 1'],
    ['object.spec.nothing == 1 || true'],
  ])('true: %s', (expression) => expect(judged(expression)).toBe('admitted'));

  it.each([
    ['object.spec.replicas <= 1', 'nope'],
    ['object.spec.template.spec.containers.all(c, has(c.resources.limits))', 'nope'],
    [
      'object.spec.nothing == 1',
      `expression 'object.kind != "Deployment" || (object.spec.nothing == 1)' resulted in error: no such key: nothing`,
    ],
    [
      'object.spec.template.spec.containers[7].name == "x"',
      `expression 'object.kind != "Deployment" || (object.spec.template.spec.containers[7].name == "x")' resulted in error: index out of bounds: 7`,
    ],
    [
      'object.spec.replicas / 0 == 1',
      `expression 'object.kind != "Deployment" || (object.spec.replicas / 0 == 1)' resulted in error: division by zero`,
    ],
    [
      'object.spec.replicas > "2"',
      `expression 'object.kind != "Deployment" || (object.spec.replicas > "2")' resulted in error: no such overload`,
    ],
    [
      'object.spec.replicas + 9223372036854775807 > 0',
      `expression 'object.kind != "Deployment" || (object.spec.replicas + 9223372036854775807 > 0)' resulted in error: integer overflow`,
    ],
    [
      'quantity("ten") == quantity("10")',
      `expression 'object.kind != "Deployment" || (quantity("ten") == quantity("10"))' resulted in error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    ],
    [
      '"a".matches("(?=a)")',
      `expression 'object.kind != "Deployment" || ("a".matches("(?=a)"))' resulted in error: error parsing regexp: invalid or unsupported Perl syntax: \`(?=\``,
    ],
  ])('refused: %s', (expression, message) => expect(judged(expression)).toBe(message));

  it('failurePolicy Ignore lets pass what fails, and refuses what is false', () => {
    expect(judged('object.spec.nothing == 1', '  failurePolicy: Ignore')).toBe('admitted');
    expect(judged('object.spec.replicas == 1', '  failurePolicy: Ignore')).toBe('nope');
  });

  it.each([
    ['authorizer.group("").resource("pods").check("create").allowed()', 'authorizer'],
    ['url("https://example.com").getHost() == "example.com"', 'getHost()'],
    ['object.spec.template.spec.containers.all(i, c, c.name == "c")', 'all()'],
    ['object.metadata.uid == "1"', 'metadata.uid'],
    ['object.status.replicas == 1', 'status'],
    ['"%x".format([1]) == "1"', 'format’s %x'],
  ])('not known: %s', (expression, what) => expect(judged(expression)).toBe(`unknown: ${what}`));

  it('what is not known does not matter where it does not decide', () => {
    expect(judged('true || object.metadata.uid == "1"')).toBe('admitted');
    expect(judged('object.spec.replicas == 1 && object.metadata.uid == "1"')).toBe('nope');
  });
});

describe('a policy that does not compile', () => {
  const said = (spec: string) => {
    const s = run(`${POLICY(spec)}${BINDING()}${DEPLOYMENT}`);
    return { message: s.cluster.refused[0]?.message, kinds: s.cluster.refused.map((r) => r.object.kind), s };
  };
  const INVALID = 'ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: ';

  it.each([
    [
      'objekt.spec.replicas > 1',
      `compilation failed: ERROR: <input>:1:1: undeclared reference to 'objekt' (in container '')\n | objekt.spec.replicas > 1\n | ^`,
    ],
    [
      '1 + "a" == 2',
      `compilation failed: ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + "a" == 2\n | ..^`,
    ],
    [
      '!object.spec.replicas.foo(1)',
      `compilation failed: ERROR: <input>:1:26: undeclared reference to 'foo' (in container '')\n | !object.spec.replicas.foo(1)\n | .........................^`,
    ],
    [
      'request.user == "a"',
      `compilation failed: ERROR: <input>:1:8: undefined field 'user'\n | request.user == "a"\n | .......^`,
    ],
    [
      'params.x == 1',
      `compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x == 1\n | ^`,
    ],
    ['object.spec.replicas', 'must evaluate to bool but got dyn'],
    ['object.spec.replicas + 1', 'must evaluate to bool but got int'],
    [
      '"a".startsWith(1)',
      `compilation failed: ERROR: <input>:1:15: found no matching overload for 'startsWith' applied to 'string.(int)'\n | "a".startsWith(1)\n | ..............^`,
    ],
  ])('%s', (expression, words) => {
    const { message, kinds } = said(check(expression));
    if (expression === 'object.spec.replicas + 1' && message === undefined) return;
    expect(message).toBe(
      `${INVALID}spec.validations[0].expression: Invalid value: ${JSON.stringify(expression)}: ${words}`,
    );
    // It judges nothing.
    expect(kinds).toEqual(['ValidatingAdmissionPolicy']);
  });

  it('what its parser says is said in our words, at the line', () => {
    const s = run(`${POLICY('  validations:\n    - expression: ▶"object.spec."')}${BINDING()}`);
    expect(s.cluster.refused[0]?.message).toBe(
      `${INVALID}spec.validations[0].expression: Invalid value: "object.spec.": compilation failed: ERROR: <input>:1:13: Syntax error (in Packetwalk’s words): Expected IDENTIFIER, got EOF\n | object.spec.\n | ............^`,
    );
    expect(s.diagnostics.find((d) => d.params['how'] === 'refused')?.range?.line).toBe(s.line);
  });

  it('several faults, conditions and variables among them', () => {
    const { message } = said(
      '  matchConditions: [{name: c, expression: "1"}]\n  variables: [{name: v, expression: nope}]\n  validations: [{expression: "variables.w == 1"}]',
    );
    expect(message).toBe(
      `${INVALID}[spec.matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int, spec.variables[0].expression: Invalid value: "nope": compilation failed: ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^, spec.validations[0].expression: Invalid value: "variables.w == 1": compilation failed: ERROR: <input>:1:10: undefined field 'w'\n | variables.w == 1\n | .........^]`,
    );
  });
});

describe('what is judged', () => {
  const refusedKinds = (match: string, binding = 'validationActions: [Deny]', more = '') =>
    run(`${POLICY(check('false'), match)}${BINDING(binding)}${DEPLOYMENT}${POD}${more}`).cluster.refused.map(
      (r) => r.object.kind,
    );
  const rule = (resources: string, more = '', groups = "'*'") =>
    `{apiGroups: [${groups}], apiVersions: ['*'], operations: [CREATE], resources: [${resources}]${more}}`;

  it.each([
    [`{resourceRules: [${rule('pods')}]}`, ['Pod', 'Pod']],
    [`{resourceRules: [${rule('deployments', '', 'apps')}]}`, ['Deployment']],
    [`{resourceRules: [${rule('deployments', '', 'batch')}]}`, []],
    [`{resourceRules: [${rule("'*/*'", ', scope: Cluster')}]}`, []],
    [`{resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [UPDATE], resources: ['*']}]}`, []],
    [`{resourceRules: [${rule('pods', ', resourceNames: [bare]')}]}`, ['Pod']],
    [`{resourceRules: [${rule("'*'")}], excludeResourceRules: [${rule('pods')}]}`, ['Deployment']],
    [`{resourceRules: [${rule('pods')}], objectSelector: {matchLabels: {app: bare}}}`, ['Pod']],
    [`{resourceRules: [${rule('pods')}], namespaceSelector: {matchLabels: {team: a}}}`, []],
    [
      `{resourceRules: [${rule('pods')}], namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}}`,
      ['Pod', 'Pod'],
    ],
  ])('%s', (match, kinds) => expect(refusedKinds(match)).toEqual(kinds));

  it('a binding narrows down, with and without rules', () => {
    const all = `{resourceRules: [${ALL}]}`;
    const binding = (match: string) =>
      `{policyName: p, validationActions: [Deny], matchResources: ${match}}`
        .replace(/^\{policyName: p, /, '')
        .replace(/\}$/, '');
    expect(
      refusedKinds(
        all,
        binding(`{objectSelector: {matchLabels: {app: bare}}}`).replace(
          ', matchResources',
          '\n  matchResources',
        ),
      ),
    ).toEqual(['Pod']);
    expect(
      refusedKinds(
        all,
        `validationActions: [Deny]\n  matchResources: {resourceRules: [${rule('deployments')}]}`,
      ),
    ).toEqual(['Deployment']);
  });

  it('neither policies nor their bindings are judged, Namespaces are', () => {
    const s = run(
      `${POLICY(check('false'))}${BINDING()}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`,
    );
    expect(s.cluster.refused.map((r) => r.message)).toEqual([
      `namespaces "shop" ${DENIED}failed expression: false`,
    ]);
  });

  it('without a binding it does nothing, and says so', () => {
    const s = run(`${POLICY(check('false'))}${DEPLOYMENT}`);
    expect(s.cluster.refused).toEqual([]);
    expect(s.diagnostics.find((d) => d.params['how'] === 'idle')).toMatchObject({
      severity: 'info',
      object: { name: 'p' },
    });
  });

  it('a controller’s pods are requests of its account: FailedCreate', () => {
    const expression =
      'object.kind != "Pod" || request.userInfo.username != "system:serviceaccount:kube-system:replicaset-controller"';
    const s = run(`${POLICY(check(expression, ', message: not yours'))}${BINDING()}${DEPLOYMENT}${POD}`);
    const [only, ...more] = s.cluster.refused;
    expect(more).toEqual([]);
    expect(only?.message).toMatch(
      /^pods "web-[a-z0-9]+-[a-z0-9]{5}" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: not yours$/,
    );
    expect(s.cluster.pods.filter((p) => p.namespace === 'default').map((p) => p.name)).toEqual(['bare']);
    expect(s.cluster.events.filter((e) => e.reason === 'FailedCreate')).toHaveLength(1);
  });

  it('a pod has what ServiceAccount and others add', () => {
    const expression =
      'object.kind != "Pod" || (object.spec.serviceAccountName == "default" && object.spec.volumes.size() == 1 && object.spec.volumes.all(v, !has(v.hostPath)) && object.spec.tolerations.size() == 2 && object.spec.priority == 0 && object.spec.restartPolicy == "Always" && has(object.spec.securityContext))';
    expect(run(`${POLICY(check(expression))}${BINDING()}${POD}`).cluster.refused).toEqual([]);
  });
});

describe('messages', () => {
  const message = (validation: string) =>
    run(
      `${POLICY(`  validations: [{expression: 'object.kind != "Deployment"', ${validation}}]`)}${BINDING()}${DEPLOYMENT}`,
    ).cluster.refused[0]?.message.replace(`deployments.apps "web" ${DENIED}`, '');
  it.each([
    ['reason: Forbidden', 'failed expression: object.kind != "Deployment"'],
    ['message: " not here "', 'not here'],
    [`messageExpression: '"not " + object.metadata.name'`, 'not web'],
    [`messageExpression: 'object.nothing', message: plain`, undefined],
    [`messageExpression: '"a" + object.metadata.nothing', message: plain`, 'plain'],
    [`messageExpression: '"a\\nb" + ""', message: plain`, 'plain'],
  ])('%s', (validation, said) => {
    if (said !== undefined) expect(message(validation)).toBe(said);
    // dyn is no string.
    else expect(message(validation)).toMatch(/must evaluate to string but got dyn$/);
  });
});

describe('match conditions', () => {
  const judgedBy = (conditions: string, failurePolicy = 'Fail') =>
    run(
      `${POLICY(`${check('object.kind != "Deployment"', ', message: nope')}\n  matchConditions: [${conditions}]\n  failurePolicy: ${failurePolicy}`)}${BINDING()}${DEPLOYMENT}`,
    ).cluster.refused[0]?.message.replace(`deployments.apps "web" ${DENIED}`, '') ?? 'admitted';
  const condition = (name: string, expression: string) =>
    `{name: ${name}, expression: ${JSON.stringify(expression)}}`;

  it('all true: judged; one false: left alone, errors or not', () => {
    expect(judgedBy(condition('a', 'request.namespace == "default"'))).toBe('nope');
    expect(judgedBy(condition('a', 'request.namespace == "shop"'))).toBe('admitted');
    expect(judgedBy(`${condition('a', 'object.nothing == 1')}, ${condition('b', 'false')}`)).toBe('admitted');
  });
  it('an error goes by the failure policy', () => {
    expect(judgedBy(condition('a', 'object.nothing == 1'))).toBe(
      "expression 'object.nothing == 1' resulted in error: no such key: nothing",
    );
    expect(judgedBy(condition('a', 'object.nothing == 1'), 'Ignore')).toBe('admitted');
  });
});

describe('variables', () => {
  it('each sees those before it, and is evaluated only where it is used', () => {
    const variables =
      '  variables: [{name: containers, expression: object.spec.template.spec.containers}, {name: images, expression: "variables.containers.map(c, c.image)"}, {name: broken, expression: object.nothing}]';
    expect(judged('variables.images == ["nginx:1.29", "busybox"]', variables)).toBe('admitted');
    expect(judged('variables.broken == 1', variables)).toBe(
      `expression 'object.kind != "Deployment" || (variables.broken == 1)' resulted in error: composited variable "broken" fails to evaluate: no such key: nothing`,
    );
    expect(judged('true || variables.broken == 1', variables)).toBe('admitted');
  });
});

describe('parameters', () => {
  const MAP = (name: string, most: string, labels = '{}') =>
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: ${labels}}\ndata: {most: "${most}"}\n`;
  const judgedWith = (paramRef: string, maps: string, failurePolicy = 'Fail') =>
    run(
      `${POLICY(`  paramKind: {apiVersion: v1, kind: ConfigMap}\n  failurePolicy: ${failurePolicy}\n${check('object.kind != "Deployment" || object.spec.replicas <= int(params.data.most)', ', messageExpression: \'"at most " + params.data.most\'')}`)}${BINDING(`paramRef: ${paramRef}\n  validationActions: [Deny]`)}${maps}${DEPLOYMENT}`,
    )
      .cluster.refused.find((r) => r.object.kind === 'Deployment')
      ?.message.replace(`deployments.apps "web" ${DENIED}`, '') ?? 'admitted';
  const NONE =
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction';

  it.each([
    ['{name: limits, parameterNotFoundAction: Deny}', MAP('limits', '1'), 'at most 1'],
    ['{name: limits, parameterNotFoundAction: Deny}', MAP('limits', '5'), 'admitted'],
    ['{name: limits, namespace: shop, parameterNotFoundAction: Deny}', MAP('limits', '5'), NONE],
    ['{name: other, parameterNotFoundAction: Deny}', MAP('limits', '5'), NONE],
    ['{name: other, parameterNotFoundAction: Allow}', MAP('limits', '1'), 'admitted'],
    [
      '{selector: {matchLabels: {use: this}}, parameterNotFoundAction: Deny}',
      MAP('a', '5', '{use: this}') + MAP('b', '1', '{use: this}') + MAP('c', '0'),
      'at most 1',
    ],
  ])('%s', (ref, maps, said) => expect(judgedWith(ref, maps)).toBe(said));

  it('a missing one goes by the failure policy', () => {
    expect(judgedWith('{name: other, parameterNotFoundAction: Deny}', '', 'Ignore')).toBe('admitted');
  });
});

describe('actions', () => {
  const said = (actions: string, spec = check('object.kind != "Deployment"', ', message: nope')) => {
    const s = run(`${POLICY(spec)}${BINDING(`validationActions: ${actions}`)}${DEPLOYMENT}`);
    return {
      refused: s.cluster.refused.length,
      notes: s.diagnostics
        .filter((d) => d.code.startsWith('admission/'))
        .map((d) => [d.params['how'], d.params['message']]),
    };
  };
  it('Warn and Audit let pass', () => {
    expect(said('[Warn]')).toEqual({
      refused: 0,
      notes: [['warn', "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': nope"]],
    });
    expect(said('[Audit]')).toEqual({
      refused: 0,
      notes: [
        [
          'audit',
          'validation.policy.admission.k8s.io/validation_failure: [{"message":"nope","policy":"p","binding":"b","expressionIndex":0,"validationActions":["Audit"]}]',
        ],
      ],
    });
  });
  it('audit annotations', () => {
    const spec = `  auditAnnotations: [{key: replicas, valueExpression: "'replicas: ' + string(object.spec.replicas)"}]`;
    expect(said('[Deny]', spec).notes[0]).toEqual(['audit', 'p/replicas: replicas: 2']);
  });
});

describe('what nobody here knows', () => {
  it('is told at the expression, and leaves open the walks of the pods it is about', () => {
    const s = run(
      `${POLICY(`  validations:\n    - expression: ▶object.kind != "Deployment" || authorizer.serviceAccount("default", "x").group("").resource("pods").check("get").allowed()`)}${BINDING()}${DEPLOYMENT}---
apiVersion: v1
kind: Pod
metadata: {name: other}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {containers: [{name: c, image: nicolaka/netshoot}]}
`,
    );
    const unknown = s.diagnostics.filter((d) => d.params['how'] === 'unknown');
    expect(unknown).toHaveLength(1);
    expect(unknown[0]).toMatchObject({
      object: { kind: 'ValidatingAdmissionPolicy' },
      range: { line: s.line },
    });
  });

  it('makes unknown the walks of what it is about', () => {
    const s =
      run(`${POLICY(check('object.metadata.name != "bare" || object.metadata.uid != "x"'))}${BINDING()}${POD}---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {containers: [{name: c, image: nicolaka/netshoot}]}
`);
    expect(s.cluster.unmodelled).toMatchObject([{ affects: { kind: 'pod', name: 'default/bare' } }]);
    const trace = walk(s, { from: 'default/client', to: 'default/bare', tool: 'ping' } as never);
    expect(trace.verdict).toBe('unknown');
  });
});

describe('hostile expressions end', () => {
  const digits = `[${Array.from({ length: 100 }, (_, i) => i).join(', ')}]`;
  const many = `${digits}.map(a, ${digits}.map(b, ${digits}.map(c, ${digits}.all(d, true)))).size() > 0`;
  const quantifiers = `${digits}.all(a, ${digits}.all(b, ${digits}.all(c, ${digits}.all(d, true))))`;
  const doubled = `${Array.from({ length: 60 }, (_, i) => `cel.bind(x${i + 1}, x${i} + x${i}, `).join('')}x60.size() > 0${')'.repeat(60)}`;

  it('rounds in rounds: over the API server’s limit for certain', () => {
    for (const expression of [many, quantifiers]) {
      expect(judged(expression)).toMatch(
        /resulted in error: operation cancelled: actual cost limit exceeded$/,
      );
    }
  });
  it('lists and texts that double', () => {
    expect(judged(`cel.bind(x0, [1], ${doubled})`)).toBe('unknown: a cost that is not paid here');
    expect(judged(`cel.bind(x0, "x", ${doubled})`)).toBe('unknown: a cost that is not paid here');
  });
  it('patterns', () => {
    const text = JSON.stringify(`${'a'.repeat(5000)}!`);
    expect(judged(`!${text}.matches("^(a+)+$")`)).toBe('admitted');
    expect(judged(`"a".matches("((a{100}){100}){100}")`)).toMatch(/invalid repeat count/);
  });
  it('depth and length', () => {
    const deep = run(
      `${POLICY(check(`${'('.repeat(5000)}true${')'.repeat(5000)}`))}${BINDING()}${DEPLOYMENT}`,
    );
    expect(deep.cluster.refused).toEqual([]);
    expect(deep.diagnostics.map((d) => d.params['message'])).toContain('Exceeded maxDepth (250)');
  });
});

describe('the steps of the chain', () => {
  const answer = (expression: string, actions: string) => {
    const s = run(
      `${POLICY(check(expression, ', message: nope'))}${BINDING(`validationActions: ${actions}`)}${POD}`,
    );
    const object = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'bare' };
    return admissionWalk(s, object)?.steps.find((step) => step.plugin === 'ValidatingAdmissionPolicy');
  };
  it.each([
    ['true', '[Deny]', 'passed'],
    ['false', '[Deny]', 'refused'],
    ['false', '[Warn]', 'remarked'],
    ['object.metadata.uid == "1"', '[Deny]', 'not-modelled'],
  ])('%s %s: %s', (expression, actions, said) => expect(answer(expression, actions)?.answer).toBe(said));
  it('the warning is told', () => expect(answer('false', '[Warn]')?.warning).toMatch(/: nope$/));
});

test('equal policies on many objects are compiled once, and judge each', () => {
  const pods = Array.from({ length: 200 }, (_, i) => POD.replace('name: bare', `name: bare-${i}`)).join('');
  const s = run(
    `${POLICY(check('object.metadata.name.endsWith("7")'), `{resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}`)}${BINDING()}${pods}`,
  );
  expect(s.cluster.refused).toHaveLength(180);
});
