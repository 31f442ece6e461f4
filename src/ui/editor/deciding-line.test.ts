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
    expect(decidingLine([step('nat', { origin: service(path) })], 0)).toEqual({ range, tone: 'nat', by });
  });

  it('names a policy where no field says more', () => {
    const origin = { object: { kind: 'NetworkPolicy', namespace: 'default', name: 'deny' }, range };
    expect(decidingLine([step('drop', { origin })], 0)).toEqual({ range, tone: 'deny', by: 'policy' });
  });

  it('blames a refused port on the rule that wrote it', () => {
    const pod = { object: { kind: 'Pod', namespace: 'default', name: 'web' }, range: { ...range, line: 3 } };
    const refused = step('reject', {
      index: 1,
      origin: pod,
      reason: reason('socket.no-listener-tcp', { ip: '10.244.2.2', port: 9090, listening: '8080' }),
    });
    const dnat = step('nat', {
      origin: service(['spec', 'ports', 0, 'targetPort']),
      reason: reason('nat.dnat', { from: '10.96.0.9:80', to: '10.244.2.2:9090' }),
    });
    expect(decidingLine([dnat, refused], 1)).toEqual({ range, tone: 'deny', by: 'port' });
    expect(decidingLine([{ ...dnat, segment: 1 }, refused], 1)?.range.line).toBe(3);
  });

  it('lights nothing where no file holds the cause, or nothing was decided', () => {
    expect(decidingLine([], -1)).toBeUndefined();
    expect(decidingLine([step('nat')], 0)).toBeUndefined();
    expect(
      decidingLine([step('nat', { origin: { ...service(undefined), range: undefined } })], 0),
    ).toBeUndefined();
    expect(decidingLine([step('receive', { origin: service(undefined) })], 0)).toBeUndefined();
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
