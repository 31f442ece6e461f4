/** One request many times: who answered, as it comes in, and the walk of one of them. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, inspector, sendThousand, test } from './app.ts';

test('a burst tells who answered how often, and shows the walk of a row’s first request', async ({ app }) => {
  const { panel, rows, names } = await sendThousand(app);
  const counts = names.map((name) => Number(/, (\d+) requests/.exec(name)?.[1]));
  expect(counts.reduce((a, b) => a + b, 0)).toBe(1000);
  expect(Math.min(...counts)).toBeGreaterThan(400);

  const second = names[1] ?? '';
  const request = Number(/request (\d+)\.$/.exec(second)?.[1]);
  expect(request).toBeGreaterThan(1);
  await rows.nth(1).click();
  await expect(panel).toBeHidden();
  await app.getByRole('button', { name: 'Verdict', exact: true }).click();
  await expect(inspector(app)).toContainText(/delivered/i);
  await expect(inspector(app)).toContainText(second.split(':')[0] ?? '?');

  const often = app.getByRole('button', { name: `${request} times in a row` });
  await often.click();
  await expect(often).toBeHidden();
});

test('an edit takes back what was counted on the cluster before; axe finds nothing', async ({ app }) => {
  await app.getByRole('button', { name: 'Send many times' }).click();
  const panel = app.getByRole('dialog', { name: 'Send many times' });
  await panel.getByRole('button', { name: 'Send 100', exact: true }).click();
  await expect(panel.getByRole('status')).toHaveText('100 requests sent', { timeout: 60_000 });
  const { violations } = await new AxeBuilder({ page: app }).include('[popover]').analyze();
  expect(violations).toEqual([]);
  await app.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await app.getByRole('button', { name: 'Break something' }).click();
  await app
    .getByRole('dialog', { name: 'What goes wrong' })
    .getByRole('checkbox', { name: 'ip_forward = 0' })
    .check();
  await app.keyboard.press('Escape');
  await app.getByRole('button', { name: 'Send many times' }).click();
  await expect(panel.getByRole('status')).toBeHidden();
  await panel.getByRole('radio', { name: '10', exact: true }).click();
  await panel.getByRole('button', { name: 'Send 10', exact: true }).click();
  await expect(panel.getByRole('status')).toHaveText('10 requests sent', { timeout: 60_000 });
});
