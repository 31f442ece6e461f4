import { expect, it, vi } from 'vitest';
import type { FromWorker, ToWorker } from './protocol.ts';

const text = (cni: string): string => `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {containers: [{name: c, image: busybox}]}
`;

const question = (id: number, cni: string): ToWorker => ({
  id,
  name: 'simulate',
  params: { scenario: { files: [{ name: 'a.yaml', text: text(cni) }] }, revision: id },
});

it('fetches the code of a plug-in, and answers later questions after it, about the newest cluster', async () => {
  // As a fresh worker: no plug-in that is apart has been fetched.
  vi.resetModules();
  const { createHandler } = await import('./handler.ts');
  const answers: FromWorker[] = [];
  await new Promise<void>((done) => {
    const handle = createHandler((message) => {
      if (!('progress' in message)) answers.push(message);
      if (answers.length === 4) done();
    });
    handle(question(1, 'calico'));
    handle({
      id: 2,
      name: 'walk',
      params: { probe: { from: 'default/client', to: '1.1.1.1', tool: 'ping' } },
    });
    handle(question(3, 'flannel'));
    handle({
      id: 4,
      name: 'walk',
      params: { probe: { from: 'default/client', to: '1.1.1.1', tool: 'ping' } },
    });
  });
  expect(answers.map((a) => a.id)).toEqual([1, 2, 3, 4]);
  const devices = answers.map((a) =>
    'result' in a && 'trace' in (a.result as object)
      ? (a.result as { trace: { wire: { iface: string }[] } }).trace.wire.map((w) => w.iface)
      : [],
  );
  expect(devices[1]?.some((name) => name.startsWith('cali'))).toBe(true);
  expect(devices[3]?.includes('cni0')).toBe(true);
});
