/** The CNI contract over IPv6: every plug-in that has it, in a cluster of one family and of both. */
import { describe, expect, it } from 'vitest';
import type { Simulation } from '../simulate.ts';
import { simulate, walk } from '../simulate.ts';
import { cniRegistry } from './registry.ts';

const pod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP,9000/UDP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

const OBJECTS = `${pod('client', 'kind-worker')}${pod('near', 'kind-worker')}${pod('far', 'kind-worker2')}
apiVersion: v1
kind: Service
metadata: {name: near}
spec: {type: NodePort, ipFamilyPolicy: PreferDualStack, selector: {app: near}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {ipFamilyPolicy: PreferDualStack, selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: self}
spec: {ipFamilyPolicy: PreferDualStack, selector: {app: client}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {ipFamilyPolicy: PreferDualStack, selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: far}
spec:
  podSelector: {matchLabels: {app: far}}
  ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: "fc00:f853:ccd:e793::/64"}}], ports: [{port: 8080}]}]
`;

function cluster(cni: string, family: string): Simulation {
  const settings = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
networking: {ipFamily: ${family}}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external: [{name: laptop}]
---
`;
  return simulate({ files: [{ name: 'cluster.yaml', text: settings + OBJECTS }] });
}

const six = (ips: readonly string[] | undefined): string => (ips ?? []).find((ip) => ip.includes(':')) ?? '';

/** A plug-in that needs telling to reach pods of other nodes. */
const TOLD: Readonly<Record<string, string>> = { bridge: '{name: bridge, options: {routes: static}}' };

const plugins = cniRegistry.filter((plugin) => plugin.ipFamilies?.includes(6) === true);
for (const plugin of cniRegistry) await plugin.load?.();

describe.each(plugins.flatMap(({ id }) => ['ipv6', 'dual'].map((family) => ({ id, family }))))(
  '$id, $family',
  ({ id, family }) => {
    const simulation = cluster(TOLD[id] ?? id, family);
    const { pods, services, nodes } = simulation.cluster;
    const podIp = (name: string): string => six(pods.find((p) => p.name === name)?.ips);
    const nodeIp = (name: string): string => six(nodes.find((n) => n.name === name)?.ips);
    const clusterIp = (name: string): string => six(services.find((s) => s.name === name)?.clusterIPs);
    const nc = (from: string, to: string, port: number) => walk(simulation, { from, to, tool: 'nc', port });

    it('is chosen without complaint, and every pod has an address of each family', () => {
      expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      const wanted = family === 'dual' ? 2 : 1;
      expect(pods.filter((p) => p.ips.length !== wanted)).toEqual([]);
    });

    it('says of every row where it comes from, and keeps its tables closed', () => {
      for (const config of simulation.world.netns.values()) {
        if (config.id.startsWith('external/')) continue;
        const tables = Object.values(config.ip6tables ?? {});
        const rules = tables.flatMap((table) => [...table.values()].flatMap((chain) => chain.rules));
        expect(rules.filter((rule) => rule.origin === undefined)).toEqual([]);
        for (const table of tables) {
          for (const { rules: own } of table.values()) {
            for (const { target } of own) {
              if (target.target === 'jump') expect(table.has(target.chain), target.chain).toBe(true);
            }
          }
        }
      }
    });

    it.each([
      {
        name: 'same node',
        from: 'default/client',
        to: () => podIp('near'),
        port: 8080,
        server: 'default/near',
      },
      {
        name: 'across nodes',
        from: 'default/client',
        to: () => podIp('far'),
        port: 8080,
        server: 'default/far',
      },
      {
        name: 'its node to a pod',
        from: 'node/kind-worker',
        to: () => podIp('near'),
        port: 8080,
        server: 'default/near',
      },
      {
        name: 'a node to a pod elsewhere',
        from: 'node/kind-worker2',
        to: () => podIp('near'),
        port: 8080,
        server: 'default/near',
      },
      {
        name: 'ClusterIP, same node',
        from: 'default/client',
        to: () => clusterIp('near'),
        port: 80,
        server: 'default/near',
      },
      {
        name: 'ClusterIP, across nodes',
        from: 'default/client',
        to: () => clusterIp('far'),
        port: 80,
        server: 'default/far',
      },
      {
        name: 'a node to a ClusterIP',
        from: 'node/kind-worker2',
        to: () => clusterIp('near'),
        port: 80,
        server: 'default/near',
      },
      { name: 'by name', from: 'default/client', to: () => 'far', port: 80, server: 'default/far' },
      {
        name: 'a pod to the kubelet of its node',
        from: 'default/client',
        to: () => nodeIp('kind-worker'),
        port: 10250,
        server: 'node/kind-worker',
      },
      {
        name: 'a pod to the kubelet of another node',
        from: 'default/client',
        to: () => nodeIp('kind-worker2'),
        port: 10250,
        server: 'node/kind-worker2',
      },
      {
        name: 'NodePort, endpoint there',
        from: 'external/laptop',
        to: () => nodeIp('kind-worker'),
        port: 30080,
        server: 'default/near',
      },
      {
        name: 'NodePort, endpoint elsewhere',
        from: 'external/laptop',
        to: () => nodeIp('kind-worker2'),
        port: 30080,
        server: 'default/near',
      },
    ])('$name: there and back', ({ from, to, port, server }) => {
      const trace = nc(from, to(), port);
      expect({ verdict: trace.verdict, sees: trace.clientSees, server: trace.server?.netns }).toEqual({
        verdict: 'delivered',
        sees: 'connected',
        server,
      });
    });

    it('outside, with the node’s address where the CNI masquerades IPv6', () => {
      const trace = nc('default/client', '2001:db8::10', 80);
      if (id === 'kubenet') {
        // It masquerades IPv4 alone: the packet arrives with the pod's own address, which nobody outside can answer.
        expect(trace.server?.sees.ip).toBe(podIp('client'));
        expect(trace.clientSees).toBe('timeout');
      } else {
        expect(trace.clientSees).toBe('connected');
        expect(trace.server?.sees.ip).toBe(nodeIp('kind-worker'));
      }
    });

    it('a pod reaches itself through its own Service, if the bridge can turn a frame round', () => {
      expect(nc('default/client', clusterIp('self'), 80).clientSees).toBe(
        id === 'kubenet' ? 'timeout' : 'connected',
      );
    });

    it('shows a pod’s own address to pods, or the node’s where only its own range is spared', () => {
      const seen = id === 'bridge' ? nodeIp('kind-worker') : podIp('client');
      expect(nc('default/client', podIp('near'), 8080).server?.sees.ip).toBe(podIp('client'));
      expect(nc('default/client', podIp('far'), 8080).server?.sees.ip).toBe(seen);
      expect(nc('default/client', clusterIp('far'), 80).server?.sees.ip).toBe(seen);
    });

    it('refuses without endpoints, closed ports, and node ports on ::1', () => {
      expect(nc('default/client', clusterIp('empty'), 80).clientSees).toBe('refused');
      expect(nc('default/client', podIp('near'), 81).clientSees).toBe('refused');
      expect(nc('node/kind-worker', '::1', 30080).clientSees).toBe('refused');
    });

    it('answers UDP and ping', () => {
      const udp = walk(simulation, {
        from: 'default/client',
        to: podIp('far'),
        tool: 'nc',
        port: 9000,
        proto: 'udp',
      });
      const enforces = cniRegistry.find((plugin) => plugin.id === id)?.enforcesNetworkPolicy === true;
      expect(udp.verdict).toBe(enforces ? 'dropped' : 'delivered');
      expect(walk(simulation, { from: 'default/client', to: podIp('near'), tool: 'ping' }).clientSees).toBe(
        'answered',
      );
    });

    it('drops by policy, or says that it does not', () => {
      const trace = nc('default/client', podIp('far'), 9999);
      const enforces = cniRegistry.find((plugin) => plugin.id === id)?.enforcesNetworkPolicy === true;
      expect(trace.verdict).toBe(enforces ? 'dropped' : 'rejected');
    });
  },
);

/** MASQUERADE over IPv6 chooses by RFC 6724: the outgoing interface's address, and if it has none the longest match. */
describe.each([
  { cni: 'flannel', there: 'fd00:10:244:1::1', elsewhere: 'fd00:10:244:2::', node: 'fd00:10:244:2::' },
  {
    cni: '{name: flannel, options: {backend: host-gw}}',
    there: 'fd00:10:244:1::1',
    elsewhere: 'fc00:f853:ccd:e793::4',
    node: 'fc00:f853:ccd:e793::4',
  },
  {
    cni: 'kubenet',
    there: 'fd00:10:244:1::1',
    elsewhere: 'fc00:f853:ccd:e793::4',
    node: 'fc00:f853:ccd:e793::4',
  },
  {
    cni: 'kindnet',
    there: 'fd00:10:244:1::1',
    elsewhere: 'fc00:f853:ccd:e793::4',
    node: 'fc00:f853:ccd:e793::4',
  },
  {
    cni: '{name: bridge, options: {routes: static}}',
    there: 'fd00:10:244:1::1',
    elsewhere: 'fc00:f853:ccd:e793::4',
    node: 'fc00:f853:ccd:e793::4',
  },
  { cni: 'calico', there: 'fd00:10:244::40', elsewhere: 'fd00:10:244::80', node: 'fd00:10:244::80' },
  // Beside kube-proxy: its masquerading happens on the way to cilium_host, whose address is the range's first.
  { cni: 'cilium', there: 'fd00:10:244:1::1', elsewhere: 'fd00:10:244:2::1', node: 'fd00:10:244:2::1' },
])('the source that a server sees over IPv6 with $cni', ({ cni, there, elsewhere, node }) => {
  const simulation = cluster(cni, 'dual');
  const nodeIp = (name: string): string => six(simulation.cluster.nodes.find((n) => n.name === name)?.ips);
  const seen = (from: string, to: string, port: number) =>
    walk(simulation, { from, to, tool: 'nc', port }).server?.sees.ip;
  it('NodePort, endpoint there', () => {
    expect(seen('external/laptop', nodeIp('kind-worker'), 30080)).toBe(there);
  });
  it('NodePort, endpoint elsewhere', () => {
    expect(seen('external/laptop', nodeIp('kind-worker2'), 30080)).toBe(elsewhere);
  });
  it('a node process to a ClusterIP, endpoint elsewhere', () => {
    const service = six(simulation.cluster.services.find((one) => one.name === 'near')?.clusterIPs);
    expect(seen('node/kind-worker2', service, 80)).toBe(node);
  });
});

it('over a family that a plug-in is not modelled for nothing is known, and the other is untouched', () => {
  const simulation = cluster('antrea', 'dual');
  const near = simulation.cluster.pods.find((p) => p.name === 'near')?.ips ?? [];
  const nc = (to: string) => walk(simulation, { from: 'default/client', to, tool: 'nc', port: 8080 });
  expect(simulation.diagnostics.map((d) => d.code)).toContain('cni/family-not-modelled');
  expect(nc(six(near)).verdict).toBe('unknown');
  expect(nc(near.find((ip) => !ip.includes(':')) ?? '').verdict).toBe('delivered');
});
