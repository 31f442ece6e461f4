import { expect, it, vi } from 'vitest';
import type { createHandler } from './handler.ts';
import type { FromWorker, RequestName, Requests, ToWorker } from './protocol.ts';

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

it('a policy that forgot the client: why, the smallest edit, and what the matrix says changed', async () => {
  // The evaluator and what explains by it are apart as well, and come with the first policy.
  vi.resetModules();
  const ask = asking((await import('./handler.ts')).createHandler);
  const web = `---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]}
`;
  const scenario = { files: [{ name: 'a.yaml', text: text('calico') + web }] };
  await ask('simulate', { scenario, revision: 1 });
  const probe = { from: 'default/client', to: 'default/web', tool: 'nc', port: 80 } as const;
  const near = await ask('nearMiss', { probe });
  expect(near?.policies[0]?.closest?.peer?.misses[0]).toMatchObject({ what: 'label', key: 'app' });
  const shown = await ask('matrix', { port: 80, protocol: 'TCP' });
  expect(shown.changes).toBeUndefined();
  const answer = await ask('fix', { probe, want: 'allow' });
  if (!answer.ok) throw new Error(answer.why);
  await ask('simulate', { scenario: { files: answer.fix.files }, revision: 2 });
  expect((await ask('walk', { probe })).trace.verdict).toBe('delivered');
  const again = await ask('matrix', { port: 80, protocol: 'TCP', since: shown.id });
  const pairs = again.changes?.cells.map(([i, j]) => `${again.pods[i]} ${again.pods[j]}`);
  expect(pairs).toEqual(['default/client default/web']);
  expect(again.changes).toMatchObject({ opens: 1, closes: 0 });
  // However often is asked in between, what a step began with can be compared with.
  let later = again;
  for (let revision = 3; revision < 9; revision++) {
    const { files } = revision % 2 === 1 ? scenario : answer.fix;
    await ask('simulate', { scenario: { files }, revision });
    later = await ask('matrix', { port: 80, protocol: 'TCP', since: shown.id });
    expect(later.changes?.opens).toBe(revision % 2 === 1 ? 0 : 1);
  }
  const other = await ask('matrix', { port: 81, protocol: 'TCP', since: again.id });
  expect(other.changes).toBeUndefined();
});

it('a matrix that nobody waits for any more is not finished; what was asked in between is answered first', async () => {
  // Every look at the clock is a long stretch later: after each step other messages are heard.
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 100));
  const { createHandler } = await import('./handler.ts');
  const { CancelledError, SimClient } = await import('./client.ts');
  const said: FromWorker[] = [];
  let handle: (message: ToWorker) => void = () => undefined;
  const client = new SimClient((receive) => {
    handle = createHandler((message) => {
      said.push(message);
      receive(message);
    });
    return { post: (message) => handle(message), close: () => undefined };
  });
  try {
    const scenario = { files: [{ name: 'a.yaml', text: text('calico') }] };
    await client.request('simulate', { scenario, revision: 1 });
    const order: string[] = [];
    const shares: number[] = [];
    const whole = client.start('matrix', { port: 80, protocol: 'TCP' }, ({ stage, done, total }) => {
      order.push(stage);
      shares.push(done / total);
    });
    expect((await whole.result).pods).toContain('default/client');
    expect(shares.length).toBeGreaterThan(2);
    expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0) && share <= 1)).toBe(true);
    expect(new Set(order)).toEqual(new Set(['reach']));

    said.length = 0;
    const stopped: ReturnType<typeof client.start<'matrix'>> = client.start(
      'matrix',
      { port: 81, protocol: 'TCP' },
      () => stopped.cancel(),
    );
    await expect(stopped.result).rejects.toBeInstanceOf(CancelledError);
    await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ ok: false }));
    // One step was told, and none after it.
    expect(said.map((message) => ('progress' in message ? 'progress' : 'end'))).toEqual(['progress', 'end']);

    const slow = client.start('matrix', { port: 82, protocol: 'TCP' }, () => {
      if (!order.includes('cluster')) {
        order.push('cluster');
        void client.request('cluster', {}).then(() => order.push('answered'));
      }
    });
    await slow.result;
    order.push('matrix');
    expect(order.slice(-3)).toEqual(['cluster', 'answered', 'matrix']);
  } finally {
    clock.mockRestore();
  }
});

it.each([
  ['WireGuard', '{name: flannel, options: {backend: wireguard}}', 80, 'tcp'],
  ['SCTP', 'flannel', 132, 'sctp'],
  ['nftables', '{name: bridge, options: {ipMasqBackend: nftables, routes: static}}', 80, 'tcp'],
  ['eBPF', 'cilium', 80, 'tcp'],
  ['Open vSwitch', 'antrea', 80, 'tcp'],
] as const)('fetches what the kernel loads on demand: %s', async (_, cni, port, proto) => {
  vi.resetModules();
  const { createHandler } = await import('./handler.ts');
  const pod = (name: string, node: string): string =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, annotations: {packetwalk.dev/listen: "${port}/${proto.toUpperCase()}"}}\nspec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}\n`;
  const cluster = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n${pod('near', 'kind-worker')}${pod('far', 'kind-worker2')}`;
  const answers: FromWorker[] = [];
  await new Promise<void>((done) => {
    const handle = createHandler((message) => {
      if (!('progress' in message)) answers.push(message);
      if (answers.length === 2) done();
    });
    const scenario = { files: [{ name: 'a.yaml', text: cluster }] };
    handle({ id: 1, name: 'simulate', params: { scenario, revision: 1 } });
    const probe = { from: 'default/near', to: 'default/far', tool: 'nc', port, proto } as const;
    handle({ id: 2, name: 'walk', params: { probe } });
  });
  expect(answers[1]).toMatchObject({ ok: true, result: { trace: { verdict: 'delivered' } } });
});

it('a burst is answered piece by piece, and ends with the cluster that it was sent in', async () => {
  const ask = asking((await import('./handler.ts')).createHandler);
  const scenario = { files: [{ name: 'a.yaml', text: text('flannel') }] };
  await ask('simulate', { scenario, revision: 1 });
  const probe = { from: 'default/client', to: '1.1.1.1', tool: 'ping' } as const;
  let told = await ask('burst', { probe, requests: 5 });
  for (let i = 0; i < 5 && told !== undefined && told.order.length < 5; i++)
    told = await ask('burst', { probe, requests: 5, since: told.id });
  expect(told).toMatchObject({ asked: 5, order: [0, 0, 0, 0, 0], groups: [{ count: 5, first: 0 }] });
  await ask('simulate', { scenario, revision: 2 });
  expect(await ask('burst', { probe, requests: 5, since: told?.id })).toBeUndefined();
});

/** Asks a handler and waits for each answer. */
function asking(create: typeof createHandler) {
  const waiting = new Map<number, (result: unknown) => void>();
  const handle = create((message) => {
    if ('progress' in message) return;
    waiting.get(message.id)?.('result' in message ? message.result : message);
  });
  let ids = 0;
  return <N extends RequestName>(name: N, params: Requests[N]['params']): Promise<Requests[N]['result']> =>
    new Promise((done) => {
      const id = ++ids;
      waiting.set(id, (result) => done(result as Requests[N]['result']));
      handle({ id, name, params } as ToWorker);
    });
}
