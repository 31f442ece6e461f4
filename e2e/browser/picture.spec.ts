/** The picture: what the letter, gates, tubes and selections show, and that nothing moves where nothing should. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright/test';
import { scenarios } from '../../src/i18n/scenarios.en.ts';
import { expect, openScenario, ready, sendAndJumpToVerdict, skipTour, test } from './app.ts';

const packet = (page: Page): Locator => page.locator('[data-layer="packet"]');
const lines = (page: Page): Locator => page.locator('[data-layer="lines"]');
const thing = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);

/** Where things stand in the picture itself, whatever the camera looks at. */
async function places(page: Page): Promise<Readonly<Record<string, string>>> {
  return page
    .locator('.react-flow__node')
    .evaluateAll((nodes) =>
      Object.fromEntries(
        nodes.map((n) => [(n as HTMLElement).dataset.id ?? '', (n as HTMLElement).style.transform]),
      ),
    );
}

async function sendAndJumpToFirstChange(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const first = page.getByRole('button', { name: 'First change', exact: true });
  await expect(first).toBeEnabled();
  await first.click();
}

async function stepTo(page: Page, wanted: Locator): Promise<void> {
  // Each press then shows its still at once.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (let i = 0; i < 40; i++) {
    if ((await wanted.count()) > 0) return;
    await page.getByRole('button', { name: 'Next step', exact: true }).click();
  }
  await expect(wanted.first()).toBeAttached();
}

async function exportAs(page: Page, name: RegExp): Promise<Buffer> {
  await page.getByRole('button', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name }).click();
  return readFile(await (await download).path());
}

test('DNAT: the letter shows the old value struck through and the new one beside it', async ({ app }) => {
  await sendAndJumpToFirstChange(app);
  await expect(packet(app).locator('.pw-mono-old').first()).toHaveText(/^10\.96\./);
  await expect(packet(app).locator('.pw-strike')).toHaveCount(2);
  await expect(packet(app).locator('.pw-mono-new').first()).toHaveText(/^10\.244\./);
  // The plate of this node has its point set to the same address.
  const chosen = await packet(app).locator('.pw-mono-new').first().textContent();
  await expect(app.locator('.react-flow__node[data-id^="plate:"] .pw-mono-new')).toContainText(chosen ?? '');
});

test('in the tunnel the letter lies in a larger envelope with the nodes’ addresses', async ({ app }) => {
  await sendAndJumpToFirstChange(app);
  const outer = packet(app).getByText('VXLAN VNI 1', { exact: true });
  await stepTo(app, outer);
  await expect(packet(app).locator('.pw-envelope-outer')).toBeAttached();
  await expect(packet(app).getByText('TCP SYN', { exact: true })).toBeAttached();
  await expect(packet(app).getByText('172.18.0.4', { exact: true })).toBeAttached();
  await expect(lines(app).locator('.pw-tube')).toBeAttached();
});

test('a drop: the letter lies under its shut gate, with the reason beside it', async ({ app }) => {
  await openScenario(app, scenarios['egress-forgot-dns'].title);
  await sendAndJumpToVerdict(app);
  await expect(packet(app).locator('.pw-envelope-dead')).toBeAttached();
  await expect(packet(app).locator('.pw-gate-bar')).toBeAttached();
  await expect(packet(app).getByText('dropped at FORWARD')).toBeAttached();
  await expect(packet(app).getByText(/^egress policy/)).toBeAttached();
});

test('a refusal: a letter turns round at the gate', async ({ app }) => {
  await openScenario(app, scenarios['service-without-endpoints'].title);
  await sendAndJumpToVerdict(app);
  await expect(packet(app).getByText('rejected at FORWARD')).toBeAttached();
  await expect(packet(app).getByText('with ICMP port unreachable')).toBeAttached();
  await expect(packet(app).locator('.pw-turn')).toBeAttached();
  await expect(packet(app).locator('.pw-envelope-error')).toBeAttached();
});

test('by node port: the plate says what matched, and the way passes it', async ({ app }) => {
  await openScenario(app, scenarios['node-port-from-outside'].title);
  await sendAndJumpToVerdict(app);
  // The other node says its own: nobody asked there.
  const matched = app.locator('.react-flow__node[data-id^="plate:"] .pw-mono-bold');
  await expect(matched.getByText(/^172\.18\.0\.\d:30007$/)).toHaveCount(1);
  await expect(app.locator('[data-layer="way"] .pw-detour')).toHaveCount(2);
});

test('a change of lens moves nothing that stays', async ({ app }) => {
  await sendAndJumpToVerdict(app);
  const before = await places(app);
  for (const name of ['App', 'Service', 'Pod network', 'Wire', 'Node and overlay']) {
    await app.getByRole('radio', { name, exact: true }).click();
    const now = await places(app);
    expect(Object.keys(now)).toContain('default/client');
    for (const [id, at] of Object.entries(now))
      if (id in before) expect(at, `${name}: ${id}`).toBe(before[id]);
  }
});

test('a dragged pod stays where it was put, and the link carries it', async ({ app, context }) => {
  const pod = thing(app, 'default/client');
  const from = await pod.boundingBox();
  if (from === null) throw new Error('the pod is not drawn');
  await app.mouse.move(from.x + 20, from.y + 10);
  await app.mouse.down();
  await app.mouse.move(from.x + 30, from.y + 14, { steps: 3 });
  await app.mouse.move(from.x + 52, from.y + 26, { steps: 3 });
  await app.mouse.up();
  const moved = (await places(app))['default/client'];
  await sendAndJumpToVerdict(app);
  expect((await places(app))['default/client']).toBe(moved);
  await app.getByRole('button', { name: 'Share this moment' }).click();
  const link = await app.getByRole('textbox', { name: 'Link' }).inputValue();
  const other = await context.newPage();
  await other.goto(link);
  await ready(other);
  await expect.poll(async () => (await places(other))['default/client']).toBe(moved);
});

test('a selected Service lights its endpoints; a selected pod its Services', async ({ app }) => {
  await app.locator('.react-flow__node[data-id^="service:"]').first().click();
  await expect(app.locator('.react-flow__node[data-id^="default/web"] .pw-now-box')).toHaveCount(2);
  await app.locator('.react-flow__node[data-id^="default/web"]').first().click();
  await expect(app.locator('.react-flow__node[data-id="service:default/web"] .pw-now-box')).toBeAttached();
  await expect(app.locator('.react-flow__node[data-id^="plate:"] .pw-kin-bg').first()).toBeAttached();
});

test('the picture as SVG stands alone; as PNG it has content', async ({ app }) => {
  await sendAndJumpToVerdict(app);
  const svg = (await exportAs(app, /^SVG/)).toString('utf8');
  expect(svg).toContain('10.96.');
  expect(svg.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:/);
  const size = await app.evaluate(async (text) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, svg);
  expect(Math.min(...size)).toBeGreaterThan(300);
  const png = await exportAs(app, /^PNG/);
  expect(png.subarray(1, 4).toString('ascii')).toBe('PNG');
  expect(png.length).toBeGreaterThan(10_000);
});

test('one broken document is left out, and the notice says only that', async ({ app }) => {
  await openScenario(app, scenarios['cluster-ip-out-of-range'].title);
  const notice = app.getByText(/1 error in the text: what it touches is left out/);
  await expect(notice).toBeVisible();
  const box = await notice.boundingBox();
  for (const pill of await app.locator('.react-flow__node[data-id^="service:"]').all()) {
    const p = await pill.boundingBox();
    if (p === null || box === null) continue;
    expect(p.y + p.height <= box.y || p.y >= box.y + box.height).toBe(true);
  }
});

test('reduced motion: each step is one still', async ({ browser }) => {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  await skipTour(page);
  await page.goto('/');
  await ready(page);
  await sendAndJumpToFirstChange(page);
  await expect(packet(page).locator('.pw-strike').first()).toBeAttached();
  const seen = await packet(page).evaluateHandle((layer) => {
    const stills = new Set<string>();
    new MutationObserver(() => stills.add(layer.innerHTML)).observe(layer, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    return stills;
  });
  const steps = 6;
  for (let i = 0; i < steps; i++) {
    const before = await packet(page).innerHTML();
    await page.getByRole('button', { name: 'Next step', exact: true }).click();
    await expect.poll(() => packet(page).innerHTML()).not.toBe(before);
    // The camera, too, is where it will be.
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  }
  // No more pictures than steps: one each, and one more where the conversation's view is another.
  expect(await seen.evaluate((s) => s.size)).toBeLessThanOrEqual(steps * 2);
  await context.close();
});
