import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClusterState } from '../cluster-state.ts';
import { parseScenario } from '../parse/parse-scenario.ts';
import { fakeCni, settleText } from './cluster-fixture.ts';
import { settle } from './settle.ts';

const CLUSTER = (text: string) => `kind: Cluster\n${text}`;
const PLAYGROUND = (text: string) => `kind: Playground\n${text}`;
const node = (name: string, more = '') =>
  `kind: Node\nmetadata: {name: ${name}, labels: {kubernetes.io/os: linux${name.includes('control') ? ', node-role.kubernetes.io/control-plane: ""' : ''}}}\n${more}`;

const nodes = (text: string) =>
  settleText(text).cluster.nodes.map(
    (n) => `${n.name} ${n.ips.join()} ${n.podCIDRs.map((c) => `${c.ip}/${c.prefixLength}`).join()}`,
  );

describe('nodes', () => {
  test.each<[name: string, text: string, list: string[]]>([
    [
      'by default: a control plane and two workers, as kind names them',
      'kind: Namespace\nmetadata: {name: a}\n',
      [
        'kind-control-plane 172.18.0.2 10.244.0.0/24',
        'kind-worker 172.18.0.3 10.244.1.0/24',
        'kind-worker2 172.18.0.4 10.244.2.0/24',
      ],
    ],
    [
      'an empty list is no list',
      CLUSTER('nodes: []\n'),
      [
        'kind-control-plane 172.18.0.2 10.244.0.0/24',
        'kind-worker 172.18.0.3 10.244.1.0/24',
        'kind-worker2 172.18.0.4 10.244.2.0/24',
      ],
    ],
    [
      'kind’s list, with a name of its own and another pod subnet',
      CLUSTER(
        'name: lab\nnetworking: {podSubnet: 10.10.0.0/16}\nnodes: [{role: worker}, {role: control-plane}, {role: control-plane}]\n',
      ),
      [
        'lab-worker 172.18.0.2 10.10.0.0/24',
        'lab-control-plane 172.18.0.3 10.10.1.0/24',
        'lab-control-plane2 172.18.0.4 10.10.2.0/24',
      ],
    ],
    [
      'Node objects are the list; what they leave open is given',
      [
        CLUSTER('nodes: [{role: control-plane}]\n'),
        node('w10'),
        node(
          'w2',
          'spec: {podCIDR: 10.244.0.0/24}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.2}, {type: Hostname, address: w2}]}\n',
        ),
        node('control-1'),
      ].join('---\n'),
      ['control-1 172.18.0.3 10.244.1.0/24', 'w2 172.18.0.2 10.244.0.0/24', 'w10 172.18.0.4 10.244.2.0/24'],
    ],
  ])('%s', (_, text, list) => {
    expect(nodes(text)).toEqual(list);
  });

  test('the control plane has kind’s taint, unless it is alone', () => {
    const taints = (text: string) =>
      settleText(text).cluster.nodes.map((n) => n.taints.map((t) => `${t.key}:${t.effect}`).join());
    expect(taints('kind: Namespace\nmetadata: {name: a}\n')).toEqual([
      'node-role.kubernetes.io/control-plane:NoSchedule',
      '',
      '',
    ]);
    expect(taints(CLUSTER('nodes: [{role: control-plane}]\n'))).toEqual(['']);
  });

  test('labels: kind’s own and what the config adds', () => {
    const [first, second] = settleText(
      CLUSTER('nodes: [{role: control-plane}, {role: worker, labels: {zone: a}}]\n'),
    ).cluster.nodes;
    expect(first?.labels).toMatchObject({
      'node-role.kubernetes.io/control-plane': '',
      'kubernetes.io/os': 'linux',
    });
    expect(second?.labels).toMatchObject({ 'kubernetes.io/hostname': 'kind-worker', zone: 'a' });
  });

  test('a node that is not ready: nothing new goes there, and its pods are not ready', () => {
    const { cluster } = settleText(
      [
        node('control-1'),
        node('w1', 'status: {conditions: [{type: Ready, status: "False"}]}\n'),
        node('w2', 'spec: {unschedulable: true}\n'),
        'kind: Pod\nmetadata: {name: there}\nspec: {nodeName: w1, containers: [{name: c, image: nginx}]}\n',
        'kind: Pod\nmetadata: {name: new}\nspec: {containers: [{name: c, image: nginx}]}\n',
      ].join('---\n'),
    );
    const pod = (name: string) => cluster.pods.find((p) => p.name === name);
    expect(pod('there')).toMatchObject({ node: 'w1', ready: false, phase: 'Running' });
    expect(pod('new')?.node).toBe('control-1');
  });

  test('a Cluster without a control plane is refused, and the default nodes stay', () => {
    const { cluster, diagnostics } = settleText(CLUSTER('nodes: [{role: worker}]\n'));
    expect(diagnostics.map((d) => d.code)).toContain('cluster/no-control-plane');
    expect(cluster.nodes).toHaveLength(3);
  });
});

describe('settings', () => {
  const settings = (text: string): ClusterState['settings'] => settleText(text).cluster.settings;
  const none = 'kind: Namespace\nmetadata: {name: a}\n';
  const PROXY = (text: string) => `kind: KubeProxyConfiguration\n${text}`;

  test('defaults', () => {
    expect(settings(none)).toMatchObject({
      clusterName: 'kind',
      ipFamilies: [4],
      podSubnets: [{ ip: '10.244.0.0', prefixLength: 16 }],
      serviceSubnets: [{ ip: '10.96.0.0', prefixLength: 16 }],
      dnsDomain: 'cluster.local',
      nodePortRange: { from: 30000, to: 32767 },
      gateways: ['172.18.0.1'],
      cni: { name: 'flannel' },
      kubeProxy: {
        mode: 'iptables',
        clusterCIDRs: [{ ip: '10.244.0.0', prefixLength: 16 }],
        detectLocalMode: 'ClusterCIDR',
        nodePortAddresses: [],
        masqueradeAll: false,
        localhostNodePorts: true,
      },
      external: [{ name: 'internet', ips: ['203.0.113.10'], internet: true }],
    });
  });

  test.each<[name: string, text: string, expected: object]>([
    [
      'kind’s kubeProxyMode',
      CLUSTER('networking: {kubeProxyMode: nftables}\n'),
      { kubeProxy: { mode: 'nftables', nodePortAddresses: 'primary' } },
    ],
    [
      'kube-proxy’s own configuration',
      PROXY(
        'mode: ipvs\nclusterCIDR: 10.1.0.0/16\nnodePortAddresses: [172.18.0.0/16]\niptables: {masqueradeAll: true, localhostNodePorts: false}\n',
      ),
      {
        kubeProxy: {
          mode: 'ipvs',
          clusterCIDRs: [{ ip: '10.1.0.0' }],
          nodePortAddresses: [{ ip: '172.18.0.0', prefixLength: 16 }],
          masqueradeAll: true,
          localhostNodePorts: false,
        },
      },
    ],
    ['no kube-proxy', CLUSTER('networking: {kubeProxyMode: "none"}\n'), { kubeProxy: { mode: 'none' } }],
    ['a CNI by its name', PLAYGROUND('cni: flannel\n'), { cni: { name: 'flannel', options: {} } }],
    ['a seed', PLAYGROUND('seed: 7\n'), { seed: 7 }],
  ])('%s', (_, text, expected) => {
    expect(settings(text)).toMatchObject(expected);
  });

  test('hosts outside', () => {
    const { external } = settings(
      PLAYGROUND(
        'external:\n- {name: laptop, ip: 172.18.0.100, listen: [8080/TCP, 53/UDP], dnsNames: [laptop.example], routes: [{to: 10.244.0.0/16, via: kind-worker}]}\n- {name: phone}\n- {name: far, ip: 198.51.100.7}\n',
      ),
    );
    expect(external.map((h) => [h.name, h.ips.join(), h.internet])).toEqual([
      ['laptop', '172.18.0.100', false],
      ['phone', '172.18.0.101', false],
      ['far', '198.51.100.7', false],
      ['internet', '203.0.113.10', true],
    ]);
    expect(external[0]).toMatchObject({
      dnsNames: ['laptop.example'],
      listen: [
        { port: 8080, protocol: 'TCP', app: 'http' },
        { port: 53, protocol: 'UDP', app: 'dns' },
      ],
      routes: [{ to: { ip: '10.244.0.0', prefixLength: 16 }, via: 'kind-worker' }],
    });
  });

  test('assertions lead to their lines', () => {
    const { expect: list } = settings(
      PLAYGROUND('expect:\n- {from: node/kind-worker, to: 10.0.0.1, allowed: false}\n'),
    );
    expect(list[0]).toMatchObject({
      from: 'node/kind-worker',
      allowed: false,
      origin: { path: ['expect', 0] },
    });
  });
});

const DOCUMENTS = [
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
  'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}, {role: worker}, {role: worker}]\n',
  ...['a', 'b', 'c'].map(
    (n) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${n}, namespace: ${n === 'a' ? 'shop' : 'default'}}\nspec: {replicas: 3, selector: {matchLabels: {app: ${n}}}, template: {metadata: {labels: {app: ${n}}}, spec: {containers: [{name: c, image: nginx}]}}}\n`,
  ),
  'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec: {selector: {matchLabels: {app: d}}, template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: redis}]}}}\n',
  'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec: {serviceName: s, replicas: 2, selector: {matchLabels: {app: s}}, template: {metadata: {labels: {app: s}}, spec: {containers: [{name: c, image: redis}]}}}\n',
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: kind-worker2, containers: [{name: c, image: busybox}]}\n',
  ...['b', 'c', 's'].map(
    (n) =>
      `apiVersion: v1\nkind: Service\nmetadata: {name: ${n}}\nspec: {type: NodePort, selector: {app: ${n}}, ports: [{port: 80}]}\n`,
  ),
  'apiVersion: v1\nkind: Service\nmetadata: {name: fixed}\nspec: {clusterIP: 10.96.7.7, selector: {app: b}, ports: [{port: 80}]}\n',
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelector: {}, egress: [{}]}\n',
];

const settleAll = (documents: readonly string[]) =>
  settle(
    parseScenario(documents.map((text, i) => ({ name: `${i}.yaml`, text }))),
    [fakeCni(true)],
    ['iptables'],
  ).cluster;

/** Everything but places in the text, which do move with the documents. */
function content(cluster: ClusterState): unknown {
  return JSON.parse(
    JSON.stringify({ ...cluster, unmodelled: [] }, (key, value) => (key === 'range' ? undefined : value)),
  );
}

test('the order of documents does not matter', () => {
  const expected = content(settleAll(DOCUMENTS));
  fc.assert(
    fc.property(fc.shuffledSubarray(DOCUMENTS, { minLength: DOCUMENTS.length }), (documents) => {
      expect(content(settleAll(documents))).toEqual(expected);
    }),
    { numRuns: 25, seed: 1 },
  );
});

describe('what did not change keeps its identity', () => {
  test('nothing changed: the very same lists', () => {
    const before = settleAll(DOCUMENTS);
    const after = settleAll(DOCUMENTS);
    for (const key of [
      'settings',
      'nodes',
      'pods',
      'services',
      'endpointSlices',
      'networkPolicies',
      'namespaces',
    ] as const) {
      expect(after[key], key).toBe(before[key]);
    }
    expect(after.objects.every((o, i) => o === before.objects[i])).toBe(true);
  });

  test('one Service changed: every other object stays', () => {
    const before = settleAll(DOCUMENTS);
    const after = settleAll(
      DOCUMENTS.map((d) =>
        d.replace('{name: c}\nspec: {type: NodePort', '{name: c}\nspec: {type: ClusterIP'),
      ),
    );
    expect(after.pods).toBe(before.pods);
    expect(after.nodes).toBe(before.nodes);
    const changed = after.services.filter((s) => !before.services.includes(s)).map((s) => s.name);
    expect(changed).toEqual(['c']);
    expect(
      after.endpointSlices.filter((s) => !before.endpointSlices.includes(s)).map((s) => s.service),
    ).toEqual(['c']);
  });

  test('one workload scaled: the others’ pods and Services stay', () => {
    const before = settleAll(DOCUMENTS);
    const after = settleAll(
      DOCUMENTS.map((d) => d.replace('{serviceName: s, replicas: 2', '{serviceName: s, replicas: 3')),
    );
    const made = after.pods.filter((p) => !before.pods.includes(p) && p.namespace === 'default');
    expect(made.map((p) => p.name)).toEqual(['s-2']);
    expect(after.services).toBe(before.services);
    const slices = after.endpointSlices.filter((s) => !before.endpointSlices.includes(s));
    expect(slices.map((s) => s.service)).toEqual(['s']);
  });
});

test('NetworkPolicy: types by default, empty rules kept as rules', () => {
  const policy = (spec: string) =>
    settleText(`kind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelector: {}${spec}}\n`).cluster
      .networkPolicies[0];
  expect(policy('')).toMatchObject({ policyTypes: ['Ingress'], ingress: [], egress: [] });
  expect(policy(', egress: []')).toMatchObject({ policyTypes: ['Ingress'] });
  expect(policy(', egress: [{}]')).toMatchObject({
    policyTypes: ['Ingress', 'Egress'],
    egress: [{ ports: [], peers: [] }],
  });
  expect(policy(', policyTypes: [Egress]')).toMatchObject({ policyTypes: ['Egress'] });
  expect(
    policy(
      ', ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {podSelector: {}, namespaceSelector: {}}], ports: [{port: 80}, {port: 1, endPort: 9, protocol: UDP}]}]',
    ),
  ).toMatchObject({
    ingress: [
      {
        peers: [
          { ipBlock: { cidr: { ip: '10.0.0.0' }, except: [{ ip: '10.1.0.0' }] } },
          { podSelector: {}, namespaceSelector: {} },
        ],
        ports: [
          { protocol: 'TCP', port: 80 },
          { protocol: 'UDP', port: 1, endPort: 9 },
        ],
        origin: { path: ['spec', 'ingress', 0] },
      },
    ],
  });
});

test('2,000 pods on three nodes: the kubelets’ limit, told once', () => {
  const { cluster, diagnostics } = settleText(
    'kind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2000, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}}\n',
  );
  expect(cluster.pods.filter((p) => p.phase === 'Running' && p.namespace === 'default')).toHaveLength(220);
  const told = diagnostics.filter((d) => d.code === 'pod/unschedulable');
  expect(told).toHaveLength(1);
  expect(told[0]?.params).toMatchObject({ pods: 1780 });
  expect(String(told[0]?.params['message'])).toContain('2 Too many pods');
});
