import { laterTexts } from '../../i18n/messages.ts';
import { useSimulation } from '../../state/simulation.ts';
import { movingParts } from '../graph/moving-parts.ts';
import { whyCard } from '../inspector/why/WhyTab.tsx';
import { walkParts } from '../timeline/walk-parts.ts';

const LONGEST_WAIT_MS = 3000;

/**
 * Fetches what a first probe and the command palette need when the first picture stands and the page is idle: Send then
 * answers at once, and no letter typed right after Ctrl+K is lost.
 */
export async function fetchAhead(): Promise<void> {
  await firstResult();
  await pictureSeen();
  await idle();
  // What does not arrive is asked for again by the part that needs it, which also says a failure.
  for (const fetch of [laterTexts, movingParts.fetch, walkParts.fetch, whyCard.fetch, palette])
    fetch().catch(() => undefined);
}

const palette = () => import('./CommandPalette.tsx');

function firstResult(): Promise<void> {
  return new Promise((resolve) => {
    if (useSimulation.getState().result !== undefined) return resolve();
    const stop = useSimulation.subscribe((s) => {
      if (s.result === undefined) return;
      stop();
      resolve();
    });
  });
}

/** The picture's things are placed and painted; not waited for longer than a moment, since another view may be open. */
async function pictureSeen(): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MS;
  while (performance.now() < end && document.querySelector('#stage [data-id]') === null) await frame();
  await frame();
  await frame();
}

function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 100);
  });
}
