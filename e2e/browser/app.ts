/** What every browser test starts from: the built app, its console watched, and words for what a person does. */
import { test as base, expect, type Page } from 'playwright/test';

interface Fixtures {
  readonly app: Page;
}

/** Opens the app without the tour and fails the test on any console error or uncaught exception. */
export const test = base.extend<Fixtures>({
  app: async ({ page }, provide) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await skipTour(page);
    await page.goto('/');
    await ready(page);
    await provide(page);
    expect(faults).toEqual([]);
  },
});

export { expect };

/** Says before the page loads that the tour was seen. */
export async function skipTour(
  page: Page,
  preferences: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await page.addInitScript((given) => {
    if (localStorage.getItem('packetwalk.preferences') !== null) return;
    localStorage.setItem(
      'packetwalk.preferences',
      JSON.stringify({ state: { tourSeen: true, lang: 'en', theme: 'light', ...given }, version: 1 }),
    );
  }, preferences);
}

/** Waits until the picture of the opening scenario stands. */
export async function ready(page: Page): Promise<void> {
  await expect(page.locator('[data-id^="room:"], .react-flow__node').first()).toBeVisible({
    timeout: 30_000,
  });
}

/** Waits for Monaco and puts the caret at the end of the first line that holds `text`. */
export async function caretAtEndOf(page: Page, text: string): Promise<void> {
  const line = page.locator('.view-line', { hasText: text }).first();
  await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: 30_000 });
  await focusText(page);
  // Monaco draws the lines in view only.
  for (const key of ['Control+Home', 'Control+End']) {
    await page.keyboard.press(key);
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    if (await line.isVisible()) break;
  }
  await expect(line).toBeVisible();
  await line.click();
  await page.keyboard.press('End');
}

/** Puts the focus into Monaco's text without moving the caret. */
export async function focusText(page: Page): Promise<void> {
  const text = page.locator('.monaco-editor').getByRole('textbox').first();
  await text.focus();
  await expect(text).toBeFocused();
}

/** Opens a file's tab in the editor. */
export async function openFile(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
  await expect(page.getByRole('tab', { name: new RegExp(`^${name}`) })).toHaveAttribute(
    'aria-selected',
    'true',
  );
}

/** Sends the probe and jumps to what decided. */
export async function sendAndJumpToVerdict(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const verdict = page.getByRole('button', { name: 'Verdict', exact: true });
  await expect(verdict).toBeEnabled();
  await verdict.click();
}

/** The inspector, where the Why card is. */
export function inspector(page: Page): ReturnType<Page['getByRole']> {
  return page.getByRole('complementary', { name: 'Inspector' });
}

/** Pastes text into the editor, as a person would: the editor indents what is typed, not what is pasted. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await focusText(page);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
}

/** Waits until Monaco stands in for the quiet text. */
export async function editorReady(page: Page): Promise<void> {
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 });
}

/** A file's text as the browser keeps it; undefined while nothing is kept. */
export function keptText(page: Page, file: string): Promise<string | undefined> {
  return page.evaluate((name) => {
    const work = JSON.parse(localStorage.getItem('packetwalk.work') ?? 'null') as {
      readonly files: readonly { readonly name: string; readonly text: string }[];
    } | null;
    return work?.files.find((f) => f.name === name)?.text;
  }, file);
}

/** Runs a command of the palette by its name. */
export async function command(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await palette.getByRole('combobox').fill(name);
  await palette.getByRole('option', { name, exact: false }).first().click();
  await expect(palette).toBeHidden();
}

/** Opens one of the shipped scenarios by its title. */
export async function openScenario(page: Page, title: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Choose a scenario' }).or(scenarioButton(page)).first().click();
  await page.getByRole('menuitemradio', { name: title }).first().click();
  // Its text comes later than the click: what is sent before then is lost with the old one.
  await expect(scenarioButton(page)).toContainText(title);
}

/** The menu button that carries the scenario's title. */
export function scenarioButton(page: Page): ReturnType<Page['locator']> {
  return page.getByRole('banner').locator('button[aria-haspopup="menu"]').first();
}

/** A burst of a thousand requests that ends in two ways: its panel, the rows of those ways, and what they are called. */
export async function sendThousand(page: Page) {
  await page.getByRole('button', { name: 'Send many times' }).click();
  const panel = page.getByRole('dialog', { name: 'Send many times' });
  await panel.getByRole('radio', { name: '1,000' }).click();
  await panel.getByRole('button', { name: 'Send 1000' }).click();
  await expect(panel.getByRole('status')).toHaveText('1000 requests sent', { timeout: 60_000 });
  const rows = panel.getByRole('listitem').getByRole('button');
  await expect(rows).toHaveCount(2);
  const names = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
  return { panel, rows, names };
}
