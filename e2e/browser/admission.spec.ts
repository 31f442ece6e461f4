/** The way of objects through the API server: red where it ends early, walked by keyboard, with what was written into them. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright/test';
import { admission as ko } from '../../src/i18n/admission.ko.ts';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import { command, expect, inspector, openScenario, paste, sendAndJumpToVerdict, test } from './app.ts';

const SHOP = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: baseline}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
overhead: {podFixed: {memory: 64Mi}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: shop}
spec:
  limits: [{type: Container, default: {memory: 256Mi}}]
---
apiVersion: v1
kind: Pod
metadata: {name: sandboxed, namespace: shop}
spec: {runtimeClassName: gvisor, containers: [{name: c, image: 'nginx:1.29'}]}
---
apiVersion: v1
kind: Pod
metadata: {name: spy, namespace: shop}
spec:
  hostPID: true
  containers: [{name: c, image: 'busybox:1.37'}]
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {containers: [{name: c, image: 'nicolaka/netshoot:v0.14', command: [sleep, infinity]}]}
`;

const MESSAGE =
  'pods "spy" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)';

/** The station where the walker stands. */
function station(page: Page): Locator {
  return page.locator('[aria-current="step"][data-station]');
}

async function shop(page: Page): Promise<void> {
  await paste(page, SHOP);
  await expect(page.getByRole('group', { name: /refused Pod shop\/spy/ })).toBeVisible({ timeout: 30_000 });
}

test('a refused pod is a red object in the picture; its way ends at the plug-in, in the API server’s words, at its line', async ({
  app,
}) => {
  await shop(app);
  // The rest of the cluster lives on.
  await expect(app.getByRole('group', { name: /^Pod shop\/sandboxed/ })).toBeVisible();
  await app.getByRole('group', { name: /refused Pod shop\/spy/ }).click();
  await expect(station(app)).toContainText('PodSecurity');
  await expect(station(app)).toContainText('refuses');
  await expect(inspector(app).getByRole('figure')).toContainText(MESSAGE);
  await inspector(app).getByRole('button', { name: /:28$/ }).click();
  await expect(app.locator('.view-line', { hasText: 'hostPID: true' })).toBeVisible();
  // And at the label of the namespace that it went by.
  await inspector(app).getByRole('button', { name: /:5$/ }).click();
  await expect(app.locator('.view-line', { hasText: 'pod-security.kubernetes.io/enforce' })).toBeVisible();
  // Behind a refusal nobody is asked, and nothing is stored.
  await station(app).focus();
  await app.keyboard.press('End');
  await expect(station(app)).toContainText('Stored');
  await expect(station(app)).toContainText('not reached');
});

test('from the row of a problem, and from the command palette; put right, it is stored', async ({ app }) => {
  await shop(app);
  await app.getByRole('button', { name: /error/i }).first().click();
  await app.getByRole('button', { name: 'Why refused?' }).first().click();
  await expect(station(app)).toContainText('PodSecurity');
  await app
    .getByRole('button', { name: /^Close/ })
    .or(app.getByRole('button', { name: /shop\/spy$/ }))
    .first()
    .click();
  await expect(station(app)).toHaveCount(0);
  await command(app, 'Pod shop/spy: Why');
  await expect(station(app)).toContainText('PodSecurity');
  await paste(app, SHOP.replace('hostPID: true', 'hostPID: false'));
  await expect(inspector(app).getByText('stored').first()).toBeVisible();
  await expect(station(app)).toContainText('lets it pass');
});

test('a stored pod is walked by keyboard from the request to the store, past what two plug-ins wrote into it', async ({
  app,
}) => {
  await shop(app);
  await app.getByRole('group', { name: /^Pod shop\/sandboxed/ }).click();
  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();
  await inspector(app).getByRole('button', { name: 'Its way through the API server' }).click();
  await expect(station(app)).toBeFocused();
  await expect(station(app)).toContainText('Request');
  await expect(inspector(app)).toContainText('authorisation (RBAC) are not simulated');
  const seen: string[] = [];
  for (let i = 0; i < 30; i++) {
    const name = (await station(app).textContent()) ?? '';
    seen.push(name);
    if (name.startsWith('LimitRanger') && name.includes('changes it')) {
      await expect(inspector(app).locator('ins').first()).toContainText('memory: "256Mi"');
    }
    if (name.startsWith('RuntimeClass') && name.includes('changes it')) {
      await expect(inspector(app)).toContainText('spec.overhead');
      await expect(inspector(app).locator('ins')).toContainText('memory: "64Mi"');
    }
    if (name.startsWith('Stored')) break;
    await app.keyboard.press('ArrowDown');
  }
  const at = (name: string, answer: string): number =>
    seen.findIndex((text) => text.startsWith(name) && text.includes(answer));
  expect(at('LimitRanger', 'changes it')).toBeGreaterThan(0);
  expect(at('RuntimeClass', 'changes it')).toBeGreaterThan(at('LimitRanger', 'changes it'));
  expect(at('Object validation', 'valid')).toBeGreaterThan(at('RuntimeClass', 'changes it'));
  expect(at('PodSecurity', 'lets it pass')).toBeGreaterThan(at('Object validation', 'valid'));
  expect(seen.at(-1)).toContain('Stored');
  // The way has ends, and the walk of the packet was not moved.
  await app.keyboard.press('ArrowDown');
  await expect(station(app)).toContainText('Stored');
  await expect(station(app)).toBeFocused();
  await app.keyboard.press('Home');
  await expect(station(app)).toContainText('Request');
  await expect(app.getByText('Step 0')).toBeVisible();
});

test('a Deployment is stored, its pod is refused: from one to the other, while another Service answers', async ({
  app,
}) => {
  await openScenario(app, scenarios['pod-security-refuses'].title);
  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();
  await inspector(app)
    .getByRole('button', { name: /^Pod shop\/web-.*refused/ })
    .click();
  await expect(station(app)).toContainText('refuses');
  await inspector(app)
    .getByRole('button', { name: /^Deployment web/ })
    .click();
  await expect(station(app)).toContainText('Request');
  await inspector(app)
    .getByRole('button', { name: /^Pod web-/ })
    .click();
  await expect(station(app)).toContainText('refuses');
  await sendAndJumpToVerdict(app);
});

test('in Korean', async ({ app }) => {
  await shop(app);
  await app.getByRole('group', { name: /refused Pod shop\/spy/ }).click();
  await expect(station(app)).toContainText('PodSecurity');
  await app.getByRole('button', { name: '한국어' }).click();
  await expect(station(app)).toContainText(ko.answers.refused);
  // The message stays the API server’s own.
  await expect(app.getByRole('figure')).toContainText(MESSAGE);
  await expect(app.getByRole('figure')).toContainText(ko.says);
  await station(app).focus();
  await app.keyboard.press('Home');
  await expect(station(app)).toContainText(ko.stages.request);
  await expect(app.getByText(ko.who)).toBeVisible();
});

test('a container that nobody wrote: the webhook that added it, and the plug-in that refuses the pod for it', async ({
  app,
}) => {
  await openScenario(app, scenarios['a-sidecar-nobody-wrote'].title);
  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();
  await inspector(app)
    .getByRole('button', { name: /^Pod shop\/web-.*refused/ })
    .click();
  await expect(station(app)).toContainText('PodSecurity');
  await expect(inspector(app).getByRole('figure')).toContainText('container "istio-init" must not include');
  await station(app).focus();
  for (let i = 0; i < 10 && !(await station(app).textContent())?.includes('changes it'); i++) {
    await app.keyboard.press('ArrowUp');
  }
  await expect(station(app)).toContainText('istio-sidecar-injector/namespace.sidecar-injector.istio.io');
  await expect(inspector(app)).toContainText('spec.initContainers');
  await expect(inspector(app).locator('ins').first()).toContainText('istio-init');
});

test('on a phone the steps stay in reach, and axe finds nothing', async ({ app }) => {
  await shop(app);
  await app.setViewportSize({ width: 390, height: 844 });
  await app.getByRole('tab', { name: 'Cluster', exact: true }).click();
  await app.getByRole('button', { name: 'Why refused?' }).first().click();
  await expect(station(app)).toContainText('PodSecurity');
  const next = app.getByRole('button', { name: 'Next station', exact: true });
  await expect(next).toBeInViewport();
  await next.click();
  await expect(station(app)).toContainText('not reached');
  const { violations } = await new AxeBuilder({ page: app })
    .withTags(['wcag2a', 'wcag2aa', 'wcag22aa'])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join()}`),
  ).toEqual([]);
});
