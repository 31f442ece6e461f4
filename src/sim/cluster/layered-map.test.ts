import { expect, test } from 'vitest';
import { LayeredMap } from './layered-map.ts';

test('reads like the map that one would get by setting one after the other', () => {
  const layers = [
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    new Map<string, number>(),
    new Map([
      ['c', 3],
      ['a', 4],
    ]),
  ];
  const joined = new Map(layers.flatMap((layer) => [...layer]));
  const layered = new LayeredMap(layers);
  expect([...layered]).toEqual([...joined]);
  expect([...layered.keys()]).toEqual([...joined.keys()]);
  expect([...layered.values()]).toEqual([...joined.values()]);
  expect(layered.size).toBe(3);
  for (const key of ['a', 'b', 'c', 'd']) {
    expect(layered.get(key)).toBe(joined.get(key));
    expect(layered.has(key)).toBe(joined.has(key));
  }
  const seen: [string, number][] = [];
  layered.forEach((value, key) => seen.push([key, value]));
  expect(seen).toEqual([...joined]);
});
