/** Links, embeds and files: what leaves the page, and what comes back. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright/test';
import {
  caretAtEndOf,
  editorReady,
  expect,
  inspector,
  keptText,
  openFile,
  ready,
  scenarioButton,
  sendAndJumpToVerdict,
  skipTour,
  test,
} from './app.ts';

async function link(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Share this moment' }).click();
  const value = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  return value;
}

async function comment(page: Page, words: string): Promise<void> {
  await openFile(page, 'client.yaml');
  await caretAtEndOf(page, 'app: client');
  await page.keyboard.type(` # ${words}`);
  await expect.poll(() => keptText(page, 'client.yaml')).toContain(words);
}

test('the dialog shows the link, its length, a code and how to embed it; focus comes back', async ({
  app,
}) => {
  await app.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const opener = app.getByRole('button', { name: 'Share this moment' });
  await opener.click();
  const dialog = app.getByRole('dialog', { name: 'Share this moment' });
  const value = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  expect(value).toContain('/#v1=');
  await expect(dialog).toContainText(`${value.length.toLocaleString('en')} characters`);
  await expect(dialog.getByRole('img', { name: 'QR code of the link' })).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'HTML' })).toHaveValue(
    /<iframe src=".*\?embed&lang=en#v1=/,
  );
  await dialog.getByRole('button', { name: 'Copy' }).first().click();
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await app.evaluate(() => navigator.clipboard.readText())).toBe(value);
  await app.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});

test('an embed is the picture and the time line alone, in its own theme and language', async ({
  app,
  browser,
}) => {
  await sendAndJumpToVerdict(app);
  const address = new URL(await link(app));
  address.search = '?embed&theme=dark&lang=ko';
  const context = await browser.newContext({ viewport: { width: 960, height: 600 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(address.href);
  await ready(page);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await expect(page.getByRole('button', { name: '재생' }).first()).toBeVisible();
  await expect(page.getByRole('tablist')).toHaveCount(0);
  await expect(page.locator('.monaco-editor, textarea')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Packetwalk' })).toHaveAttribute('href', /#v1=/);
  expect(faults).toEqual([]);
  await context.close();
});

test('a link over unsaved work keeps both: the work is in the scenario menu', async ({ app, browser }) => {
  const context = await browser.newContext();
  const other = await context.newPage();
  await skipTour(other);
  await other.goto('/');
  await ready(other);
  await editorReady(other);
  await comment(other, 'from a classmate');
  const shared = await link(other);
  await context.close();

  await editorReady(app);
  await comment(app, 'my own words');
  await app.goto(shared);
  await expect(app.getByRole('status').filter({ hasText: 'put aside' })).toBeVisible();
  await openFile(app, 'client.yaml');
  await expect(app.getByText('from a classmate').first()).toBeVisible({ timeout: 30_000 });
  await scenarioButton(app).click();
  await app
    .getByRole('group', { name: 'Earlier work' })
    .getByRole('menuitem', { name: /client\.yaml/ })
    .click();
  await openFile(app, 'client.yaml');
  await expect(app.getByText('my own words').first()).toBeVisible();
});

test('a reload keeps text and language', async ({ app }) => {
  await editorReady(app);
  await comment(app, 'kept over a reload');
  await app.getByRole('button', { name: /한국어/ }).click();
  await expect(app.locator('html')).toHaveAttribute('lang', 'ko');
  await ready(app);
  await app.reload();
  await ready(app);
  await expect(app.locator('html')).toHaveAttribute('lang', 'ko');
  await expect(app.getByText('kept over a reload').first()).toBeVisible({ timeout: 30_000 });
});

test('a damaged link over saved work leaves that work as it was', async ({ app }) => {
  await editorReady(app);
  await comment(app, 'still mine');
  await app.goto('/#v1=AAAA');
  await app.reload();
  await expect(app.getByRole('alert').filter({ hasText: 'damaged' })).toBeVisible();
  await ready(app);
  await expect(app.getByText('still mine').first()).toBeVisible({ timeout: 30_000 });
  expect(await keptText(app, 'client.yaml')).toContain('still mine');
});

test('YAML, the walk as text and as a capture, the lab and the picture can be taken along', async ({
  app,
}) => {
  const exported = async (name: string | RegExp): Promise<{ name: string; text: string }> => {
    await app.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([
      app.waitForEvent('download'),
      app.getByRole('menuitem', { name }).click(),
    ]);
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
  };
  const yaml = await exported(/^YAML/);
  expect(yaml.name).toBe('packetwalk-service-to-remote-pod.yaml');
  expect(yaml.text).toContain('# app.yaml\napiVersion: apps/v1');
  expect(yaml.text).toContain('targetPort: 8080');
  expect(yaml.text).toContain('---\n# cluster.yaml\n');

  await app.getByRole('button', { name: 'Export' }).click();
  await expect(app.getByRole('menuitem', { name: /Walk as text/ })).toBeDisabled();
  await app.keyboard.press('Escape');

  await sendAndJumpToVerdict(app);
  const verdict = await inspector(app).getByRole('heading', { level: 2 }).first().textContent();
  expect(verdict).not.toBe('');
  const walk = await exported(/Walk as text/);
  expect(walk.name).toMatch(/\.txt$/);
  expect(walk.text).toContain('Verdict: delivered');
  expect(walk.text).toMatch(/ 10\.244\.\d+\.\d+:8080/);
  expect(walk.text).toContain('you wrote app.yaml:');

  const capture = await exported(/Walk for Wireshark/);
  expect(capture.name).toBe('packetwalk-service-to-remote-pod.pcapng');
  expect(capture.text).toContain('node/kind-worker:cni0');

  const lab = await exported(/Lab for Linux/);
  expect(lab.name).toBe('packetwalk-service-to-remote-pod.sh');
  expect(lab.text).toMatch(/^#!\/usr\/bin\/env bash\n/);
  expect(lab.text).toContain('-A KUBE-SERVICES');

  const svg = await exported(/^SVG/);
  expect(svg.text).toMatch(/^<svg|^<\?xml/);
  expect(svg.text).toContain('kind-worker');
});

test('a first visitor reads a link in the language of whoever made it', async ({ app, browser }) => {
  await app.getByRole('button', { name: 'Share this moment' }).click();
  const link = await app.getByRole('textbox', { name: 'Link' }).inputValue();
  const context = await browser.newContext({ locale: 'ko-KR' });
  const fresh = await context.newPage();
  await fresh.goto(link);
  await expect(fresh.getByRole('button', { name: 'Send', exact: true })).toBeVisible();
  await expect(fresh.locator('html')).toHaveAttribute('lang', 'en');
  await context.close();
});

test('an embedded picture in another language leaves this person’s choice alone', async ({ app }) => {
  await app.goto('/?embed&lang=ko');
  await expect(app.locator('html')).toHaveAttribute('lang', 'ko');
  await app.goto('/');
  await ready(app);
  await expect(app.locator('html')).toHaveAttribute('lang', 'en');
});
