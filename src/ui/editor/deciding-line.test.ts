import { describe, expect, it } from 'vitest';
import type { LocatedOrigin } from '../../sim/base/origin.ts';
import { reason } from '../../sim/trace/reasons.ts';
import type { Step } from '../../sim/trace/trace.ts';
import { decidingLine, toneOf } from './deciding-line.ts';

const range = { file: 'app.yaml', line: 27, column: 17, endLine: 27, endColumn: 21 };

function step(kind: Step['kind'], extra: Partial<Step> = {}): Step {
  return {
    index: 0,
    timeMs: 0,
    place: 'node/kind-worker',
    kind,
    reason: reason('nat.dnat', { from: 'a', to: 'b' }),
    rows: [],
    segment: 0,
    exchange: 0,
    dir: 'request',
    ...extra,
  };
}

const service = (path: LocatedOrigin['path']): LocatedOrigin => ({
  object: { kind: 'Service', namespace: 'default', name: 'web' },
  path,
  range,
});

describe('decidingLine', () => {
  it.each([
    { path: ['spec', 'ports', 0, 'targetPort'], by: 'port' },
    { path: ['spec', 'ports', 0], by: 'port' },
    { path: ['spec', 'selector'], by: 'selector' },
    { path: ['spec', 'clusterIP'], by: 'address' },
    { path: ['metadata', 'name'], by: 'line' },
    { path: undefined, by: 'line' },
  ])('$path is $by', ({ path, by }) => {
    expect(decidingLine(step('nat', { origin: service(path) }))).toEqual({ range, tone: 'nat', by });
  });

  it('names a policy where no field says more', () => {
    const origin = { object: { kind: 'NetworkPolicy', namespace: 'default', name: 'deny' }, range };
    expect(decidingLine(step('drop', { origin }))).toEqual({ range, tone: 'deny', by: 'policy' });
  });

  it('lights nothing where no file holds the cause, or nothing was decided', () => {
    expect(decidingLine(undefined)).toBeUndefined();
    expect(decidingLine(step('nat'))).toBeUndefined();
    expect(
      decidingLine(step('nat', { origin: { ...service(undefined), range: undefined } })),
    ).toBeUndefined();
    expect(decidingLine(step('receive', { origin: service(undefined) }))).toBeUndefined();
  });
});

describe('toneOf', () => {
  it.each([
    { kind: 'route', tone: 'route' },
    { kind: 'encap', tone: 'encap' },
    { kind: 'conntrack', tone: 'nat' },
    { kind: 'deliver', tone: 'allow' },
    { kind: 'reject', tone: 'deny' },
  ] as const)('$kind is $tone', ({ kind, tone }) => {
    expect(toneOf(step(kind))).toBe(tone);
  });
});
