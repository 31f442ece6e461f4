import { expect, test } from 'vitest';
import { windowOf } from './camera-window.ts';

const VIEW = { x: 0, y: 0, w: 800, h: 560 };
const PACKET = [{ x: 100, y: 100, w: 40, h: 40 }];

test.each([
  ['room for all of it', { w: 800, h: 560 }, 1],
  ['more than enough', { w: 1600, h: 1600 }, 1.25],
  ['too low: as wide as it goes, the rest by panning', { w: 800, h: 448 }, 1],
  ['too low and too narrow', { w: 640, h: 400 }, 0.8],
  ['far too low: most of it all the same', { w: 800, h: 280 }, 0.675],
])('at rest, %s', (_, size, zoom) => {
  expect(windowOf(VIEW, [], size).zoom).toBe(zoom);
});

test('where only the margins do not fit, both lose the same', () => {
  const { zoom, box } = windowOf(VIEW, [], { w: 780, h: 560 });
  expect([zoom, box.x, box.w]).toEqual([1, 10, 780]);
});

test('a packet is followed at full size, in any window', () => {
  for (const size of [
    { w: 640, h: 400 },
    { w: 400, h: 300 },
  ]) {
    const { zoom, box } = windowOf(VIEW, PACKET, size);
    expect(zoom).toBe(1);
    expect(box.x).toBeLessThanOrEqual(100);
    expect(box.x + box.w).toBeGreaterThanOrEqual(140);
  }
});
