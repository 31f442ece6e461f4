/** Language, theme, palette, help, shortcuts and focus: what holds the page together. */
import type { Page } from 'playwright/test';
import {
  caretAtEndOf,
  command,
  editorReady,
  expect,
  focusText,
  inspector,
  openFile,
  ready,
  test,
} from './app.ts';

function step(page: Page): ReturnType<Page['getByText']> {
  return page.getByText(/(?:Step [1-9]\d*|[1-9]\d*단계) \//);
}

test('another language keeps files, caret, history, walk and step, and stays', async ({ app }) => {
  await openFile(app, 'client.yaml');
  await caretAtEndOf(app, 'app: client');
  await app.keyboard.type(' # mine');
  await app.getByRole('button', { name: 'Send', exact: true }).click();
  await app.getByRole('button', { name: 'First change' }).click();
  await openFile(app, 'client.yaml');
  const at = (await step(app).textContent())?.match(/\d+/)?.[0];
  await app.getByRole('button', { name: /한국어/ }).click();
  await expect(app.locator('html')).toHaveAttribute('lang', 'ko');
  await ready(app);
  await editorReady(app);
  await expect(app.getByRole('tab', { name: /^client\.yaml/ })).toHaveAttribute('aria-selected', 'true');
  await expect.poll(async () => (await step(app).textContent())?.match(/\d+/)?.[0]).toBe(at);
  await expect(app.getByText('# mine').first()).toBeVisible();
  await focusText(app);
  await app.keyboard.type('!');
  await expect(app.getByText('# mine!').first()).toBeVisible();
  const undo = app.getByRole('button', { name: '실행 취소' });
  await undo.click();
  await undo.click();
  await expect(app.getByText('# mine')).toHaveCount(0);
});

test('a theme is chosen from the menu and stays over a reload', async ({ app }) => {
  await app.getByRole('button', { name: 'Theme' }).click();
  await app.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(app.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(app.getByRole('button', { name: 'Theme' })).toBeFocused();
  await app.reload();
  await ready(app);
  await expect(app.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('the palette reaches what menus and buttons do', async ({ app }) => {
  await editorReady(app);
  await focusText(app);
  await app.keyboard.press('Control+k');
  const palette = app.getByRole('dialog', { name: 'Commands' });
  await expect(palette).toBeVisible();
  const names = await palette.getByRole('option').allTextContents();
  for (const wanted of [
    'Send the probe',
    'Play or pause',
    'Next step',
    'Previous step',
    'To the first step',
    'To the last step',
    'Go to the probe bar',
    'View: Matrix',
    'Lens: Wire',
    'Inspector: Tables',
    'Show or hide the YAML',
    'Go to the YAML',
    'Undo',
    'Redo',
    'New file',
    'Rename app.yaml',
    'Delete app.yaml',
    'File: client.yaml',
    'Share this moment',
    'Export: PNG',
    'Export: SVG',
    'Export: YAML',
    'Export: Lab for Linux',
    'Open: ',
    'Empty cluster',
    'Cluster settings',
    'Theme: Dark',
    '한국어로 바꾸기',
    'Single-key shortcuts',
    'Show the shortcuts',
    'Take the tour',
  ]) {
    expect(
      names.some((name) => name.includes(wanted)),
      wanted,
    ).toBe(true);
  }
  await app.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await command(app, 'View: Matrix');
  await expect(app.getByRole('radio', { name: 'Matrix' })).toBeChecked();
  await command(app, 'Inspector: Tables');
  await expect(app.getByRole('tab', { name: 'Tables' })).toHaveAttribute('aria-selected', 'true');
  await command(app, 'Cluster settings');
  await expect(app.getByRole('dialog', { name: 'Cluster settings' })).toBeVisible();
  await app.keyboard.press('Escape');
  await command(app, 'Take the tour');
  await expect(app.getByRole('region', { name: 'Tour' })).toBeVisible();
  await app.keyboard.press('Escape');
  const [file] = await Promise.all([app.waitForEvent('download'), command(app, 'Export: YAML')]);
  expect(file.suggestedFilename()).toMatch(/\.yaml$/);
});

test('help lists true shortcuts, and single keys can be switched off', async ({ app }) => {
  await app.getByRole('button', { name: 'Help and shortcuts' }).click();
  const help = app.getByRole('dialog', { name: 'Help' });
  await help.getByRole('checkbox', { name: /single-key/ }).uncheck();
  await app.keyboard.press('Escape');
  await expect(app.getByRole('button', { name: 'Help and shortcuts' })).toBeFocused();
  await app.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await app.keyboard.press('?');
  await app.keyboard.press('ArrowRight');
  await app.keyboard.press('/');
  await expect(help).toBeHidden();
  await expect(app.getByRole('combobox', { name: 'Target' })).not.toBeFocused();
  await expect(app.getByText(/Step 0 \//)).toBeVisible();
  await command(app, 'Single-key shortcuts');
  await app.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await app.keyboard.press('?');
  await expect(help).toBeVisible();
});

test('Tab goes through the page in the order of reading, and never into nothing', async ({ app }) => {
  await editorReady(app);
  await app.getByRole('button', { name: /^Tab indents/ }).click();
  await app.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await app.locator('h1').click();
  const seen: string[] = [];
  for (let i = 0; i < 60 && seen.at(-1) !== 'the end'; i++) {
    await app.keyboard.press('Tab');
    seen.push(
      await app.evaluate(() => {
        const e = document.activeElement;
        if (e === null || e === document.body) return 'the end';
        return e.getAttribute('aria-label') ?? e.textContent?.trim() ?? '';
      }),
    );
  }
  expect(seen).not.toContain('');
  const at = (name: string): number => seen.findIndex((s) => s.startsWith(name));
  const order = [
    'Client → Service',
    '3 nodes',
    'Export',
    'Share this moment',
    'Theme',
    'app.yaml',
    'YAML of app.yaml',
    'Follow the walk',
    'From',
    'Target',
    'Send',
    'Play',
    'Why',
  ];
  for (const name of order) expect(at(name), `${name} in ${seen.join(' | ')}`).toBeGreaterThanOrEqual(0);
  expect(order.map(at)).toEqual(order.map(at).sort((a, b) => a - b));
});

test('the Tables tab prints iptables-save with the rule of this step lit', async ({ app }) => {
  await app.getByRole('button', { name: 'Send', exact: true }).click();
  await app.getByRole('button', { name: 'First change' }).click();
  await inspector(app).getByRole('tab', { name: 'Tables' }).click();
  await inspector(app).getByRole('combobox', { name: 'Command' }).selectOption('iptables-save -t nat');
  const lit = inspector(app).locator('[aria-current="true"]').filter({ hasText: '--to-destination 10.244.' });
  await expect(lit).toBeInViewport();
  await expect(lit).toContainText('-A KUBE-SEP-');
});

test('a cell of the matrix walks its pair', async ({ app }) => {
  await app.getByRole('radio', { name: 'Matrix' }).click();
  await app.getByRole('gridcell', { name: /^client → web: / }).dblclick();
  await expect(step(app)).toBeVisible();
  await expect(app.getByRole('radio', { name: 'Matrix' })).toBeVisible();
  await app.getByRole('button', { name: 'Verdict', exact: true }).click();
  await expect(inspector(app)).toContainText('delivered');
});
