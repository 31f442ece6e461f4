/** For tests: random small clusters with policies, as documents. Deterministic where the runs are given a seed. */
import fc from 'fast-check';

const labels = fc.record(
  { app: fc.constantFrom('a', 'b', 'c'), tier: fc.constantFrom('x', 'y') },
  { requiredKeys: [] },
);
const selector = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: labels }),
  fc.record({
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key: fc.constantFrom('app', 'tier'),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.subarray(['a', 'b', 'x'], { minLength: 1 }),
        }),
        fc.record({
          key: fc.constantFrom('app', 'tier'),
          operator: fc.constantFrom('Exists', 'DoesNotExist'),
        }),
      ),
      { maxLength: 2 },
    ),
  }),
);
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'blue' } }) }),
  fc.record({
    podSelector: selector,
    namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'red' } }),
  }),
  fc.constantFrom(
    { ipBlock: { cidr: '10.244.0.64/26' } },
    { ipBlock: { cidr: '10.244.1.0/24' } },
    { ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.1.0/24', '10.244.0.64/26'] } },
    { ipBlock: { cidr: '0.0.0.0/0' } },
  ),
);
const port = fc.oneof(
  fc.record({ port: fc.constantFrom(80, 81, 'http') }),
  fc.record({ port: fc.constantFrom(80, 'http'), protocol: fc.constant('UDP') }),
  fc.constant({ port: 79, endPort: 80 }),
  fc.constant({ protocol: 'UDP' }),
);
const rule = (field: 'from' | 'to') =>
  fc.record({ [field]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 3 }) });
const spec = fc.record({
  podSelector: selector,
  policyTypes: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
  ingress: fc.array(rule('from'), { maxLength: 2 }),
  egress: fc.array(rule('to'), { maxLength: 2 }),
});

const clusterPods = fc.oneof(
  fc.record({ namespaces: fc.constantFrom({}, { matchLabels: { team: 'blue' } }) }),
  fc.record({
    pods: fc.record({
      namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'red' } }),
      podSelector: selector,
    }),
  }),
);
const clusterRule = (field: 'from' | 'to') =>
  fc.record(
    {
      action: fc.constantFrom('Accept', 'Deny', 'Pass'),
      [field]: fc.array(
        field === 'from'
          ? clusterPods
          : fc.oneof(
              clusterPods,
              fc.record({
                networks: fc.subarray(['10.244.0.64/26', '10.244.1.0/24', '10.244.0.0/16'], { minLength: 1 }),
              }),
            ),
        { minLength: 1, maxLength: 2 },
      ),
      protocols: fc.array(
        fc.constantFrom(
          { tcp: {} },
          { udp: { destinationPort: { number: 80 } } },
          { tcp: { destinationPort: { number: 81 } } },
          { tcp: { destinationPort: { range: { start: 79, end: 80 } } } },
        ),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { requiredKeys: ['action', field] },
  );
/** Cluster-wide policies, as documents to go with a random cluster. */
export const randomClusterPolicies = fc
  .array(
    fc.record({
      tier: fc.constantFrom('Admin', 'Baseline'),
      priority: fc.constantFrom(0, 5, 10),
      subject: clusterPods,
      ingress: fc.array(clusterRule('from'), { maxLength: 2 }),
      egress: fc.array(clusterRule('to'), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((specs) =>
    specs
      .map((own, index) =>
        JSON.stringify({
          apiVersion: 'policy.networking.k8s.io/v1alpha2',
          kind: 'ClusterNetworkPolicy',
          metadata: { name: `c${index}` },
          spec: own,
        }),
      )
      .join('\n---\n'),
  );

const ciliumSelector = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: labels }),
  fc.record({
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key: fc.constantFrom('app', 'k8s:app', 'any:tier'),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.subarray(['a', 'b', 'x'], { minLength: 1 }),
        }),
        fc.record({
          key: fc.constantFrom('app', 'k8s:tier', 'reserved:host'),
          operator: fc.constantFrom('Exists', 'DoesNotExist'),
        }),
      ),
      { maxLength: 2 },
    ),
  }),
);
const ciliumPeerSelector = fc.oneof(
  ciliumSelector,
  fc.record({
    matchLabels: labels.chain((own) =>
      fc.constantFrom(
        { ...own, 'k8s:io.kubernetes.pod.namespace': 'team' },
        { ...own, 'io.cilium.k8s.namespace.labels.team': 'red' },
        { 'reserved:remote-node': '' },
      ),
    ),
  }),
);
const ciliumPeers = (side: 'from' | 'to') =>
  fc.oneof(
    fc.constant({}),
    fc.record({ [`${side}Endpoints`]: fc.array(ciliumPeerSelector, { maxLength: 2 }) }),
    fc.record({
      [`${side}Entities`]: fc.subarray(['all', 'cluster', 'world', 'host', 'remote-node', 'kube-apiserver'], {
        minLength: 1,
        maxLength: 2,
      }),
    }),
    fc.record({ [`${side}CIDR`]: fc.constantFrom(['10.244.0.0/16'], ['0.0.0.0/0'], []) }),
  );
/** Names of ports mean the pod's own on the way in alone. */
const ciliumPorts = (side: 'from' | 'to') =>
  fc.oneof(
    fc.constant({}),
    fc.record({
      toPorts: fc.array(
        fc.record({
          ports: fc.array(
            fc.constantFrom(
              { port: '80' },
              { port: '80', protocol: 'TCP' },
              { port: '81', protocol: 'TCP' },
              { port: '64', endPort: 95, protocol: 'TCP' },
              { port: '0', protocol: 'UDP' },
              { port: '53', endPort: 80, protocol: 'UDP' },
              ...(side === 'from' ? [{ port: 'http', protocol: 'TCP' }] : []),
            ),
            { maxLength: 2 },
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  );
const ciliumRules = (side: 'from' | 'to') =>
  fc.array(
    fc.tuple(ciliumPeers(side), ciliumPorts(side)).map(([peers, ports]) => ({ ...peers, ...ports })),
    { minLength: 1, maxLength: 2 },
  );
/** CiliumNetworkPolicies and cluster-wide ones, as documents to go with a random cluster. */
export const randomCiliumPolicies = fc
  .array(
    fc
      .record({
        namespace: fc.constantFrom('default', 'team', undefined),
        endpointSelector: ciliumSelector,
        sections: fc.record(
          {
            ingress: ciliumRules('from'),
            ingressDeny: ciliumRules('from'),
            egress: ciliumRules('to'),
            egressDeny: ciliumRules('to'),
            enableDefaultDeny: fc.record(
              { ingress: fc.boolean(), egress: fc.boolean() },
              { requiredKeys: [] },
            ),
          },
          { requiredKeys: [] },
        ),
      })
      .filter(({ sections }) => Object.keys(sections).some((key) => key !== 'enableDefaultDeny')),
    { minLength: 1, maxLength: 4 },
  )
  .map((policies) =>
    policies
      .map(({ namespace, endpointSelector, sections }, index) =>
        JSON.stringify({
          apiVersion: 'cilium.io/v2',
          kind: namespace === undefined ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy',
          metadata: { name: `cilium${index}`, ...(namespace !== undefined && { namespace }) },
          spec: { endpointSelector, ...sections },
        }),
      )
      .join('\n---\n'),
  );

/**
 * Two to six pods on two workers in three namespaces, all listening on 80, some as the account `robot`; a Service in front of
 * some; up to four policies.
 */
export const randomCluster = fc
  .record({
    pods: fc.array(
      fc.record({
        namespace: fc.constantFrom('default', 'team', 'other'),
        labels,
        http: fc.constantFrom(80, 81),
        robot: fc.boolean(),
      }),
      { minLength: 2, maxLength: 6 },
    ),
    policies: fc.array(fc.record({ namespace: fc.constantFrom('default', 'team'), spec }), { maxLength: 4 }),
  })
  .map(({ pods, policies }) =>
    [
      ...['team', 'other'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { team: name === 'team' ? 'blue' : 'red' } },
      })),
      ...['default', 'team', 'other'].map((namespace) => ({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'robot', namespace, labels: { role: namespace === 'team' ? 'b' : 'a' } },
      })),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'front', namespace: 'default' },
        spec: { selector: { app: 'a' }, ports: [{ port: 8080, targetPort: 'http' }] },
      },
      ...pods.map((pod, index) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          namespace: pod.namespace,
          name: `p${index}`,
          labels: pod.labels,
          annotations: { 'packetwalk.dev/listen': '80/TCP,80/UDP' },
        },
        spec: {
          ...(pod.robot ? { serviceAccountName: 'robot' } : {}),
          nodeName: index % 2 === 0 ? 'kind-worker' : 'kind-worker2',
          containers: [
            {
              name: 'c',
              image: 'example.com/app',
              ports: [{ name: 'http', containerPort: pod.http, protocol: 'TCP' }],
            },
          ],
        },
      })),
      ...policies.map((policy, index) => ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { namespace: policy.namespace, name: `n${index}` },
        spec: policy.spec,
      })),
    ]
      .map((document) => JSON.stringify(document))
      .join('\n---\n'),
  );

const expression = fc.constantFrom(
  'all()',
  "app == 'a'",
  "app != 'a'",
  "app in {'a', 'b'} && has(tier)",
  "!has(tier) || app == 'c'",
  "tier starts with 'x'",
  "app not in {'c'}",
  "projectcalico.org/namespace == 'team'",
  "projectcalico.org/serviceaccount == 'robot'",
  "pcsa.role == 'a' || pcns.team == 'blue'",
  "has(projectcalico.org/orchestrator) && pcsa.projectcalico.org/name != 'robot'",
  "kind in {'net', 'none'}",
);
const accounts = fc.constantFrom(
  { names: ['robot'] },
  { selector: "role == 'a'" },
  { names: ['robot', 'default'], selector: "role != 'a'" },
);
const namespaces = fc.constantFrom(
  "team == 'blue'",
  'all()',
  "projectcalico.org/name == 'default'",
  'global()',
);
const ranges = fc.subarray(['10.244.0.64/26', '10.244.1.0/24', '10.244.0.0/16'], { minLength: 1 });
const entity = fc.record(
  {
    selector: expression,
    notSelector: expression,
    namespaceSelector: namespaces,
    serviceAccounts: accounts,
    nets: ranges,
    notNets: ranges,
  },
  { requiredKeys: [] },
);
/** Some of them name a Service instead, and then no ports. */
const withService = (rule: CalicoRule, side: 'source' | 'destination'): CalicoRule => {
  if (rule.service !== true) return { ...rule, service: undefined };
  return { ...rule, service: undefined, [side]: { services: { name: 'front', namespace: 'default' } } };
};
interface CalicoRule {
  readonly action: string;
  readonly service?: boolean;
  readonly source?: object;
  readonly destination?: object;
}
const calicoPorts = fc.subarray([80, 81, '79:80', 'http'], { minLength: 1 });
const calicoRule = fc
  .record(
    {
      action: fc.constantFrom('Allow', 'Deny', 'Pass', 'Log'),
      protocol: fc.constantFrom('TCP', 'UDP', 6, 17, 'SCTP'),
      source: entity,
      destination: entity,
      ports: calicoPorts,
      notPorts: calicoPorts,
      notProtocol: fc.constantFrom('UDP', 'ICMP', 6),
      service: fc.constantFrom(true, false, false),
    },
    { requiredKeys: ['action'] },
  )
  .map(
    ({ ports, notPorts, notProtocol, ...rule }): CalicoRule => ({
      ...rule,
      ...(notProtocol === undefined || rule.protocol !== undefined ? {} : { notProtocol }),
      destination: {
        ...rule.destination,
        ...(ports === undefined || rule.protocol === undefined ? {} : { ports }),
        ...(notPorts === undefined || rule.protocol === undefined ? {} : { notPorts }),
      },
    }),
  );
const calicoRules = (side: 'source' | 'destination') =>
  fc.array(
    calicoRule.map((rule) => withService(rule, side)),
    { maxLength: 3 },
  );
const networkSet = fc.record(
  {
    namespace: fc.constantFrom('default', 'team'),
    labels: fc.constantFrom({ kind: 'net' }, { app: 'a' }, { tier: 'x', app: 'c' }),
    nets: ranges,
  },
  { requiredKeys: ['labels', 'nets'] },
);
/** Calico's own policies in three tiers, and network sets, as documents to go with a random cluster. */
export const randomCalicoPolicies = fc
  .record({
    pass: fc.boolean(),
    sets: fc.array(networkSet, { maxLength: 2 }),
    specs: fc.array(
      fc.record(
        {
          namespace: fc.constantFrom('default', 'team'),
          tier: fc.constantFrom('default', 'sec', 'kube-admin'),
          order: fc.constantFrom(10, 1000, 2000),
          selector: expression,
          namespaceSelector: fc.constantFrom("team == 'blue'", "team != 'red'"),
          serviceAccountSelector: fc.constantFrom(
            "role == 'a'",
            "projectcalico.org/name == 'robot'",
            'all()',
          ),
          types: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
          ingress: calicoRules('source'),
          egress: calicoRules('destination'),
        },
        { requiredKeys: ['tier', 'ingress', 'egress'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ pass, sets, specs }) =>
    [
      ...sets.map(({ namespace, labels: own, nets }, index) => ({
        kind: namespace === undefined ? 'GlobalNetworkSet' : 'NetworkSet',
        metadata: { name: `s${index}`, labels: own, ...(namespace === undefined ? {} : { namespace }) },
        spec: { nets },
      })),
      {
        kind: 'Tier',
        metadata: { name: 'sec' },
        spec: { order: 500, defaultAction: pass ? 'Pass' : 'Deny' },
      },
      ...specs.map(({ namespace, namespaceSelector, ...spec }, index) => ({
        kind: namespace === undefined ? 'GlobalNetworkPolicy' : 'NetworkPolicy',
        metadata: { name: `o${index}`, ...(namespace === undefined ? {} : { namespace }) },
        spec:
          namespace !== undefined || namespaceSelector === undefined ? spec : { ...spec, namespaceSelector },
      })),
    ]
      .map((document) => JSON.stringify({ apiVersion: 'projectcalico.org/v3', ...document }))
      .join('\n---\n'),
  );

const FAMILIES = [
  { ipFamily: 'dual' },
  {
    ipFamily: 'dual',
    podSubnet: 'fd00:10:244::/56,10.244.0.0/16',
    serviceSubnet: 'fd00:10:96::/112,10.96.0.0/16',
  },
];
/** Of IPv4 ranges that stand above. */
const IN_IPV6: Readonly<Record<string, string>> = {
  '0.0.0.0/0': '::/0',
  '10.244.0.0/16': 'fd00:10:244::/56',
  '10.244.1.0/24': 'fd00:10:244:1::/64',
  '10.244.0.64/26': 'fd00:10:244:2::/64',
};

/** Documents of which some have their ranges in IPv6 instead. */
export function inBothFamilies(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(texts, fc.array(fc.boolean(), { minLength: 24, maxLength: 24 })).map(([text, six]) =>
    text
      .split('\n---\n')
      .map((document, i) =>
        six[i % six.length] === true
          ? Object.entries(IN_IPV6).reduce((made, [four, other]) => made.replaceAll(four, other), document)
          : document,
      )
      .join('\n---\n'),
  );
}

/** The same with pods that have an address of each family, either first. */
export const randomDualCluster = fc
  .tuple(inBothFamilies(randomCluster), fc.constantFrom(...FAMILIES))
  .map(([text, networking]) =>
    [JSON.stringify({ apiVersion: 'kind.x-k8s.io/v1alpha4', kind: 'Cluster', networking }), text].join(
      '\n---\n',
    ),
  );
