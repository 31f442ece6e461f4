/** The editor's own promises: completion, help, quick fixes, marks, files, Korean input, one history. */
import type { Page } from 'playwright/test';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import {
  caretAtEndOf,
  editorReady,
  expect,
  focusText,
  keptText,
  openFile,
  openScenario,
  ready,
  skipTour,
  test,
} from './app.ts';

function suggestions(page: Page): ReturnType<Page['locator']> {
  return page.locator('.suggest-widget .monaco-list-row');
}

/** The text of the lines in view, with Monaco's spaces made plain. */
async function shownText(page: Page): Promise<string> {
  const lines = await page.locator('.monaco-editor .view-line').allTextContents();
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

async function hoverField(page: Page, word: string): Promise<void> {
  await page.locator('.view-line span span', { hasText: word }).first().hover();
}

test('completion offers a Service port’s fields', async ({ app }) => {
  await openFile(app, 'app.yaml');
  await caretAtEndOf(app, 'targetPort');
  await app.keyboard.press('Shift+Home');
  await app.keyboard.type('ta');
  await expect(suggestions(app).filter({ hasText: 'targetPort' })).toBeVisible();
  await app.keyboard.press('Enter');
  await expect.poll(() => shownText(app)).toContain('      targetPort: ');
});

test('completion offers the cluster’s Services where a probe asks', async ({ app }) => {
  await openFile(app, 'cluster.yaml');
  await caretAtEndOf(app, 'to: http://web/');
  for (let i = 0; i < 'http://web/'.length; i++) await app.keyboard.press('Backspace');
  await app.keyboard.press('Control+Space');
  await expect(suggestions(app).filter({ hasText: 'web' }).first()).toBeVisible();
});

for (const [lang, words] of [
  ['en', /The port .* Service|port that will be exposed/i],
  ['ko', /[가-힣]/],
] as const) {
  test(`pointing at a field tells what it is: ${lang}`, async ({ page }) => {
    await skipTour(page, { lang });
    await page.goto('/');
    await ready(page);
    await editorReady(page);
    await openFile(page, 'app.yaml');
    await caretAtEndOf(page, 'targetPort');
    await hoverField(page, 'targetPort');
    const help = page.locator('.monaco-hover:visible');
    await expect(help).toContainText('targetPort');
    await expect(help).toContainText(lang === 'en' ? 'Simulated.' : words);
  });
}

test('a clusterIP out of range: the quick fix mends it, one undo takes it back', async ({ app }) => {
  await openScenario(app, scenarios['cluster-ip-out-of-range'].title);
  await openFile(app, 'service.yaml');
  await editorReady(app);
  await expect(app.locator('.squiggly-error').first()).toBeAttached();
  await caretAtEndOf(app, 'clusterIP: 10.0.171.239');
  await app.keyboard.press('ArrowLeft');
  await app.keyboard.press('Control+.');
  const menu = app.locator('.action-widget .monaco-list-row.action');
  await expect(menu.first()).toBeVisible();
  await app.keyboard.press('Enter');
  await expect(app.locator('.squiggly-error')).toHaveCount(0);
  await expect.poll(() => shownText(app)).not.toContain('10.0.171.239');
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => shownText(app)).toContain('clusterIP: 10.0.171.239');
  await expect(app.locator('.squiggly-error').first()).toBeAttached();
});

test('the same fix from the list of problems', async ({ app }) => {
  await openScenario(app, scenarios['cluster-ip-out-of-range'].title);
  await app.getByRole('button', { name: /^Problems, 1 error/ }).click();
  const problems = app.getByRole('region', { name: 'Problems' });
  await expect(problems).toContainText('service.yaml:12');
  await problems.getByRole('button').nth(1).click();
  await expect(app.getByRole('button', { name: 'No problems' })).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(app.getByRole('button', { name: /^Problems, 1 error/ })).toBeVisible();
});

test('an unknown field is marked and its likely name offered', async ({ app }) => {
  await openFile(app, 'app.yaml');
  await caretAtEndOf(app, 'targetPort');
  await app.keyboard.press('Home');
  await app.keyboard.press('Delete');
  await expect(app.locator('.squiggly-error, .squiggly-warning').first()).toBeAttached();
  await app.getByRole('button', { name: /^Problems, / }).click();
  const problems = app.getByRole('region', { name: 'Problems' });
  await expect(problems).toContainText('argetPort');
  await expect(problems).toContainText('targetPort');
  await problems
    .getByRole('button', { name: /Replace with targetPort|Change to targetPort|targetPort$/ })
    .click();
  await expect(app.getByRole('button', { name: 'No problems' })).toBeVisible();
});

test('an expectation’s mark turns, in the gutter and in the list, when the YAML breaks it', async ({
  app,
}) => {
  await openFile(app, 'cluster.yaml');
  await editorReady(app);
  await expect(app.locator('.pw-expect.pw-holds').first()).toBeAttached();
  const list = app.getByRole('region', { name: /Expected/ });
  await expect(list).toContainText('1 of 1 hold');
  await openFile(app, 'app.yaml');
  await caretAtEndOf(app, 'targetPort');
  await app.keyboard.press('Backspace');
  await app.keyboard.type('1');
  await expect(list).toContainText('1 of 1 fails');
  await openFile(app, 'cluster.yaml');
  await expect(app.locator('.pw-expect.pw-fails').first()).toBeAttached();
  await list.getByRole('button', { name: /^Walk client → web:80/ }).click();
  await expect(app.getByText(/Step [1-9]\d* \//)).toBeVisible();
});

test('files are added, renamed and deleted; undo brings each back', async ({ app }) => {
  const files = app.getByRole('tablist', { name: 'Files' });
  await app.getByRole('button', { name: /^Actions for/ }).click();
  await app.getByRole('menuitem', { name: 'New file' }).click();
  await app.keyboard.press('Control+A');
  await app.keyboard.type('app.yaml');
  await expect(app.getByRole('textbox', { name: /New name for/ })).toHaveAttribute('aria-invalid', 'true');
  await app.keyboard.press('Control+A');
  await app.keyboard.type('extra.yaml');
  await app.keyboard.press('Enter');
  await expect(files.getByRole('tab', { name: 'extra.yaml' })).toBeFocused();
  await app.keyboard.press('F2');
  await app.keyboard.type('more');
  await app.keyboard.press('Enter');
  await expect(files.getByRole('tab', { name: 'more.yaml' })).toBeVisible();
  await files.getByRole('tab', { name: 'more.yaml' }).press('Delete');
  await expect(files.getByRole('tab', { name: 'more.yaml' })).toHaveCount(0);
  await expect(files.getByRole('tab', { selected: true })).toBeFocused();
  const undo = app.getByRole('button', { name: 'Undo' });
  await undo.click();
  await expect(files.getByRole('tab', { name: 'more.yaml' })).toBeVisible();
  await undo.click();
  await expect(files.getByRole('tab', { name: 'extra.yaml' })).toBeVisible();
  await undo.click();
  await undo.click();
  await expect(files.getByRole('tab')).toHaveCount(3);
});

test('Hangul is composed in a comment and arrives whole', async ({ app }) => {
  await openFile(app, 'client.yaml');
  await caretAtEndOf(app, 'app: client');
  await app.keyboard.type(' # ');
  const cdp = await app.context().newCDPSession(app);
  for (const [syllable, parts] of [
    ['한', ['ㅎ', '하', '한']],
    ['글', ['ㄱ', '그', '글']],
  ] as const) {
    for (const text of parts) {
      await cdp.send('Input.imeSetComposition', { text, selectionStart: 1, selectionEnd: 1 });
    }
    await cdp.send('Input.insertText', { text: syllable });
  }
  await expect.poll(() => keptText(app, 'client.yaml')).toContain('app: client # 한글\n');
  await expect(app.getByRole('button', { name: 'No problems' })).toBeVisible();
  await app.keyboard.press('Control+z');
  await expect.poll(() => keptText(app, 'client.yaml')).not.toContain('한');
});

test('Ctrl+Z in the text and the button share one history across files', async ({ app }) => {
  await openFile(app, 'client.yaml');
  await caretAtEndOf(app, 'app: client');
  await app.keyboard.type('x');
  await openFile(app, 'app.yaml');
  await caretAtEndOf(app, 'targetPort');
  await app.keyboard.type('1');
  await expect.poll(() => keptText(app, 'app.yaml')).toContain('80801');
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => keptText(app, 'app.yaml')).not.toContain('80801');
  await focusText(app);
  await app.keyboard.press('Control+z');
  await expect.poll(() => keptText(app, 'client.yaml')).not.toContain('clientx');
  await expect(app.getByRole('button', { name: 'Undo' })).toBeDisabled();
  await app.keyboard.press('Control+Shift+z');
  await app.getByRole('button', { name: 'Redo' }).click();
  await expect.poll(() => keptText(app, 'app.yaml')).toContain('80801');
  expect(await keptText(app, 'client.yaml')).toContain('clientx');
});

test('a walk whose sender is edited away goes, and comes back with it', async ({ app }) => {
  await app.getByRole('button', { name: 'Send', exact: true }).click();
  await app.getByRole('button', { name: 'First change' }).click();
  const step = await app.getByText(/Step [1-9]\d* \//).textContent();
  await openFile(app, 'client.yaml');
  await caretAtEndOf(app, 'name: client');
  await app.keyboard.type('s');
  await expect(app.getByRole('alert').filter({ hasText: 'default/client' })).toBeVisible();
  await expect(app.getByText(/Step 0 \//)).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(app.getByText(/Step [1-9]\d* \//)).toHaveText(step ?? '');
  await expect(app.getByRole('alert').filter({ hasText: 'default/client' })).toHaveCount(0);
});
