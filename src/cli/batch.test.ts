/** Many questions in one process: in order, each for itself. */
import { expect, it } from 'vitest';
import { run, SCENARIO } from './cli-fixture.ts';

type Answer = { id: unknown; ok: boolean; result?: Record<string, unknown>; error?: string };

async function ask(lines: readonly unknown[], ...argv: string[]): Promise<Answer[]> {
  const text = lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n');
  const { out } = await run(['batch', ...argv], text);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

const files = { 'a.yaml': SCENARIO };
const args = { from: 'default/client', to: 'http://web' };

it('answers every command, in order', async () => {
  const answers = await ask([
    { id: 'a', files, command: 'check' },
    '',
    { id: 2, command: 'walk', args: { ...args, header: ['X-A: b'], seed: 3 } },
    { id: 3, command: 'objects', args: {} },
    { id: 4, command: 'matrix', args: { port: '80/TCP' } },
    { id: 5, command: 'show', args: { in: 'node/kind-worker', command: 'ip route' } },
    { id: 6, command: 'expect' },
    { id: 7, command: 'link' },
  ]);
  expect(answers.map((a) => [a.id, a.ok])).toEqual(['a', 2, 3, 4, 5, 6, 7].map((id) => [id, true]));
  expect(answers[0]?.result).toEqual({ diagnostics: [] });
  expect(answers[1]?.result).toMatchObject({
    verdict: 'delivered',
    http: { request: { headers: { 'X-A': 'b' } } },
  });
  expect(answers[4]?.result?.text).toContain('default via 172.18.0.1');
  expect(answers[5]?.result).toMatchObject({ holds: true });
  const opened = await ask([{ id: 8, command: 'open', args: { link: answers[6]?.result?.link } }]);
  expect(opened[0]?.result?.files).toEqual([{ name: 'a.yaml', text: SCENARIO }]);
});

it('answers whom one pod reaches', async () => {
  const [answer] = await ask([{ files, command: 'reach', args: { pod: 'default/web', port: '80/TCP' } }]);
  expect(answer?.result).toMatchObject({ pod: 'default/web', enforced: true, diagnostics: [] });
  expect(answer?.result).toHaveProperty('from.0.ports.0.port', 80);
});

it('every question starts from fresh runtime state', async () => {
  const show = { command: 'show', args: { in: 'node/kind-worker', command: 'conntrack -L' } };
  const answers = await ask([
    { files, command: 'walk', args },
    show,
    { ...show, args: { ...show.args, after: 'default/client web:80' } },
    show,
    { command: 'walk', args },
  ]);
  expect(
    answers.map((a) => (typeof a.result?.text === 'string' ? !a.result.text.includes('src=') : null)),
  ).toEqual([null, true, false, true, null]);
  expect(answers[4]?.result).toEqual(answers[0]?.result);
});

it('a bad line fails alone', async () => {
  const answers = await ask([
    { id: 0, command: 'check' },
    { id: 1, files, command: 'check' },
    '{"id": 2,',
    '[]',
    'null',
    '"walk"',
    { id: 3, command: 'look' },
    { id: 4, command: 'batch' },
    { id: 5, command: 'walk', args: { ...args, form: 'x' } },
    { id: 6, command: 'walk', args, file: {} },
    { id: 7, command: 'walk', args: { from: 'default/none', to: 'web' } },
    { id: 8, command: 'walk', args: { ...args, port: 'x' } },
    { id: 9, command: 'walk', args: { ...args, header: [1] } },
    { id: 10, command: 'walk', args: [] },
    { id: 11, command: 'show', args: { in: 'node/none', command: 'ip route' } },
    { id: 12, command: 'show', args: { in: 'node/kind-worker' } },
    { id: 13, command: 'walk', args: { ...args, lang: 'fr' } },
    { id: 14, files: [], command: 'check' },
    { id: 15, files: { 'a.yaml': 1 }, command: 'check' },
    { id: 16, command: 'walk', args: null },
    { id: 99, command: 'walk', args },
  ]);
  expect(answers.filter((a) => a.ok).map((a) => a.id)).toEqual([1, 99]);
  for (const a of answers) if (!a.ok) expect(a.error, String(a.id)).toMatch(/^[^\n]{5,200}$/);
  expect(answers[2]?.id).toBeNull();
  expect(answers[8]?.error).toContain('form');
});

it('answers in the language of the line, or of the command', async () => {
  const wrong = { files, command: 'walk', args: { from: 'default/none', to: 'web' } };
  const [en, ko] = await ask([wrong, { ...wrong, args: { ...wrong.args, lang: 'ko' } }]);
  expect(en?.error).toMatch(/^There is no pod/);
  expect(ko?.error).toMatch(/없습니다/);
  expect((await ask([wrong], '--lang', 'ko'))[0]?.error).toMatch(/없습니다/);
});
