/** Takes the README's picture from the built app: the opening scenario, stopped where the Service's address is rewritten. */
import { chromium } from 'playwright';
import { preview } from 'vite';
import { setUp } from './setup.mjs';

const PORT = 4181;
const executablePath = await setUp();
const server = await preview({
  preview: { port: PORT, strictPort: true, host: '127.0.0.1' },
  logLevel: 'error',
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', locale: 'en-US' });
  await page.addInitScript(() =>
    localStorage.setItem(
      'packetwalk.preferences',
      JSON.stringify({ state: { tourSeen: true, lang: 'en', theme: 'light' }, version: 1 }),
    ),
  );
  await page.goto(`http://127.0.0.1:${PORT}/`);
  await page.locator('.monaco-editor .view-line').first().waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('button', { name: 'First change' }).click();
  await page.locator('.monaco-editor .pw-hit').first().waitFor();
  await page.mouse.move(720, 640);
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForTimeout(1500);
  await page.screenshot({ path: 'docs/images/packetwalk.png' });
} finally {
  await browser.close();
  await server.close();
}
