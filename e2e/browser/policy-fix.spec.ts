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
