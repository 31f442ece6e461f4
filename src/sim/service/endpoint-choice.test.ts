import { describe, expect, it } from 'vitest';
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../k8s/cluster-state.ts';
import { usableEndpoints } from './endpoint-choice.ts';
import { endpointsOfPort, slicesOf } from './endpoint-list.ts';

const origin = { object: { kind: 'Service', namespace: 'default', name: 'web' } };
const port: ServicePort = { name: '', protocol: 'TCP', port: 80, targetPort: 8080, origin };

function service(given: Partial<Service>): Service {
  return {
    namespace: 'default',
    name: 'web',
    type: 'ClusterIP',
    headless: false,
    ipFamilies: [4],
    ipFamilyPolicy: 'SingleStack',
    clusterIPs: ['10.96.0.1'],
    ports: [port],
    selector: { app: 'web' },
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    sessionAffinity: 'None',
    sessionAffinityTimeoutSeconds: 10800,
    publishNotReadyAddresses: false,
    origin,
    ...given,
  };
}

/** `a@here`, `b@there!terminating`, `c@here?node=here,zone=z1`: an endpoint in a word. */
function endpoint(word: string): Endpoint {
  const match = /^(\w+)@(\w+)(?:!(\S+?))?(?:\?(\S+))?$/.exec(word);
  const [, name = '', nodeName = '', state = 'ready', hints] = match ?? [];
  const hint = (key: string): string[] =>
    (hints ?? '')
      .split(',')
      .filter((h) => h.startsWith(`${key}=`))
      .map((h) => h.slice(key.length + 1));
  return {
    addresses: [`10.0.0.${name.charCodeAt(0)}`],
    ready: state === 'ready',
    serving: state === 'ready' || state === 'terminating',
    terminating: state === 'terminating' || state === 'dead',
    nodeName,
    pod: `default/${name}`,
    hints: hints === undefined ? undefined : { nodes: hint('node'), zones: hint('zone') },
    origin,
  };
}

function slice(words: string, given: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    namespace: 'default',
    name: 'web-1',
    service: 'web',
    addressType: 'IPv4',
    ports: [{ name: '', protocol: 'TCP', port: 8080 }],
    endpoints: words === '' ? [] : words.split(' ').map(endpoint),
    origin,
    ...given,
  };
}

const here = { name: 'here', labels: { 'topology.kubernetes.io/zone': 'z1' } };
const nodePort = { ...port, nodePort: 30080 };
const both = { internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' } as const;

const rows: {
  name: string;
  service?: Partial<Service>;
  port?: ServicePort;
  endpoints: string;
  cluster: string;
  local?: string;
  hasAny?: boolean;
}[] = [
  { name: 'all ready ones', endpoints: 'a@here b@there', cluster: 'a b' },
  { name: 'not those that are not ready', endpoints: 'a@here!not-ready b@there', cluster: 'b' },
  { name: 'nothing', endpoints: '', cluster: '', hasAny: false },
  { name: 'nothing usable', endpoints: 'a@here!not-ready b@there!dead', cluster: '', hasAny: false },
  { name: 'terminating ones only if none is ready', endpoints: 'a@here!terminating b@there', cluster: 'b' },
  { name: 'terminating ones if none is ready', endpoints: 'a@here!terminating b@there!dead', cluster: 'a' },
  {
    name: 'a not-ready one is no reason to wait',
    endpoints: 'a@here!not-ready b@there!terminating',
    cluster: 'b',
  },
  {
    name: 'internal Local without a way in from outside: local ones alone',
    service: { internalTrafficPolicy: 'Local' },
    endpoints: 'a@here b@there',
    cluster: '',
    local: 'a',
  },
  {
    name: 'external Local alone, without a way in: it has no meaning',
    service: { externalTrafficPolicy: 'Local' },
    endpoints: 'a@here b@there',
    cluster: 'a b',
  },
  {
    name: 'external Local with a node port: pods and nodes still get all',
    service: { externalTrafficPolicy: 'Local' },
    port: nodePort,
    endpoints: 'a@here b@there',
    cluster: 'a b',
    local: 'a',
  },
  {
    name: 'both Local, none here: some elsewhere',
    service: both,
    endpoints: 'b@there',
    cluster: '',
    local: '',
    hasAny: true,
  },
  {
    name: 'terminating is decided apart for all and for local',
    service: both,
    port: nodePort,
    endpoints: 'a@here!terminating b@there',
    cluster: 'b',
    local: 'a',
  },
  {
    name: 'a ready local one hides the terminating local one',
    service: both,
    port: nodePort,
    endpoints: 'a@here!terminating b@here c@there',
    cluster: 'b c',
    local: 'b',
  },
  { name: 'same node by hints', endpoints: 'a@here?node=here b@there?node=there', cluster: 'a' },
  {
    name: 'same zone by hints',
    endpoints: 'a@here?zone=z1 b@there?zone=z1 c@there?zone=z2',
    cluster: 'a b',
  },
  { name: 'one without a hint switches hints off', endpoints: 'a@here?zone=z1 b@there', cluster: 'a b' },
  { name: 'no hint for this zone', endpoints: 'a@there?zone=z2 b@there?zone=z3', cluster: 'a b' },
  {
    name: 'node hints that name other nodes fall back to zones',
    endpoints: 'a@there?node=there,zone=z1 b@there?node=there,zone=z2',
    cluster: 'a',
  },
];

describe('usableEndpoints', () => {
  it.each(rows)(
    '$name',
    ({ service: given = {}, port: on = port, endpoints, cluster, local = '', hasAny }) => {
      const list = endpointsOfPort([slice(endpoints)], on, 4);
      const usable = usableEndpoints(service(given), on, list, here);
      const names = (found: readonly { endpoint: Endpoint }[]): string =>
        found.map((e) => e.endpoint.pod?.slice('default/'.length)).join(' ');
      expect({ cluster: names(usable.cluster), local: names(usable.local), hasAny: usable.hasAny }).toEqual({
        cluster,
        local,
        hasAny: hasAny ?? (cluster !== '' || local !== ''),
      });
      const together = new Set([...usable.cluster, ...usable.local]);
      expect(new Set(usable.reachable)).toEqual(together);
    },
  );
});

describe('endpointsOfPort', () => {
  const named: ServicePort = { ...port, name: 'http', targetPort: 'http' };
  it('takes a named port from where each slice says it is', () => {
    const slices = [
      slice('a@here', { name: 'web-1', ports: [{ name: 'http', protocol: 'TCP', port: 8080 }] }),
      slice('b@here', { name: 'web-2', ports: [{ name: 'http', protocol: 'TCP', port: 9090 }] }),
      slice('c@here', { name: 'web-3', ports: [{ name: 'http', protocol: 'UDP', port: 1 }] }),
      slice('d@here', { name: 'web-4', ports: [{ name: 'metrics', protocol: 'TCP', port: 2 }] }),
    ];
    expect(endpointsOfPort(slices, named, 4).map((e) => e.address)).toEqual([
      '10.0.0.97:8080',
      '10.0.0.98:9090',
    ]);
  });

  it('merges slices, sorts by text and keeps the other family away', () => {
    const at = (ip: string): Endpoint => ({ ...endpoint('a@here'), addresses: [ip] });
    const slices = [
      slice('', { endpoints: [at('10.244.1.2'), at('10.244.1.10')] }),
      slice('', { endpoints: [at('10.244.1.2')] }),
      slice('', { addressType: 'IPv6', endpoints: [at('fd00::1')] }),
    ];
    expect(endpointsOfPort(slices, port, 4).map((e) => e.address)).toEqual([
      '10.244.1.10:8080',
      '10.244.1.2:8080',
    ]);
    expect(endpointsOfPort(slices, port, 6).map((e) => e.address)).toEqual(['[fd00::1]:8080']);
  });
});

describe('slicesOf', () => {
  it('finds by the label, in one namespace', () => {
    const own = slice('a@here');
    const all = [own, slice('b@here', { namespace: 'other' }), slice('c@here', { service: undefined })];
    expect(slicesOf(all, { namespace: 'default', name: 'web' })).toEqual([own]);
    expect(slicesOf(all, { namespace: 'default', name: 'nobody' })).toEqual([]);
  });
});
