/** Whatever is pasted: a message at its place, the rest still simulated, nothing typed lost, the page responsive. */
import type { Page } from 'playwright/test';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import {
  caretAtEndOf,
  expect,
  inspector,
  openFile,
  openScenario,
  paste,
  sendAndJumpToVerdict,
  test,
} from './app.ts';

async function problems(page: Page): Promise<string> {
  const button = page.getByRole('button', { name: /problem|error|warning/i }).first();
  return (await button.textContent()) ?? '';
}

/** The longest gap between two animation frames while `act` runs, in milliseconds. */
async function longestStall(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const w = window as unknown as { stall: number; watching: boolean };
    w.stall = 0;
    w.watching = true;
    let last = performance.now();
    const tick = (): void => {
      const now = performance.now();
      w.stall = Math.max(w.stall, now - last);
      last = now;
      if (w.watching) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  return page.evaluate(() => {
    const w = window as unknown as { stall: number; watching: boolean };
    w.watching = false;
    return w.stall;
  });
}

test('broken YAML is marked, the other files still make a cluster, and undo brings the text back', async ({
  app,
}) => {
  await openFile(app, 'client.yaml');
  await expect(app.locator('.view-line').first()).toBeVisible({ timeout: 30_000 });
  const before = await app.locator('.view-lines').first().textContent();
  await paste(app, 'apiVersion: v1\nkind: Pod\nmetadata: {name: broken\nspec: [\n');
  await expect(app.locator('.squiggly-error').first()).toBeVisible();
  await expect.poll(() => problems(app)).toMatch(/\d/);
  await expect(app.getByRole('group', { name: /^Pod default\/web-/ }).first()).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => await app.locator('.view-lines').first().textContent()).toBe(before);
  await expect(app.locator('.squiggly-error')).toHaveCount(0);
});

for (const [what, text] of [
  [
    'an alias bomb',
    `a: &a [x, x]\n${'bcdefghijklm'
      .split('')
      .map((c, i) => `${c}: &${c} [*${'abcdefghijkl'[i]}, *${'abcdefghijkl'[i]}]`)
      .join('\n')}\n`,
  ],
  ['20,000 brackets', '['.repeat(20_000)],
  ['tabs', 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n'],
  ['duplicate keys', 'apiVersion: v1\nkind: Pod\nkind: Service\nmetadata: {name: x}\n'],
  ['an unknown kind', 'apiVersion: v1\nkind: Podd\nmetadata: {name: x}\n'],
] as const) {
  test(`${what}: said at its place, the page lives`, async ({ app }) => {
    await openFile(app, 'client.yaml');
    await expect(app.locator('.view-line').first()).toBeVisible({ timeout: 30_000 });
    await paste(app, text);
    await expect(app.locator('.squiggly-error, .squiggly-warning').first()).toBeAttached();
    await expect(app.getByRole('group', { name: /^Pod default\/web-/ }).first()).toBeVisible();
  });
}

test('a 5 MB paste keeps the page responsive and the text', async ({ app }) => {
  test.setTimeout(120_000);
  await openFile(app, 'client.yaml');
  await expect(app.locator('.view-line').first()).toBeVisible({ timeout: 30_000 });
  const document = (i: number): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-${i}}\ndata: {text: "${'x'.repeat(900)}"}\n---\n`;
  const big = Array.from({ length: 5300 }, (_, i) => document(i)).join('');
  expect(big.length).toBeGreaterThan(5_000_000);
  await paste(app, big);
  await expect(app.getByRole('group', { name: /^Pod default\/web-/ }).first()).toBeVisible();
  // The page answers while the worker works.
  const stall = await longestStall(app, async () => {
    await app.getByRole('radio', { name: 'Matrix' }).click();
    await expect(app.getByRole('radio', { name: 'Matrix' })).toBeChecked();
  });
  expect(stall).toBeLessThan(5_000);
});

test('2,000 pods: a clear word about those that fit nowhere, and a picture of the rest', async ({ app }) => {
  test.setTimeout(120_000);
  await openFile(app, 'app.yaml');
  await caretAtEndOf(app, 'replicas: 2');
  await app.keyboard.type('000');
  await expect.poll(() => problems(app), { timeout: 60_000 }).toMatch(/\d/);
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText(/delivered/);
});

test('pods that admission refuses are named in the picture, marked in the text, and the walk says why nobody answers', async ({
  app,
}) => {
  await openScenario(app, scenarios['pod-security-refuses'].title);
  await expect(app.getByRole('group', { name: /refused Pod shop\/web-/ })).toBeVisible();
  // The line is further down than a small editor shows.
  await caretAtEndOf(app, 'NET_RAW');
  await expect(app.locator('.squiggly-error').first()).toBeVisible({ timeout: 30_000 });
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText(/the pods that it would select were refused/);
});
