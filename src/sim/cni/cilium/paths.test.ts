/** Every path through Cilium's programs, under each of its settings: there, back, and what the server saw. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../simulate.ts';
import { CASES, clusterText } from './fixture.ts';

const NODE = { worker: '172.18.0.3', worker2: '172.18.0.4', laptop: '172.18.0.100' } as const;
const CLIENT = '10.244.1.2';

/** Who the server sees where that depends on the settings: on the same node, elsewhere, and a node's own process. */
const SOURCES: Readonly<
  Record<string, { readonly there: string; readonly elsewhere: string; readonly node: string }>
> = {
  'tunnel beside kube-proxy': { there: '10.244.1.1', elsewhere: '10.244.2.1', node: '10.244.2.1' },
  'native beside kube-proxy': { there: '10.244.1.1', elsewhere: NODE.worker2, node: NODE.worker2 },
  'tunnel without kube-proxy': { there: NODE.laptop, elsewhere: '10.244.2.1', node: '10.244.2.1' },
  'native without kube-proxy': { there: NODE.laptop, elsewhere: NODE.worker2, node: NODE.worker2 },
  'Geneve tunnel without kube-proxy': { there: NODE.laptop, elsewhere: '10.244.2.1', node: '10.244.2.1' },
  'tunnel, eBPF host routing': { there: NODE.laptop, elsewhere: '10.244.2.1', node: '10.244.2.1' },
  'native, eBPF host routing': { there: NODE.laptop, elsewhere: NODE.worker2, node: NODE.worker2 },
};

describe.each(CASES)('$name', (one) => {
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: clusterText(one) }] });
  const source = SOURCES[one.name] ?? { there: '', elsewhere: '', node: '' };

  it('is chosen without complaint', () => {
    expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  });

  it.each([
    {
      name: 'pod, same node',
      from: 'default/client',
      to: 'default/near',
      port: 8080,
      server: 'default/near',
      sees: CLIENT,
    },
    {
      name: 'pod, across nodes',
      from: 'default/client',
      to: 'default/far',
      port: 8080,
      server: 'default/far',
      sees: CLIENT,
    },
    {
      name: 'ClusterIP, same node',
      from: 'default/client',
      to: 'near',
      port: 80,
      server: 'default/near',
      sees: CLIENT,
    },
    {
      name: 'ClusterIP, across nodes',
      from: 'default/client',
      to: 'far',
      port: 80,
      server: 'default/far',
      sees: CLIENT,
    },
    {
      name: 'a node to its pod',
      from: 'node/kind-worker',
      to: 'default/near',
      port: 8080,
      server: 'default/near',
      sees: '10.244.1.1',
    },
    {
      name: 'a node to a pod elsewhere',
      from: 'node/kind-worker2',
      to: 'default/near',
      port: 8080,
      server: 'default/near',
      sees: source.node,
    },
    {
      name: 'a node to a ClusterIP',
      from: 'node/kind-worker2',
      to: '10.96.0.50',
      port: 80,
      server: 'default/near',
      sees: source.node,
    },
    {
      name: 'a pod to its node',
      from: 'default/client',
      to: NODE.worker,
      port: 10250,
      server: 'node/kind-worker',
      sees: CLIENT,
    },
    {
      name: 'a pod to another node',
      from: 'default/client',
      to: NODE.worker2,
      port: 10250,
      server: 'node/kind-worker2',
      sees: one.options.routingMode === 'native' ? CLIENT : NODE.worker,
    },
    {
      name: 'NodePort, endpoint there',
      from: 'external/laptop',
      to: NODE.worker,
      port: 30080,
      server: 'default/near',
      sees: source.there,
    },
    {
      name: 'NodePort, endpoint elsewhere',
      from: 'external/laptop',
      to: NODE.worker2,
      port: 30080,
      server: 'default/near',
      sees: source.elsewhere,
    },
    {
      name: 'outside',
      from: 'default/client',
      to: '203.0.113.10',
      port: 80,
      server: 'external/internet',
      sees: NODE.worker,
    },
  ])('$name', ({ from, to, port, server, sees }) => {
    const trace = walk(simulation, { from, to, tool: 'nc', port });
    expect({
      verdict: trace.verdict,
      sees: trace.clientSees,
      server: trace.server?.netns,
      source: trace.server?.sees.ip,
    }).toEqual({ verdict: 'delivered', sees: 'connected', server, source: sees });
  });

  it('a pod reaches itself through its Service', () => {
    expect(walk(simulation, { from: 'default/client', to: 'self', tool: 'nc', port: 80 }).clientSees).toBe(
      'connected',
    );
  });

  it('a pod reaches a node port', () => {
    const trace = walk(simulation, { from: 'default/client', to: NODE.worker2, tool: 'nc', port: 30080 });
    expect([trace.clientSees, trace.server?.netns]).toEqual(['connected', 'default/near']);
  });

  it('an address of the node’s own range that no pod has is unroutable, and nothing goes round', () => {
    const trace = walk(simulation, { from: 'node/kind-worker', to: '10.244.1.99', tool: 'nc', port: 80 });
    expect([trace.verdict, trace.reason]).toMatchObject(['dropped', { params: { code: 151 } }]);
  });

  it('ping goes there and back', () => {
    for (const to of ['default/near', 'default/far', '203.0.113.10']) {
      expect(walk(simulation, { from: 'default/client', to, tool: 'ping' }).verdict, to).toBe('delivered');
    }
  });

  it('a Service without endpoints is refused at once, from inside as from outside', () => {
    const inside = walk(simulation, { from: 'default/client', to: '10.96.0.52', tool: 'nc', port: 80 });
    const outside = walk(simulation, { from: 'external/laptop', to: NODE.worker, tool: 'nc', port: 30090 });
    const replaced = one.options['kubeProxyReplacement'] === 'true';
    expect([inside.verdict, inside.clientSees, inside.reason.code]).toEqual(
      replaced
        ? ['rejected', 'unreachable', 'program.socket-refused']
        : ['rejected', 'refused', 'program.no-service'],
    );
    expect([outside.verdict, outside.clientSees]).toEqual(['rejected', 'refused']);
    expect(inside.wire.length > 0).toBe(!replaced);
  });
});
