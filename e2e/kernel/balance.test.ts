/**
 * The real kernel balances over exactly the endpoints that the simulator says are possible, about as often as it says.
 * N connections from one client; the pod that answered says its name.
 *
 * How sure: with n endpoints of probability 1/n each, one of them stays unseen with a chance of at most n (1 - 1/n)^N. The
 * count of an endpoint is binomial; by Hoeffding it strays from N/n by more than t with a chance of at most
 * 2 exp(-2 t² / N), for n endpoints n times that. N and t below keep either under 1e-9 (asserted), so that a correct kernel
 * fails this test less than once in a billion runs.
 */
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { proxyPlugins } from '../../src/sim/proxy/registry.ts';
import type { ScenarioFile } from '../../src/sim/scenario.ts';
import { simulate, walk } from '../../src/sim/simulate.ts';
import { labRig } from './lab-rig.ts';
import { attempt, lacking } from './shell.ts';

const why = lacking();
const FALSE_ALARM = 1e-9;

function unseen(endpoints: number, connections: number): number {
  return endpoints * (1 - 1 / endpoints) ** connections;
}

/** The smallest deviation whose chance is below the limit. */
function allowance(endpoints: number, connections: number): number {
  return Math.sqrt((connections / 2) * Math.log((2 * endpoints) / FALSE_ALARM));
}

function cluster(mode: string): readonly ScenarioFile[] {
  const text = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: ${mode}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: c, image: nicolaka/netshoot, command: [sleep, infinity]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  clusterIP: 10.96.30.1
  selector: {app: web}
  ports: [{port: 80, nodePort: 30080}]
---
apiVersion: v1
kind: Service
metadata: {name: kept}
spec:
  clusterIP: 10.96.30.2
  selector: {app: web}
  sessionAffinity: ClientIP
  ports: [{port: 80}]
`;
  return [{ name: 'app.yaml', text }];
}

/** Names of the pods that answered, one a connection. */
function answers(netns: string, ip: string, port: number, connections: number): readonly string[] {
  const script = `import socket
for _ in range(${connections}):
    s = socket.create_connection(("${ip}", ${port}), 5)
    s.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    data = b""
    while b"Hello from" not in data or not data.endswith(b"\\n"):
        part = s.recv(4096)
        if not part: break
        data += part
    print(data.decode().split("Hello from ")[1].split(" ")[0])
    s.close()`;
  const { status, output } = attempt(`ip netns exec ${netns} python3 -c '${script}'`, 60_000);
  if (status !== 0) throw new Error(output);
  return output.trim().split('\n');
}

/** What this kernel cannot do is compared by the text of its tables alone. */
const modes =
  why === undefined ? proxyPlugins.map(({ id }) => id).filter((id) => id !== 'none' && id !== 'ipvs') : [];

describe.skipIf(why !== undefined).each(modes)('kube-proxy in %s mode', (mode) => {
  const simulation = simulate({ files: cluster(mode) });
  const rig = labRig(simulation.world);
  beforeAll(() => rig.up());
  afterAll(() => rig.down());

  const rows = [
    { name: 'a pod to the ClusterIP', from: 'default/client', ip: '10.96.30.1', port: 80 },
    { name: 'a node to the ClusterIP', from: 'node/kind-worker2', ip: '10.96.30.1', port: 80 },
    { name: 'outside to the NodePort', from: 'external/laptop', ip: '172.18.0.3', port: 30080 },
  ];

  it.each(rows)('$name', ({ from, ip, port }) => {
    const [choice] = walk(simulation, { from, to: ip, port, tool: 'nc' }).choices;
    const options = choice?.options ?? [];
    expect(options.length).toBe(4);
    const connections = 400;
    expect(unseen(options.length, connections)).toBeLessThan(FALSE_ALARM);
    const seen = answers(rig.netns(from), ip, port, connections);
    const possible = options.map(({ pod }) => pod?.split('/')[1] ?? '');
    expect([...new Set(seen)].sort()).toEqual([...possible].sort());
    const t = allowance(options.length, connections);
    for (const { pod, probability } of options) {
      const count = seen.filter((name) => `default/${name}` === pod).length;
      expect(Math.abs(count - probability * connections), `${pod}: ${count} of ${connections}`).toBeLessThan(
        t,
      );
    }
  });

  it('a client with affinity keeps the endpoint that it was given', () => {
    const seen = new Set(answers(rig.netns('default/client'), '10.96.30.2', 80, 60));
    expect(seen.size).toBe(1);
    const [choice] = walk(simulation, {
      from: 'default/client',
      to: '10.96.30.2',
      port: 80,
      tool: 'nc',
    }).choices;
    expect(choice?.options.map(({ pod }) => pod)).toContain(`default/${[...seen][0]}`);
  });
});

it('the bound is no empty one', () => {
  // Half the share of an endpoint would be noticed.
  expect(allowance(4, 400)).toBeLessThan(100 * 0.75);
});
