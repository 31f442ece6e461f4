/** What the API server refused, as red objects beside the Services or under them. */
import { describe, expect, test } from 'vitest';
import { graph as words } from '../../i18n/graph.en.ts';
import { planScene } from '../../sim/scene/plan.ts';
import { projectScene } from '../../sim/scene/project.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { simulate } from '../../sim/simulate.ts';
import { draw, type Drawing } from './drawing.ts';

const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: nginx, ports: [{containerPort: 0}]}]}\n---\n`;
const SERVICE =
  'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n';

function sceneOf(...names: readonly string[]): Scene {
  const text = names.map(pod).join('') + SERVICE;
  const { cluster, world } = simulate({ files: [{ name: 'a.yaml', text }] });
  return projectScene(cluster, world);
}
const drawn = (scene: Scene): Drawing => draw({ plan: planScene(scene, {}), lens: 'overlay', words });
const chips = ({ items }: Drawing) => items.filter(({ kind }) => kind === 'refused');

test('nothing refused, nothing red', () => expect(chips(drawn(sceneOf()))).toEqual([]));

test('each is named, can be chosen, and says what it is', () => {
  const [chip] = chips(drawn(sceneOf('bad')));
  expect(chip).toMatchObject({
    id: 'refused:Pod default/bad',
    label: 'The API server refused Pod default/bad',
    selection: { kind: 'refused', id: 'Pod default/bad' },
  });
});

test('of many the last one speaks for the rest', () => {
  const found = chips(drawn(sceneOf('a', 'b', 'c', 'd', 'e')));
  expect(found).toHaveLength(3);
  expect(found[2]?.label).toBe('The API server refused Pod default/c and 2 more');
  expect(JSON.stringify(found[2]?.shapes)).toContain('Pod default/c +2');
});

describe('they cover neither the Services, nor the rooms, nor each other', () => {
  const long = 'a-name-that-somebody-made-much-longer-than-it-had-to-be';
  test.each([[['bad']], [['a', 'b', 'c']], [[`${long}-1`, `${long}-2`, `${long}-3`]]])('%s', (names) => {
    const drawing = drawn(sceneOf(...names));
    const boxes = [...drawing.items, ...drawing.rooms]
      .filter(({ kind }) => kind === 'refused' || kind === 'pill' || kind === 'room')
      .map(({ id, box }) => ({ id, ...box }));
    const over = boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
        .map((b) => `${a.id} on ${b.id}`),
    );
    expect(over).toEqual([]);
  });
});

test('a narrow picture has no room for them', () => {
  const plan = { ...planScene(sceneOf('bad'), {}), narrow: true };
  expect(chips(draw({ plan, lens: 'service', words }))).toEqual([]);
});
