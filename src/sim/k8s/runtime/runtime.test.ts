/** Which sandbox a handler means, which handlers a node has, and what becomes of pods whose handler is not among them. */
import { describe, expect, it, test } from 'vitest';
import { simulate, walk, type Simulation } from '../../simulate.ts';
import { readContainerdConfig } from './containerd-config.ts';
import { sandboxOfName, sandboxOfType } from './sandbox.ts';

describe('a handler', () => {
  test.each([
    ['runc', { kind: 'runc' }],
    ['crun', { kind: 'crun' }],
    ['runsc', { kind: 'gvisor' }],
    ['gvisor', { kind: 'gvisor' }],
    ['kata', { kind: 'kata' }],
    ['kata-qemu', { kind: 'kata', vmm: 'qemu' }],
    ['kata-qemu-runtime-rs', { kind: 'kata', vmm: 'qemu' }],
    ['kata-clh', { kind: 'kata', vmm: 'cloud-hypervisor' }],
    ['kata-cloud-hypervisor', { kind: 'kata', vmm: 'cloud-hypervisor' }],
    ['kata-dragonball', { kind: 'kata', vmm: 'dragonball' }],
    ['kata-fc', { kind: 'kata', vmm: 'firecracker' }],
    ['kata-remote', undefined],
    ['nvidia', undefined],
  ])('named %s', (name, sandbox) => {
    expect(sandboxOfName(name)).toEqual(sandbox);
  });

  test.each([
    ['io.containerd.runc.v2', 'anything', '', { kind: 'runc' }],
    ['io.containerd.runc.v2', 'anything', '/usr/local/sbin/crun', { kind: 'crun' }],
    ['io.containerd.runsc.v1', 'safe', '', { kind: 'gvisor' }],
    ['io.containerd.kata.v2', 'kata-fc', '', { kind: 'kata', vmm: 'firecracker' }],
    ['io.containerd.kata.v2', 'safe', '', { kind: 'kata' }],
    ['io.containerd.kata-clh.v2', 'safe', '', { kind: 'kata', vmm: 'cloud-hypervisor' }],
    ['io.containerd.spin.v2', 'kata', '', undefined],
  ])('of the type %s, named %s %s', (type, name, binary, sandbox) => {
    expect(sandboxOfType(type, name, binary)).toEqual(sandbox);
  });
});

test('runtimes in a patch of containerd’s configuration, of either version', () => {
  const patch = `
# a comment
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "/etc/containerd/certs.d"
[plugins.'io.containerd.cri.v1.runtime'.containerd]
  default_runtime_name = "safe"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.safe]
  runtime_type = 'io.containerd.runsc.v1' # gVisor
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun.options]
    BinaryName = "/usr/bin/crun"
`;
  const { runtimes, defaultName } = readContainerdConfig([patch]);
  expect(defaultName).toBe('safe');
  expect(runtimes.map(({ name, type, binary }) => [name, type, binary])).toEqual([
    ['safe', 'io.containerd.runsc.v1', undefined],
    ['crun', 'io.containerd.runc.v2', '/usr/bin/crun'],
  ]);
  expect(runtimes[1]?.lines).toEqual([
    '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]',
    'runtime_type = "io.containerd.runc.v2"',
    '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun.options]',
    'BinaryName = "/usr/bin/crun"',
  ]);
});

const CLASS = (name: string, handler: string): string =>
  `apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: ${name}}\nhandler: ${handler}\n---\n`;
const POD = (name: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${spec}, containers: [{name: c, image: nginx}]}\n---\n`;
const NODE = (version: string, handlers: string): string =>
  `apiVersion: v1\nkind: Node\nmetadata: {name: one}\nstatus: {nodeInfo: {containerRuntimeVersion: "${version}"}, runtimeHandlers: ${handlers}}\n---\n`;
const KIND = (patch: string): string =>
  `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\ncontainerdConfigPatches: [${JSON.stringify(patch)}]\n---\n`;
const RUNSC =
  '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc]\nruntime_type = "io.containerd.runsc.v1"';
const GVISOR = CLASS('gvisor', 'runsc');
const run = (text: string): Simulation => simulate({ files: [{ name: 'a.yaml', text }] });

describe('a pod whose handler the node does not have', () => {
  const rows: [name: string, text: string, message: string][] = [
    [
      'containerd 2',
      NODE('containerd://2.1.4', '[{name: ""}, {name: runc}]'),
      'unable to get OCI runtime for sandbox "…": no runtime for "runsc" is configured',
    ],
    [
      'containerd 1.7',
      NODE('containerd://1.7.27', '[{name: ""}, {name: runc}]'),
      'failed to get sandbox runtime: no runtime for "runsc" is configured',
    ],
    [
      'CRI-O',
      NODE('cri-o://1.34.1', '[{name: ""}, {name: runc}, {name: crun}]'),
      'failed to find runtime handler runsc from runtime list map[crun:0x… runc:0x…]',
    ],
    [
      'kind with another runtime',
      KIND(RUNSC.replaceAll('runsc', 'kata')),
      'unable to get OCI runtime for sandbox "…": no runtime for "runsc" is configured',
    ],
  ];

  it.each(rows)('%s', (_, text, message) => {
    const { cluster, diagnostics } = run(`${text}${GVISOR}${POD('a', 'runtimeClassName: gvisor')}`);
    const pod = cluster.pods.find((one) => one.name === 'a');
    expect(pod).toMatchObject({ phase: 'Pending', ready: false, ips: [], listening: [] });
    expect(pod?.node).toBeDefined();
    expect(pod?.blockedBy?.code).toBe('pod/no-runtime-handler');
    const events = cluster.events.filter((event) => event.object.name === 'a');
    expect(events.map((event) => event.reason)).toEqual(['Scheduled', 'FailedCreatePodSandBox']);
    expect(events[1]?.message).toBe(
      `Failed to create pod sandbox: rpc error: code = Unknown desc = ${message}`,
    );
    expect(diagnostics.map((d) => d.code)).toContain('pod/no-runtime-handler');
    expect(diagnostics.map((d) => d.code)).not.toContain('node/pod-ips-exhausted');
  });

  it('takes no address from those that run, and one diagnostic is for all replicas', () => {
    const text = `${NODE('containerd://2.1.4', '[{name: runc}]')}${GVISOR}apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      runtimeClassName: gvisor
      containers: [{name: c, image: nginx}]
---
${POD('z', 'hostPID: false')}`;
    const alone = run(`${NODE('containerd://2.1.4', '[{name: runc}]')}${POD('z', 'hostPID: false')}`);
    const { cluster, diagnostics } = run(text);
    const ipOf = (s: Simulation['cluster']) => s.pods.find((pod) => pod.name === 'z')?.ips;
    expect(ipOf(cluster)).toEqual(ipOf(alone.cluster));
    const told = diagnostics.filter((d) => d.code === 'pod/no-runtime-handler');
    expect(told.map((d) => [d.params['pods'], d.range?.line])).toEqual([[3, 20]]);
  });
});

describe('a handler that is there', () => {
  test.each([
    ['by the node’s status', NODE('containerd://2.1.4', '[{name: ""}, {name: runsc}]')],
    ['by kind’s patch', KIND(RUNSC)],
    ['for nobody tells', ''],
    [
      'for nobody tells of runtimes',
      KIND('[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/x"'),
    ],
  ])('%s', (_, text) => {
    const { cluster, diagnostics } = run(`${text}${GVISOR}${POD('a', 'runtimeClassName: gvisor')}`);
    expect(diagnostics).toEqual([]);
    const pod = cluster.pods.find((one) => one.name === 'a');
    expect(pod).toMatchObject({ ready: true, ownNetworkStack: true });
  });

  it('of kind’s node image', () => {
    const text = `${KIND(RUNSC)}${CLASS('tests', 'test-handler')}${POD('a', 'runtimeClassName: tests')}`;
    const pod = run(text).cluster.pods.find((one) => one.name === 'a');
    expect(pod?.ready).toBe(true);
    expect(pod?.ownNetworkStack).toBeUndefined();
  });

  it('is the default of a node, for pods of no class', () => {
    const patch = `[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "runsc"\n${RUNSC}`;
    const { pods } = run(`${KIND(patch)}${POD('a', 'hostPID: false')}`).cluster;
    expect(pods.filter((pod) => pod.ownNetworkStack).map((pod) => pod.name)).toEqual(['a']);
  });
});

describe('the host’s network, in a sandbox of its own stack', () => {
  const text = `${GVISOR}${POD('a', 'runtimeClassName: gvisor, hostNetwork: true, nodeName: kind-worker')}${POD('b', 'hostPID: false')}`;
  const s = run(text);
  const node = s.cluster.nodes.find(({ name }) => name === 'kind-worker')?.ips[0] ?? '';

  it('is told at its line', () => {
    expect(s.diagnostics.map((d) => [d.code, d.range?.line])).toEqual([['pod/sandbox-on-host-network', 9]]);
  });

  test.each([
    ['from it', { from: 'default/a', to: 'default/b', port: 80 }],
    ['to it', { from: 'default/b', to: node, port: 80 }],
  ])('walks %s are unknown', (_, probe) => {
    expect(walk(s, { ...probe, tool: 'nc' })).toMatchObject({
      verdict: 'unknown',
      reason: { code: 'unknown.field', params: { field: 'spec.hostNetwork' } },
    });
  });

  it('others are not', () => {
    expect(walk(s, { from: 'default/b', tool: 'ping', to: node }).verdict).toBe('delivered');
  });
});
