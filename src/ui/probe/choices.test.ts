import { describe, expect, it } from 'vitest';
import { probe as t } from '../../i18n/probe.en.ts';
import type { ProbeTool } from '../../sim/k8s/cluster-state.ts';
import type { ClusterView } from '../../worker/protocol.ts';
import { fromChoices, retarget, targetChoices } from './choices.ts';
import { knownProbes, probeLabel, shortTarget } from './probe-label.ts';

const pod = (namespace: string, name: string, ip: string, builtIn = false) => ({
  namespace,
  name,
  shortName: name,
  node: 'kind-worker',
  ip,
  ready: true,
  phase: 'Running',
  builtIn,
  listening: [{ port: 80, protocol: 'TCP' }],
});

const cluster: ClusterView = {
  nodes: [{ name: 'kind-worker', role: 'worker', ip: '172.18.0.3', podCIDR: '10.244.1.0/24' }],
  pods: [
    pod('kube-system', 'coredns', '10.244.0.2', true),
    pod('default', 'client', '10.244.1.2'),
    pod('shop', 'web', '10.244.1.3'),
  ],
  services: [
    {
      namespace: 'shop',
      name: 'web',
      type: 'NodePort',
      outsideIps: [],
      clusterIP: '10.96.20.20',
      ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }],
      builtIn: false,
    },
  ],
  loadBalancer: false,
  external: [{ name: 'laptop', ips: ['172.18.0.100'], dnsNames: ['laptop.example'] }],
  namespaces: ['default', 'kube-system', 'shop'],
  policies: [],
  probes: [],
  settings: {
    cni: 'flannel',
    cniLabel: 'Flannel',
    enforcesPolicy: false,
    faults: [],
    kubeProxyMode: 'iptables',
    podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/16',
    dnsDomain: 'cluster.local',
    families: 'IPv4',
    seed: 1,
  },
};

describe('fromChoices', () => {
  it("lists one's own namespaces first, then the built-in ones, nodes and hosts outside", () => {
    expect(fromChoices(cluster, t).map((c) => c.value)).toEqual([
      'default/client',
      'shop/web',
      'kube-system/coredns',
      'node/kind-worker',
      'external/laptop',
    ]);
  });
});

describe('targetChoices', () => {
  it('offers curl no port that speaks TLS, and nc every TCP port', () => {
    const services = [
      {
        namespace: 'default',
        name: 'kubernetes',
        type: 'ClusterIP',
        outsideIps: [],
        clusterIP: '10.96.0.1',
        ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
        builtIn: true,
      },
    ];
    const offered = (tool: ProbeTool) =>
      targetChoices({ ...cluster, services }, { from: 'default/client', tool, to: '' }, t).map(
        (c) => c.value,
      );
    expect(offered('curl').filter((value) => /kubernetes|10\.96\.0\.1/.test(value))).toEqual([]);
    expect(offered('nc')).toContain('kubernetes:443');
  });

  const values = (from: string, tool: ProbeTool): readonly string[] =>
    targetChoices(cluster, { from, tool, to: '' }, t).map((c) => c.value);

  it('names a Service as its own namespace or another would', () => {
    expect(values('shop/other', 'curl')).toContain('http://web/');
    expect(values('default/client', 'curl')).toContain('http://web.shop/');
    expect(values('default/client', 'curl')).toContain('http://web.shop.svc.cluster.local/');
  });

  it('offers addresses, node ports and other pods, in the words of the tool', () => {
    expect(values('default/client', 'nc')).toEqual(
      expect.arrayContaining(['10.96.20.20:80', '172.18.0.3:30080', '10.244.1.3:80']),
    );
    expect(values('default/client', 'ping')).toContain('10.244.1.3');
    expect(values('default/client', 'ping')).not.toContain('10.244.1.2');
  });

  it("leaves cluster names out for those who do not ask the cluster's DNS", () => {
    expect(values('external/laptop', 'curl')).not.toContain('http://web.shop/');
    expect(values('external/laptop', 'curl')).toContain('http://172.18.0.3:30080/');
  });

  it('offers names alone to dig', () => {
    expect(values('default/client', 'dig')).toEqual([
      'web.shop',
      'web.shop.svc.cluster.local',
      'laptop.example',
    ]);
  });
});

describe('retarget', () => {
  it.each([
    { to: 'http://web/', tool: 'nc', result: 'web:80' },
    { to: 'http://web:8080/', tool: 'nc', result: 'web:8080' },
    { to: 'http://web:8080/path', tool: 'ping', result: 'web' },
    { to: 'web:8080', tool: 'curl', result: 'http://web:8080/' },
    { to: 'web:80', tool: 'curl', result: 'http://web/' },
    { to: 'web', tool: 'dig', result: 'web' },
    { to: 'http://web/', tool: 'curl', result: 'http://web/' },
    { to: 'default/web', tool: 'ping', result: 'default/web' },
    { to: '', tool: 'dig', result: '' },
  ] as const)('$to for $tool is $result', ({ to, tool, result }) => {
    expect(retarget(to, tool)).toBe(result);
  });
});

describe('labels', () => {
  it.each([
    { probe: { from: 'default/client', tool: 'curl', to: 'http://web/' }, short: 'curl web' },
    {
      probe: { from: 'default/client', tool: 'curl', to: 'http://web/a', method: 'POST' },
      short: 'curl -X POST web/a',
    },
    { probe: { from: 'default/client', tool: 'nc', to: 'web', port: 81 }, short: 'nc web:81' },
    { probe: { from: 'default/client', tool: 'dig', to: 'web', type: 'SRV' }, short: 'dig web SRV' },
  ] as const)('$short', ({ probe, short }) => {
    expect(probeLabel(probe, 'short')).toBe(short);
    expect(probeLabel(probe, 'full')).toBe(`client: ${short}`);
  });

  it('keeps a path', () => {
    expect(shortTarget({ from: '', tool: 'curl', to: 'http://web/a' })).toBe('web/a');
  });

  it('lists a probe of the scenario once', () => {
    const probe = { from: 'default/client', tool: 'curl', to: 'http://web/' } as const;
    expect(knownProbes([{ probe, ok: true }], [{ ...probe, name: 'hello' }])).toEqual([{ probe, ok: true }]);
  });

  it('takes another method or another header for another probe', () => {
    const probe = { from: 'default/client', tool: 'curl', to: 'http://web/' } as const;
    const others = [
      { ...probe, method: 'POST' },
      { ...probe, headers: ['X-Team: a'] },
    ];
    expect(knownProbes([{ probe, ok: true }], others)).toHaveLength(3);
  });
});
