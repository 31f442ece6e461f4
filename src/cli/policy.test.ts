/** Near misses and fixes on the command line. */
import { expect, it } from 'vitest';
import { folder, run, SCENARIO } from './cli-fixture.ts';

const files = { 'app.yaml': SCENARIO };
const stranger = SCENARIO.replace('labels: {app: client}', 'labels: {app: stranger}');

it('a dropped walk says which rule was closest and what it missed, with its line', async () => {
  const root = folder({ 'app.yaml': stranger });
  const args = ['walk', root, '--from', 'client', '--to', 'web:80'];
  const { policy } = (await run([...args, '--json'])).json() as {
    policy: { nearMiss: Record<string, unknown> };
  };
  const line = stranger.split('\n').findIndex((l) => l.startsWith('spec: {podSelector')) + 1;
  expect(policy.nearMiss).toMatchObject({
    direction: 'ingress',
    pod: 'default/web',
    peer: 'default/client',
    port: 80,
    protocol: 'TCP',
    policies: [
      {
        policy: 'default/web',
        rules: 1,
        closest: {
          rule: 0,
          port: null,
          peer: {
            index: 0,
            of: 1,
            misses: [
              {
                what: 'label',
                key: 'app',
                operator: 'Equals',
                values: ['client'],
                found: 'stranger',
                path: 'podSelector.matchLabels.app',
                text: 'default/client has app=stranger; the rule wants app=client',
                line,
              },
            ],
          },
        },
      },
    ],
    leftOpen: [],
  });
  const { out } = await run(args);
  expect(out).toContain(`✗ default/client has app=stranger; the rule wants app=client (`);
  expect(out).toContain('✓ 80/TCP is covered');
});

it('a walk that no policy stopped has no near miss', async () => {
  const root = folder(files);
  const { policy } = (await run(['walk', root, '--from', 'client', '--to', 'web:80', '--json'])).json() as {
    policy: object;
  };
  expect(policy).not.toHaveProperty('nearMiss');
});

it('fix prints the smallest edit, and what else it opens', async () => {
  const root = folder({ 'app.yaml': stranger });
  const args = ['fix', root, '--from', 'client', '--to', 'web:80'];
  expect((await run([...args, '--json'])).json()).toMatchObject({
    found: true,
    want: 'allow',
    steps: [{ kind: 'add-peer', policy: 'default/web' }],
    opens: [{ from: 'default/client', to: 'default/web', port: 80, protocol: 'TCP', own: true }],
    closes: [],
    walked: { verdict: 'delivered', clientSees: 'connected' },
  });
  const { out, status } = await run(args);
  expect(status).toBe(0);
  expect(out).toContain('+spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [');
  expect(out).toContain('opens 1, closes 0');
  const again = await run([...args, '--block', '--json']);
  expect(again.json()).toMatchObject({ found: false, why: 'already' });
});

it('fix --block, in a batch as well', async () => {
  const question = {
    id: 1,
    files,
    command: 'fix',
    args: { from: 'client', to: 'web:80', block: true },
  };
  const { out } = await run(['batch'], JSON.stringify(question));
  const { ok, result } = JSON.parse(out) as { ok: boolean; result: { closes: unknown[]; diff: string } };
  expect(ok).toBe(true);
  expect(result.closes).toHaveLength(1);
  expect(result.diff).toContain('+spec: {podSelector: {matchLabels: {app: web}}, ingress: []}');
});
