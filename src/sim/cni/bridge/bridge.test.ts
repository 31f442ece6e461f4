/** What each option of the bridge plug-in changes for a packet. */
import { expect, it } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../../simulate.ts';
import type { Simulation } from '../../simulate.ts';

await loadAllPlugins();

const pod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

function cluster(options: string): Simulation {
  const settings = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: bridge, options: {${options}}}\n---`;
  const self = `
apiVersion: v1
kind: Service
metadata: {name: self}
spec: {selector: {app: client}, ports: [{port: 80, targetPort: 8080}]}
`;
  const text = `${settings}${pod('client', 'kind-worker')}${pod('near', 'kind-worker')}${pod('far', 'kind-worker2')}${self}`;
  return simulate({ files: [{ name: 'cluster.yaml', text }] });
}

it('refuses a promiscuous bridge with hairpin ports, in its own words', () => {
  const said = cluster('promiscMode: "true"').diagnostics.find((one) => one.code === 'cni/conflict');
  expect(said?.params['message']).toBe('cannot set hairpin mode and promiscuous mode at the same time.');
});

it.each([
  // Nobody told the nodes of each other: the default route leads to a router that has no route either.
  { options: '', to: 'default/far', ends: 'unreachable', why: 'route.none', at: 'external/gateway' },
  { options: '', to: 'default/near', ends: 'connected', sees: 'client' },
  { options: 'routes: static', to: 'default/far', ends: 'connected', sees: 'node' },
  { options: 'routes: static, ipMasq: false', to: 'default/far', ends: 'connected', sees: 'client' },
  // The gateway does not know where the pod is.
  { options: 'ipMasq: false', to: '203.0.113.10', ends: 'timeout' },
  { options: '', to: '203.0.113.10', ends: 'connected', sees: 'node' },
  // With routes, or not even CoreDNS on another node answers.
  { options: 'routes: static', to: 'self', ends: 'connected' },
  { options: 'routes: static, hairpinMode: "false"', to: 'self', ends: 'timeout' },
  // A bridge without an address leads nowhere but to its own ports.
  {
    options: 'isGateway: "false", isDefaultGateway: "false"',
    to: 'default/near',
    ends: 'connected',
    sees: 'client',
  },
  {
    options: 'isGateway: "false", isDefaultGateway: "false"',
    to: 'default/far',
    ends: 'unreachable',
    why: 'route.none',
    at: 'default/client',
  },
  { options: 'isDefaultGateway: "false"', to: '203.0.113.10', ends: 'unreachable', at: 'default/client' },
])('{$options} to $to: $ends', ({ options, to, ends, sees, why, at }) => {
  const simulation = cluster(options);
  const port = to === 'self' || to.startsWith('203') ? 80 : 8080;
  const trace = walk(simulation, { from: 'default/client', to, tool: 'nc', port });
  expect(trace.clientSees).toBe(ends);
  const { pods, nodes } = simulation.cluster;
  const client = pods.find((one) => one.name === 'client')?.ips[0];
  const node = nodes.find((one) => one.name === 'kind-worker')?.ips[0];
  if (sees !== undefined) expect(trace.server?.sees.ip).toBe(sees === 'client' ? client : node);
  const drop = trace.steps.find((step) => step.kind === 'drop');
  if (why !== undefined) expect(drop?.reason.code).toBe(why);
  if (at !== undefined) expect(drop?.place).toBe(at);
});
