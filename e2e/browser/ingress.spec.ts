/** A request through an Ingress: which path took it, the controller's own connection, and who shut the controller out. */
import { AxeBuilder } from '@axe-core/playwright';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import {
  expect,
  inspector,
  keptText,
  openScenario,
  sendAndJumpToVerdict,
  sendThousand,
  test,
} from './app.ts';

test('the card names the path that took the request and those that did not, with their lines', async ({
  app,
}) => {
  await openScenario(app, scenarios['ingress-hosts-and-paths'].title);
  await expect(app.locator('[data-id="ingress:default/shop"]')).toBeVisible();
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('HTTP 200');
  const card = inspector(app).getByRole('region', { name: 'Which path took the request' });
  await expect(card).toContainText('nginx serves shop.example with server shop.example');
  await expect(card).toContainText('location = /cart/help does not match: its path is /cart/3');
  await expect(card).toContainText('nginx: GET /cart/3 matches location /cart/');
  await expect(card.getByRole('button', { name: 'ingress.yaml:19' })).toBeVisible();
  await card.getByRole('button', { name: 'ingress.yaml:15' }).last().click();
  await expect(app.getByRole('tab', { name: /^ingress\.yaml/ })).toHaveAttribute('aria-selected', 'true');
  const { violations } = await new AxeBuilder({ page: app })
    .include('[aria-label="Which path took the request"]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
});

test('a policy that shuts the controller out is what decides, though the client hears of it as 504', async ({
  app,
}) => {
  await openScenario(app, scenarios['policy-shuts-out-the-controller'].title);
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('No policy lets this packet in to shop/shop');
  await expect(inspector(app)).toContainText('HTTP 504');
  const card = inspector(app).getByRole('region', { name: 'What almost let it in' });
  await expect(card).toContainText('is in namespace ingress-nginx');
  await card.getByRole('button', { name: 'Let it through' }).click();
  await card.getByRole('button', { name: 'Apply' }).click();
  await expect.poll(() => keptText(app, 'policy.yaml')).toContain('ingress-nginx');
  await expect(inspector(app)).toContainText('HTTP 200');
});

test('an Ingress that nobody serves: nothing answers', async ({ app }) => {
  await openScenario(app, scenarios['ingress-without-a-controller'].title);
  const pill = app.locator('[data-id="ingress:default/shop"]');
  await expect(pill).toHaveAttribute('aria-label', /served by nobody/);
  await pill.click();
  await inspector(app).getByRole('tab', { name: 'Cluster' }).click();
  await expect(inspector(app)).toContainText('Ingress');
  await inspector(app).getByRole('tab', { name: 'Why' }).click();
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('Nobody answers for 172.18.255.250');
  await expect(inspector(app)).toContainText('no way there');
});

test('a canary: a burst tells who answered, in the shares that the annotation says', async ({ app }) => {
  await openScenario(app, scenarios['canary-through-ingress'].title);
  const { names } = await sendThousand(app);
  const next = names.find((name) => name.includes('shop-next')) ?? '';
  const count = Number(/, (\d+) requests/.exec(next)?.[1]);
  expect(count).toBeGreaterThan(140);
  expect(count).toBeLessThan(260);
});
