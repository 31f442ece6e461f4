/** Every shipped scenario: opens at rest with its own probe, which can be sent and walked to its verdict. */
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import { expect, inspector, openScenario, scenarioButton, test } from './app.ts';

for (const { title } of Object.values(scenarios)) {
  test(`“${title}” opens at rest, and its probe walks to the verdict`, async ({ app }) => {
    // Something else was walked before: nothing of it may stay.
    await app.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(app.getByText(/Step [1-9]\d* \//)).toBeVisible();
    if (!(await scenarioButton(app).textContent())?.includes(title)) {
      await openScenario(app, new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
      await expect(scenarioButton(app)).toContainText(title);
      await expect(app.getByText(/Step 0 \//)).toBeVisible();
    }
    await expect(app.getByRole('combobox', { name: 'Target' })).not.toHaveValue('');
    await expect(app.getByRole('combobox', { name: 'From' })).not.toHaveValue('');
    await expect(app.getByRole('group', { name: 'Recent probes' }).getByRole('button').first()).toBeVisible();
    await app.getByRole('button', { name: 'Send', exact: true }).click();
    await app.getByRole('button', { name: 'Verdict', exact: true }).click();
    await expect(inspector(app).getByRole('heading', { level: 2 }).first()).not.toBeEmpty();
    await expect(inspector(app)).toContainText(
      /delivered|rejected|dropped|no way there|went in circles|unknown/i,
    );
  });
}

test('a policy that flannel does not enforce: the card says so', async ({ app }) => {
  await openScenario(app, scenarios['policy-nobody-enforces'].title);
  await app.getByRole('button', { name: 'Send', exact: true }).click();
  await app.getByRole('button', { name: 'Verdict', exact: true }).click();
  await expect(inspector(app)).toContainText(/flannel enforces no NetworkPolicy/i);
  await expect(inspector(app)).toContainText('default-deny');
});
