/** The promise, end to end: edit YAML, walk one packet, see why, share the moment. */
import {
  caretAtEndOf,
  expect,
  inspector,
  openFile,
  paste,
  ready,
  sendAndJumpToVerdict,
  skipTour,
  test,
} from './app.ts';

test('within three presses a newcomer sees the Service’s address become a pod’s', async ({ app }) => {
  await app.locator('body').click({ position: { x: 700, y: 590 } });
  await app.keyboard.press('Space');
  await expect(app.getByText(/Step [1-9]\d* \//)).toBeVisible();
  await app.keyboard.press('Space');
  await app.getByRole('button', { name: 'First step' }).click();
  await app.getByRole('button', { name: 'First change' }).click();
  await expect(inspector(app).getByRole('heading', { level: 2 }).first()).toContainText('over the Service');
});

test('→ from rest reaches the DNAT in three presses', async ({ app }) => {
  await app.locator('body').click({ position: { x: 700, y: 590 } });
  const heading = inspector(app).getByRole('heading', { level: 2 }).first();
  for (let i = 0; i < 3; i++) {
    await app.keyboard.press('ArrowRight');
    if (/over the Service/.test((await heading.textContent().catch(() => '')) ?? '')) break;
    await expect(app.getByText(/Step [1-9]\d* \//)).toBeVisible();
  }
  await expect(heading).toContainText('over the Service');
});

test('a wrong targetPort is refused by the pod, with the line lit; put right, it is delivered', async ({
  app,
}) => {
  await openFile(app, 'app.yaml');
  await caretAtEndOf(app, 'targetPort');
  await app.keyboard.press('Backspace');
  await app.keyboard.type('1');
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('Connection refused by the pod: nothing listens on');
  await expect(inspector(app)).toContainText('refused');
  const lit = app.locator('.monaco-editor .pw-hit').first();
  await expect(lit).toBeAttached();

  await openFile(app, 'app.yaml');
  await caretAtEndOf(app, 'targetPort');
  await app.keyboard.press('Backspace');
  await app.keyboard.type('0');
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('Delivered');
  await expect(inspector(app)).toContainText('HTTP 200');
});

test('a default-deny policy with Calico drops the packet at its hook, with the policy’s line lit', async ({
  app,
}) => {
  await openFile(app, 'cluster.yaml');
  await caretAtEndOf(app, 'cni: flannel');
  for (let i = 0; i < 'flannel'.length; i++) await app.keyboard.press('Backspace');
  await app.keyboard.type('calico');
  await app.keyboard.press('Escape');
  await app.getByRole('button', { name: /^Actions for/ }).click();
  await app.getByRole('menuitem', { name: 'New file' }).click();
  await app.keyboard.press('Control+A');
  await app.keyboard.type('policy.yaml');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('tab', { name: 'policy.yaml', exact: true })).toBeVisible();
  await paste(
    app,
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny-all\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n',
  );
  await expect(app.getByRole('region', { name: /Expected/ })).toContainText('1 of 1 fails');
  await sendAndJumpToVerdict(app);
  await expect(inspector(app)).toContainText('deny-all');
  await expect(inspector(app)).toContainText(/dropped/);
  await expect(app.locator('.monaco-editor .pw-hit').first()).toBeAttached();
});

test('a link opens on the same files, the same step and the same picture', async ({ app, browser }) => {
  await app.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(app.getByRole('button', { name: 'First change' })).toBeEnabled();
  await app.getByRole('button', { name: 'First change' }).click();
  const step = await app.getByText(/Step \d+ \//).textContent();
  await app.getByRole('button', { name: 'Share this moment' }).click();
  const link = await app.getByRole('textbox', { name: 'Link' }).inputValue();
  expect(link).toContain('#v1=');
  await app.keyboard.press('Escape');
  const places = await app
    .locator('.react-flow__node')
    .evaluateAll((nodes) => nodes.map((n) => (n as HTMLElement).style.transform));

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const fresh = await context.newPage();
  await skipTour(fresh);
  await fresh.goto(link);
  await ready(fresh);
  await expect(fresh.getByText(step ?? '')).toBeVisible();
  await expect(inspector(fresh)).toContainText('over the Service');
  await expect
    .poll(() =>
      fresh
        .locator('.react-flow__node')
        .evaluateAll((nodes) => nodes.map((n) => (n as HTMLElement).style.transform)),
    )
    .toEqual(places);
  for (const file of ['app.yaml', 'client.yaml', 'cluster.yaml']) {
    await expect(fresh.getByRole('tab', { name: file, exact: true })).toBeVisible();
  }
  await context.close();
});

test.describe('links that cannot be opened', () => {
  for (const [what, fragment] of [
    ['damaged', '#v1=AAAA'],
    ['truncated', '#v1=q1ZKy8xJ'],
    ['from the future', '#v99=abc'],
  ] as const) {
    test(`${what}: a clear message over an intact default`, async ({ page }) => {
      await skipTour(page);
      await page.goto(`/${fragment}`);
      await ready(page);
      await expect(
        page.getByRole('alert').or(page.getByRole('status')).filter({ hasText: /link/i }).first(),
      ).toBeVisible();
      await expect(page.getByRole('tab', { name: 'app.yaml', exact: true })).toBeVisible();
    });
  }
});
