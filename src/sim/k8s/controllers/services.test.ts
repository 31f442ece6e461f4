import { describe, expect, test } from 'vitest';
import { settleText } from './cluster-fixture.ts';
import { staticBandSize, staticNodePortBand } from './services.ts';

const service = (name: string, spec: string) => `kind: Service\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const CLUSTER = (networking: string) => `kind: Cluster\nnetworking: {${networking}}\n`;

function find(text: string, name: string) {
  return settleText(text).cluster.services.find((s) => s.name === name && s.namespace === 'default');
}

test.each([
  [16, 0],
  [32, 16],
  [256, 16],
  [4096, 256],
  [65536, 256],
  [1048576, 256],
])('static band of a range of %d addresses: %d (KEP-3070)', (size, band) => {
  expect(staticBandSize(size)).toBe(band);
});

test('static band of the node ports', () => {
  expect(staticNodePortBand(2768)).toBe(86);
});

describe('cluster IPs', () => {
  test('drawn in the upper band, from the name, whatever else is there', () => {
    const alone = find(service('web', 'ports: [{port: 80}]'), 'web');
    expect(alone?.clusterIPs[0]).toMatch(/^10\.96\.(?!0\.)\d+\.\d+$/);
    const among = find(
      [
        service('a', 'ports: [{port: 1}]'),
        service('web', 'ports: [{port: 80}]'),
        service('z', 'ports: [{port: 2}]'),
      ].join('---\n'),
      'web',
    );
    expect(among?.clusterIPs).toEqual(alone?.clusterIPs);
  });

  test.each<[name: string, spec: string, ips: string[], headless: boolean]>([
    ['written', 'clusterIP: 10.96.0.50, ports: [{port: 80}]', ['10.96.0.50'], false],
    ['headless', 'clusterIP: None, ports: [{port: 80}]', [], true],
    ['ExternalName', 'type: ExternalName, externalName: example.com', [], false],
  ])('%s', (_, spec, ips, headless) => {
    expect(find(service('web', spec), 'web')).toMatchObject({ clusterIPs: ips, headless });
  });

  test('kubernetes is .1 and kube-dns .10 of any range', () => {
    const { cluster } = settleText(CLUSTER('serviceSubnet: 10.43.0.0/16'));
    expect(cluster.services.map((s) => [s.name, s.clusterIPs[0]])).toEqual([
      ['kubernetes', '10.43.0.1'],
      ['kube-dns', '10.43.0.10'],
    ]);
  });

  test('all of a small range are given, each once, then none', () => {
    const text = [CLUSTER('serviceSubnet: 10.43.0.0/27')];
    for (let i = 0; i < 30; i++) text.push(service(`s${i}`, 'ports: [{port: 80}]'));
    const { cluster, diagnostics } = settleText(text.join('---\n'));
    const ips = cluster.services.flatMap((s) => s.clusterIPs);
    expect(new Set(ips).size).toBe(ips.length);
    expect(ips).toHaveLength(30);
    expect(diagnostics.filter((d) => d.code === 'service/ips-exhausted')).toHaveLength(2);
    expect(cluster.refused[0]?.message).toContain('failed to allocate a serviceIP: range is full');
  });
});

describe('node ports', () => {
  test('drawn above the static band; kept when written', () => {
    const drawn = find(service('web', 'type: NodePort, ports: [{port: 80}]'), 'web')?.ports[0]?.nodePort ?? 0;
    expect(drawn).toBeGreaterThanOrEqual(30086);
    expect(drawn).toBeLessThanOrEqual(32767);
    expect(
      find(service('web', 'type: NodePort, ports: [{port: 80, nodePort: 30007}]'), 'web')?.ports[0]?.nodePort,
    ).toBe(30007);
  });

  test('TCP and UDP of one port share a number', () => {
    const ports = find(
      service('dns', 'type: NodePort, ports: [{name: a, port: 53, protocol: UDP}, {name: b, port: 53}]'),
      'dns',
    )?.ports;
    expect(ports?.[0]?.nodePort).toBe(ports?.[1]?.nodePort);
  });

  test('a LoadBalancer has node ports too', () => {
    expect(
      find(service('lb', 'type: LoadBalancer, ports: [{port: 80}]'), 'lb')?.ports[0]?.nodePort,
    ).toBeGreaterThan(30000);
  });
});

test('defaults as the API server fills them in', () => {
  expect(find(service('web', 'ports: [{port: 80}], selector: {}'), 'web')).toMatchObject({
    type: 'ClusterIP',
    selector: undefined,
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    sessionAffinity: 'None',
    sessionAffinityTimeoutSeconds: 10800,
    publishNotReadyAddresses: false,
    ports: [{ name: '', protocol: 'TCP', port: 80, targetPort: 80 }],
  });
});

const WEB = `kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}]}]}
`;

describe('EndpointSlices', () => {
  const slices = (text: string, name: string) =>
    settleText(text).cluster.endpointSlices.filter((s) => s.service === name && s.namespace === 'default');

  test('by selector, named like upstream’s, the named port resolved in each pod', () => {
    const [slice, ...more] = slices(
      `${WEB}---\n${service('web', 'selector: {app: web}, ports: [{name: web, port: 80, targetPort: http}]')}`,
      'web',
    );
    expect(more).toEqual([]);
    expect(slice?.name).toMatch(/^web-[bcdf-hj-np-tv-xz2456789]{5}$/);
    expect(slice?.ports).toEqual([{ name: 'web', protocol: 'TCP', port: 80 }]);
    expect(slice?.endpoints.map((e) => `${e.addresses[0]} ${e.ready} ${e.nodeName}`).sort()).toEqual([
      '10.244.1.2 true kind-worker',
      '10.244.2.2 true kind-worker2',
    ]);
    expect(slice?.endpoints[0]?.origin.via?.map((v) => v.kind)).toEqual([
      'ReplicaSet',
      'Pod',
      'EndpointSlice',
    ]);
  });

  test('pods whose named port differs are in slices of their own', () => {
    const other = WEB.replace('name: web}\nspec:\n  replicas', 'name: web2}\nspec:\n  replicas').replace(
      'nginx, ports: [{name: http, containerPort: 80}]',
      'me/x, ports: [{name: http, containerPort: 8080}]',
    );
    const found = slices(
      `${WEB}---\n${other}---\n${service('web', 'selector: {app: web}, ports: [{port: 80, targetPort: http}]')}`,
      'web',
    );
    expect(found.map((s) => s.ports[0]?.port).sort()).toEqual([80, 8080]);
  });

  test('a pod that is not ready is listed as such, unless that is published', () => {
    const notReady = WEB.replace(
      'containerPort: 80}]',
      'containerPort: 80}], readinessProbe: {tcpSocket: {port: 1}}',
    );
    const text = (publish: boolean) =>
      `${notReady}---\n${service('web', `publishNotReadyAddresses: ${publish}, selector: {app: web}, ports: [{port: 80}]`)}`;
    expect(slices(text(false), 'web')[0]?.endpoints.map((e) => [e.ready, e.serving])).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(slices(text(true), 'web')[0]?.endpoints.map((e) => [e.ready, e.serving])).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test('no pods: one empty slice', () => {
    expect(slices(service('web', 'selector: {app: x}, ports: [{port: 80}]'), 'web')).toMatchObject([
      { ports: [], endpoints: [] },
    ]);
  });

  test('more than a hundred endpoints need more slices', () => {
    const many = WEB.replace('replicas: 2', 'replicas: 130');
    const found = slices(`${many}---\n${service('web', 'selector: {app: web}, ports: [{port: 80}]')}`, 'web');
    expect(found.map((s) => s.endpoints.length).sort()).toEqual([100, 30]);
    expect(new Set(found.map((s) => s.name)).size).toBe(2);
  });

  test('hand-written Endpoints are mirrored, hand-written slices kept', () => {
    const endpoints =
      'kind: Endpoints\nmetadata: {name: db}\nsubsets: [{addresses: [{ip: 172.18.0.100}], notReadyAddresses: [{ip: 172.18.0.101}], ports: [{port: 5432}]}]\n';
    expect(slices(`${service('db', 'ports: [{port: 5432}]')}---\n${endpoints}`, 'db')).toMatchObject([
      {
        ports: [{ name: '', protocol: 'TCP', port: 5432 }],
        endpoints: [
          { addresses: ['172.18.0.100'], ready: true },
          { addresses: ['172.18.0.101'], ready: false },
        ],
      },
    ]);
    const slice =
      'kind: EndpointSlice\nmetadata: {name: mine, labels: {kubernetes.io/service-name: db}}\naddressType: IPv4\nports: [{port: 5432}]\nendpoints: [{addresses: [172.18.0.102], conditions: {ready: true}}]\n';
    const both = slices(`${service('db', 'ports: [{port: 5432}]')}---\n${endpoints}---\n${slice}`, 'db');
    expect(both.map((s) => s.name)).toEqual(['mine']);
  });

  test('what kubectl printed of a controller’s slice only gives it its name', () => {
    const slice =
      'kind: EndpointSlice\nmetadata: {name: web-abcde, labels: {kubernetes.io/service-name: web, endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io}}\naddressType: IPv4\nendpoints: [{addresses: [10.9.9.9]}]\n';
    const found = slices(
      `${WEB}---\n${service('web', 'selector: {app: web}, ports: [{port: 80}]')}---\n${slice}`,
      'web',
    );
    expect(found.map((s) => [s.name, s.endpoints.length])).toEqual([['web-abcde', 2]]);
  });

  test('the API server’s own Service leads to the control plane', () => {
    expect(slices('kind: Namespace\nmetadata: {name: x}\n', 'kubernetes')).toMatchObject([
      {
        name: 'kubernetes',
        ports: [{ name: 'https', port: 6443 }],
        endpoints: [{ addresses: ['172.18.0.2'], ready: true }],
      },
    ]);
  });

  test('a StatefulSet’s pods have host names in their headless Service’s slice', () => {
    const db = `kind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: db, replicas: 2, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: redis}]}}}\n`;
    const [slice] = slices(
      `${db}---\n${service('db', 'clusterIP: None, selector: {app: db}, ports: [{port: 6379}]')}`,
      'db',
    );
    expect(slice?.endpoints.map((e) => e.hostname)).toEqual(['db-0', 'db-1']);
  });
});
