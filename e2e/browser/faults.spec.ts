/** What goes wrong, switched on from the picture: written into the YAML, seen in the walk, taken back, shared as a link. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { expect, inspector, keptText, ready, sendAndJumpToVerdict, skipTour, test } from './app.ts';

async function breakOn(page: Page, node: string, fault: string): Promise<void> {
  await page.getByRole('button', { name: 'Break something' }).click();
  const panel = page.getByRole('dialog', { name: 'What goes wrong' });
  await panel.getByRole('combobox', { name: 'Where' }).selectOption(node);
  await panel.getByRole('checkbox', { name: fault }).check();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
}

test('the tunnel’s port is blocked: the walk drops at that node’s firewall, and undo lets it through again', async ({
  app,
}) => {
  await breakOn(app, 'kind-worker2', 'A firewall blocks a port');
  await expect
    .poll(() => keptText(app, 'cluster.yaml'))
    .toContain('- {fault: port-blocked, node: kind-worker2, protocol: UDP, port: 8472}');
  await expect(app.getByText('1 of 1 fails')).toBeVisible();
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('dropped');
  await expect(inspector(app)).toContainText('host firewall');
  await expect(app.locator('.view-line', { hasText: 'port-blocked' })).toBeVisible({ timeout: 30_000 });
  await expect(app.locator('#stage').getByText('port blocked')).toBeVisible();

  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(inspector(app)).toContainText('delivered');
  await expect(app.getByRole('list', { name: 'Faults that are on' })).toBeHidden();
});

test('a chip switches its fault off', async ({ app }) => {
  await breakOn(app, 'kind-worker', 'ip_forward = 0');
  await breakOn(app, 'kind-worker2', 'A node loses its network');
  const active = app.getByRole('list', { name: 'Faults that are on' });
  await expect(active.getByRole('listitem')).toHaveCount(2);
  await active.getByRole('button', { name: 'Switch off: ip_forward 0 · kind-worker' }).click();
  await expect(active.getByRole('listitem')).toHaveCount(1);
  await expect.poll(() => keptText(app, 'cluster.yaml')).not.toContain('ip-forward-off');
});

test('what needs a node says so, and a UDP fault brings the probe that shows it', async ({ app }) => {
  await app.getByRole('button', { name: 'Break something' }).click();
  const panel = app.getByRole('dialog', { name: 'What goes wrong' });
  const down = panel.getByRole('checkbox', { name: 'A node loses its network' });
  await expect(down).toBeDisabled();
  await expect(down).toHaveAccessibleDescription('Choose a node first.');
  await panel.getByRole('checkbox', { name: 'conntrack remembers an endpoint that is gone' }).check();
  await app.keyboard.press('Escape');
  await app.getByRole('button', { name: 'Send', exact: true }).click();
  await app.getByRole('button', { name: 'Verdict', exact: true }).click();
  await expect(inspector(app)).toContainText('no way there');
});

test('a link carries the fault', async ({ app, browser }) => {
  await breakOn(app, 'kind-worker2', 'A node loses its network');
  await sendAndJumpToVerdict(app);
  await app.getByRole('button', { name: 'Share this moment' }).click();
  const link = await app.getByRole('textbox', { name: 'Link' }).inputValue();
  const context = await browser.newContext();
  const page = await context.newPage();
  await skipTour(page);
  await page.goto(link);
  await ready(page);
  await expect(page.getByRole('list', { name: 'Faults that are on' })).toContainText('down · kind-worker2');
  await expect(inspector(page)).toContainText('no way there');
  await context.close();
});

for (const theme of ['light', 'dark'] as const) {
  for (const lang of ['en', 'ko'] as const) {
    test(`axe finds nothing with a fault and its panel: ${theme}, ${lang}`, async ({ page }) => {
      await skipTour(page, { theme, lang });
      await page.goto('/');
      await ready(page);
      await page.getByRole('button', { name: lang === 'en' ? 'Break something' : '고장 내 보기' }).click();
      await page.getByRole('checkbox', { name: 'ip_forward = 0' }).check();
      await expect(
        page.getByRole('list', { name: lang === 'en' ? 'Faults that are on' : '켜져 있는 장애' }),
      ).toBeVisible();
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`)).toEqual(
        [],
      );
    });
  }
}
