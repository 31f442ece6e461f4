/**
 * Pods whose sandbox has a network stack of its own: the program on the host's socket calls never sees theirs, so a ClusterIP
 * stays in the packet, and without kube-proxy nobody translates it (cilium 25322, gvisor 6998) unless
 * `socketLB.hostNamespaceOnly` has the pod's packets looked at.
 */
import { describe, expect, it, test } from 'vitest';
import { simulate, walk, type Simulation } from '../../simulate.ts';
import { CASES, caseOf, clusterText, type Case } from './fixture.ts';

const SANDBOXED = `apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata}
handler: kata-qemu
---
${['gvisor', 'kata']
  .map(
    (name) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker, runtimeClassName: ${name}, containers: [{name: c, image: example.com/app}]}
---`,
  )
  .join('\n')}`;

const build = (one: Pick<Case, 'options' | 'kubeProxyMode'>): Simulation =>
  simulate({ files: [{ name: 'c.yaml', text: clusterText(one, SANDBOXED) }] });
const hostOnly = (one: Case): Case => ({
  ...one,
  options: { ...one.options, 'socketLB.hostNamespaceOnly': 'true' },
});
const SERVICE = '10.96.0.51';
const replacing = CASES.filter((one) => one.kubeProxyMode === 'none');
const beside = CASES.filter((one) => one.kubeProxyMode !== 'none');

describe.each(replacing)('$name', (one) => {
  const s = build(one);
  const only = build(hostOnly(one));

  test.each(['gvisor', 'kata'])('%s: a ClusterIP is nobody’s', (from) => {
    const trace = walk(s, { from: `default/${from}`, tool: 'nc', to: SERVICE, port: 80 });
    expect(trace.clientSees).not.toBe('connected');
    expect(trace.steps.some((step) => step.reason.code === 'program.socket')).toBe(false);
    expect(trace.wire.some((w) => w.dst === SERVICE)).toBe(true);
    // Its names end the same way: the resolver is behind a ClusterIP, too.
    expect(walk(s, { from: `default/${from}`, tool: 'curl', to: 'http://far/' }).clientSees).not.toBe('http');
  });

  test.each(['gvisor', 'kata', 'client'])('%s: pods reach each other, both ways', (from) => {
    const to = from === 'client' ? 'default/gvisor' : 'default/far';
    expect(walk(s, { from: `default/${from}`, tool: 'nc', to, port: 8080 }).clientSees).toBe('connected');
  });

  it('a runc pod’s socket is translated, and never puts the ClusterIP on the wire', () => {
    const trace = walk(s, { from: 'default/client', tool: 'nc', to: SERVICE, port: 80 });
    expect(trace.clientSees).toBe('connected');
    expect(trace.wire.some((w) => w.dst === SERVICE)).toBe(false);
  });

  test.each(['gvisor', 'kata', 'client'])(
    'socketLB.hostNamespaceOnly: %s reaches it by its packets',
    (from) => {
      const trace = walk(only, { from: `default/${from}`, tool: 'nc', to: SERVICE, port: 80 });
      expect([trace.verdict, trace.clientSees, trace.server?.netns]).toEqual([
        'delivered',
        'connected',
        'default/far',
      ]);
      expect(trace.wire.find((w) => w.dst === SERVICE)?.netns).toBe(`default/${from}`);
      const named = walk(only, { from: `default/${from}`, tool: 'curl', to: 'http://far/' });
      expect(named.clientSees).toBe('http');
      const self = walk(only, { from: 'default/client', tool: 'curl', to: 'http://self/' });
      expect(self.clientSees).toBe('http');
    },
  );

  it('socketLB.hostNamespaceOnly: the node’s own sockets are translated still', () => {
    const trace = walk(only, { from: 'node/kind-worker', tool: 'nc', to: SERVICE, port: 80 });
    expect(trace.steps.some((step) => step.reason.code === 'program.socket')).toBe(true);
    expect(trace.clientSees).toBe('connected');
  });
});

test.each(beside)('$name: the packets are translated, whoever sends them', (one) => {
  const trace = walk(build(one), { from: 'default/gvisor', tool: 'nc', to: SERVICE, port: 80 });
  expect(trace.clientSees).toBe('connected');
});

it('beside kube-proxy socketLB.hostNamespaceOnly is nothing', () => {
  const one = caseOf('tunnel beside kube-proxy');
  const table = (s: Simulation) => JSON.stringify([...s.world.netns.values()].map((n) => n.programs));
  expect(table(build(hostOnly(one)))).toBe(table(build(one)));
});
