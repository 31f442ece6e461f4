/** IP families through the objects: nodes, pods, Services and their EndpointSlices, as the API server makes them. */
import { describe, expect, test } from 'vitest';
import { settleText } from './cluster-fixture.ts';

const CLUSTER = (networking: string) => `kind: Cluster\nnetworking: {${networking}}\n---\n`;
const POD = `kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
kind: Pod
metadata: {name: agent, labels: {app: agent}}
spec: {nodeName: kind-worker, hostNetwork: true, containers: [{name: c, image: nginx}]}
`;
const SERVICE = (spec: string) => `---\nkind: Service\nmetadata: {name: s}\nspec: {${spec}}\n`;
const FOUR = 'ipFamily: ipv4';
const SIX = 'ipFamily: ipv6';
const DUAL = 'ipFamily: dual';
const SIX_FIRST =
  'ipFamily: dual, podSubnet: "fd00:10:244::/56,10.244.0.0/16", serviceSubnet: "fd00:10:96::/112,10.96.0.0/16"';
const SELECT = 'selector: {app: web}, ports: [{port: 80}]';

describe('the cluster', () => {
  test.each([
    {
      of: FOUR,
      node: '172.18.0.3',
      cidrs: '10.244.1.0/24',
      pod: '10.244.1.2',
      api: '10.96.0.1',
      dns: '10.96.0.10',
    },
    {
      of: SIX,
      node: 'fc00:f853:ccd:e793::3',
      cidrs: 'fd00:10:244:1::/64',
      pod: 'fd00:10:244:1::2',
      api: 'fd00:10:96::1',
      dns: 'fd00:10:96::a',
    },
    {
      of: DUAL,
      node: '172.18.0.3,fc00:f853:ccd:e793::3',
      cidrs: '10.244.1.0/24,fd00:10:244:1::/64',
      pod: '10.244.1.2,fd00:10:244:1::2',
      api: '10.96.0.1',
      dns: '10.96.0.10',
    },
    {
      of: SIX_FIRST,
      node: 'fc00:f853:ccd:e793::3,172.18.0.3',
      cidrs: 'fd00:10:244:1::/64,10.244.1.0/24',
      pod: 'fd00:10:244:1::2,10.244.1.2',
      api: 'fd00:10:96::1',
      dns: 'fd00:10:96::a',
    },
  ])('$of', ({ of, node, cidrs, pod, api, dns }) => {
    const { cluster, diagnostics } = settleText(CLUSTER(of) + POD);
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const worker = cluster.nodes.find((n) => n.name === 'kind-worker');
    expect(worker?.ips.join()).toBe(node);
    expect(worker?.podCIDRs.map((c) => `${c.ip}/${c.prefixLength}`).join()).toBe(cidrs);
    expect(cluster.pods.find((p) => p.name === 'web')?.ips.join()).toBe(pod);
    // A pod of the host network has its node's addresses.
    expect(cluster.pods.find((p) => p.name === 'agent')?.ips.join()).toBe(node);
    // The API server's and the DNS Service have one family: the first.
    const ips = (name: string) => cluster.services.find((s) => s.name === name)?.clusterIPs.join();
    expect(ips('kubernetes')).toBe(api);
    expect(ips('kube-dns')).toBe(dns);
    expect(cluster.settings.kubeProxy.clusterCIDRs).toEqual(cluster.settings.podSubnets);
    const slice = cluster.endpointSlices.find((s) => s.service === 'kubernetes');
    expect(slice?.addressType).toBe(of === SIX || of === SIX_FIRST ? 'IPv6' : 'IPv4');
  });

  test('an outside host has an address of each family, or those that are written', () => {
    const play =
      'kind: Playground\nexternal: [{name: a}, {name: b, ip: 172.18.0.200}, {name: c, ips: ["fc00:f853:ccd:e793::99", 172.18.0.99]}]\n---\n';
    const { external } = settleText(CLUSTER(DUAL) + play + POD).cluster.settings;
    expect(external.map((h) => `${h.name} ${h.ips.join()}`)).toEqual([
      'a 172.18.0.100,fc00:f853:ccd:e793::64',
      'b 172.18.0.200',
      'c fc00:f853:ccd:e793::99,172.18.0.99',
      'internet 203.0.113.10,2001:db8::10',
    ]);
  });

  test.each([
    ['ipFamily: ipv6, podSubnet: 10.244.0.0/16', 'cluster/bad-subnet'],
    ['ipFamily: ipv4, podSubnet: "10.244.0.0/16,fd00:10:244::/56"', 'cluster/bad-subnet'],
    ['ipFamily: dual, serviceSubnet: "10.96.0.0/16,10.97.0.0/16"', 'cluster/bad-subnet'],
    ['ipFamily: dual, podSubnet: "10.244.0.0/16,fd00:10:96::/56"', 'cluster/overlap'],
    ['ipFamily: ipv6, podSubnet: "fd00:10:244::/72"', 'cluster/pod-subnet-too-small'],
  ])('%s: %s', (networking, code) => {
    expect(settleText(CLUSTER(networking) + POD).diagnostics.map((d) => d.code)).toContain(code);
  });

  test('Node objects with several InternalIPs and pod CIDRs are kept', () => {
    const node = `kind: Node
metadata: {name: big, labels: {node-role.kubernetes.io/control-plane: ""}}
spec: {podCIDRs: [10.244.9.0/24, "fd00:10:244:9::/64"]}
status: {addresses: [{type: InternalIP, address: 172.18.0.9}, {type: InternalIP, address: "fc00:f853:ccd:e793::9"}]}
---
`;
    const { nodes } = settleText(CLUSTER(DUAL) + node + POD).cluster;
    expect(nodes[0]?.ips).toEqual(['172.18.0.9', 'fc00:f853:ccd:e793::9']);
    expect(nodes[0]?.podCIDRs.map((c) => c.ip)).toEqual(['10.244.9.0', 'fd00:10:244:9::']);
  });

  test('status.podIPs are kept', () => {
    const pod =
      'kind: Pod\nmetadata: {name: p}\nspec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}\nstatus: {podIP: 10.244.1.77, podIPs: [{ip: 10.244.1.77}, {ip: "fd00:10:244:1::77"}]}\n';
    const { pods } = settleText(CLUSTER(DUAL) + pod).cluster;
    expect(pods.find((p) => p.name === 'p')?.ips).toEqual(['10.244.1.77', 'fd00:10:244:1::77']);
  });
});

describe('ipFamilyPolicy and ipFamilies', () => {
  const six = /^fd00:10:96::[0-9a-f]+$/;
  const four = /^10\.96\.\d+\.\d+$/;
  test.each<{ of: string; spec: string; policy: string; families: string; ips: readonly RegExp[] }>([
    { of: FOUR, spec: SELECT, policy: 'SingleStack', families: 'IPv4', ips: [four] },
    { of: SIX, spec: SELECT, policy: 'SingleStack', families: 'IPv6', ips: [six] },
    { of: DUAL, spec: SELECT, policy: 'SingleStack', families: 'IPv4', ips: [four] },
    { of: SIX_FIRST, spec: SELECT, policy: 'SingleStack', families: 'IPv6', ips: [six] },
    {
      of: FOUR,
      spec: `ipFamilyPolicy: PreferDualStack, ${SELECT}`,
      policy: 'PreferDualStack',
      families: 'IPv4',
      ips: [four],
    },
    {
      of: DUAL,
      spec: `ipFamilyPolicy: PreferDualStack, ${SELECT}`,
      policy: 'PreferDualStack',
      families: 'IPv4,IPv6',
      ips: [four, six],
    },
    {
      of: DUAL,
      spec: `ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4], ${SELECT}`,
      policy: 'RequireDualStack',
      families: 'IPv6,IPv4',
      ips: [six, four],
    },
    {
      of: DUAL,
      spec: `ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv6], ${SELECT}`,
      policy: 'PreferDualStack',
      families: 'IPv6,IPv4',
      ips: [six, four],
    },
    { of: DUAL, spec: `ipFamilies: [IPv6], ${SELECT}`, policy: 'SingleStack', families: 'IPv6', ips: [six] },
    // Families follow the addresses that are written.
    {
      of: DUAL,
      spec: `clusterIP: "fd00:10:96::77", ${SELECT}`,
      policy: 'SingleStack',
      families: 'IPv6',
      ips: [/^fd00:10:96::77$/],
    },
    {
      of: DUAL,
      spec: `ipFamilyPolicy: PreferDualStack, clusterIP: "fd00:10:96::77", ${SELECT}`,
      policy: 'PreferDualStack',
      families: 'IPv6,IPv4',
      ips: [/^fd00:10:96::77$/, four],
    },
    {
      of: DUAL,
      spec: `ipFamilyPolicy: RequireDualStack, clusterIP: 10.96.7.7, clusterIPs: [10.96.7.7, "fd00:10:96::77"], ${SELECT}`,
      policy: 'RequireDualStack',
      families: 'IPv4,IPv6',
      ips: [/^10\.96\.7\.7$/, /^fd00:10:96::77$/],
    },
    // Headless: no addresses, but the families of its endpoints.
    { of: DUAL, spec: `clusterIP: None, ${SELECT}`, policy: 'SingleStack', families: 'IPv4', ips: [] },
    {
      of: DUAL,
      spec: `clusterIP: None, ipFamilyPolicy: PreferDualStack, ${SELECT}`,
      policy: 'PreferDualStack',
      families: 'IPv4,IPv6',
      ips: [],
    },
    // Without a selector its endpoints may be of any family, also where the cluster has one.
    {
      of: FOUR,
      spec: 'clusterIP: None, ports: [{port: 80}]',
      policy: 'RequireDualStack',
      families: 'IPv4,IPv6',
      ips: [],
    },
    {
      of: SIX,
      spec: 'clusterIP: None, ports: [{port: 80}]',
      policy: 'RequireDualStack',
      families: 'IPv6,IPv4',
      ips: [],
    },
    {
      of: FOUR,
      spec: 'clusterIP: None, ipFamilyPolicy: SingleStack, ports: [{port: 80}]',
      policy: 'SingleStack',
      families: 'IPv4',
      ips: [],
    },
    { of: DUAL, spec: 'type: ExternalName, externalName: a.example', policy: '', families: '', ips: [] },
  ])('$of: $spec', ({ of, spec, policy, families, ips }) => {
    const { cluster, diagnostics } = settleText(CLUSTER(of) + POD + SERVICE(spec));
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const service = cluster.services.find((s) => s.name === 's');
    expect(service?.clusterIPs).toHaveLength(ips.length);
    ips.forEach((ip, i) => expect(service?.clusterIPs[i]).toMatch(ip));
    // And as the API server shows it.
    const stored = cluster.objects.find((o) => o.kind === 'Service' && o.metadata.name === 's');
    const shown = stored?.body?.['spec'] as { ipFamilies?: string[]; ipFamilyPolicy?: string };
    expect(shown.ipFamilies?.join() ?? '').toBe(families);
    expect(shown.ipFamilyPolicy ?? '').toBe(policy);
  });

  test.each([
    [
      DUAL,
      `clusterIP: 10.96.7.7, clusterIPs: [10.96.7.7, "fd00:10:96::77"], ${SELECT}`,
      "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
    ],
    [
      DUAL,
      `ipFamilies: [IPv4, IPv6], ${SELECT}`,
      "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
    ],
    [
      FOUR,
      `ipFamilyPolicy: RequireDualStack, ${SELECT}`,
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ],
    [
      FOUR,
      `ipFamilies: [IPv6], ${SELECT}`,
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    ],
    [
      SIX,
      `clusterIP: 10.96.7.7, ${SELECT}`,
      'spec.clusterIPs[0]: Invalid value: ["10.96.7.7"]: IPv4 is not configured on this cluster',
    ],
    [
      DUAL,
      `ipFamilyPolicy: RequireDualStack, clusterIP: 10.96.7.7, clusterIPs: [10.96.7.7, "fd00::77"], ${SELECT}`,
      'spec.clusterIPs: Invalid value: ["10.96.7.7","fd00::77"]: failed to allocate IP fd00::77: the provided network does not match the current range',
    ],
    [
      DUAL,
      `ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4], clusterIP: 10.96.7.7, ${SELECT}`,
      'spec.clusterIPs[0]: Invalid value: "10.96.7.7": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ],
    [
      DUAL,
      `type: ExternalName, externalName: a.example, ipFamilyPolicy: PreferDualStack`,
      'spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services',
    ],
  ])('%s: %s is refused', (of, spec, message) => {
    const { cluster } = settleText(CLUSTER(of) + POD + SERVICE(spec));
    expect(cluster.services.some((s) => s.name === 's')).toBe(false);
    expect(cluster.refused.map((r) => r.message).join()).toContain(`Service "s" is invalid: ${message}`);
  });
});

describe('EndpointSlices', () => {
  const slices = (text: string) =>
    settleText(text)
      .cluster.endpointSlices.filter((s) => s.service === 's')
      .map((s) => `${s.addressType} ${s.endpoints.map((e) => e.addresses.join()).join(' ')}`);

  test('one for each family of the Service', () => {
    expect(slices(CLUSTER(DUAL) + POD + SERVICE(`ipFamilyPolicy: PreferDualStack, ${SELECT}`))).toEqual([
      'IPv4 10.244.1.2',
      'IPv6 fd00:10:244:1::2',
    ]);
    expect(slices(CLUSTER(DUAL) + POD + SERVICE(`ipFamilies: [IPv6], ${SELECT}`))).toEqual([
      'IPv6 fd00:10:244:1::2',
    ]);
    expect(slices(CLUSTER(DUAL) + POD + SERVICE(SELECT))).toEqual(['IPv4 10.244.1.2']);
  });

  test('hand-written Endpoints of both families are mirrored into two', () => {
    const endpoints =
      '---\nkind: Endpoints\nmetadata: {name: s}\nsubsets: [{addresses: [{ip: 192.0.2.1}, {ip: "2001:db8::1"}], ports: [{port: 80}]}]\n';
    expect(slices(CLUSTER(DUAL) + POD + SERVICE('ports: [{port: 80}]') + endpoints).sort()).toEqual([
      'IPv4 192.0.2.1',
      'IPv6 2001:db8::1',
    ]);
  });
});
