import { expect, test } from 'vitest';
import { scenarioEntries } from '../../../content/scenarios/registry.ts';
import { simulate, walk } from '../../../sim/simulate.ts';
import { phasesOf } from './phases.ts';
import { routingAt } from './RouteCard.tsx';

const files = scenarioEntries.find(({ slug }) => slug === 'ingress-hosts-and-paths')?.files ?? [];
const simulation = simulate({ files });
const [probe] = simulation.cluster.settings.probes;
if (probe === undefined) throw new Error('no probe');
const trace = walk(simulation, probe);

test('the words of the proxy are there from the step at which it reads the request', () => {
  const codes = ['l7.host', 'l7.miss', 'l7.miss', 'l7.route'];
  const first = trace.steps.findIndex((step) => step.reason.code === 'l7.host');
  expect(routingAt(trace.steps, first - 1)).toEqual([]);
  expect(routingAt(trace.steps, first).map((step) => step.reason.code)).toEqual(codes);
  expect(routingAt(trace.steps, trace.decidedBy).map((step) => step.reason.code)).toEqual(codes);
});

test('the client’s connection has a phase for the route', () => {
  const route = phasesOf(trace, 0).find((phase) => phase.kind === 'http');
  expect(trace.steps[route?.key ?? -1]?.reason.code).toBe('l7.route');
});
