/** A request through a Gateway: the rule that took it and the one that did not, and what the controller writes into the status. */
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import { expect, inspector, openScenario, sendAndJumpToVerdict, test } from './app.ts';

test('a tester’s header leads to the canary, and the status says what is served', async ({ app }) => {
  await openScenario(app, scenarios['gateway-canary'].title);
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('HTTP 200');
  const card = inspector(app).getByRole('region', { name: 'Which path took the request' });
  await expect(card).toContainText('GET / matches httproute/shop/shop/rule/0/match/0/shop_example_com');
  await card
    .getByRole('button', { name: /^route\.yaml:/ })
    .last()
    .click();
  await expect(app.getByRole('tab', { name: /^route\.yaml/ })).toHaveAttribute('aria-selected', 'true');

  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();
  await inspector(app).getByRole('searchbox').fill('Gateway infra/web');
  await inspector(app)
    .getByRole('button', { name: /^Gateway\s*infra\/web/ })
    .click();
  await expect(inspector(app)).toContainText('1/1 envoy replicas available');
});
