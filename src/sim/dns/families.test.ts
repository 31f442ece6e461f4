/** What CoreDNS answers where Services and pods have addresses of one family or of both. */
import { describe, expect, test } from 'vitest';
import { settleText } from '../k8s/controllers/cluster-fixture.ts';
import { coreDns, internetDns } from './coredns.ts';
import { fit, query, reply, found, record, reverseAddress, reverseName } from './message.ts';
import { lookUp, queryOnce, resolverConfig } from './resolver.ts';
import { runProgram } from './run-fixture.ts';
import { dnsBytes } from '../packet/dns.ts';

const OBJECTS = `
kind: Pod
metadata: {name: web-a, labels: {app: web}}
spec: {nodeName: kind-worker, hostname: a, subdomain: named, containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}]}]}
---
kind: Pod
metadata: {name: web-b, labels: {app: web}}
spec: {nodeName: kind-worker2, subdomain: nobody, hostname: b, containers: [{name: c, image: nginx}]}
---
kind: Service
metadata: {name: both}
spec: {ipFamilyPolicy: RequireDualStack, clusterIP: 10.96.20.20, clusterIPs: [10.96.20.20, "fd00:10:96::2020"], selector: {app: web}, ports: [{name: http, port: 80}]}
---
kind: Service
metadata: {name: six}
spec: {ipFamilies: [IPv6], clusterIP: "fd00:10:96::2021", selector: {app: web}, ports: [{name: http, port: 80}]}
---
kind: Service
metadata: {name: four}
spec: {clusterIP: 10.96.20.22, selector: {app: web}, ports: [{port: 80}]}
---
kind: Service
metadata: {name: named}
spec: {clusterIP: None, ipFamilyPolicy: PreferDualStack, selector: {app: web}, ports: [{name: http, port: 80}]}
---
kind: Service
metadata: {name: headless-four}
spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80}]}
---
kind: Service
metadata: {name: away}
spec: {type: ExternalName, externalName: api.example.com}
`;
const CLUSTER = (family: string) => `kind: Cluster\nnetworking: {ipFamily: ${family}}\n---\n`;
const { cluster } = settleText(CLUSTER('dual') + OBJECTS);
const config = resolverConfig(cluster, { pod: cluster.pods.find((p) => p.name === 'web-a') });
const handlers = { '10.96.0.10': coreDns(cluster), '203.0.113.10': internetDns(cluster) };

const dig = (name: string, type: string) => {
  const { result } = runProgram(queryOnce(config, name, type), handlers);
  return [result.rcode, ...result.answers.map((r) => `${r.type} ${r.data}`)];
};
const svc = (name: string) => `${name}.default.svc.cluster.local`;

describe('dual stack', () => {
  test.each<[name: string, type: string, expected: readonly string[]]>([
    [svc('both'), 'A', ['NOERROR', 'A 10.96.20.20']],
    [svc('both'), 'AAAA', ['NOERROR', 'AAAA fd00:10:96::2020']],
    // Two addresses share the weight, and their record is the same.
    [`_http._tcp.${svc('both')}`, 'SRV', ['NOERROR', `SRV 0 50 80 ${svc('both')}.`]],
    [svc('six'), 'AAAA', ['NOERROR', 'AAAA fd00:10:96::2021']],
    [svc('six'), 'A', ['NOERROR']],
    [svc('four'), 'AAAA', ['NOERROR']],
    [svc('named'), 'A', ['NOERROR', 'A 10.244.1.2', 'A 10.244.2.2']],
    [svc('named'), 'AAAA', ['NOERROR', 'AAAA fd00:10:244:1::2', 'AAAA fd00:10:244:2::2']],
    [svc('headless-four'), 'AAAA', ['NOERROR']],
    [
      `_http._tcp.${svc('named')}`,
      'SRV',
      [
        'NOERROR',
        `SRV 0 25 80 a.${svc('named')}.`,
        `SRV 0 25 80 10-244-2-2.${svc('named')}.`,
        `SRV 0 25 80 fd00-10-244-2--2.${svc('named')}.`,
      ],
    ],
    // A pod's own name needs `hostname`, `subdomain` and a headless Service of that name.
    [`a.${svc('named')}`, 'A', ['NOERROR', 'A 10.244.1.2']],
    [`a.${svc('named')}`, 'AAAA', ['NOERROR', 'AAAA fd00:10:244:1::2']],
    [`b.${svc('nobody')}`, 'A', ['NXDOMAIN']],
    [`b.${svc('named')}`, 'A', ['NXDOMAIN']],
    [`fd00-10-244-2--2.${svc('named')}`, 'AAAA', ['NOERROR', 'AAAA fd00:10:244:2::2']],
    ['fd00-10-244-1--2.default.pod.cluster.local', 'AAAA', ['NOERROR', 'AAAA fd00:10:244:1::2']],
    [svc('away'), 'AAAA', ['NOERROR', 'CNAME api.example.com.', 'AAAA 2001:db8::10']],
    ['10.96.20.20', 'PTR', ['NOERROR', `PTR ${svc('both')}.`]],
    ['fd00:10:96::2020', 'PTR', ['NOERROR', `PTR ${svc('both')}.`]],
    [
      'fd00:10:244:1::2',
      'PTR',
      [
        'NOERROR',
        `PTR a.${svc('named')}.`,
        `PTR fd00-10-244-1--2.${svc('both')}.`,
        `PTR fd00-10-244-1--2.${svc('six')}.`,
      ],
    ],
    ['fd00:10:244:9::9', 'PTR', ['NXDOMAIN']],
  ])('%s %s', (name, type, expected) => {
    expect([...dig(name, type)].sort()).toEqual([...expected].sort());
  });

  test('a program gets both families', () => {
    const { result } = runProgram(lookUp(config, 'both'), handlers);
    expect([...result.addresses].sort()).toEqual(['10.96.20.20', 'fd00:10:96::2020']);
  });

  test('the cluster’s DNS has an address of the primary family', () => {
    expect(config.nameservers).toEqual(['10.96.0.10']);
    const six = settleText(
      CLUSTER('ipv6') + OBJECTS.replace(/^---\nkind: Service\nmetadata: {name: both}[^]*$/m, ''),
    ).cluster;
    expect(resolverConfig(six, { pod: six.pods[0] }).nameservers).toEqual(['fd00:10:96::a']);
    expect(resolverConfig(six, {}).nameservers).toEqual(['2001:db8::10']);
  });
});

describe('names of addresses', () => {
  test.each(['10.244.1.3', 'fd00:10:244:1::2', '2001:db8::10', '::1'])('%s there and back', (ip) => {
    expect(reverseAddress(reverseName(ip))).toBe(ip);
  });
});

describe('answers that do not fit', () => {
  const many = Array.from({ length: 60 }, (_, i) =>
    record('db.default.svc.cluster.local', 'A', 30, `10.244.1.${i + 2}`),
  );
  const question = { name: 'db.default.svc.cluster.local', type: 'A' };
  const whole = (form = {}) => {
    const request = query(question, 1, form);
    return { request, answer: reply(request, found(many)) };
  };

  test('512 bytes without EDNS, and TC', () => {
    const { request, answer } = whole();
    const cut = fit(answer, request, 'udp');
    expect(cut.truncated).toBe(true);
    expect(dnsBytes(cut).length).toBeLessThanOrEqual(512);
    expect(dnsBytes({ ...cut, answers: many.slice(0, cut.answers.length + 1) }).length).toBeGreaterThan(512);
  });

  test('what the client says it takes, with EDNS', () => {
    const { request, answer } = whole({ udpSize: 1232 });
    const sent = fit(answer, request, 'udp');
    expect(sent.truncated).not.toBe(true);
    expect(sent.udpSize).toBe(1232);
    expect(sent.answers).toHaveLength(60);
  });

  test('all of it over TCP, behind its length', () => {
    const { request, answer } = whole();
    const sent = fit(answer, request, 'tcp');
    expect(sent.answers).toHaveLength(60);
    const bytes = dnsBytes(sent);
    expect((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)).toBe(bytes.length - 2);
  });
});
