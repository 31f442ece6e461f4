/** What kube-proxy in ipvs mode writes, as the commands print it, and packets through it. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { ClientSees, Verdict } from '../../trace/trace.ts';
import { loadAllPlugins, type Simulation, simulate, walk } from '../../simulate.ts';
import { show } from '../../net/show/show.ts';
import { proxyPlugin } from '../registry.ts';

beforeAll(loadAllPlugins);

const pod = (name: string, node: string, app = name): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${app}}, annotations: {packetwalk.dev/listen: "8080/TCP, 8080/UDP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
`;

const service = (name: string, ip: string, spec: string, status = ''): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {clusterIP: ${ip}, ${spec}}
${status}`;

const PORT = 'ports: [{port: 80, targetPort: 8080}]';

const EVERYTHING = [
  'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}, {role: worker}]\nnetworking: {kubeProxyMode: ipvs}\n',
  'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexternal: [{name: laptop, ip: 172.18.0.100}, {name: stranger, ip: 172.18.0.200}]\n',
  pod('client', 'kind-worker'),
  pod('near', 'kind-worker'),
  pod('far', 'kind-worker2'),
  pod('web1', 'kind-worker', 'web'),
  pod('web2', 'kind-worker2', 'web'),
  service('near', '10.96.20.1', `selector: {app: near}, ${PORT}`),
  service('far', '10.96.20.2', `selector: {app: far}, ${PORT}`),
  service('self', '10.96.20.3', `selector: {app: client}, ${PORT}`),
  service('web', '10.96.20.4', `selector: {app: web}, ${PORT}`),
  service('none', '10.96.20.5', `selector: {app: nobody}, ${PORT}`),
  service('sticky', '10.96.20.6', `selector: {app: web}, sessionAffinity: ClientIP, ${PORT}`),
  service('inside', '10.96.20.7', `selector: {app: far}, internalTrafficPolicy: Local, ${PORT}`),
  service(
    'node',
    '10.96.20.8',
    'type: NodePort, selector: {app: far}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]',
  ),
  service(
    'local',
    '10.96.20.9',
    'type: NodePort, externalTrafficPolicy: Local, selector: {app: far}, ports: [{port: 80, targetPort: 8080, nodePort: 30081}]',
  ),
  service(
    'udp',
    '10.96.20.10',
    'type: NodePort, selector: {app: far}, ports: [{port: 53, protocol: UDP, targetPort: 8080, nodePort: 30053}]',
  ),
  service('outer', '10.96.20.11', `selector: {app: far}, externalIPs: [198.51.100.1], ${PORT}`),
  service(
    'balanced',
    '10.96.20.12',
    `type: LoadBalancer, loadBalancerSourceRanges: [172.18.0.100/32, 10.244.0.0/16], selector: {app: near}, ports: [{port: 80, targetPort: 8080, nodePort: 30082}]`,
    'status: {loadBalancer: {ingress: [{ip: 192.0.2.10}]}}\n',
  ),
].join('---\n');

function build(text = EVERYTHING): Simulation {
  return simulate({ files: [{ name: 'cluster.yaml', text }] });
}

function printed(simulation: Simulation, command: string, node = 'node/kind-worker'): string {
  const config = simulation.world.netns.get(node);
  if (config === undefined) throw new Error(`no ${node}`);
  const shown = show(config, undefined, command, { netns: (id) => simulation.world.netns.get(id) });
  const lines = 'lines' in shown ? shown.lines.map((l) => l.text) : [shown.error.code];
  return `${lines
    .filter((l) => !l.startsWith('#'))
    .join('\n')
    .replace(/initval 0x[0-9a-f]{8}/g, 'initval *')}\n`;
}

describe('what it writes', () => {
  test.each([
    ['iptables-save -t nat', 'nat'],
    ['iptables-save -t filter', 'filter'],
    ['ipset save', 'ipset'],
    ['ipvsadm-save -n', 'ipvsadm'],
    ['ip addr show kube-ipvs0', 'kube-ipvs0'],
  ])('%s', async (command, name) => {
    await expect(printed(build(), command)).toMatchFileSnapshot(`golden/everything.${name}.txt`);
  });

  test('node ports are virtual servers on every address of the node but the loopback’s', () => {
    const lines = printed(build(), 'ipvsadm-save -n').split('\n');
    const at = lines.filter((l) => l.startsWith('-A') && l.includes(':30080')).map((l) => l.split(' ')[2]);
    expect(at).toEqual(['10.244.1.0:30080', '10.244.1.1:30080', '172.18.0.3:30080']);
  });

  test('settings reach the kernel', () => {
    const simulation = build(
      `${EVERYTHING}---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\nnodePortAddresses: [172.18.0.0/16]\nipvs: {scheduler: wlc, strictARP: true, tcpTimeout: 1h, udpTimeout: 10s}\n`,
    );
    expect(simulation.diagnostics.map((d) => d.code)).toContain('proxy/deprecated');
    expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const lines = printed(simulation, 'ipvsadm-save -n').split('\n');
    expect(lines.filter((l) => l.startsWith('-A') && !l.includes('-s wlc'))).toEqual([]);
    expect(lines.filter((l) => l.startsWith('-A') && l.includes(':30080'))).toHaveLength(1);
    expect(printed(simulation, 'ipvsadm -L --timeout')).toBe('Timeout (tcp tcpfin udp): 3600 120 10\n');
    expect(
      printed(
        simulation,
        'sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce net.ipv4.vs.conntrack',
      ),
    ).toBe(
      'net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.all.arp_announce = 2\nnet.ipv4.vs.conntrack = 1\n',
    );
  });

  test('mh hashes the client’s port too; every scheduler that the API knows is taken', () => {
    for (const scheduler of ['mh', 'lblc', 'lblcr']) {
      const simulation = build(
        `${EVERYTHING}---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\nipvs: {scheduler: ${scheduler}}\n`,
      );
      expect(simulation.diagnostics.filter((d) => d.path?.[0] === 'ipvs')).toEqual([]);
      const flag = scheduler === 'mh' ? ' -b mh-port' : '';
      expect(printed(simulation, 'ipvsadm-save -n')).toContain(
        `-A -t 10.96.20.6:80 -s ${scheduler} -p 10800${flag}\n`,
      );
      const listed = scheduler === 'mh' ? 'mh (mh-port)' : scheduler;
      expect(printed(simulation, 'ipvsadm -Ln')).toContain(`TCP  10.96.20.6:80 ${listed} persistent 10800\n`);
    }
  });

  test('internalTrafficPolicy Local without an endpoint here: those of all nodes where the Service uses them', () => {
    const simulation = build(
      EVERYTHING.replace(
        `internalTrafficPolicy: Local, ${PORT}`,
        `internalTrafficPolicy: Local, ${PORT}`
          .replace('8080', '8080, nodePort: 30099')
          .concat(', type: NodePort'),
      ),
    );
    expect(printed(simulation, 'ipvsadm-save -n')).toMatch(
      /^-a -t 10\.96\.20\.7:80 -r 10\.244\.2\.2:8080 -m -w 1$/m,
    );
    // A plain ClusterIP uses local endpoints alone.
    expect(printed(build(), 'ipvsadm-save -n')).not.toContain('-a -t 10.96.20.7:80');
    const trace = walk(simulation, { from: 'default/client', tool: 'nc', to: '10.96.20.7', port: 80 });
    expect([trace.verdict, trace.clientSees]).toEqual(['delivered', 'connected']);
  });

  test('equal inputs give the identical part', () => {
    const plugin = proxyPlugin('ipvs');
    const simulation = build();
    const { cluster } = simulation;
    const [node] = cluster.nodes;
    if (plugin === undefined || node === undefined) throw new Error('no plug-in');
    const input = { cluster, node, addresses: ['172.18.0.2'] };
    expect(plugin.setUpNode(input)).toBe(plugin.setUpNode({ ...input, addresses: ['172.18.0.2'] }));
    expect(plugin.setUpNode({ ...input, addresses: ['172.18.0.9'] })).not.toBe(plugin.setUpNode(input));
  });

  test('an unchanged Service keeps its virtual servers when another one changes', () => {
    const before = build();
    const after = build(EVERYTHING.replace('clusterIP: 10.96.20.4', 'clusterIP: 10.96.20.40'));
    const find = (s: Simulation, ip: string): unknown =>
      s.world.netns.get('node/kind-worker')?.ipvs?.services.find((v) => v.ip === ip && v.port === 80);
    expect(find(after, '10.96.20.40')).toBeDefined();
    expect(find(after, '10.96.20.4')).toBeUndefined();
    expect(find(before, '10.96.20.4')).toBeDefined();
  });
});

describe('packets', () => {
  type Probe = Parameters<typeof walk>[1];
  interface Row {
    readonly name: string;
    readonly probe: Probe;
    readonly verdict: Verdict;
    readonly clientSees: ClientSees;
    /** Source that the server saw. */
    readonly seen?: string;
    readonly reason?: string;
  }
  const curl = (from: string, to: string, more: Partial<Probe> = {}): Probe => ({
    from,
    tool: 'curl',
    to,
    ...more,
  });
  const nc = (from: string, to: string, more: Partial<Probe> = {}): Probe => ({
    from,
    tool: 'nc',
    to,
    ...more,
  });

  const rows: readonly Row[] = [
    {
      name: 'pod to a Service on its own node',
      probe: curl('default/client', 'http://near'),
      verdict: 'delivered',
      clientSees: 'http',
      seen: '10.244.1.2',
    },
    {
      name: 'pod to a Service on another node',
      probe: curl('default/client', 'http://far'),
      verdict: 'delivered',
      clientSees: 'http',
      seen: '10.244.1.2',
    },
    {
      name: 'pod to itself: KUBE-LOOP-BACK',
      probe: curl('default/client', 'http://self'),
      verdict: 'delivered',
      clientSees: 'http',
      seen: '10.244.1.1',
    },
    {
      name: 'node to a Service: the address of the way out',
      probe: curl('node/kind-worker', 'http://10.96.20.2'),
      verdict: 'delivered',
      clientSees: 'http',
      seen: '10.244.1.0',
    },
    {
      name: 'node port of another node’s pod',
      probe: curl('external/laptop', 'http://172.18.0.3:30080'),
      verdict: 'delivered',
      clientSees: 'http',
      seen: '10.244.1.0',
    },
    {
      name: 'node port on the bridge’s address',
      probe: curl('default/client', 'http://10.244.1.1:30080'),
      verdict: 'delivered',
      clientSees: 'http',
    },
    {
      name: 'node port never on the loopback',
      probe: nc('node/kind-worker', '127.0.0.1:30080'),
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'socket.no-listener-tcp',
    },
    {
      name: 'node port over UDP',
      probe: nc('external/laptop', '172.18.0.3:30053', { proto: 'udp' }),
      verdict: 'delivered',
      // The server takes datagrams and never says a word.
      clientSees: 'timeout',
      seen: '10.244.1.0',
    },
    {
      name: 'no endpoint: IPVS says so itself',
      probe: nc('default/client', '10.96.20.5:80'),
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'ipvs.no-server',
    },
    {
      name: 'a ping to a ClusterIP is refused',
      probe: { from: 'default/client', tool: 'ping', to: '10.96.20.1' },
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'rule.reject',
    },
    {
      name: 'a port of the node is not reached through a ClusterIP',
      probe: nc('default/client', '10.96.20.1:10250'),
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'rule.reject',
    },
    {
      name: 'internalTrafficPolicy Local without an endpoint here',
      probe: nc('default/client', '10.96.20.7:80'),
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'ipvs.no-server',
    },
    {
      // kube-proxy does not mark it; flannel's own rule masquerades what enters the pod network from outside.
      name: 'externalTrafficPolicy Local without an endpoint here: sent on to another node, not dropped',
      probe: curl('external/laptop', 'http://172.18.0.3:30081'),
      verdict: 'delivered',
      clientSees: 'http',
      seen: '10.244.1.0',
    },
    {
      name: 'externalTrafficPolicy Local with an endpoint here keeps the client’s address',
      probe: curl('external/laptop', 'http://172.18.0.4:30081'),
      verdict: 'delivered',
      clientSees: 'http',
      seen: '172.18.0.100',
    },
    {
      name: 'external IP',
      probe: curl('default/client', 'http://198.51.100.1'),
      verdict: 'delivered',
      clientSees: 'http',
    },
    {
      name: 'load balancer address, from within the source ranges',
      probe: curl('default/client', 'http://192.0.2.10'),
      verdict: 'delivered',
      clientSees: 'http',
    },
    {
      name: 'load balancer address, from the node itself: outside the ranges',
      probe: nc('node/kind-worker', '192.0.2.10:80'),
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'rule.drop',
    },
  ];

  test.each(rows)('$name', ({ probe, verdict, clientSees, seen, reason }) => {
    const trace = walk(build(), probe);
    const text = trace.steps
      .map((s) => `${s.place} ${s.hook ?? ''} ${s.kind} ${JSON.stringify(s.reason)}`)
      .join('\n');
    expect({ verdict: trace.verdict, clientSees: trace.clientSees }, text).toEqual({ verdict, clientSees });
    if (seen !== undefined) expect(trace.server?.sees.ip, text).toBe(seen);
    if (reason !== undefined) expect(trace.reason.code, text).toBe(reason);
  });

  test('says what was chosen and names the fields that caused it', () => {
    const trace = walk(build(), curl('default/client', 'http://web', { endpoint: 'default/web2' }));
    const step = trace.steps.find(
      (s) => s.reason.code === 'ipvs.schedule' && s.reason.params.from.endsWith(':80'),
    );
    expect(step?.reason.params).toEqual({
      hook: 'INPUT',
      from: '10.96.20.4:80',
      to: '10.244.2.3:8080',
      scheduler: 'rr',
      servers: 2,
    });
    expect(step?.origin).toMatchObject({
      object: { kind: 'Service', name: 'web' },
      path: ['spec', 'ports', 0, 'targetPort'],
    });
    const choice = trace.choices.find((c) => c.service === 'default/web');
    expect(choice?.options.map((o) => o.pod)).toEqual(['default/web1', 'default/web2']);
    expect(trace.steps[choice?.step ?? -1]).toBe(step);
  });

  test('externalTrafficPolicy Local without an endpoint here, and a CNI that masquerades nothing: the answer is a stranger’s', () => {
    const calico = build(EVERYTHING.replace('kind: Playground\n', 'kind: Playground\ncni: calico\n'));
    const trace = walk(calico, nc('external/laptop', '172.18.0.3:30081'));
    expect(trace.clientSees).toBe('timeout');
    const far = calico.cluster.pods.find((p) => p.name === 'far')?.ips[0];
    const back = trace.wire.find(
      (w) => w.netns === 'external/laptop' && w.at === 'in' && w.dir === 'reply' && w.proto === 'tcp',
    );
    expect(back?.src).toBe(far);
  });

  test.each([
    { strictARP: false, answers: 'every node that has the address' },
    { strictARP: true, answers: 'the load balancer alone' },
  ])('who answers ARP for a load balancer’s address, strictARP $strictARP: $answers', ({ strictARP }) => {
    const simulation = build(
      `${EVERYTHING}---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\nipvs: {strictARP: ${strictARP}}\n---\n${service(
        'cloud',
        '10.96.20.20',
        `type: LoadBalancer, loadBalancerIP: 172.18.255.200, selector: {app: near}, ${PORT}`,
      )}`,
    );
    const trace = walk(simulation, nc('external/laptop', '172.18.255.200:80'));
    const answers = trace.steps.flatMap(({ reason, place }) =>
      (reason.code === 'neighbour.answer' || reason.code === 'neighbour.proxy-answer') &&
      reason.params.ip === '172.18.255.200'
        ? [place]
        : [],
    );
    expect(answers.some((place) => place.startsWith('node/'))).toBe(!strictARP);
    expect(answers.some((place) => !place.startsWith('node/'))).toBe(true);
  });

  test('IPv6: the addresses on kube-ipvs0 are local though the device is down, for it has no ARP', () => {
    const text = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}]
networking: {kubeProxyMode: ipvs, ipFamily: ipv6}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-control-plane, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, clusterIP: "fd00:10:96::77", ports: [{port: 80}]}
`;
    const simulation = build(text);
    const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web' });
    expect(trace).toMatchObject({ verdict: 'delivered', clientSees: 'http' });
    expect(printed(simulation, 'ip -6 route show table local')).toContain(
      'local fd00:10:96::77 dev kube-ipvs0 proto kernel metric 0 pref medium',
    );
    expect(printed(simulation, 'ip -6 route')).not.toContain('kube-ipvs0');
  });

  test('the same walk, told by the iptables mode, ends at the same pod', () => {
    const iptables = build(EVERYTHING.replace('kubeProxyMode: ipvs', 'kubeProxyMode: iptables'));
    for (const row of rows.filter(
      (r) => r.verdict === 'delivered' && r.probe.tool === 'curl' && !r.name.includes('without an endpoint'),
    )) {
      const [one, other] = [build(), iptables].map((s) => walk(s, row.probe));
      expect(one?.server?.netns, row.name).toBe(other?.server?.netns);
    }
  });
});
