import { describe, expect, test } from 'vitest';
import type { ClusterNode, Endpoint, EndpointSlice, Service } from '../cluster-state.ts';
import { withHints, zoneRatios, ZONE_LABEL } from './topology-hints.ts';

const object = { kind: 'Node', name: 'n' };
const node = (name: string, zone: string | undefined, more: Partial<ClusterNode> = {}): ClusterNode => ({
  name,
  role: 'worker',
  labels: zone === undefined ? {} : { [ZONE_LABEL]: zone },
  taints: [],
  unschedulable: false,
  ready: true,
  ips: [],
  podCIDRs: [],
  index: 0,
  origin: { object },
  ...more,
});
const endpoint = (zone: string | undefined, more: Partial<Endpoint> = {}): Endpoint => ({
  addresses: ['10.0.0.1'],
  ready: true,
  serving: true,
  terminating: false,
  nodeName: `n-${zone ?? 'x'}`,
  ...(zone === undefined ? {} : { zone }),
  origin: { object },
  ...more,
});
const slice = (endpoints: readonly Endpoint[]): readonly EndpointSlice[] => [
  {
    namespace: 'default',
    name: 'web-1',
    service: 'web',
    addressType: 'IPv4',
    ports: [],
    endpoints,
    origin: { object },
  },
];
const service = (more: Partial<Service>): Service => ({ ...more }) as Service;
const hints = (slices: readonly EndpointSlice[]) =>
  slices.flatMap((s) =>
    s.endpoints.map((e) => (e.hints === undefined ? '-' : [...e.hints.zones, ...e.hints.nodes].join('+'))),
  );

describe('trafficDistribution (trafficdist.go)', () => {
  const endpoints = [endpoint('a'), endpoint('b'), endpoint('b', { ready: false }), endpoint(undefined)];
  test.each<[Service['trafficDistribution'], string[]]>([
    [undefined, ['-', '-', '-', '-']],
    ['PreferClose', ['a', 'b', '-', '-']],
    ['PreferSameZone', ['a', 'b', '-', '-']],
    ['PreferSameNode', ['a+n-a', 'b+n-b', '-', 'n-x']],
  ])('%s', (trafficDistribution, expected) => {
    const made = withHints(service({ trafficDistribution }), slice(endpoints), []);
    expect(hints(made.slices)).toEqual(expected);
    expect(made.event).toBeUndefined();
  });
});

describe('topology-mode: Auto (topologycache.go)', () => {
  const nodes = [node('1', 'a'), node('2', 'b'), node('3', 'c')];
  const zones = (text: string) => [...text].map((zone) => endpoint(zone));
  test.each<[name: string, endpoints: string, hints: string[] | RegExp]>([
    ['one for each zone', 'abc', ['a', 'b', 'c']],
    [
      'fewer endpoints than zones',
      'ab',
      /Insufficient number of endpoints \(2 endpoints, 3 zones\), addressType: IPv4/,
    ],
    [
      'one zone gives to another',
      'aabbbb',
      ['a', 'a', 'b', 'b', 'b', 'b'].map((z, i) => (i === 2 || i === 3 ? 'c' : z)),
    ],
    ['four in three zones: a minimum of 2 each is too many', 'aabc', /Unable to allocate minimum/],
  ])('%s', (_, text, expected) => {
    const made = withHints(service({ topologyAware: true }), slice(zones(text)), nodes);
    if (expected instanceof RegExp) {
      expect(made.event?.message).toMatch(expected);
      expect(hints(made.slices).every((h) => h === '-')).toBe(true);
    } else {
      expect(hints(made.slices)).toEqual(expected);
      expect(made.event?.reason).toBe('TopologyAwareHintsEnabled');
    }
  });

  test.each<[string, readonly ClusterNode[]]>([
    ['a node without a zone', [node('1', 'a'), node('2', undefined)]],
    ['one zone', [node('1', 'a'), node('2', 'a')]],
    [
      'a zone of control planes only',
      [
        node('1', 'a'),
        node('2', 'b', { labels: { [ZONE_LABEL]: 'b', 'node-role.kubernetes.io/control-plane': '' } }),
      ],
    ],
  ])('%s: no hints', (_, list) => {
    expect(zoneRatios(list)).toBeUndefined();
    const made = withHints(service({ topologyAware: true }), slice(zones('ab')), list);
    expect(made.event?.message).toMatch(/^Insufficient Node information/);
  });
});
