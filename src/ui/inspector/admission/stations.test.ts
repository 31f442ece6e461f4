import { describe, expect, test } from 'vitest';
import type { AdmissionStep } from '../../../sim/admission/steps.ts';
import { firstStation, groupsOf, stationsOf } from './stations.ts';

const STEPS: readonly AdmissionStep[] = [
  { stage: 'request', answer: 'passed' },
  { stage: 'mutating', plugin: 'A', answer: 'passed' },
  { stage: 'mutating', plugin: 'B', answer: 'not-modelled' },
  { stage: 'mutating', plugin: 'C', answer: 'not-modelled' },
  { stage: 'mutating', plugin: 'D', answer: 'nothing' },
  { stage: 'mutating', plugin: 'E', answer: 'not-modelled', unknown: 'x' },
  { stage: 'mutating', plugin: 'F', answer: 'not-modelled' },
  { stage: 'schema', answer: 'passed' },
  { stage: 'validating', plugin: 'G', answer: 'refused' },
  { stage: 'validating', plugin: 'H', answer: 'not-reached' },
  { stage: 'validating', plugin: 'I', answer: 'not-reached' },
  { stage: 'stored', answer: 'not-reached' },
];
const stations = stationsOf(STEPS);
const names = stations.map(({ stage, steps }) => steps.map(({ plugin }) => plugin ?? stage).join('+'));

test('neighbours of one stage that are silent in one way share a station; what is not known stands alone', () => {
  expect(names).toEqual(['request', 'A', 'B+C', 'D', 'E', 'F', 'schema', 'G', 'H+I', 'stored']);
  expect(stations.flatMap(({ steps }) => steps)).toEqual(STEPS);
  expect(new Set(stations.map(({ id }) => id)).size).toBe(stations.length);
});

test('a group for each stage', () => {
  expect(groupsOf(stations).map(({ stage, stations: own }) => [stage, own.length])).toEqual([
    ['request', 1],
    ['mutating', 5],
    ['schema', 1],
    ['validating', 2],
    ['stored', 1],
  ]);
});

describe('one begins', () => {
  test('where it was refused', () => expect(firstStation(stations)).toBe(7));
  test('else at the request', () => expect(firstStation(stations.slice(0, 7))).toBe(0));
});
