import { describe, expect, it } from 'vitest';
import { cidr } from '../../base/ip.ts';
import type {
  ClusterNode,
  ClusterState,
  Endpoint,
  EndpointSlice,
  Service,
  ServicePort,
} from '../../k8s/cluster-state.ts';
import type { Chain, IptablesConfig, NetnsConfig, NetnsPart, TableName } from '../../net/config.ts';
import { iptablesSave, probabilityText, ruleText } from '../../net/show/iptables-save.ts';
import { proxyPlugin } from '../registry.ts';
import { endpointChain, serviceChains } from './names.ts';

const origin = (kind: string, name: string) => ({ object: { kind, namespace: 'default', name } });

function node(name: string, index: number): ClusterNode {
  return {
    name,
    role: 'worker',
    labels: {},
    taints: [],
    unschedulable: false,
    ready: true,
    ips: [`172.18.0.${index + 2}`],
    podCIDRs: [cidr(`10.244.${index}.0/24`)],
    index,
    origin: origin('Node', name),
  };
}

const nodes = [node('kind-control-plane', 0), node('kind-worker', 1), node('kind-worker2', 2)];

function service(
  name: string,
  given: Partial<Omit<Service, 'ports'>> & { ports: Partial<ServicePort>[] },
): Service {
  const own = origin('Service', name);
  return {
    namespace: 'default',
    name,
    type: 'ClusterIP',
    headless: false,
    ipFamilies: [4],
    ipFamilyPolicy: 'SingleStack',
    clusterIPs: ['10.96.20.20'],
    selector: { app: name },
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    sessionAffinity: 'None',
    sessionAffinityTimeoutSeconds: 10800,
    publishNotReadyAddresses: false,
    origin: own,
    ...given,
    ports: given.ports.map((port) => ({
      name: '',
      protocol: 'TCP',
      port: 80,
      targetPort: 8080,
      origin: own,
      ...port,
    })),
  };
}

type Ready = 'ready' | 'not-ready' | 'terminating' | 'dead';

function endpoint(ip: string, nodeName: string, state: Ready = 'ready'): Endpoint {
  return {
    addresses: [ip],
    ready: state === 'ready',
    serving: state === 'ready' || state === 'terminating',
    terminating: state === 'terminating' || state === 'dead',
    nodeName,
    pod: `default/pod-${ip.split('.').slice(2).join('-')}`,
    origin: origin('Pod', ip),
  };
}

function slice(
  of: string,
  endpoints: Endpoint[],
  ports: EndpointSlice['ports'] = [{ name: '', protocol: 'TCP', port: 8080 }],
): EndpointSlice {
  return {
    namespace: 'default',
    name: `${of}-abcde`,
    service: of,
    addressType: 'IPv4',
    ports,
    endpoints,
    origin: origin('EndpointSlice', of),
  };
}

function cluster(
  services: Service[],
  endpointSlices: EndpointSlice[],
  kubeProxy: Partial<ClusterState['settings']['kubeProxy']> = {},
): ClusterState {
  const written = origin('Cluster', 'kind');
  return {
    settings: {
      clusterName: 'kind',
      ipFamilies: [4],
      podSubnets: [cidr('10.244.0.0/16')],
      serviceSubnets: [cidr('10.96.0.0/16')],
      dnsDomain: 'cluster.local',
      nodePortRange: { from: 30000, to: 32767 },
      nodeNetworks: [
        {
          segment: 'underlay',
          subnets: [cidr('172.18.0.0/16')],
          gateways: ['172.18.0.1'],
          nodes: [],
          origin: written,
        },
      ],
      nodeSubnets: [cidr('172.18.0.0/16')],
      gateways: ['172.18.0.1'],
      gatewayRoutes: [],
      kubeProxy: {
        mode: 'iptables',
        clusterCIDRs: [cidr('10.244.0.0/16')],
        detectLocalMode: 'ClusterCIDR',
        nodePortAddresses: [],
        masqueradeAll: false,
        ipvs: {
          scheduler: 'rr',
          strictARP: false,
          tcpTimeoutSeconds: 0,
          tcpFinTimeoutSeconds: 0,
          udpTimeoutSeconds: 0,
        },
        localhostNodePorts: true,
        tcpBeLiberal: false,
        tcpEstablishedTimeoutSeconds: 86_400,
        tcpCloseWaitTimeoutSeconds: 3_600,
        ...kubeProxy,
      },
      cni: { name: 'flannel', options: {} },
      controllers: [],
      seed: 1,
      external: [],
      probes: [],
      expect: [],
      origins: {
        cluster: written,
        kubeProxy: written,
        cni: written,
        ipFamily: written,
        podSubnet: written,
        serviceSubnet: written,
      },
    },
    namespaces: [],
    nodes,
    pods: [],
    services,
    endpointSlices,
    networkPolicies: [],
    clusterPolicies: [],
    ownPolicies: [],
    ciliumPolicies: [],
    configMaps: [],
    ingresses: [],
    ingressClasses: [],
    objects: [],
    refused: [],
    unmodelled: [],
    events: [],
  };
}

function partFor(state: ClusterState, name = 'kind-worker'): NetnsPart {
  const plugin = proxyPlugin('iptables');
  const found = nodes.find((n) => n.name === name);
  if (plugin === undefined || found === undefined) throw new Error('no plugin');
  return plugin.setUpNode({ cluster: state, node: found, addresses: [] });
}

/** One part as a whole namespace. */
function netns(part: NetnsPart): NetnsConfig {
  const tables: Record<TableName, Map<string, Chain>> = {
    raw: new Map(),
    mangle: new Map(),
    nat: new Map(),
    filter: new Map(),
  };
  for (const chain of part.chains ?? []) tables[chain.table].set(chain.name, { rules: chain.rules });
  for (const hook of part.hooks ?? []) {
    const known = tables[hook.table].get(hook.chain)?.rules ?? [];
    tables[hook.table].set(hook.chain, { policy: 'ACCEPT', rules: [hook.rule, ...known] });
  }
  return {
    id: 'node/kind-worker',
    links: [],
    addresses: [],
    routes: [],
    neighbours: [],
    fdb: [],
    sysctls: { ipForward: true, bridgeNfCallIptables: true, rpFilterAll: 0, perInterface: {} },
    iptables: tables as IptablesConfig,
    ipsets: [],
    listeners: [],
  };
}

function save(part: NetnsPart): string {
  return iptablesSave(netns(part), undefined, 'DATE')
    .map((line) => line.text)
    .join('\n');
}

function rulesOf(part: NetnsPart, table: TableName, chain: string): string[] {
  const found = part.chains?.find((c) => c.table === table && c.name === chain);
  return (found?.rules ?? []).map((rule) => ruleText(chain, rule));
}

/** Rules of a chain without its own name, for the many chains whose names are hashes. */
function bodies(part: NetnsPart, chain: string): string[] {
  return rulesOf(part, 'nat', chain).map((text) => text.slice(`-A ${chain} `.length));
}

const web = service('web', { ports: [{}] });
const webSlice = slice('web', [
  endpoint('10.244.1.2', 'kind-worker'),
  endpoint('10.244.2.2', 'kind-worker2'),
]);

/** Everything at once: what the golden shows. */
function everything(): ClusterState {
  return cluster(
    [
      service('affine', {
        clusterIPs: ['10.96.0.11'],
        ports: [{}],
        sessionAffinity: 'ClientIP',
      }),
      service('dns', {
        clusterIPs: ['10.96.0.10'],
        ports: [
          { name: 'dns', protocol: 'UDP', port: 53, targetPort: 53 },
          { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 53 },
        ],
      }),
      service('empty', { clusterIPs: ['10.96.0.12'], type: 'NodePort', ports: [{ nodePort: 30012 }] }),
      service('headless', { clusterIPs: [], headless: true, ports: [{}] }),
      service('lb', {
        clusterIPs: ['10.96.0.13'],
        type: 'LoadBalancer',
        loadBalancerIngress: [{ ip: '172.18.255.200', ipMode: 'VIP' }],
        loadBalancerSourceRanges: [cidr('172.18.0.0/16'), cidr('203.0.113.0/24')],
        externalIPs: ['198.51.100.7'],
        ports: [{ nodePort: 30013 }],
      }),
      service('local', {
        clusterIPs: ['10.96.0.14'],
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Local',
        healthCheckNodePort: 31000,
        loadBalancerIngress: [{ ip: '172.18.255.201' }],
        ports: [{ nodePort: 30014 }],
      }),
      service('nobody-here', {
        clusterIPs: ['10.96.0.15'],
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Local',
        ports: [{ nodePort: 30015 }],
      }),
      service('web', { type: 'NodePort', ports: [{ name: 'http', nodePort: 30080 }] }),
    ],
    [
      slice('affine', [endpoint('10.244.1.2', 'kind-worker'), endpoint('10.244.2.2', 'kind-worker2')]),
      slice(
        'dns',
        [endpoint('10.244.0.2', 'kind-control-plane'), endpoint('10.244.0.3', 'kind-control-plane')],
        [
          { name: 'dns', protocol: 'UDP', port: 53 },
          { name: 'dns-tcp', protocol: 'TCP', port: 53 },
        ],
      ),
      slice('headless', [endpoint('10.244.1.9', 'kind-worker')]),
      slice('lb', [endpoint('10.244.1.2', 'kind-worker')]),
      slice('local', [endpoint('10.244.1.3', 'kind-worker'), endpoint('10.244.2.3', 'kind-worker2')]),
      slice('nobody-here', [endpoint('10.244.2.4', 'kind-worker2')]),
      slice(
        'web',
        [
          endpoint('10.244.1.2', 'kind-worker'),
          endpoint('10.244.1.10', 'kind-worker'),
          endpoint('10.244.2.2', 'kind-worker2'),
        ],
        [{ name: 'http', protocol: 'TCP', port: 8080 }],
      ),
    ],
  );
}

describe('names of chains', () => {
  it('hashes as kube-proxy does', () => {
    // The chain of the API server's Service, on every cluster in the world.
    expect(serviceChains('default/kubernetes:https', 'TCP').cluster).toBe('KUBE-SVC-NPX46M4PTMTKRN6Y');
    // From the expectations of proxier_test.go.
    expect(serviceChains('ns2/svc2:p80', 'TCP').external).toBe('KUBE-EXT-GNZBNJ2PO5MGZ6GT');
    expect(endpointChain('ns1/svc1:p80', 'TCP', '10.180.0.1:80')).toBe('KUBE-SEP-SXIVWICOYRO3J4NJ');
    expect(serviceChains('kube-system/kube-dns:dns', 'UDP').cluster).toBe('KUBE-SVC-TCOU7JCQXEZGVUNU');
  });
});

describe('the whole text', () => {
  const part = partFor(everything());

  it('is the golden', async () => {
    await expect(`${save(part)}\n`).toMatchFileSnapshot('./golden/everything.iptables-save.txt');
  });
});

describe('services without an endpoint that may be used', () => {
  const rows: {
    name: string;
    given: Parameters<typeof service>[1];
    endpoints: Endpoint[];
    services: string[];
    external: string[];
  }[] = [
    {
      name: 'no endpoints at all: REJECT everywhere',
      given: { type: 'NodePort', ports: [{ nodePort: 30001 }] },
      endpoints: [],
      services: ['REJECT'],
      external: ['REJECT'],
    },
    {
      name: 'endpoints that are not ready count as none',
      given: { type: 'NodePort', ports: [{ nodePort: 30001 }] },
      endpoints: [
        endpoint('10.244.1.2', 'kind-worker', 'not-ready'),
        endpoint('10.244.2.2', 'kind-worker2', 'dead'),
      ],
      services: ['REJECT'],
      external: ['REJECT'],
    },
    {
      name: 'externalTrafficPolicy Local with endpoints elsewhere: DROP from outside only',
      given: { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ nodePort: 30001 }] },
      endpoints: [endpoint('10.244.2.2', 'kind-worker2')],
      services: [],
      external: ['DROP'],
    },
    {
      name: 'internalTrafficPolicy Local with endpoints elsewhere: DROP of the cluster IP only',
      given: { type: 'NodePort', internalTrafficPolicy: 'Local', ports: [{ nodePort: 30001 }] },
      endpoints: [endpoint('10.244.2.2', 'kind-worker2')],
      services: ['DROP'],
      external: [],
    },
    {
      name: 'a terminating endpoint elsewhere turns REJECT into DROP',
      given: { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ nodePort: 30001 }] },
      endpoints: [endpoint('10.244.2.2', 'kind-worker2', 'terminating')],
      services: [],
      external: ['DROP'],
    },
  ];
  it.each(rows)('$name', ({ given, endpoints, services, external }) => {
    const part = partFor(cluster([service('web', given)], [slice('web', endpoints)]));
    const targets = (chain: string): string[] =>
      (part.chains?.find((c) => c.table === 'filter' && c.name === chain)?.rules ?? []).map(
        (r) => r.target.target,
      );
    expect(targets('KUBE-SERVICES')).toEqual(services);
    expect(targets('KUBE-EXTERNAL-SERVICES')).toEqual(external);
  });
});

describe('details of single rules', () => {
  it('gives endpoints their chances in the order of their text', () => {
    const part = partFor(cluster([web], [webSlice]));
    const chain = serviceChains('default/web', 'TCP').cluster;
    expect(bodies(part, chain)).toEqual([
      '! -s 10.244.0.0/16 -d 10.96.20.20/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ',
      `-m comment --comment "default/web -> 10.244.1.2:8080" -m statistic --mode random --probability 0.50000000000 -j ${endpointChain('default/web', 'TCP', '10.244.1.2:8080')}`,
      `-m comment --comment "default/web -> 10.244.2.2:8080" -j ${endpointChain('default/web', 'TCP', '10.244.2.2:8080')}`,
    ]);
    const choice = part.chains?.find((c) => c.name === chain)?.rules[1]?.meaning;
    expect(choice).toEqual({
      kind: 'choice',
      service: 'default/web',
      options: [
        { to: '10.244.1.2:8080', pod: 'default/pod-1-2', probability: 0.5 },
        { to: '10.244.2.2:8080', pod: 'default/pod-2-2', probability: 0.5 },
      ],
      index: 0,
    });
  });

  it.each([
    ['masqueradeAll', { masqueradeAll: true }, '-d 10.96.20.20/32'],
    ['a CIDR', {}, '! -s 10.244.0.0/16 -d 10.96.20.20/32'],
    ['NodeCIDR', { detectLocalMode: 'NodeCIDR' as const }, '! -s 10.244.1.0/24 -d 10.96.20.20/32'],
    [
      'a bridge',
      { detectLocalMode: 'BridgeInterface' as const, detectLocal: { bridgeInterface: 'cni0' } },
      '-d 10.96.20.20/32 ! -i cni0',
    ],
  ])('decides about masquerading by %s', (_name, settings, begin) => {
    const part = partFor(cluster([web], [webSlice], settings));
    const [first] = bodies(part, serviceChains('default/web', 'TCP').cluster);
    expect(first?.startsWith(`${begin} -p tcp`)).toBe(true);
    expect(first?.endsWith('-j KUBE-MARK-MASQ')).toBe(true);
  });

  it('leaves the masquerading out where nothing tells pods from the rest', () => {
    const part = partFor(cluster([web], [webSlice], { clusterCIDRs: [] }));
    expect(bodies(part, serviceChains('default/web', 'TCP').cluster)).toHaveLength(2);
  });

  it('serves node ports on the addresses that nodePortAddresses names', () => {
    const last = (settings: Parameters<typeof cluster>[2]): string[] =>
      rulesOf(partFor(cluster([], [], settings)), 'nat', 'KUBE-SERVICES').map((r) =>
        r.replace(/ -m comment .*chain"/, ''),
      );
    expect(last({})).toEqual(['-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS']);
    expect(last({ localhostNodePorts: false })).toEqual([
      '-A KUBE-SERVICES ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    ]);
    expect(last({ nodePortAddresses: 'primary' })).toEqual([
      '-A KUBE-SERVICES -d 172.18.0.3/32 -j KUBE-NODEPORTS',
    ]);
    expect(last({ nodePortAddresses: [cidr('127.0.0.0/8'), cidr('172.18.0.0/24')] })).toEqual([
      '-A KUBE-SERVICES -d 127.0.0.1/32 -j KUBE-NODEPORTS',
      '-A KUBE-SERVICES -d 172.18.0.3/32 -j KUBE-NODEPORTS',
    ]);
  });

  it('writes no rule for an address whose load balancer is a proxy', () => {
    const lb = service('web', {
      type: 'LoadBalancer',
      loadBalancerIngress: [{ ip: '172.18.255.200', ipMode: 'Proxy' }],
      ports: [{}],
    });
    expect(save(partFor(cluster([lb], [webSlice])))).not.toContain('172.18.255.200');
  });

  it('drops the comments of large clusters', () => {
    const many = Array.from({ length: 1001 }, (_, i) =>
      endpoint(`10.244.${1 + (i >> 8)}.${i & 255}`, 'kind-worker'),
    );
    const part = partFor(cluster([web], [slice('web', many)]));
    const [, choice] = bodies(part, serviceChains('default/web', 'TCP').cluster);
    expect(choice).toMatch(/^-m statistic --mode random --probability 0\.00099900\d+ -j KUBE-SEP-/);
  });

  it.each([
    [2, '0.50000000000'],
    [3, '0.33333333349'],
    [5, '0.20000000019'],
    [6, '0.16666666651'],
    [7, '0.14285714272'],
  ])('prints 1/%i as the kernel keeps it', (n, text) => {
    expect(probabilityText(1 / n)).toBe(text);
  });
});

describe('where a rule comes from', () => {
  const state = cluster([service('web', { type: 'NodePort', ports: [{ nodePort: 30080 }] })], [webSlice]);
  const part = partFor(state);
  const pathOf = (table: TableName, chain: string, index: number): string =>
    part.chains?.find((c) => c.table === table && c.name === chain)?.rules[index]?.origin?.path?.join('.') ??
    '';

  it('names the field of the Service', () => {
    expect(pathOf('nat', 'KUBE-SERVICES', 0)).toBe('spec.ports.0.port');
    expect(pathOf('nat', 'KUBE-NODEPORTS', 0)).toBe('spec.ports.0.nodePort');
    const empty = partFor(cluster([web], [slice('web', [])]));
    const refused = empty.chains?.find((c) => c.table === 'filter' && c.name === 'KUBE-SERVICES')?.rules[0];
    expect(refused?.origin?.path).toEqual(['spec', 'selector']);
  });

  it('leads from an endpoint over its slice to its pod', () => {
    const dnat = part.chains?.find((c) => c.name === endpointChain('default/web', 'TCP', '10.244.2.2:8080'))
      ?.rules[1];
    expect(dnat?.origin?.path).toEqual(['spec', 'ports', 0, 'targetPort']);
    expect(dnat?.origin?.by).toBe('kube-proxy');
    expect(dnat?.origin?.via?.map((ref) => ref.kind)).toEqual(['EndpointSlice', 'Pod']);
  });

  it('is there on every rule', () => {
    const all = [...(part.chains ?? []).flatMap((c) => c.rules), ...(part.hooks ?? []).map((h) => h.rule)];
    expect(all.filter((rule) => rule.origin === undefined)).toEqual([]);
  });
});

describe('what is reused', () => {
  const other = service('other', { clusterIPs: ['10.96.30.30'], ports: [{}] });
  const otherSlice = slice('other', [endpoint('10.244.1.3', 'kind-worker')]);

  it('one part for all nodes, unless a Service looks at the node', () => {
    const same = cluster([web], [webSlice]);
    expect(partFor(same, 'kind-worker')).toBe(partFor(same, 'kind-worker2'));
    const local = cluster(
      [service('web', { internalTrafficPolicy: 'Local', ports: [{}] }), other],
      [webSlice, otherSlice],
    );
    expect(partFor(local, 'kind-worker')).not.toBe(partFor(local, 'kind-worker2'));
  });

  it('the identical part for an unchanged cluster, and the chains of Services that did not change', () => {
    const before = partFor(cluster([other, web], [otherSlice, webSlice]));
    expect(partFor(cluster([other, web], [otherSlice, webSlice]))).toBe(before);
    const changed = service('web', { ports: [{ port: 81 }] });
    const after = partFor(cluster([other, changed], [otherSlice, webSlice]));
    const chain = (part: NetnsPart, name: string) => part.chains?.find((c) => c.name === name);
    const kept = serviceChains('default/other', 'TCP').cluster;
    const rebuilt = serviceChains('default/web', 'TCP').cluster;
    expect(chain(after, kept)).toBe(chain(before, kept));
    expect(chain(after, rebuilt)).not.toBe(chain(before, rebuilt));
  });
});

describe('modes', () => {
  it('none leaves the kubelet alone with the tables', () => {
    const part = proxyPlugin('none')?.setUpNode({
      cluster: cluster([web], [webSlice]),
      node: nodes[1] as ClusterNode,
      addresses: [],
    });
    const names = part?.chains?.map((c) => c.name) ?? [];
    expect(names).toContain('KUBE-FIREWALL');
    expect(names.some((name) => name.startsWith('KUBE-S'))).toBe(false);
  });

  it('sets how long a node remembers idle TCP connections, as kube-proxy does', () => {
    const part = proxyPlugin('iptables')?.setUpNode({
      cluster: cluster([web], [webSlice]),
      node: nodes[1] as ClusterNode,
      addresses: [],
    });
    expect(part?.sysctls).toMatchObject({
      conntrackTcpEstablishedSeconds: 86_400,
      conntrackTcpCloseWaitSeconds: 3_600,
    });
  });
});
