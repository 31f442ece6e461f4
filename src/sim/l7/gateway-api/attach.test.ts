/** Each row with the sentence of the API's own text (kubernetes-sigs/gateway-api, apis/v1) that it holds. */
import { describe, expect, it } from 'vitest';
import type { Namespace } from '../../k8s/cluster-state.ts';
import type { Gateway, GatewayListener, ParentRef, ReferenceGrant } from '../../k8s/gateway-api/objects.ts';
import { allows, conflictOf, granted, hostInCommon, hostsAt, isParent, listenersOf } from './attach.ts';

const origin = { object: { kind: 'Gateway', name: 'g' } };
const GROUP = 'gateway.networking.k8s.io';

const listener = (name: string, rest: Partial<GatewayListener> = {}): GatewayListener => ({
  name,
  port: 80,
  protocol: 'HTTP',
  from: 'Same',
  kinds: [],
  origin,
  ...rest,
});

const gateway = (...listeners: readonly GatewayListener[]): Gateway => ({
  namespace: 'infra',
  name: 'g',
  className: 'c',
  listeners,
  origin,
});

const parent = (rest: Partial<ParentRef> = {}): ParentRef => ({
  group: GROUP,
  kind: 'Gateway',
  name: 'g',
  namespace: 'infra',
  origin,
  ...rest,
});

describe('hosts that a listener and a route have in common', () => {
  it.each<[listener: string, route: string, common: string | undefined, source: string]>([
    ['*', '*', '*', 'Listener.Hostname: when unspecified, all hostnames are matched'],
    ['*', 'a.example.com', 'a.example.com', 'when unspecified, all hostnames are matched'],
    ['a.example.com', '*', 'a.example.com', 'HTTPRoute.Hostnames: none given, the Listener’s'],
    ['test.example.com', 'test.example.com', 'test.example.com', 'HTTPRoute.Hostnames, first example'],
    ['test.example.com', '*.example.com', 'test.example.com', 'HTTPRoute.Hostnames, first example'],
    ['*.example.com', 'test.example.com', 'test.example.com', 'HTTPRoute.Hostnames, second example'],
    ['*.example.com', '*.example.com', '*.example.com', 'HTTPRoute.Hostnames, second example'],
    [
      '*.example.com',
      'foo.test.example.com',
      'foo.test.example.com',
      '`*.` is a suffix match: any number of labels',
    ],
    ['*.example.com', 'example.com', undefined, 'HTTPRoute.Hostnames: `example.com` would not match'],
    [
      '*.example.com',
      'test.example.net',
      undefined,
      'HTTPRoute.Hostnames: `test.example.net` would not match',
    ],
    ['*.example.com', '*.com', '*.example.com', 'conformance: HTTPRouteHostnameIntersection'],
    ['*.com', '*.example.com', '*.example.com', 'conformance: HTTPRouteHostnameIntersection'],
    ['*.example.com', 'xexample.com', undefined, 'a label is whole'],
    ['*.example.com', '*.xexample.com', undefined, 'a label is whole'],
  ])('%s and %s: %s', (one, other, common) => {
    expect(hostInCommon(one, other)).toBe(common);
  });

  it('names that do not match are ignored; those of another listener of the port are that one’s', () => {
    // HTTPRoute.Hostnames: "test.example.net must not be considered for a match"; Listener isolation (Gateway.Listeners).
    const wide = listener('wide', { hostname: '*.example.com' });
    const narrow = listener('narrow', { hostname: 'a.example.com' });
    const g = gateway(wide, narrow);
    const names = ['a.example.com', 'b.example.com', 'test.example.net'];
    expect(hostsAt(g, wide, names)).toEqual(['b.example.com']);
    expect(hostsAt(g, narrow, names)).toEqual(['a.example.com']);
    expect(hostsAt(g, wide, [])).toEqual(['*.example.com']);
    expect(hostsAt(gateway(listener('any')), listener('any'), [])).toEqual(['*']);
  });
});

describe('parentRefs (shared_types.go, ParentReference)', () => {
  const g = gateway(
    listener('a'),
    listener('b', { port: 8080 }),
    listener('c', { port: 8080, hostname: 'x.y' }),
  );
  it.each<[Partial<ParentRef>, readonly string[]]>([
    // "When unspecified (empty string), this will reference the entire resource."
    [{}, ['a', 'b', 'c']],
    [{ sectionName: 'b' }, ['b']],
    // "this targets all listeners listening on the specified port"
    [{ port: 8080 }, ['b', 'c']],
    // "the name and port of the selected listener must match both specified values"
    [{ sectionName: 'a', port: 8080 }, []],
    [{ sectionName: 'z' }, []],
  ])('%j', (ref, names) => {
    expect(listenersOf(g, parent(ref)).map(({ name }) => name)).toEqual(names);
  });

  it.each<[Partial<ParentRef>, boolean]>([
    [{}, true],
    // "When unspecified, this refers to the local namespace of the Route."
    [{ namespace: undefined }, false],
    [{ kind: 'Service', group: '' }, false],
    [{ name: 'other' }, false],
  ])('%j means the Gateway: %s', (ref, means) => {
    expect(isParent({ namespace: 'default' }, parent(ref), g)).toBe(means);
  });
});

describe('allowedRoutes (gateway_types.go)', () => {
  const namespaces = [
    { name: 'infra', labels: {} },
    { name: 'shop', labels: { team: 'shop' } },
  ] as unknown as readonly Namespace[];
  const team = { matchLabels: { team: 'shop' } };
  it.each<
    [name: string, Partial<GatewayListener>, namespace: string, kind: 'HTTPRoute' | 'TCPRoute', boolean]
  >([
    ['Same: "Only Routes in the same namespace"', { from: 'Same' }, 'infra', 'HTTPRoute', true],
    ['Same: not another', { from: 'Same' }, 'shop', 'HTTPRoute', false],
    ['All: "Routes in all namespaces"', { from: 'All' }, 'shop', 'HTTPRoute', true],
    [
      'Selector: "namespaces selected by the selector"',
      { from: 'Selector', selector: team },
      'shop',
      'HTTPRoute',
      true,
    ],
    ['Selector: not the Gateway’s own', { from: 'Selector', selector: team }, 'infra', 'HTTPRoute', false],
    [
      'Selector: a namespace that is not there',
      { from: 'Selector', selector: team },
      'gone',
      'HTTPRoute',
      false,
    ],
    ['kinds: "compatible with the application protocol"', { from: 'All' }, 'shop', 'TCPRoute', false],
  ])('%s', (_, rest, namespace, kind, expected) => {
    const one = listener('a', rest);
    expect(allows(gateway(one), one, ['HTTPRoute', 'GRPCRoute'], { kind, namespace }, namespaces)).toBe(
      expected,
    );
  });
});

describe('listeners that are not distinct (gateway_types.go, Gateway.Listeners)', () => {
  it.each<[name: string, readonly Partial<GatewayListener>[], readonly (string | undefined)[]]>([
    ['one port, other hosts', [{ hostname: 'a.b' }, {}], [undefined, undefined]],
    ['one host, other ports', [{}, { port: 81 }], [undefined, undefined]],
    [
      'HTTPS and TLS share a port',
      [{ protocol: 'HTTPS', hostname: 'a.b' }, { protocol: 'TLS' }],
      [undefined, undefined],
    ],
    [
      'HTTP and HTTPS do not',
      [{ hostname: 'a.b' }, { protocol: 'HTTPS', hostname: 'c.d' }],
      ['ProtocolConflict', 'ProtocolConflict'],
    ],
    [
      'HTTPS and TLS of one host: no winner is picked',
      [{ protocol: 'HTTPS' }, { protocol: 'TLS' }, { protocol: 'TLS', hostname: 'a.b' }],
      ['HostnameConflict', 'HostnameConflict', undefined],
    ],
    ['TCP: one for a port', [{ protocol: 'TCP' }, { protocol: 'TCP' }], [undefined, 'ProtocolConflict']],
    [
      'TCP and UDP are ports of their own',
      [{ protocol: 'TCP' }, { protocol: 'UDP' }, { protocol: 'UDP' }],
      [undefined, undefined, 'ProtocolConflict'],
    ],
  ])('%s', (_, list, conflicts) => {
    const listeners = list.map((rest, i) => listener(String(i), rest));
    expect(listeners.map((one) => conflictOf(listeners, one))).toEqual(conflicts);
  });
});

describe('ReferenceGrant (referencegrant_types.go)', () => {
  const grant = (rest: Partial<ReferenceGrant> = {}): ReferenceGrant => ({
    namespace: 'data',
    name: 'g',
    from: [{ group: GROUP, kind: 'HTTPRoute', namespace: 'shop' }],
    to: [{ group: '', kind: 'Service' }],
    ...rest,
  });
  const from = { kind: 'HTTPRoute', namespace: 'shop' };
  const to = { group: '', kind: 'Service', namespace: 'data', name: 'db' };
  it.each<[name: string, readonly ReferenceGrant[], boolean]>([
    ['none', [], false],
    ['from and to', [grant()], true],
    ['it has to stand in the namespace of the referent', [grant({ namespace: 'shop' })], false],
    ['another kind refers', [grant({ from: [{ group: GROUP, kind: 'Gateway', namespace: 'shop' }] })], false],
    [
      'from another namespace',
      [grant({ from: [{ group: GROUP, kind: 'HTTPRoute', namespace: 'x' }] })],
      false,
    ],
    [
      '"When unspecified, this policy refers to all resources": a name is that one',
      [grant({ to: [{ group: '', kind: 'Service', name: 'web' }] })],
      false,
    ],
    ['by name', [grant({ to: [{ group: '', kind: 'Service', name: 'db' }] })], true],
    [
      'from and to of two grants do not add up',
      [
        grant({ to: [{ group: '', kind: 'Secret' }] }),
        grant({ from: [{ group: GROUP, kind: 'Gateway', namespace: 'shop' }] }),
      ],
      false,
    ],
  ])('%s', (_, grants, expected) => {
    expect(granted(grants, from, to)).toBe(expected);
  });
});
