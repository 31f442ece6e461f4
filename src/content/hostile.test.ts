/** Input that no one means well: the whole pipeline says what is wrong and goes on, in bounded work. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulate, walk, type Simulation } from '../sim/simulate.ts';
import { scenarioEntries } from './scenarios/registry.ts';

const build = (text: string): Simulation => simulate({ files: [{ name: 'a.yaml', text }] });

/** Asks what a page asks: every probe of the scenario, and a name and an address from a pod or two. */
function askAround(simulation: Simulation): void {
  const { cluster } = simulation;
  const pods = cluster.pods.slice(0, 2).map((p) => `${p.namespace}/${p.name}`);
  const last = cluster.pods.at(-1)?.ips[0];
  const targets = ['http://web', ...(last === undefined ? [] : [`http://${last}`])];
  const asked = pods.flatMap((from) => targets.map((to) => ({ from, tool: 'curl' as const, to })));
  for (const probe of [...cluster.settings.probes, ...asked]) {
    try {
      walk(simulation, probe);
    } catch (error) {
      // A question that cannot be asked is said as such; anything else is our own mistake.
      if (!(error instanceof Error) || error.name !== 'ProbeError') throw error;
    }
  }
}

const list = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('');
const CLUSTER = (networking: string): string =>
  `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}]\nnetworking: {${networking}}\n---\n`;
const PLAYGROUND = (text: string): string =>
  `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n${text}\n---\n`;
const WEB = (replicas: string | number, name = 'web', kind = 'Deployment'): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: "${name}"}\nspec:\n  replicas: ${replicas}\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: a, image: nginx}]}\n---\n`;
const SERVICE = (ports: string, more = ''): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n${more}  ports:\n${ports}---\n`;

describe('sizes', () => {
  test.each([
    ['2,000 replicas', WEB(2000), 2000],
    ['a billion replicas', WEB(1_000_000_000), 5000],
    ['more than numbers hold', WEB('1e300'), 5000],
    ['a negative number', WEB(-5), 0],
    ['a billion, in order', WEB(1_000_000_000, 'web', 'StatefulSet'), 5000],
    ['twenty times 2,000', list(20, (i) => WEB(2000, `web${i}`)), 10_000],
  ])(
    '%s',
    (_, text, most) => {
      const simulation = build(text);
      expect(simulation.cluster.pods.filter((p) => p.namespace === 'default').length).toBeLessThanOrEqual(
        most,
      );
      askAround(simulation);
    },
    60_000,
  );

  test('500 node ports on 300 pods are cut to a bounded number of endpoints', () => {
    const ports = list(500, (i) => `    - {name: p${i}, port: ${i + 1}, targetPort: 80}\n`);
    const simulation = build(WEB(300) + SERVICE(ports, '  type: NodePort\n'));
    expect(simulation.diagnostics.map((d) => d.code)).toContain('service/too-many-endpoints');
    askAround(simulation);
  }, 60_000);

  test('more nodes than are simulated', () => {
    const text = `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes:\n- role: control-plane\n${list(2000, () => '- role: worker\n')}`;
    expect(build(text).cluster.nodes).toHaveLength(500);
  }, 60_000);
});

describe('odd settings', () => {
  const subnets = [
    '0.0.0.0/0',
    '10.0.0.0/32',
    '10.0.0.0/31',
    '255.255.255.0/24',
    '127.0.0.0/8',
    'fd00::/16',
    '10.0.0.0/-1',
    '10.0.0.0/33',
    'x',
  ];
  test.each(subnets.flatMap((cidr) => ['flannel', 'calico', 'kubenet'].map((cni) => [cidr, cni] as const)))(
    'podSubnet and serviceSubnet %s with %s',
    (cidr, cni) => {
      for (const field of ['podSubnet', 'serviceSubnet']) {
        askAround(
          build(
            CLUSTER(`${field}: "${cidr}"`) + PLAYGROUND(`cni: ${cni}`) + WEB(3) + SERVICE('  - port: 80\n'),
          ),
        );
      }
    },
  );

  test.each([
    ['names of 10,000 characters', WEB(2, 'a'.repeat(10_000))],
    ['an image of 40,000 characters', WEB(2).replace('nginx', `"${'a/:@'.repeat(10_000)}"`)],
    ['names that are no ASCII', WEB(2, '파드😀')],
    [
      'names of what every object inherits',
      `${WEB(1, 'constructor')}apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {__proto__: x, constructor: y, toString: z}}\nspec: {__proto__: {containers: []}, nodeSelector: {__proto__: a}, containers: [{name: __proto__, image: constructor}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: constructor}\nspec: {selector: {__proto__: x}, ports: [{port: 80, targetPort: constructor}]}\n---\nkind: constructor\napiVersion: __proto__\nmetadata: {name: x}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: __proto__}\ndata: {__proto__: x}\n`,
    ],
    ['a plug-in called __proto__', `${PLAYGROUND('cni: __proto__')}${WEB(2)}`],
    [
      'options called constructor',
      `${PLAYGROUND('cni: {name: calico, options: {__proto__: 1, constructor: 2, encapsulation: toString}}')}${WEB(2)}`,
    ],
    [
      'hosts at everyone else’s addresses',
      `${PLAYGROUND(`external: [${['10.244.1.2', '10.96.0.10', '172.18.0.2', '0.0.0.0', '255.255.255.255', '127.0.0.1', '"::1"', '224.0.0.1'].map((ip, i) => `{name: h${i}, ip: ${ip}}`).join(', ')}, {name: __proto__}, {name: "node/x", ip: 1.1.1.1}]`)}${WEB(2)}`,
    ],
    [
      'routes to nowhere',
      `${PLAYGROUND('external: [{name: a, ip: 172.18.0.99, listen: [0/TCP, 99999, x], dnsNames: ["", "..", "*"], routes: [{to: 0.0.0.0/0, via: nobody}, {to: bad, via: kind-worker}, {via: kind-worker}, {to: 10.0.0.0/8}]}]\nprobes: [{from: external/a, to: default/web, tool: ping}, {from: __proto__, to: constructor}, {}]')}${WEB(2)}`,
    ],
    [
      'ports that are none',
      WEB(2) +
        SERVICE(
          '  - {port: -1, targetPort: -9999999999}\n  - {port: 1.5}\n  - {port: .nan}\n  - {port: .inf}\n',
        ),
    ],
    [
      'a Corefile of braces',
      `${WEB(2)}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coredns, namespace: kube-system}\ndata: {Corefile: "${'{'.repeat(50_000)}"}\n`,
    ],
    [
      'nodes within each other',
      `${['0.0.0.0/0', '10.244.0.0/32', '10.244.0.0/16'].map((cidr, i) => `apiVersion: v1\nkind: Node\nmetadata: {name: n${i}}\nspec: {podCIDR: ${cidr}}\nstatus: {addresses: [{type: InternalIP, address: 10.244.0.1}]}\n---\n`).join('')}${WEB(3)}`,
    ],
  ])('%s', (_, text) => {
    askAround(build(text));
  });
});

/** What a mistake of the hand or a bad day does to one line. */
const VALUES = [
  '',
  'null',
  '~',
  '[]',
  '{}',
  '-1',
  '0',
  '65536',
  '1e9',
  '.nan',
  'true',
  '"x"',
  '[1, [2]]',
  '{a: {b: c}}',
  '__proto__',
  '10.0.0.0/0',
  '999.1.1.1',
  '2020-01-01',
  '!!binary x',
  '&a [*a]',
];
const edit = fc.record({
  line: fc.nat(400),
  how: fc.constantFrom('value', 'drop', 'twice', 'indent', 'dash', 'cut'),
  value: fc.constantFrom(...VALUES),
});

function mutate(text: string, edits: readonly { line: number; how: string; value: string }[]): string {
  const lines = text.split('\n');
  for (const { line, how, value } of edits) {
    const at = line % lines.length;
    const old = lines[at] ?? '';
    if (how === 'value')
      lines[at] = old.includes(':') ? `${old.slice(0, old.indexOf(':') + 1)} ${value}` : value;
    else if (how === 'drop') lines.splice(at, 1);
    else if (how === 'twice') lines.splice(at, 0, old);
    else if (how === 'indent') lines[at] = `  ${old}`;
    else if (how === 'dash') lines[at] = old.replace(/^(\s*)/, '$1- ');
    else lines[at] = old.slice(0, Math.floor(old.length / 2));
  }
  return lines.join('\n');
}

test('scenarios with lines broken at random never throw', () => {
  const texts = scenarioEntries.map((s) => s.files.map((f) => f.text).join('\n---\n'));
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 6 }), (text, edits) => {
      askAround(build(mutate(text, edits)));
    }),
    { seed: 42, numRuns: 300 },
  );
}, 120_000);
