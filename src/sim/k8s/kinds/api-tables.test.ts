import { beforeEach, expect, it, vi } from 'vitest';
import { CodeMissing } from '../../base/code.ts';

const everyday =
  'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: nginx }] }\n';
const withSecret = everyday.replace(
  'containers:',
  'volumes: [{ name: s, secret: { secretName: s, wrong: 1 } }], containers:',
);

/** As in a page that was just opened: the rare tables are not there. */
async function fresh(): Promise<{
  readonly parse: (text: string) => readonly string[];
}> {
  const { parseScenario } = await import('../parse/parse-scenario.ts');
  const { loadAnyYaml } = await import('../parse/read-yaml.ts');
  await loadAnyYaml();
  return { parse: (text) => parseScenario([{ name: 'a.yaml', text }]).diagnostics.map((d) => d.code) };
}

beforeEach(() => void vi.resetModules());

it('reads everyday documents without the rare tables', async () => {
  const { parse } = await fresh();
  expect(parse(everyday)).not.toContain('field/unknown');
});

it.each([
  'batch/v1 Job',
  'v1 Secret',
  'projectcalico.org/v3 NetworkPolicy',
  'rbac.authorization.k8s.io/v1 RoleList',
])('asks for the kind %s', async (name) => {
  const { parse } = await fresh();
  const [apiVersion, kind] = name.split(' ');
  const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n${kind === 'RoleList' ? 'items: [{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: a } }]' : ''}`;
  let missing: unknown;
  try {
    parse(text);
  } catch (error) {
    missing = error;
  }
  expect((missing as Error).name).toBe('CodeMissing');
  await (missing as CodeMissing).load();
  expect(parse(text)).not.toContain('kind/unknown');
});

it('asks for the rare tables, and checks by them once they are there', async () => {
  const { parse } = await fresh();
  let missing: unknown;
  try {
    parse(withSecret);
  } catch (error) {
    missing = error;
  }
  // The class itself was loaded anew.
  expect((missing as Error).name).toBe('CodeMissing');
  await (missing as CodeMissing).load();
  expect(parse(withSecret)).toContain('field/unknown');
});
