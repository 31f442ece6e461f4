import { describe, expect, test } from 'vitest';
import type { Pod } from './cluster-state.ts';
import { settleText } from './controllers/cluster-fixture.ts';
import { podDns } from './pod-dns.ts';

const node = { nameservers: ['203.0.113.10'], searches: ['corp.example'], options: ['timeout:2'] };
const cluster = { clusterDns: '10.96.0.10', domain: 'cluster.local' };
const pod = (more: Partial<Pod>) =>
  ({ namespace: 'shop', hostNetwork: false, dnsPolicy: 'ClusterFirst', ...more }) as const;
const IN_CLUSTER = 'shop.svc.cluster.local svc.cluster.local cluster.local corp.example';
const many = (n: number, name = 's') => Array.from({ length: n }, (_, i) => `${name}${i}.example`);

describe('resolv.conf of a pod', () => {
  test.each([
    { name: 'ClusterFirst', of: {}, servers: '10.96.0.10', searches: IN_CLUSTER, options: 'ndots:5' },
    {
      name: 'ClusterFirst on the host network is the node’s',
      of: { hostNetwork: true },
      servers: '203.0.113.10',
      searches: 'corp.example',
      options: 'timeout:2',
    },
    {
      name: 'ClusterFirstWithHostNet',
      of: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' as const },
      servers: '10.96.0.10',
      searches: IN_CLUSTER,
      options: 'ndots:5',
    },
    {
      name: 'Default',
      of: { dnsPolicy: 'Default' as const },
      servers: '203.0.113.10',
      searches: 'corp.example',
      options: 'timeout:2',
    },
    {
      name: 'None',
      of: {
        dnsPolicy: 'None' as const,
        dnsConfig: { nameservers: ['1.1.1.1'], searches: ['a.example'], options: [{ name: 'edns0' }] },
      },
      servers: '1.1.1.1',
      searches: 'a.example',
      options: 'edns0',
    },
    {
      name: 'dnsConfig adds behind, once each, and replaces options of the same name',
      of: {
        dnsConfig: {
          nameservers: ['10.96.0.10', '1.1.1.1'],
          searches: ['cluster.local', 'b.example'],
          options: [{ name: 'ndots', value: '2' }, { name: 'single-request' }],
        },
      },
      servers: '10.96.0.10 1.1.1.1',
      searches: `${IN_CLUSTER} b.example`,
      options: 'ndots:2 single-request',
    },
  ])('$name', ({ of, servers, searches, options }) => {
    const made = podDns(pod(of), node, cluster);
    expect(made.nameservers.join(' ')).toBe(servers);
    expect(made.searches.join(' ')).toBe(searches);
    expect(made.options.join(' ')).toBe(options);
    expect(made.warnings).toEqual([]);
  });

  test('three nameservers, and the event says which', () => {
    const dnsConfig = { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3'], searches: [], options: [] };
    const made = podDns(pod({ dnsConfig }), node, cluster);
    expect(made.nameservers).toEqual(['10.96.0.10', '1.1.1.1', '1.1.1.2']);
    expect(made.warnings).toEqual([
      'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 1.1.1.1 1.1.1.2',
    ]);
  });

  test('32 search paths, none longer than a name, 2048 characters in all', () => {
    const counted = podDns(
      pod({ dnsConfig: { nameservers: [], searches: many(30), options: [] } }),
      node,
      cluster,
    );
    expect(counted.searches).toHaveLength(32);
    expect(counted.warnings[0]).toMatch(/^Search Line limits were exceeded/);
    const long = `${'a'.repeat(60)}.`.repeat(5);
    const one = podDns(pod({ dnsConfig: { nameservers: [], searches: [long], options: [] } }), node, cluster);
    expect(one.searches).not.toContain(long);
    const wide = many(28, 'x'.repeat(80));
    const line = podDns(pod({ dnsConfig: { nameservers: [], searches: wide, options: [] } }), node, cluster);
    expect(line.searches.join(' ').length).toBeLessThanOrEqual(2048);
    expect(line.searches.length).toBeGreaterThan(20);
  });

  test('the kubelet’s event', () => {
    const { cluster: state } = settleText(
      'kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: busybox}], dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3]}}\n',
    );
    const [event, ...others] = state.events.filter((e) => e.reason === 'DNSConfigForming');
    expect(event).toMatchObject({ type: 'Warning', object: { kind: 'Pod', name: 'p' } });
    expect(event?.message).toMatch(/^Nameserver limits/);
    expect(others).toEqual([]);
  });
});
