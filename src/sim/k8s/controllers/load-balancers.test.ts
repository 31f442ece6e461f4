import { describe, expect, test } from 'vitest';
import { settleText } from './cluster-fixture.ts';

const lb = (name: string, more = '', status = '') =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec:\n  type: LoadBalancer\n  ports: [{port: 80}]\n${more}${status}`;

function find(text: string, name: string) {
  return settleText(text).cluster.services.find((s) => s.name === name);
}

describe('the cloud gives addresses', () => {
  test('from the pool, by the name of the Service, whatever else there is', () => {
    const alone = find(lb('web'), 'web')?.loadBalancerIngress;
    expect(alone?.[0]?.ip).toMatch(/^172\.18\.255\.2([0-4]\d|50)$/);
    expect(alone?.[0]?.ipMode).toBe('VIP');
    const among = [lb('zoo'), lb('web'), lb('a', '', '')].join('---\n');
    expect(find(among, 'web')?.loadBalancerIngress).toEqual(alone);
  });

  test('each once', () => {
    const text = Array.from({ length: 51 }, (_, i) => lb(`s${i}`)).join('---\n');
    const ips = settleText(text).cluster.services.flatMap((s) => s.loadBalancerIngress?.[0]?.ip ?? []);
    expect(new Set(ips).size).toBe(51);
  });

  test.each<[name: string, text: string, ingress: unknown]>([
    [
      'loadBalancerIP',
      lb('web', '  loadBalancerIP: 172.18.255.240\n'),
      [{ ip: '172.18.255.240', ipMode: 'VIP' }],
    ],
    [
      'a class for a proxying load balancer',
      lb('web', '  loadBalancerIP: 172.18.255.241\n  loadBalancerClass: packetwalk.dev/proxy\n'),
      [{ ip: '172.18.255.241', ipMode: 'Proxy' }],
    ],
    ['a class that nobody knows', lb('web', '  loadBalancerClass: example.com/lb\n'), undefined],
    [
      'a status that is written',
      lb(
        'web',
        '',
        'status: {loadBalancer: {ingress: [{ip: 198.51.100.7, ipMode: Proxy}, {hostname: lb.example}]}}\n',
      ),
      [{ ip: '198.51.100.7', ipMode: 'Proxy' }, { hostname: 'lb.example' }],
    ],
    ['an address outside the pool', lb('web', '  loadBalancerIP: 10.0.0.1\n'), undefined],
  ])('%s', (_, text, ingress) => {
    expect(find(text, 'web')?.loadBalancerIngress).toEqual(ingress);
  });

  test('the status and the events of the object', () => {
    const { cluster } = settleText(lb('web', '  externalTrafficPolicy: Local\n'));
    const service = cluster.services.find((s) => s.name === 'web');
    const object = cluster.objects.find((o) => o.kind === 'Service' && o.metadata.name === 'web');
    expect(object?.status).toEqual({ loadBalancer: { ingress: service?.loadBalancerIngress } });
    expect(object?.body?.['spec']).toMatchObject({ healthCheckNodePort: service?.healthCheckNodePort });
    expect(service?.healthCheckNodePort).toBeGreaterThanOrEqual(30086);
    expect(cluster.events.map((e) => e.reason)).toEqual(
      expect.arrayContaining(['EnsuringLoadBalancer', 'EnsuredLoadBalancer']),
    );
  });
});

describe('ports', () => {
  test('allocateLoadBalancerNodePorts: false gives none, and keeps what is written', () => {
    const none = find(lb('web', '  allocateLoadBalancerNodePorts: false\n'), 'web');
    expect(none?.ports[0]?.nodePort).toBeUndefined();
    const text = lb('web', '  allocateLoadBalancerNodePorts: false\n').replace(
      'port: 80',
      'port: 80, nodePort: 30090',
    );
    expect(find(text, 'web')?.ports[0]?.nodePort).toBe(30090);
  });

  test.each([
    [
      'a health check port that is taken',
      `${lb('a').replace('port: 80', 'port: 80, nodePort: 30100')}---\n${lb('b', '  externalTrafficPolicy: Local\n  healthCheckNodePort: 30100\n')}`,
      'Internal error occurred: failed to allocate requested HealthCheck NodePort 30100: provided port is already allocated',
    ],
    [
      'a health check port out of range',
      lb('b', '  externalTrafficPolicy: Local\n  healthCheckNodePort: 80\n'),
      'Internal error occurred: failed to allocate requested HealthCheck NodePort 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      'a node port of another protocol in another Service',
      `${lb('a').replace('port: 80', 'port: 80, nodePort: 30100')}---\n${lb('b').replace('port: 80', 'port: 80, protocol: UDP, nodePort: 30100')}`,
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30100: provided port is already allocated',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(settleText(text).cluster.refused.map((r) => r.message)).toEqual([message]);
  });
});
