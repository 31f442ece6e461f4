/** What was verified, and against what: reached from the settings, help and the palette; filtered; axe-clean. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, ready, skipTour, test } from './app.ts';

const page = (name = 'What was verified, and against what') => ({ name, exact: true });

test('the chosen CNI and mode stand first, each with its label, tests and sources', async ({ app }) => {
  await app.locator('#cluster-settings-button').click();
  await app.getByRole('button', page()).click();
  const dialog = app.getByRole('dialog', page());
  const flannel = dialog.getByRole('listitem').filter({ hasText: 'Flannel' }).first();
  await expect(flannel).toContainText('exact');
  await flannel.getByText('sources').click();
  await expect(flannel).toContainText('e2e/kernel/kernel.test.ts');
  await expect(flannel).toContainText('flannel cni-plugin');
  await app.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('filtered by label and by area, with what is open', async ({ app }) => {
  await app.keyboard.press('Control+k');
  await expect(app.getByRole('dialog', { name: 'Commands' }).getByRole('combobox')).toBeFocused();
  await app.keyboard.type('verified');
  await app.keyboard.press('Enter');
  const dialog = app.getByRole('dialog', page());
  await dialog.getByRole('button', { name: /^CNI plug-ins/ }).click();
  await expect(dialog.getByRole('heading', { name: 'The Linux box' })).toBeHidden();
  await expect(dialog).toContainText('were read, not run');
  await dialog.getByRole('button', { name: /^sketched/ }).click();
  await expect(dialog).toContainText('Azure CNI');
  await expect(dialog).not.toContainText('Flannel');
  await dialog.getByRole('button', { name: /^DNS/ }).click();
  await expect(dialog).toContainText('Nothing of this kind here.');
});

for (const [theme, lang, name] of [
  ['light', 'en', 'What was verified, and against what'],
  ['dark', 'ko', '무엇을 무엇과 대조했는가'],
] as const) {
  test(`axe finds nothing: ${theme}, ${lang}`, async ({ page: tab }) => {
    await skipTour(tab, { theme, lang });
    await tab.goto('/');
    await ready(tab);
    await tab.locator('body').press('?');
    await tab.getByRole('button', { name: lang === 'en' ? /what was verified/ : /대조했는지/ }).click();
    await expect(tab.getByRole('dialog', page(name))).toBeVisible();
    const { violations } = await new AxeBuilder({ page: tab })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
      .analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`)).toEqual(
      [],
    );
  });
}
