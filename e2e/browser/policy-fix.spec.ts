/** A dropped packet: why, the smallest edit that lets it through, and back again; the matrix shows what the edit changed. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import { expect, inspector, keptText, openScenario, sendAndJumpToVerdict, test } from './app.ts';

const FORGOT_DNS = scenarios['egress-forgot-dns'].title;

/** `row → column` of every cell that is marked as changed, with how. */
function changedCells(app: Page): Promise<string[]> {
  return app
    .locator('[role="gridcell"][data-changed]')
    .evaluateAll((cells) =>
      cells.map((c) => `${c.getAttribute('aria-label')?.split(':')[0]} ${c.getAttribute('data-changed')}`),
    );
}

test('a dropped walk names policy, rule and line; the fix makes it pass; undo brings it back', async ({
  app,
}) => {
  await openScenario(app, FORGOT_DNS);
  await sendAndJumpToVerdict(app);
  const card = inspector(app).getByRole('region', { name: 'What almost let it out' });
  await expect(card).toContainText('default/app-egress');
  await expect(card).toContainText('rule 1');
  await expect(card).toContainText('it goes to port 53; the rule names 5432');
  await expect(card.getByRole('button', { name: /^policy\.yaml:\d+$/ }).first()).toBeVisible();

  await app.getByRole('radio', { name: 'Matrix' }).click();
  await expect(app.getByRole('gridcell').first()).toBeVisible();
  expect(await changedCells(app)).toEqual([]);
  await card.getByRole('button', { name: 'Let it through' }).click();
  await expect(card).toContainText('k8s-app: kube-dns');
  await expect(card).toContainText('opens 4, closes 0');
  await expect(card).toContainText(/walked again on the edited text: delivered/);
  const { violations } = await new AxeBuilder({ page: app })
    .include('[aria-label="What almost let it out"]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
  await card.getByRole('button', { name: 'Apply' }).click();

  await expect(inspector(app)).toContainText('delivered');
  await expect(card).toBeHidden();
  await expect(app.getByRole('status')).toContainText(['opens 2, closes 0']);
  expect(await changedCells(app)).toEqual(['app → coredns opens']);
  await expect.poll(() => keptText(app, 'policy.yaml')).toContain('k8s-app: kube-dns');

  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(inspector(app)).toContainText('dropped');
  await expect(card).toBeVisible();
  await expect(app.getByRole('status')).toContainText(['opens 0, closes 2']);
  expect(await changedCells(app)).toEqual(['app → coredns closes']);
  await expect.poll(() => keptText(app, 'policy.yaml')).not.toContain('kube-dns');
});

test('a cluster-wide rule that denies is named, with what almost passed it on; a rule before it lets it through', async ({
  app,
}) => {
  await openScenario(app, scenarios['admin-has-the-last-word'].title);
  await sendAndJumpToVerdict(app);
  const card = inspector(app).getByRole('region', { name: 'What stops it' });
  await expect(card).toContainText('Rule 2 (“no-guests”) of ClusterNetworkPolicy guests-stay-out says Deny.');
  await expect(card).toContainText('would pass it on, to be allowed there');
  await expect(card).toContainText('namespace guest has kubernetes.io/metadata.name=guest');
  await card.getByRole('button', { name: 'Let it through' }).click();
  await expect(card).toContainText('action: Pass');
  await expect(card).toContainText('opens 2, closes 0');
  const { violations } = await new AxeBuilder({ page: app })
    .include('[aria-label="What stops it"]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
  await card.getByRole('button', { name: 'Apply' }).click();
  await expect(inspector(app)).toContainText('delivered');
  await expect.poll(() => keptText(app, 'policies.yaml')).toContain('action: Pass\n      from:');
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(inspector(app)).toContainText('dropped');
  await app.getByRole('button', { name: 'Verdict' }).click();
  await expect(card).toBeVisible();
});

test('the shown walk, and traffic of policy-assistant, become assertions in one press', async ({ app }) => {
  await openScenario(app, scenarios['default-deny-with-allow'].title);
  await sendAndJumpToVerdict(app);
  const list = app.getByRole('region', { name: 'Expected' });
  const rows = list.getByRole('button', { name: /^Walk / });
  const before = await rows.count();
  await list.getByRole('button', { name: 'Expect this walk' }).click();
  await expect(list).toContainText(/Added to .*yaml/);
  await expect(rows).toHaveCount(before + 1);
  await list.getByRole('button', { name: 'Expect this walk' }).click();
  await expect(list).toContainText('It is expected already.');
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(rows).toHaveCount(before);

  const traffic = (label: string) => ({
    Source: { Internal: { PodLabels: { role: label }, Namespace: 'default' } },
    Destination: { Internal: { PodLabels: { app: 'api' }, Namespace: 'default' } },
    Protocol: 'TCP',
    ResolvedPort: 8080,
  });
  const buffer = Buffer.from(JSON.stringify([traffic('stranger'), traffic('nobody')]));
  await list
    .locator('input[type=file]')
    .setInputFiles({ name: 'traffic.json', mimeType: 'application/json', buffer });
  await expect(list).toContainText('1 entry added to');
  await expect(list).toContainText('No running pod of this cluster is default/[role=nobody]');
  await expect(rows).toHaveCount(before + 1);
  const { violations } = await new AxeBuilder({ page: app })
    .include('[aria-labelledby="expected-title"]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
});

test('an allowed walk can be blocked by the smallest edit', async ({ app }) => {
  await openScenario(app, scenarios['default-deny-with-allow'].title);
  await sendAndJumpToVerdict(app);
  await app.getByRole('button', { name: 'Last step' }).click();
  const card = inspector(app).getByRole('region', { name: 'What lets it through' });
  await expect(card).toContainText('Rule 1 of default/allow-frontend');
  await card.getByRole('button', { name: 'Block it' }).click();
  await expect(card).toContainText('opens 0, closes 1');
  await card.getByRole('button', { name: 'Apply' }).click();
  await expect(inspector(app)).toContainText('dropped');
});
