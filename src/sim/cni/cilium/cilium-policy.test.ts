/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy: what people misread of them, a row each, put to the evaluator and
 * walked through the policy maps; and what of them is left open.
 */
import { describe, expect, it } from 'vitest';
import type { FlowEnd } from '../../policy/matching.ts';
import { evaluate } from '../../policy/evaluate.ts';
import { trapText } from '../../policy/trap-fixture.ts';
import { simulate, walk } from '../../simulate.ts';
import { caseOf, settingsText } from './fixture.ts';

const SETTINGS = ['tunnel beside kube-proxy', 'native, eBPF host routing'];
/** Outside hosts that know the way to the pods. */
const ROUTES = '[{to: 10.244.0.0/16, via: kind-worker}]';
const OUTSIDE = `, {name: ten, ip: 172.18.0.10, routes: ${ROUTES}, listen: ["443"]}, {name: twenty, ip: 172.18.0.20, routes: ${ROUTES}, listen: ["443"]}`;
const HOSTS: Readonly<Record<string, string>> = {
  'external/ten': '172.18.0.10',
  'external/twenty': '172.18.0.20',
  'node/kind-control-plane': '172.18.0.2',
  'node/kind-worker': '172.18.0.3',
  'node/kind-worker2': '172.18.0.4',
};

interface Flow {
  readonly from: string;
  readonly to: string;
  readonly port?: number;
  readonly allowed: boolean;
  /** Name, rule, and the list where it is not `spec.ingress` or `spec.egress`. */
  readonly by?: readonly [policy: string, rule: number, list?: string];
}
interface Row {
  readonly name: string;
  /** Specs of CiliumNetworkPolicies in `default`, by name. */
  readonly own?: Readonly<Record<string, string>>;
  readonly clusterwide?: Readonly<Record<string, string>>;
  readonly plain?: Readonly<Record<string, string>>;
  /** Other documents. */
  readonly more?: readonly string[];
  readonly flows: readonly Flow[];
}

const WEB = 'endpointSelector: {matchLabels: {app: web}}';
const CLIENT = 'endpointSelector: {matchLabels: {app: client}}';
const P8080 = 'toPorts: [{ports: [{port: "8080", protocol: TCP}]}]';
const from = (name: string, allowed: boolean, by?: Flow['by']): Flow => ({
  from: name,
  to: 'default/web',
  port: 8080,
  allowed,
  ...(by && { by }),
});

const rows: readonly Row[] = [
  {
    name: 'an empty rule isolates and allows nobody',
    own: { p: `{${WEB}, ingress: [{}]}` },
    flows: [from('default/client', false), from('external/ten', false), from('node/kind-worker', true)],
  },
  {
    name: 'an empty list beside another section isolates nobody',
    own: { p: `{${WEB}, ingress: [], egress: [{}]}` },
    flows: [
      from('default/client', true),
      { from: 'default/web', to: 'default/client', port: 7000, allowed: false },
    ],
  },
  {
    name: 'fromEndpoints: [{}] is everybody of the namespace',
    own: { p: `{${WEB}, ingress: [{fromEndpoints: [{}]}]}` },
    flows: [from('default/client', true, ['p', 0]), from('team/client', false), from('external/ten', false)],
  },
  {
    name: 'of a cluster-wide policy it is every pod, and nobody outside',
    clusterwide: { p: `{${WEB}, ingress: [{fromEndpoints: [{}]}]}` },
    flows: [
      from('default/client', true, ['p', 0]),
      from('team/client', true),
      from('external/ten', false),
      from('node/kind-worker2', false),
    ],
  },
  {
    name: 'an empty list of peers is nobody, whatever the ports',
    own: { p: `{${WEB}, ingress: [{fromEndpoints: [], ${P8080}}]}` },
    flows: [from('default/client', false)],
  },
  {
    name: 'ports without peers are everybody’s',
    own: { p: `{${WEB}, ingress: [{${P8080}}]}` },
    flows: [
      from('default/client', true, ['p', 0]),
      from('external/ten', true),
      { ...from('default/client', false), port: 9000 },
    ],
  },
  {
    name: 'another namespace, by name and by labels',
    own: {
      a: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {"k8s:io.kubernetes.pod.namespace": team, app: client}}]}]}`,
      b: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.namespace.labels.team: red}}]}]}`,
    },
    flows: [
      from('team/client', true, ['a', 0]),
      from('other/client', true, ['b', 0]),
      from('team/stranger', false),
      from('default/client', false),
    ],
  },
  {
    name: 'k8s: and any: are the same of a pod’s labels, reserved: is not',
    own: {
      p: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {"k8s:role": neighbour}}, {matchLabels: {"reserved:app": client}}]}]}`,
    },
    flows: [from('default/neighbour', true), from('default/client', false)],
  },
  {
    name: 'a denial wins over an allowance, in the same policy',
    own: {
      p: `{${WEB}, ingress: [{fromEndpoints: [{}]}], ingressDeny: [{fromEndpoints: [{matchLabels: {role: neighbour}}]}]}`,
    },
    flows: [from('default/client', true), from('default/neighbour', false, ['p', 0, 'spec.ingressDeny'])],
  },
  {
    name: 'a denial wins over an allowance of another policy that is more exact',
    own: { a: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {role: neighbour}}], ${P8080}}]}` },
    clusterwide: { d: `{endpointSelector: {}, ingressDeny: [{fromEntities: [all]}]}` },
    flows: [from('default/neighbour', false, ['d', 0, 'spec.ingressDeny']), from('default/client', false)],
  },
  {
    name: 'a denial of some ports leaves the others',
    own: {
      p: `{${WEB}, ingress: [{fromEndpoints: [{}]}], ingressDeny: [{toPorts: [{ports: [{port: "8000", endPort: 8100, protocol: TCP}]}]}]}`,
    },
    flows: [from('default/client', false), { ...from('default/client', true), port: 9000 }],
  },
  {
    name: 'an allowance inside a range that is denied stays denied',
    own: {
      p: `{${WEB}, ingress: [{${P8080}}], ingressDeny: [{toPorts: [{ports: [{port: "8080", endPort: 8081, protocol: TCP}]}]}]}`,
    },
    flows: [from('default/client', false, ['p', 0, 'spec.ingressDeny'])],
  },
  {
    name: 'a denial alone closes everything else, too',
    own: { p: `{${WEB}, ingressDeny: [{fromEndpoints: [{matchLabels: {role: neighbour}}]}]}` },
    flows: [from('default/neighbour', false, ['p', 0, 'spec.ingressDeny']), from('default/client', false)],
  },
  {
    name: 'unless it says that it isolates nobody',
    own: {
      p: `{${WEB}, enableDefaultDeny: {ingress: false}, ingressDeny: [{fromEndpoints: [{matchLabels: {role: neighbour}}]}]}`,
    },
    flows: [from('default/neighbour', false, ['p', 0, 'spec.ingressDeny']), from('default/client', true)],
  },
  {
    name: 'a policy that isolates beside one that does not: isolated',
    own: {
      a: `{${WEB}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{matchLabels: {role: neighbour}}]}]}`,
      b: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {app: nobody}}]}]}`,
    },
    flows: [from('default/neighbour', true, ['a', 0]), from('default/client', false)],
  },
  {
    name: 'NetworkPolicies and Cilium’s own unite: each may allow',
    own: { p: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {role: neighbour}}]}]}` },
    plain: {
      np: '{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}]}',
    },
    flows: [
      from('default/neighbour', true, ['p', 0]),
      from('team/client', true),
      from('other/client', false),
    ],
  },
  {
    name: 'and Cilium’s may deny what a NetworkPolicy allows',
    own: { p: `{${WEB}, ingressDeny: [{fromEntities: [world]}]}` },
    plain: { np: '{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}' },
    flows: [from('external/ten', false, ['p', 0, 'spec.ingressDeny']), from('default/client', true)],
  },
  {
    name: 'world is who is outside, no pod and no node',
    own: { p: `{${WEB}, ingress: [{fromEntities: [world]}]}` },
    flows: [
      from('external/ten', true, ['p', 0]),
      from('default/client', false),
      from('node/kind-worker2', false),
    ],
  },
  {
    name: 'cluster is every pod and node',
    own: { p: `{${WEB}, ingress: [{fromEntities: [cluster]}]}` },
    flows: [
      from('external/ten', false),
      from('default/client', true),
      from('team/client', true),
      from('node/kind-worker2', true),
      from('node/kind-control-plane', true),
    ],
  },
  {
    name: 'remote-node is every node but the own; that gets in anyway',
    own: { p: `{${WEB}, ingress: [{fromEntities: [remote-node]}]}` },
    flows: [
      from('node/kind-worker2', true, ['p', 0]),
      from('node/kind-control-plane', true),
      from('node/kind-worker', true),
      from('default/client', false),
    ],
  },
  {
    name: 'host is the own node alone',
    own: { p: `{${WEB}, ingress: [{fromEntities: [host]}]}` },
    flows: [from('node/kind-worker', true), from('node/kind-worker2', false)],
  },
  {
    name: 'kube-apiserver is the node that it runs on',
    own: { p: `{${WEB}, ingress: [{fromEntities: [kube-apiserver]}]}` },
    flows: [from('node/kind-control-plane', true, ['p', 0]), from('node/kind-worker2', false)],
  },
  {
    name: 'the own node gets in, unless it is denied',
    own: { p: `{${WEB}, ingressDeny: [{fromEntities: [host], ${P8080}}]}` },
    flows: [
      from('node/kind-worker', false, ['p', 0, 'spec.ingressDeny']),
      { ...from('node/kind-worker', true), port: 9000 },
    ],
  },
  {
    name: 'a range of addresses is never a pod or a node',
    own: { p: `{${WEB}, ingress: [{fromCIDR: [0.0.0.0/0]}]}` },
    flows: [
      from('external/ten', true, ['p', 0]),
      from('default/client', false),
      from('node/kind-worker2', false),
    ],
  },
  {
    name: 'exceptions of a range',
    own: { p: `{${WEB}, ingress: [{fromCIDRSet: [{cidr: 172.18.0.0/24, except: [172.18.0.16/28]}]}]}` },
    flows: [from('external/ten', true, ['p', 0]), from('external/twenty', false)],
  },
  {
    name: 'a range that is denied inside one that is allowed',
    own: { p: `{${WEB}, ingress: [{fromEntities: [world]}], ingressDeny: [{fromCIDR: [172.18.0.16/28]}]}` },
    flows: [from('external/ten', true), from('external/twenty', false, ['p', 0, 'spec.ingressDeny'])],
  },
  {
    name: 'world is denied, and a range inside it with it',
    own: { p: `{${WEB}, ingress: [{fromCIDR: [172.18.0.0/28]}], ingressDeny: [{fromEntities: [world]}]}` },
    flows: [from('external/ten', false, ['p', 0, 'spec.ingressDeny'])],
  },
  {
    name: 'protocol ANY is TCP and UDP; port 0 is every port of one',
    own: { p: `{${WEB}, ingress: [{toPorts: [{ports: [{port: "8080"}, {port: "0", protocol: UDP}]}]}]}` },
    flows: [from('default/client', true), { ...from('default/client', false), port: 9000 }],
  },
  {
    name: 'a port’s name is the pod’s own',
    own: { p: `{${WEB}, ingress: [{toPorts: [{ports: [{port: HTTP, protocol: TCP}]}]}]}` },
    flows: [
      from('default/client', true),
      { from: 'default/client', to: 'default/web2', port: 9090, allowed: true },
      { from: 'default/client', to: 'default/web2', port: 8080, allowed: false },
    ],
  },
  {
    name: 'both ends have a say',
    own: {
      out: `{${CLIENT}, egress: [{toEndpoints: [{matchLabels: {app: web}}], ${P8080}}]}`,
      in: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {app: client}}]}]}`,
    },
    flows: [
      from('default/client', true, ['out', 0]),
      { ...from('default/client', false), port: 9000 },
      { from: 'default/client', to: 'default/neighbour', port: 7000, allowed: false },
      from('team/client', false),
    ],
  },
  {
    name: 'on the way out: entities and ranges',
    own: { p: `{${CLIENT}, egress: [{toCIDR: [172.18.0.0/28]}, {toEntities: [host]}]}` },
    flows: [
      { from: 'default/client', to: 'external/ten', port: 443, allowed: true, by: ['p', 0] },
      { from: 'default/client', to: 'external/twenty', port: 443, allowed: false },
      { from: 'default/client', to: 'node/kind-worker2', port: 10250, allowed: true, by: ['p', 1] },
      { from: 'default/client', to: 'node/kind-worker', port: 10250, allowed: false },
      { from: 'default/client', to: 'default/web', port: 8080, allowed: false },
    ],
  },
  {
    name: 'toServices means the pods behind, on any port',
    own: { p: `{${CLIENT}, egress: [{toServices: [{k8sService: {serviceName: web, namespace: default}}]}]}` },
    more: [
      'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: default}\nspec: {selector: {app: web, tier: front}, ports: [{port: 80, targetPort: 8080}]}',
    ],
    flows: [
      from('default/client', true, ['p', 0]),
      { ...from('default/client', true), port: 9000 },
      { from: 'default/client', to: 'default/web2', port: 8080, allowed: false },
    ],
  },
  {
    name: 'labels that make no identity match nothing',
    own: {
      p: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {app: client}, matchExpressions: [{key: pod-template-hash, operator: DoesNotExist}]}]}]}`,
    },
    flows: [from('default/client', true)],
  },
  {
    name: 'by service account',
    own: {
      p: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.serviceaccount: default}}]}]}`,
      q: `{${WEB}, ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.serviceaccount: robot, "k8s:io.kubernetes.pod.namespace": team}}]}]}`,
    },
    flows: [from('default/client', true), from('team/client', false)],
  },
];

const document = (kind: string, name: string, spec: string): string =>
  `apiVersion: cilium.io/v2\nkind: ${kind}\nmetadata: {name: ${name}${kind === 'CiliumNetworkPolicy' ? ', namespace: default' : ''}}\nspec: ${spec}`;

function textOf(
  { own = {}, clusterwide = {}, plain = {}, more = [] }: Omit<Row, 'name' | 'flows'>,
  setting: string,
) {
  const head = settingsText(caseOf(setting), OUTSIDE).replace(/\n---\n$/, '');
  return [
    trapText({ policies: plain }, head),
    ...Object.entries(own).map(([name, spec]) => document('CiliumNetworkPolicy', name, spec)),
    ...Object.entries(clusterwide).map(([name, spec]) =>
      document('CiliumClusterwideNetworkPolicy', name, spec),
    ),
    ...more,
  ].join('\n---\n');
}

describe.each(SETTINGS)('%s', (setting) => {
  describe.each(rows)('$name', (row) => {
    const simulation = simulate({ files: [{ name: 'rows.yaml', text: textOf(row, setting) }] });
    const end = (name: string): FlowEnd => {
      const pod = simulation.cluster.pods.find((one) => `${one.namespace}/${one.name}` === name);
      return pod ?? { ip: HOSTS[name] ?? '' };
    };

    it.each(row.flows)('$from to $to:$port', (flow) => {
      expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      const to = end(flow.to);
      const { port = 0 } = flow;
      const said = evaluate(simulation.cluster, { from: end(flow.from), to, port, protocol: 'TCP' });
      expect(said.allowed).toBe(flow.allowed);
      const ip = 'ip' in to ? to.ip : (to.ips[0] ?? '');
      const trace = walk(simulation, { from: flow.from, to: ip, tool: 'nc', port });
      expect([trace.reason.code === 'policy.deny', trace.verdict === 'dropped']).toEqual([
        !flow.allowed,
        !flow.allowed,
      ]);
      if (flow.by === undefined) return;
      const [name, rule, list] = flow.by;
      const step = trace.steps.find(
        ({ reason: { code, params } }) =>
          (code === 'policy.allow' && params.policy.endsWith(name)) ||
          (code === 'policy.deny' && params.policies.endsWith(name)),
      );
      expect(step?.reason.params).toMatchObject({ rule, ...(list && { list }) });
      // The Why card names the rule, its row in the map, and its place in the text.
      expect(step?.rows?.[0]).toMatch(/^bpf\/cilium_policy_v2_\d+\//);
      const params = step?.reason.params as { direction: string } | undefined;
      const field = list ?? `spec.${params?.direction}`;
      expect(step?.origin).toMatchObject({
        object: { name },
        path: ['spec', field.slice('spec.'.length), rule],
        range: { file: 'rows.yaml' },
      });
      expect(trace.policy.by.map((by) => [by.object.name, by.rule])).toContainEqual([name, rule]);
    });
  });
});

it('what no entry allows is laid to the first policy that isolates the pod, and all are named', () => {
  const text = textOf(
    {
      own: { p: `{${WEB}, ingress: [{}]}` },
      clusterwide: { q: `{${WEB}, ingress: [{fromEntities: [world]}]}` },
      plain: { np: '{podSelector: {matchLabels: {app: web}}}' },
    },
    SETTINGS[0] ?? '',
  );
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const to = simulation.cluster.pods.find((one) => one.namespace === 'default' && one.name === 'web');
  const trace = walk(simulation, { from: 'default/client', to: to?.ips[0] ?? '', tool: 'nc', port: 8080 });
  expect(trace.policy.by).toEqual([
    { object: { kind: 'NetworkPolicy', namespace: 'default', name: 'np' }, rule: -1 },
    { object: { kind: 'CiliumClusterwideNetworkPolicy', name: 'q' }, rule: -1 },
    { object: { kind: 'CiliumNetworkPolicy', namespace: 'default', name: 'p' }, rule: -1 },
  ]);
  expect(trace.steps[trace.decidedBy]?.origin).toMatchObject({
    object: { kind: 'NetworkPolicy', name: 'np' },
    path: ['spec', 'podSelector'],
    range: { file: 'a.yaml' },
  });
});

describe('a Service without a selector', () => {
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: {name: out, namespace: default, labels: {out: side}}\nspec: {ports: [{port: 443}]}\n---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: out, namespace: default}\nsubsets: [{addresses: [{ip: 172.18.0.10}], ports: [{port: 443}]}]';
  const own = {
    p: `{${CLIENT}, egress: [{toServices: [{k8sServiceSelector: {selector: {matchLabels: {out: side}}}}]}]}`,
  };
  it.each([
    ['172.18.0.10', 'delivered'],
    ['172.18.0.20', 'dropped'],
  ])('its endpoints are ranges: %s', (to, verdict) => {
    const text = textOf({ own, more: [service] }, SETTINGS[0] ?? '');
    const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
    expect(walk(simulation, { from: 'default/client', to, tool: 'nc', port: 443 }).verdict).toBe(verdict);
  });
});

describe('left open', () => {
  const ask = (own: Record<string, string>, target: string, port: number, tool: 'nc' | 'ping' = 'nc') => {
    const text = textOf({ own }, SETTINGS[0] ?? '');
    const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
    const pod = simulation.cluster.pods.find((one) => `${one.namespace}/${one.name}` === target);
    const trace = walk(simulation, {
      from: 'default/client',
      to: pod?.ips[0] ?? HOSTS[target] ?? target,
      tool,
      ...(tool === 'nc' && { port }),
    });
    return { trace, said: simulation.diagnostics.map((d) => d.code) };
  };
  const FQDN = `{${CLIENT}, egress: [{toFQDNs: [{matchName: example.com}], toPorts: [{ports: [{port: "443", protocol: TCP}]}]}]}`;

  it('addresses that toFQDNs may name, on its ports', () => {
    const { trace, said } = ask({ p: FQDN }, 'external/ten', 443);
    expect([trace.verdict, trace.reason]).toEqual([
      'unknown',
      { code: 'unknown.field', params: { field: 'toFQDNs', object: 'p' } },
    ]);
    expect(said).toContain('ciliumpolicy/met-by-walks');
    expect(ask({ p: FQDN }, 'external/ten', 80).trace.verdict).toBe('dropped');
    expect(ask({ p: FQDN }, 'default/web', 443).trace.verdict).toBe('dropped');
  });
  it('not what another rule allows, nor what one denies', () => {
    const allowed = { p: FQDN, q: `{${CLIENT}, egress: [{toEntities: [world]}]}` };
    expect(ask(allowed, 'external/ten', 443).trace.verdict).toBe('delivered');
    const denied = { p: FQDN, q: `{${CLIENT}, egressDeny: [{toEntities: [world]}]}` };
    expect(ask(denied, 'external/ten', 443).trace.reason.code).toBe('policy.deny');
  });
  it('groups of ranges that are denied', () => {
    const deny = {
      p: `{${CLIENT}, egress: [{toEntities: [world]}], egressDeny: [{toCIDRSet: [{cidrGroupRef: bad}]}]}`,
    };
    expect(ask(deny, 'external/ten', 443).trace.verdict).toBe('unknown');
  });
  it('connections that a proxy takes, and no other', () => {
    const http = {
      p: `{${WEB}, ingress: [{fromEndpoints: [{}]}, {fromEndpoints: [{}], toPorts: [{ports: [{port: "8080", protocol: TCP}], rules: {kafka: [{topic: a}]}}]}]}`,
    };
    expect(ask(http, 'default/web', 8080).trace.reason).toEqual({
      code: 'unknown.field',
      params: { field: 'toPorts.rules', object: 'p' },
    });
    expect(ask(http, 'default/web', 9000).trace.verdict).toBe('delivered');
  });
  it('whichever of two rules for one port asks for the proxy', () => {
    const port = '{port: "8080", protocol: TCP}';
    const plain = `{fromEndpoints: [{}], toPorts: [{ports: [${port}]}]}`;
    const named = `{fromEndpoints: [{}], toPorts: [{ports: [${port}], serverNames: [a.example]}]}`;
    for (const rules of [`${plain}, ${named}`, `${named}, ${plain}`]) {
      const { trace } = ask({ p: `{${WEB}, ingress: [${rules}]}` }, 'default/web', 8080);
      expect(trace.reason.params).toEqual({ field: 'serverNames', object: 'p' });
    }
  });
  it('but a denial keeps the proxy out of it', () => {
    const own = {
      p: `{${WEB}, ingress: [{${P8080.replace(']}]', '], rules: {http: [{}]}}]')}}], ingressDeny: [{fromEndpoints: [{}]}]}`,
    };
    expect(ask(own, 'default/web', 8080).trace.reason.code).toBe('policy.deny');
  });
  it('ICMP types', () => {
    const only = (type: string) => ({ p: `{${WEB}, ingress: [{icmps: [{fields: [{type: ${type}}]}]}]}` });
    expect(ask(only('EchoRequest'), 'default/web', 0, 'ping').trace.verdict).toBe('delivered');
    expect(ask(only('13'), 'default/web', 0, 'ping').trace.verdict).toBe('dropped');
    expect(ask(only('8'), 'default/web', 8080).trace.verdict).toBe('dropped');
    const ports = { p: `{${WEB}, ingress: [{toPorts: [{ports: [{port: "0"}]}]}]}` };
    expect(ask(ports, 'default/web', 0, 'ping').trace.verdict).toBe('dropped');
  });
});

it('under another CNI they do nothing, and that is said', () => {
  const text = textOf({ own: { p: `{${WEB}, ingress: [{}]}` } }, SETTINGS[0] ?? '').replace(
    /cni: .*/,
    'cni: calico',
  );
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const said = simulation.diagnostics.find((d) => d.code === 'policy/kind-not-enforced');
  expect(said?.params).toMatchObject({ kind: 'CiliumNetworkPolicy', cni: 'Calico', use: 'Cilium' });
  const to = simulation.cluster.pods.find((one) => one.namespace === 'default' && one.name === 'web');
  const trace = walk(simulation, { from: 'default/client', to: to?.ips[0] ?? '', tool: 'nc', port: 8080 });
  expect(trace.verdict).toBe('delivered');
  const { allowed } = evaluate(simulation.cluster, {
    from: { ip: '172.18.0.10' },
    to: to as FlowEnd,
    port: 8080,
    protocol: 'TCP',
  });
  expect(allowed).toBe(true);
});
