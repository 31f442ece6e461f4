import { expect, it } from 'vitest';
import { scenarioEntries } from '../../content/scenarios/registry.ts';
import { en } from '../../i18n/en.ts';
import { ko } from '../../i18n/ko.ts';
import { firstScenario, scenarioList } from './scenarios.ts';

it('offers the scenarios of the registry, in its order, in both languages', () => {
  const slugs = scenarioEntries.map((s) => s.slug);
  expect(scenarioList(en).map((s) => s.slug)).toEqual(slugs);
  expect(scenarioList(ko).map((s) => s.slug)).toEqual(slugs);
  expect(firstScenario.slug).toBe(slugs[0]);
});
