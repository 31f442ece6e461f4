/** The matrix after an edit lists the pairs that it opened and closed; a pod in the Cluster tab says whom it reaches. */
import { AxeBuilder } from '@axe-core/playwright';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import { expect, inspector, openScenario, sendAndJumpToVerdict, test } from './app.ts';

test('what an edit changed is a list of pairs: each leads to its cell, and can be sent', async ({ app }) => {
  await openScenario(app, scenarios['egress-forgot-dns'].title);
  await sendAndJumpToVerdict(app);
  await app.getByRole('radio', { name: 'Matrix' }).click();
  await expect(app.getByRole('gridcell').first()).toBeVisible();
  await expect(app.getByRole('button', { name: 'Which pairs' })).toBeHidden();
  const fix = inspector(app).getByRole('region', { name: 'What almost let it out' });
  await fix.getByRole('button', { name: 'Let it through' }).click();
  await fix.getByRole('button', { name: 'Apply' }).click();
  await expect(app.getByRole('status')).toContainText(['opens 2, closes 0']);
  await app.getByRole('button', { name: 'Which pairs' }).click();
  const list = app.getByRole('complementary', { name: 'What the edit changed' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(list.getByRole('listitem').first()).toContainText(/^default\/app.* → kube-system\/coredns-/);
  await list
    .getByRole('button', { name: /just opened$/ })
    .first()
    .click();
  await expect(app.getByRole('gridcell', { selected: true })).toHaveAttribute(
    'aria-label',
    /^app → coredns: allowed/,
  );
  // Its reason, with the line of the rule.
  const reason = app.getByRole('complementary').filter({ hasText: 'Both sides must allow it' });
  await expect(reason.getByRole('button', { name: /^policy\.yaml:\d+$/ })).toBeVisible();
  const { violations } = await new AxeBuilder({ page: app })
    .include('[aria-label="What the edit changed"]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
  await list
    .getByRole('button', { name: /^Send a packet: default\/app/ })
    .first()
    .click();
  await app.getByRole('button', { name: 'Verdict', exact: true }).click();
  await expect(inspector(app)).toContainText('delivered');
});

test('a pod in the Cluster tab says whom it may talk to and who may talk to it, and why', async ({ app }) => {
  await openScenario(app, scenarios['default-deny-with-allow'].title);
  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();
  await inspector(app).getByRole('searchbox').fill('Pod default/api-');
  await inspector(app)
    .getByRole('button', { name: /^Pod\s*default\/api-/ })
    .click();
  const reach = inspector(app).getByRole('region', { name: 'Reach' });
  await expect(reach).toContainText('Policies on its egress none (open)');
  const peers = reach.getByRole('listitem');
  const stranger = peers.filter({ hasText: 'default/stranger' }).last();
  await expect(stranger).toContainText('denied');
  await expect(stranger).toContainText('ingress: no rule of default/default-deny matches');
  await expect(peers.filter({ hasText: 'default/frontend' }).last()).toContainText(
    'ingress: rule 1 of default/allow-frontend',
  );
  const { violations } = await new AxeBuilder({ page: app })
    .include('[aria-label="Reach"]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
  await stranger.getByRole('button', { name: 'Send a packet to 8080/TCP' }).click();
  await app.getByRole('button', { name: 'Verdict', exact: true }).click();
  await expect(inspector(app)).toContainText('dropped');
  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();
});
