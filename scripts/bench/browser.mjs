/** Measures the built app in Chromium: first picture, key strokes, frames while packets move, the worker's heap. */
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { setUp } from '../setup.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** A page that skips the tour and notes when its first picture stood. */
async function openPage(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    localStorage.setItem('packetwalk.preferences', JSON.stringify({ state: { tourSeen: true, lang: 'en', theme: 'light' }, version: 1 }));
    globalThis.firstPicture = 0;
    const look = () => {
      const shown = document.querySelector('.react-flow__node');
      const send = [...document.querySelectorAll('button')].find((b) => b.textContent === 'Send');
      if (shown !== null && send !== undefined && !send.disabled) globalThis.firstPicture ||= performance.now();
      if (!globalThis.firstPicture) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    globalThis.longTasks = [];
    new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map((e) => ({ at: e.startTime, ms: e.duration })))).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(url);
  await page.waitForFunction(() => globalThis.firstPicture > 0, undefined, { timeout: 60_000 });
  return page;
}

async function firstPicture(browser, url) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const page = await openPage(browser, url);
    times.push(await page.evaluate(() => globalThis.firstPicture));
    await page.context().close();
  }
  return times.sort((a, b) => a - b)[2];
}

/** The longest main-thread task while text is typed into the editor. */
async function keyStroke(browser, url) {
  const page = await openPage(browser, url);
  await page.locator('.monaco-editor .view-line').first().waitFor({ timeout: 30_000 });
  await page.waitForTimeout(1500);
  await page.locator('.view-line').first().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('# w', { delay: 120 });
  await page.waitForTimeout(500);
  const from = await page.evaluate(() => performance.now());
  await page.keyboard.type('arm words', { delay: 120 });
  await page.waitForTimeout(800);
  const worst = await page.evaluate((since) => Math.max(0, ...globalThis.longTasks.filter((t) => t.at >= since).map((t) => t.ms)), from);
  await page.context().close();
  return worst;
}

/** Frames a second while a broadcast moves over a bridge with 60 ports. */
async function framesWhileMoving(browser, url) {
  const page = await openPage(browser, url);
  await page.waitForTimeout(1500);
  const rate = await page.evaluate(async () => {
    const play = document.querySelector('button[aria-label="Play"]');
    play?.click();
    await new Promise((r) => setTimeout(r, 400));
    const began = performance.now();
    let frames = 0;
    await new Promise((done) => {
      const tick = () => {
        frames += 1;
        if (performance.now() - began > 4000) done();
        else requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    return (frames * 1000) / (performance.now() - began);
  });
  await page.context().close();
  return rate;
}

/** A page with the matrix of every pod. */
async function openMatrix(browser, url) {
  const page = await openPage(browser, url);
  await page.getByRole('radio', { name: 'Matrix' }).click();
  await page.getByRole('gridcell').first().waitFor({ timeout: 60_000 });
  await page.getByRole('radio', { name: 'Pods' }).click();
  await page.waitForFunction(() => document.querySelector('[role=grid]')?.getAttribute('aria-colcount') > 500);
  return page;
}

/** Frames a second while the matrix scrolls down, across, and both ways at once. */
async function framesWhileScrolling(browser, url) {
  const page = await openMatrix(browser, url);
  await page.waitForTimeout(1000);
  // The main thread's own time counts no waiting for a busy machine.
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === 'TaskDuration').value * 1000;
  };
  const before = await worked();
  const told = await page.evaluate(async () => {
    const grid = document.querySelector('[role=grid]');
    const deltas = [];
    const scroll = (x, y) =>
      new Promise((done) => {
        const began = performance.now();
        let last = began;
        const tick = () => {
          const now = performance.now();
          deltas.push(now - last);
          last = now;
          if (now - began > 2000) return done();
          grid.scrollBy(x, y);
          requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
      });
    await scroll(0, 30);
    await scroll(30, 0);
    await scroll(-20, -20);
    if (grid.scrollTop === 0 && grid.scrollLeft === 0) throw new Error('the matrix does not scroll');
    deltas.sort((a, b) => a - b);
    const total = deltas.reduce((sum, ms) => sum + ms, 0);
    return { rate: (deltas.length * 1000) / total, frames: deltas.length };
  });
  const busy = (await worked()) - before;
  await page.context().close();
  return { rate: told.rate, busy: busy / told.frames };
}

/** Used heap of the simulation worker after garbage collection, in MB, by the DevTools protocol. */
async function workerHeap(browser, url) {
  const page = await openPage(browser, url);
  const heap = await heapOfWorker(page);
  await page.context().close();
  return heap;
}

/** The same with the matrix of all pairs. */
async function matrixHeap(browser, url) {
  const page = await openMatrix(browser, url);
  const heap = await heapOfWorker(page);
  await page.context().close();
  return heap;
}

async function heapOfWorker(page) {
  const session = await page.context().newCDPSession(page);
  const attached = new Promise((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker' && /sim/.test(targetInfo.url)) resolve(sessionId);
    });
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await attached;
  let nextId = 1;
  const ask = (method) =>
    new Promise((resolve) => {
      const id = nextId++;
      const hear = ({ sessionId: from, message }) => {
        const answer = JSON.parse(message);
        if (from !== sessionId || answer.id !== id) return;
        session.off('Target.receivedMessageFromTarget', hear);
        resolve(answer.result);
      };
      session.on('Target.receivedMessageFromTarget', hear);
      void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params: {} }) });
    });
  await page.waitForTimeout(2000);
  await ask('HeapProfiler.enable');
  await ask('HeapProfiler.collectGarbage');
  // Typed arrays lie outside of the heap.
  const { usedSize, backingStorageSize } = await ask('Runtime.getHeapUsage');
  return (usedSize + (backingStorageSize ?? 0)) / 1e6;
}

/** Builds and serves the app, and measures it. `links` are fragments made by the core's part. */
export async function browserBench(links) {
  const executablePath = await setUp();
  await build({ logLevel: 'error' });
  const server = await preview({ preview: { port: 4180, strictPort: true, host: '127.0.0.1' }, logLevel: 'error' });
  const browser = await chromium.launch({ executablePath, args: ARGS });
  const url = 'http://127.0.0.1:4180/';
  try {
    const scrolling = await framesWhileScrolling(browser, url + links.matrix);
    return [
      { name: 'first picture interactive, cold', value: await firstPicture(browser, url), limit: 1500, unit: 'ms' },
      { name: 'longest main-thread task from a key stroke', value: await keyStroke(browser, url), limit: 50, unit: 'ms' },
      { name: '  the same with 300 pods and 1,000 Services', value: await keyStroke(browser, url + links.big), limit: 50, unit: 'ms' },
      { name: 'frames a second, 60 packets moving', value: await framesWhileMoving(browser, url + links.crowd), limit: 58, unit: 'fps', atLeast: true },
      { name: 'frames a second, the matrix of 1,000 pods scrolling', value: scrolling.rate, limit: 58, unit: 'fps', atLeast: true },
      { name: '  the main thread at work for each', value: scrolling.busy, limit: 16, unit: 'ms' },
      { name: 'worker heap with the matrix of 5,000 pods, 2,000 policies', value: await matrixHeap(browser, url + links.largeMatrix), limit: 400, unit: 'MB' },
      { name: 'worker heap with 300 pods', value: await workerHeap(browser, url + links.big), limit: 150, unit: 'MB' },
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}
