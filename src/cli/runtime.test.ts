/** What runs pods, on the command line. */
import { expect, it } from 'vitest';
import { folder, run } from './cli-fixture.ts';

const TEXT = `apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: vm}
handler: kata-fc
---
apiVersion: v1
kind: Pod
metadata: {name: safe}
spec:
  runtimeClassName: gvisor
  hostPID: true
  containers: [{name: c, image: nginx}]
---
apiVersion: v1
kind: Pod
metadata: {name: lost}
spec:
  runtimeClassName: vm
  containers: [{name: c, image: nginx}]
---
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
containerdConfigPatches:
  - |
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runsc]
    runtime_type = "io.containerd.runsc.v1"
`;

it('a line for each pod, and the runtime’s words where there is no sandbox', async () => {
  const { status, out } = await run(['runtime', folder({ 'a.yaml': TEXT })]);
  expect(status).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(
    /^✗ default\/lost {2}kata-fc: Kata Containers with Firecracker, RuntimeClass vm \(.*a\.yaml:23\)$/,
  );
  expect(lines[1]).toBe(
    '    unable to get OCI runtime for sandbox "…": no runtime for "kata-fc" is configured',
  );
  expect(lines[2]).toMatch(/^✓ default\/safe {2}runsc: gVisor, RuntimeClass gvisor \(.*a\.yaml:15\)$/);
  expect(lines).toHaveLength(3);
});

it('one pod whole, as text in either language and as JSON', async () => {
  const ask = ['runtime', folder({ 'a.yaml': TEXT }), '--pod', 'safe'];
  const english = (await run(ask)).out;
  expect(english.match(/^ {2}┌ .*/gm)).toEqual([
    '  ┌ Application: user code, under the Sentry',
    '  ┌ Sentry: a kernel in Go; to the node, a process; a kernel of the pod’s own',
    expect.stringMatching(
      /^ {2}┌ Kernel of kind-worker2?: under the Sentry, a process like others; one kernel for all/,
    ),
  ]);
  expect(english).toMatch(/! hostPID, hostIPC: .* This pod asks for it: spec\.hostPID \(.*a\.yaml:16\)/);
  expect((await run([...ask, '--lang', 'ko'])).out).toContain(
    '┌ 애플리케이션: Sentry 아래에서 도는 사용자 코드',
  );
  const { pods } = (await run([...ask, '--json'])).json() as { pods: Record<string, unknown>[] };
  expect(pods).toHaveLength(1);
  expect(pods[0]).toMatchObject({
    pod: 'default/safe',
    runtimeClass: { name: 'gvisor', line: 15 },
    handler: 'runsc',
    containerRuntime: { name: 'containerd', by: 'kind', handlers: ['runc', 'test-handler', 'runsc'] },
    sandbox: { kind: 'gvisor' },
    knownBy: 'type',
    layers: ['app', 'sentry', 'host'],
  });
  expect(pods[0]?.['limits']).toContainEqual({
    limit: 'host-processes',
    asked: expect.objectContaining({ text: 'spec.hostPID', line: 16 }) as unknown,
  });
});

it('a pod that there is not is wrong usage', async () => {
  const root = folder({ 'a.yaml': TEXT });
  expect((await run(['runtime', root, '--pod', 'nobody'])).status).toBe(2);
  expect((await run(['runtime', root, '--object', 'Pod/default/safe'])).status).toBe(2);
});

it('a pod that waits for a node: neither layers nor handlers', async () => {
  const text = TEXT.replace('  hostPID: true\n', '  nodeSelector: {no-such: node}\n');
  const { out } = await run(['runtime', folder({ 'a.yaml': text }), '--pod', 'safe']);
  expect(out).toMatch(/The pod has no node yet/);
  expect(out).not.toMatch(/┌|Kernel of|Its handlers|For its packets/);
});

it('a runtime that is neither containerd nor CRI-O is told as it is written', async () => {
  const node =
    '---\napiVersion: v1\nkind: Node\nmetadata: {name: one}\nstatus: {nodeInfo: {containerRuntimeVersion: "docker://20.10"}}\n';
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx}]}\n';
  const ask = ['runtime', folder({ 'a.yaml': pod + node }), '--pod', 'p'];
  expect((await run(ask)).out).toMatch(/^ {2}one: docker:\/\/20\.10 \(as the Node says/m);
  expect((await run([...ask, '--lang', 'ko'])).out).toMatch(/^ {2}one: docker:\/\/20\.10 \(Node에 적힌/m);
  expect(JSON.parse((await run([...ask, '--json'])).out)).toMatchObject({
    pods: [{ containerRuntime: { name: 'containerd', by: 'assumed', other: 'docker://20.10' } }],
  });
});
