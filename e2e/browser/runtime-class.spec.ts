/** The card of a pod's runtime: its layers, what they carry, the lines that chose it, and a pod that got no sandbox. */
import { runtime as en } from '../../src/i18n/runtime.en.ts';
import { runtime as ko } from '../../src/i18n/runtime.ko.ts';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import { scenarios as scenariosKo } from '../../src/i18n/scenarios.ko.ts';
import { expect, openScenario, ready, skipTour, test } from './app.ts';
import type { Locator, Page } from 'playwright/test';

const inspector = (app: Page): Locator => app.getByRole('tabpanel', { name: 'Cluster', exact: true });

async function openPod(app: Page, name: string): Promise<Locator> {
  await app.getByLabel('Find an object').fill(`Pod default/${name}`);
  await inspector(app)
    .getByRole('button', { name: new RegExp(`^Pod default/${name}`) })
    .click();
  return inspector(app).getByRole('group').filter({ hasText: en.heading });
}

async function back(app: Page, name: string): Promise<void> {
  await inspector(app)
    .getByRole('button', { name: `Close: default/${name}` })
    .click();
}

test('three runtimes, three stacks; the fourth pod has no sandbox; the lines are a click away', async ({
  app,
}) => {
  await openScenario(app, scenarios['sandboxes-have-their-own-sockets'].title);
  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();

  const gvisor = await openPod(app, 'gvisor');
  const layers = gvisor.getByRole('list', { name: en.lanes.calls }).getByRole('listitem');
  await expect(layers).toHaveCount(3);
  await expect(layers.nth(1)).toContainText('Sentry');
  await expect(layers.nth(1)).toContainText(en.isolation);
  await gvisor.getByRole('radio', { name: en.lanes.packets }).click();
  await expect(gvisor.getByRole('listitem').filter({ hasText: 'AF_PACKET' })).toBeVisible();
  await expect(gvisor).toContainText('a ClusterIP stays in its packets');
  await gvisor.getByRole('button', { name: 'handler: runsc' }).click();
  await expect(app.getByRole('tab', { name: /^classes\.yaml/ })).toHaveAttribute('aria-selected', 'true');
  await back(app, 'gvisor');

  const kata = await openPod(app, 'kata');
  await expect(kata.getByRole('list', { name: en.lanes.calls }).getByRole('listitem')).toHaveCount(4);
  await expect(kata).toContainText('memory: 160Mi');
  await back(app, 'kata');

  const microvm = await openPod(app, 'microvm');
  await expect(microvm.getByRole('note')).toContainText('no runtime for "kata-fc" is configured');
  await expect(microvm.getByRole('list', { name: en.lanes.calls })).toHaveCount(0);
  await back(app, 'microvm');

  // A pod of no class: closed until somebody asks.
  const plain = await openPod(app, 'plain');
  await expect(plain.getByRole('list', { name: en.lanes.calls })).toBeHidden();
  await plain.getByText(en.heading).click();
  await expect(plain.getByRole('list', { name: en.lanes.calls }).getByRole('listitem')).toHaveCount(2);
});

test('the same in Korean', async ({ page }) => {
  await skipTour(page, { lang: 'ko' });
  await page.goto('/');
  await ready(page);
  await openScenario(page, scenariosKo['sandboxes-have-their-own-sockets'].title);
  await page.getByRole('tab', { name: '클러스터', exact: true }).click();
  await page.getByLabel('오브젝트 찾기').fill('Pod default/kata');
  await page.getByRole('button', { name: /^Pod default\/kata/ }).click();
  const stack = page.getByRole('list', { name: ko.lanes.calls });
  await expect(stack.getByRole('listitem').nth(1)).toContainText('게스트 커널');
  await expect(stack.getByRole('listitem').nth(1)).toContainText(ko.isolation);
});
