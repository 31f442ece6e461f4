/** Two networks side by side: chosen on the screen, written into the YAML, walked together, shared as a link. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { expect, keptText, ready, skipTour, test } from './app.ts';

async function openComparison(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'What would change with another network?' })).toBeVisible();
  await page.getByRole('combobox', { name: 'CNI beside' }).selectOption('calico');
}

const rows = (page: Page) => page.getByRole('grid', { name: 'Both walks, step by step' }).getByRole('row');
const beside = (page: Page) => page.getByRole('region', { name: 'Set beside it' });
const yours = (page: Page) => page.getByRole('region', { name: 'Your cluster' });

test('another CNI beside: both walks arrive, differences are told apart from what is the same', async ({
  app,
}) => {
  await openComparison(app);
  await expect.poll(() => keptText(app, 'cluster.yaml')).toContain('compare:\n  cni: calico');
  await expect(beside(app)).toContainText('delivered');
  await expect(beside(app)).toContainText(/the server sees 10\.244\.\d+\.\d+/);
  await expect(app.getByText(/^\d+ the same, \d+ differ$/)).toBeVisible();
  await expect(beside(app).locator('svg').getByText('vxlan.calico').first()).toBeVisible();
  await expect(yours(app).locator('svg').getByText('flannel.1').first()).toBeVisible();

  await app.getByRole('button', { name: 'First difference' }).click();
  await expect(rows(app).and(app.locator('[aria-selected="true"]'))).toHaveCount(1);
  await expect(yours(app).getByRole('status').first()).toHaveText(/^(differs|only here|nothing here)$/);

  await app.getByRole('checkbox', { name: 'Only differences' }).check();
  await expect(rows(app).getByRole('gridcell', { name: 'the same in both' })).toHaveCount(0);
});

test('the keys and the strip move both walks, and undo takes the choice back', async ({ app }) => {
  await openComparison(app);
  const strip = app.getByRole('slider', { name: 'Moments of both walks' });
  await expect(strip).toBeVisible();
  await strip.focus();
  await app.keyboard.press('Home');
  await expect(strip).toHaveAttribute('aria-valuenow', '1');
  await app.keyboard.press('ArrowRight');
  await expect(strip).toHaveAttribute('aria-valuenow', '2');
  await app.keyboard.press('End');
  await expect(strip).toHaveAttribute('aria-valuenow', (await strip.getAttribute('aria-valuemax')) ?? '');
  await expect(beside(app).locator('[data-layer="packet"] text').first()).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(app.getByRole('heading', { name: 'What would change with another network?' })).toBeVisible();
});

test('a link opens on the comparison at the same moment', async ({ app, browser }) => {
  await openComparison(app);
  await app.getByRole('combobox', { name: 'kube-proxy mode beside' }).selectOption('none');
  await expect(beside(app)).toContainText('nothing');
  await app.getByRole('combobox', { name: 'kube-proxy mode beside' }).selectOption('');
  await expect(beside(app)).toContainText('delivered');
  await app.getByRole('button', { name: 'First difference' }).click();
  const strip = app.getByRole('slider', { name: 'Moments of both walks' });
  const at = await strip.getAttribute('aria-valuenow');
  await app.getByRole('button', { name: 'Share this moment' }).click();
  const link = await app.getByRole('textbox', { name: 'Link' }).inputValue();
  const context = await browser.newContext();
  const page = await context.newPage();
  await skipTour(page);
  await page.goto(link);
  await ready(page);
  await expect(beside(page)).toContainText('delivered');
  await expect(page.getByRole('slider', { name: 'Moments of both walks' })).toHaveAttribute(
    'aria-valuenow',
    at ?? '',
  );
  await context.close();
});

for (const [theme, width] of [
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
] as const) {
  test(`axe finds nothing in the comparison: ${theme}, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await skipTour(page, { theme });
    await page.goto('/');
    await ready(page);
    if (width > 1000) await openComparison(page);
    else {
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitemradio', { name: 'Compare' }).click();
      await expect(page.getByRole('radio', { name: 'Set beside it' })).toBeVisible();
    }
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
      .analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`)).toEqual(
      [],
    );
  });
}
