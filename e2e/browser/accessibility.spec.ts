/** axe in every theme and both languages, on every view; the whole journey by keyboard; reduced motion. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { expect, inspector, ready, skipTour, test } from './app.ts';

const WORDS = {
  en: { send: 'Send', views: ['Picture', 'Matrix', 'Text'], tabs: ['Why', 'Packet', 'Tables', 'Cluster'] },
  ko: { send: '보내기', views: ['그림', '행렬', '글'], tabs: ['이유', '패킷', '테이블', '클러스터'] },
} as const;

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`);
}

for (const theme of ['light', 'dark'] as const) {
  for (const lang of ['en', 'ko'] as const) {
    test(`axe finds nothing: ${theme}, ${lang}`, async ({ page }) => {
      // Eight looks of axe at the whole page.
      test.setTimeout(300_000);
      await skipTour(page, { theme, lang });
      await page.goto('/');
      await ready(page);
      await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 });
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: WORDS[lang].send, exact: true }).click();
      await page.keyboard.press('Escape');
      for (const tab of WORDS[lang].tabs) {
        await page.getByRole('tab', { name: tab, exact: true }).click();
        expect(await violations(page), `tab ${tab}`).toEqual([]);
      }
      for (const view of WORDS[lang].views) {
        await page.getByRole('radio', { name: view, exact: true }).click();
        expect(await violations(page), `view ${view}`).toEqual([]);
      }
    });
  }
}

test('in high contrast the editor stands too, and axe finds nothing', async ({ page }) => {
  test.setTimeout(120_000);
  await skipTour(page, { theme: 'contrast' });
  await page.goto('/');
  await ready(page);
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 });
  expect(await violations(page)).toEqual([]);
});

for (const [width, height] of [
  [390, 844],
  [800, 900],
  [1100, 800],
] as const) {
  test(`axe finds nothing at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await skipTour(page);
    await page.goto('/');
    await ready(page);
    expect(await violations(page)).toEqual([]);
  });
}

test('the journey by keyboard alone: probe, play, step, events, palette, help', async ({ app }) => {
  await app.locator('body').press('/');
  await expect(app.getByRole('combobox', { name: 'Target' })).toBeFocused();
  await app.keyboard.press('Enter');
  await expect(app.getByText(/Step [1-9]\d* \//)).toBeVisible();
  await app.keyboard.press('Escape');
  await app.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await app.keyboard.press('Home');
  const first = await app.getByText(/Step \d+ \//).textContent();
  await app.keyboard.press('ArrowRight');
  await expect(app.getByText(/Step \d+ \//)).not.toHaveText(first ?? '');
  await app.keyboard.press('ArrowLeft');
  await expect(app.getByText(/Step \d+ \//)).toHaveText(first ?? '');
  await app.keyboard.press('End');
  await expect(inspector(app)).toContainText('delivered');
  await app.keyboard.press('Control+k');
  const palette = app.getByRole('dialog');
  await expect(palette).toBeVisible();
  await app.keyboard.type('matrix');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('radio', { name: 'Matrix' })).toBeChecked();
  await app.keyboard.press('?');
  await expect(app.getByRole('dialog')).toBeVisible();
  await app.keyboard.press('Escape');
  await expect(app.getByRole('dialog')).toBeHidden();
});

test('no shortcut acts while typing', async ({ app }) => {
  const target = app.getByRole('combobox', { name: 'Target' });
  await target.fill('http://web/ ?');
  await target.press('Space');
  await expect(app.getByText(/Step 0 \//)).toBeVisible();
});

test('with reduced motion nothing moves between stills, and playing still works', async ({ browser }) => {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  await skipTour(page);
  await page.goto('/');
  await ready(page);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const step = page.getByText(/Step \d+ \//);
  const before = await step.textContent();
  await expect(step).not.toHaveText(before ?? '', { timeout: 10_000 });
  await page.keyboard.press('Space');
  const running = await page.evaluate(
    () =>
      document
        .getAnimations()
        .filter((a) => a.playState === 'running' && (a.effect?.getTiming().duration ?? 0) !== 0).length,
  );
  expect(running).toBe(0);
  await context.close();
});
