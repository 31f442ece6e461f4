import { laterTexts } from '../../i18n/messages.ts';
import { useSimulation } from '../../state/simulation.ts';
import { movingParts } from '../graph/moving-parts.ts';
import { whyCard } from '../inspector/why/WhyTab.tsx';
import { walkParts } from '../timeline/walk-parts.ts';

/** Fetches what a first probe needs when the first picture stands and the page is idle: Send then answers at once. */
export async function fetchAhead(): Promise<void> {
  await Promise.all([import('../graph/Picture.tsx'), firstResult()]);
  await drawn();
  await idle();
  // What does not arrive is asked for again by the part that needs it, which also says a failure.
  for (const fetch of [laterTexts, movingParts.fetch, walkParts.fetch, whyCard.fetch])
    fetch().catch(() => undefined);
}

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

function drawn(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 100);
  });
}
