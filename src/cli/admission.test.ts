/** The way of objects through the API server on the command line. */
import { expect, it } from 'vitest';
import { folder, run } from './cli-fixture.ts';

const TEXT = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}
---
apiVersion: v1
kind: Pod
metadata: {name: good, namespace: shop}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec:
  hostPID: true
  containers: [{name: c, image: nginx}]
`;

const MESSAGE =
  'pods "bad" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)';

it('a line for each object, and every step of those that were refused', async () => {
  const root = folder({ 'a.yaml': TEXT });
  const { status, out } = await run(['admission', root]);
  expect(status).toBe(1);
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^✓ Namespace shop \(.*a\.yaml:1\) {2}stored, asked by kubernetes-admin$/);
  expect(lines[1]).toMatch(/^✓ Pod shop\/good /);
  expect(lines[2]).toMatch(/^✗ Pod shop\/bad /);
  expect(out).toContain(`    ✗ PodSecurity: refuses\n        ${MESSAGE}\n        spec.hostPID (`);
  expect(out).toMatch(
    / {8}by Namespace shop metadata\.labels\.pod-security\.kubernetes\.io\/enforce \(.*a\.yaml:3\)\n/,
  );
  expect(out).toMatch(/ {4}○ .*ServiceAccount.*: not simulated\n/);
});

it('one object whole, as text in either language and as JSON', async () => {
  const root = folder({ 'a.yaml': TEXT });
  const ask = ['admission', root, '--object', 'Pod/shop/bad'];
  expect((await run([...ask, '--lang', 'ko'])).out).toMatch(/✗ PodSecurity: 거부\n/);
  const { objects } = (await run([...ask, '--json'])).json() as { objects: Record<string, unknown>[] };
  expect(objects).toHaveLength(1);
  expect(objects[0]).toMatchObject({
    object: { kind: 'Pod', namespace: 'shop', name: 'bad' },
    user: 'kubernetes-admin',
    outcome: 'refused',
    message: MESSAGE,
    line: 10,
  });
  const steps = objects[0]?.['steps'] as Record<string, unknown>[];
  expect(steps[objects[0]?.['stoppedAt'] as number]).toEqual({
    stage: 'validating',
    plugin: 'PodSecurity',
    answer: 'refused',
    message: MESSAGE,
    places: [{ path: 'spec.hostPID', file: expect.any(String) as string, line: 14, column: 12 }],
    by: [
      {
        object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' },
        path: 'metadata.labels.pod-security.kubernetes.io/enforce',
        file: expect.any(String) as string,
        line: 3,
        column: 69,
      },
    ],
  });
});

it.each(['Namespace/shop', 'Pod/shop/good'])('%s is found', async (object) => {
  const root = folder({ 'a.yaml': TEXT });
  expect((await run(['admission', root, '--object', object])).out).toMatch(/✓ Stored: stored\n$/);
});

it.each(['Pod/shop/none', 'Pod', 'Pod/a/b/c'])('%s is wrong usage', async (object) => {
  const root = folder({ 'a.yaml': TEXT });
  expect((await run(['admission', root, '--object', object])).status).toBe(2);
});

it('in a batch', async () => {
  const line = JSON.stringify({
    id: 1,
    files: { 'a.yaml': TEXT },
    command: 'admission',
    args: { object: 'Pod/shop/bad' },
  });
  const { result } = (await run(['batch'], `${line}\n`)).json() as { result: { objects: object[] } };
  expect(result.objects).toMatchObject([{ outcome: 'refused' }]);
});
