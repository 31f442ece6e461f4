/** What rules, cards and marks of the AWS VPC CNI do to packets. */
import { describe, expect, it } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../../simulate.ts';
import type { Simulation } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';
import type { Trace } from '../../trace/trace.ts';

await loadAllPlugins();

const pod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

/** Three pods fill the primary card of a t3.small; the fourth of kind-worker is on the second one. */
function cluster(options = ''): Simulation {
  const settings = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: {name: aws-vpc, options: {instanceType: t3.small${options}}}
external: [{name: laptop, ip: 172.18.0.100}]
---`;
  const pods = ['p1', 'p2', 'p3', 'p4'].map((name) => pod(name, 'kind-worker')).join('');
  const service = `
apiVersion: v1
kind: Service
metadata: {name: p4}
spec: {type: NodePort, externalTrafficPolicy: Local, selector: {app: p4}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
`;
  const text = `${settings}${pods}${pod('far', 'kind-worker2')}${service}`;
  return simulate({ files: [{ name: 'cluster.yaml', text }] });
}

const ipOf = (s: Simulation, name: string): string =>
  s.cluster.pods.find((p) => p.name === name)?.ips[0] ?? '';
const lines = (s: Simulation, command: string): string[] =>
  tableOf(s, 'node/kind-worker', command).map((line) => line.text.trimEnd());
/** Cards of the node by which packets of the walk left, in order, each once. */
const left = (trace: Trace): string[] => [
  ...new Set(
    trace.steps.flatMap((step) => {
      const wire = step.wire === undefined ? undefined : trace.wire[step.wire];
      return wire?.netns === 'node/kind-worker' &&
        wire.at === 'out' &&
        wire.iface.startsWith('eth') &&
        wire.proto !== 'arp'
        ? [wire.iface]
        : [];
    }),
  ),
];

describe('cards and rules', () => {
  const simulation = cluster();
  it('gives the primary card’s addresses first, and keeps a whole card in reserve', () => {
    expect(lines(simulation, 'ip -br addr').filter((line) => line.startsWith('eth'))).toHaveLength(3);
    const [p1, p4] = [ipOf(simulation, 'p1'), ipOf(simulation, 'p4')];
    expect(lines(simulation, 'ip rule').filter((line) => line.includes(p1))).toEqual([
      `512:\tfrom all to ${p1} lookup main`,
    ]);
    expect(lines(simulation, 'ip rule').filter((line) => line.includes(p4))).toEqual([
      `512:\tfrom all to ${p4} lookup main`,
      `1536:\tfrom ${p4} lookup 2`,
    ]);
    expect(lines(simulation, 'ip route show table 2')).toEqual([
      'default via 172.18.0.1 dev eth1',
      '172.18.0.1 dev eth1 scope link',
    ]);
    expect(lines(simulation, 'ip route').filter((line) => line.includes('eth1'))).toEqual([]);
  });

  it('has no address for a pod more than the cards carry', () => {
    const many = Array.from({ length: 10 }, (_, i) => pod(`n${i}`, 'kind-worker')).join('');
    const text = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: aws-vpc, options: {instanceType: t3.small}}\n---${many}`;
    const { cluster: full } = simulate({ files: [{ name: 'a.yaml', text: text.replace(/---$/, '') }] });
    const own = full.pods.filter((one) => one.namespace === 'default');
    expect(own.filter((one) => one.ips.length > 0)).toHaveLength(9);
    expect(new Set(own.flatMap((one) => one.ips)).size).toBe(9);
  });
});

describe('a pod of the second card', () => {
  const simulation = cluster();
  const ask = (from: string, to: string, port: number): Trace =>
    walk(simulation, { from, to, tool: 'nc', port });

  it('sends into the VPC by its own card, by the rule for its address', () => {
    const trace = ask('default/p4', 'default/far', 8080);
    expect(trace.clientSees).toBe('connected');
    expect(trace.server?.sees.ip).toBe(ipOf(simulation, 'p4'));
    expect(left(trace)).toEqual(['eth1']);
    expect(trace.steps.some((step) => step.rows.some((row) => row.startsWith('rule/1536/')))).toBe(true);
  });
  it('sends out of the VPC by the primary card, marked, with the node’s address', () => {
    const trace = ask('default/p4', '203.0.113.10', 80);
    expect(trace.clientSees).toBe('connected');
    expect(trace.server?.sees.ip).toBe('172.18.0.3');
    expect(left(trace)).toEqual(['eth0']);
    expect(trace.steps.some((step) => step.rows.some((row) => row.startsWith('rule/1024/')))).toBe(true);
  });
  it('answers a node port by the card that the question came in by', () => {
    const trace = ask('external/laptop', '172.18.0.3', 30080);
    expect(trace).toMatchObject({ clientSees: 'connected', server: { netns: 'default/p4' } });
    expect(trace.server?.sees.ip).toBe('172.18.0.100');
    expect(left(trace)).toEqual(['eth0']);
  });
  it('is reached on the same node without leaving it', () => {
    expect(left(ask('default/p1', 'default/p4', 8080))).toEqual([]);
  });
});

it('with external SNAT, a pod’s own address leaves the VPC by its own card', () => {
  const simulation = cluster(', AWS_VPC_K8S_CNI_EXTERNALSNAT: "true"');
  const trace = walk(simulation, { from: 'default/p4', to: '203.0.113.10', tool: 'nc', port: 80 });
  expect(trace.server?.sees.ip).toBe(ipOf(simulation, 'p4'));
  expect(left(trace)).toEqual(['eth1']);
});

it('the fabric answers for pods, asks nobody else, and is silent about strangers', () => {
  const simulation = cluster();
  const arp = (trace: Trace): string[] =>
    trace.steps
      .filter((s) => s.reason.code.startsWith('neighbour.') && !s.place.startsWith('default/'))
      .map((s) => s.reason.code);
  const trace = walk(simulation, { from: 'node/kind-worker2', to: 'default/p4', tool: 'nc', port: 8080 });
  expect(arp(trace)).toContain('neighbour.fabric-answer');
  expect(arp(trace)).not.toContain('neighbour.answer');
  const nobody = walk(simulation, { from: 'node/kind-worker2', to: '172.18.200.200', tool: 'nc', port: 80 });
  expect(nobody.clientSees).toBe('unreachable');
  expect(arp(nobody)).not.toContain('neighbour.fabric-answer');
});
