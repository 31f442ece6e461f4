/** `hostPort`: who answers at the node's port, and whom it sees, with every CNI that maps ports. */
import { describe, expect, it } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../simulate.ts';
import { hostportChain } from './kubenet/hostports.ts';
import { cniChainName } from './chain-name.ts';
import { cniRegistry } from './registry.ts';

await loadAllPlugins();

const CLUSTER = `
apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {packetwalk.dev/listen: "8080/TCP,8081/TCP,5353/UDP"}}
spec:
  nodeName: kind-worker
  containers:
    - name: c
      image: example.com/app
      ports:
        - {containerPort: 8080, hostPort: 8088}
        - {containerPort: 8081, hostPort: 8089, hostIP: 127.0.0.1}
        - {containerPort: 5353, hostPort: 5353, protocol: UDP}
---
apiVersion: v1
kind: Pod
metadata: {name: near}
spec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far}
spec: {nodeName: kind-worker2, containers: [{name: c, image: example.com/app}]}
`;

const cnis = [
  ...cniRegistry.filter((plugin) => plugin.portMappings === true).map(({ id }) => ({ id, cni: id })),
  {
    id: 'bridge with nftables',
    cni: '{name: bridge, options: {ipMasqBackend: nftables, portmap.backend: nftables}}',
  },
];

describe.each(cnis)('$id', ({ id, cni }) => {
  const settings = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\nexternal: [{name: laptop, ip: 172.18.0.100}]\n---`;
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: settings + CLUSTER }] });
  const NODE = '172.18.0.3';
  const ask = (from: string, ip: string, port: number) => {
    const trace = walk(simulation, { from, to: ip, tool: 'nc', port });
    return { server: trace.server?.netns, sees: trace.clientSees };
  };
  const answered = { server: 'default/web', sees: 'connected' };

  it('is not called unmodelled', () => {
    expect(simulation.cluster.unmodelled).toEqual([]);
  });
  it.each(['external/laptop', 'default/near', 'default/far', 'node/kind-worker', 'node/kind-worker2'])(
    'answers %s',
    (from) => {
      expect(ask(from, NODE, 8088)).toEqual(answered);
    },
  );
  it('shows the client of another machine as it is', () => {
    const trace = walk(simulation, { from: 'external/laptop', to: NODE, tool: 'nc', port: 8088 });
    expect(trace.server?.sees.ip).toBe('172.18.0.100');
  });
  it('maps UDP', () => {
    const trace = walk(simulation, {
      from: 'external/laptop',
      to: NODE,
      tool: 'nc',
      port: 5353,
      proto: 'udp',
    });
    expect(trace.server?.netns).toBe('default/web');
  });
  it('answers on 127.0.0.1 of its node', () => {
    expect(ask('node/kind-worker', '127.0.0.1', 8088)).toEqual(answered);
  });
  it('is a port of that node alone', () => {
    expect(ask('external/laptop', '172.18.0.4', 8088).sees).toBe('refused');
  });
  // The kubelet's own never looked at hostIP.
  it.runIf(id !== 'kubenet')('keeps to its hostIP', () => {
    expect(ask('node/kind-worker', '127.0.0.1', 8089)).toEqual(answered);
    expect(ask('external/laptop', NODE, 8089).sees).toBe('refused');
  });
});

it('names chains as upstream does', () => {
  // Printed by portmap v1.1.1 for the network `mynet` and the container `idA`.
  expect(cniChainName('mynet', 'idA', 'DN-')).toBe('CNI-DN-da5eba8ab2e5a5d2a60a9');
  expect(cniChainName('mynet', 'idA')).toBe('CNI-da5eba8ab2e5a5d2a60a9851');
  // sha256sum | xxd -r -p | base32 of `id8080TCP`.
  expect(hostportChain('id', 8080, 'TCP')).toBe('KUBE-HP-IJHALPHTORMHHPPK');
});
