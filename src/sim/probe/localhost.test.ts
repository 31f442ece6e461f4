/** Whom `localhost` means: ::1 and then 127.0.0.1, in a pod, on a node, and for a pod on its node's network. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import type { ProbeQuestion } from './options.ts';
import { ask, outcome } from './probe-fixture.ts';

const POD = (name: string, more: string, containers: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec: {nodeName: kind-worker, ${more}containers: [${containers}]}
---`;
const NETSHOOT = '{name: c, image: nicolaka/netshoot, command: [sleep, infinity]}';
const PYTHON = '{name: c, image: python:3.14, command: [python3, -m, http.server, "8000"]}';

const cluster = (family: string, mode: string) =>
  simulate({
    files: [
      {
        name: 'a.yaml',
        text: `${POD('web', '', '{name: c, image: nginx}')}${POD('python', '', PYTHON)}${POD('idle', '', NETSHOOT)}${POD('hosted', 'hostNetwork: true, ', NETSHOOT)}
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, ${family === 'dual' ? 'ipFamilyPolicy: RequireDualStack, ' : ''}selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}]
networking: {ipFamily: ${family}, kubeProxyMode: ${mode}}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
`,
      },
    ],
  });

const clusters = {
  iptables: cluster('ipv4', 'iptables'),
  'dual stack': cluster('dual', 'iptables'),
  ipvs: cluster('ipv4', 'ipvs'),
  nftables: cluster('ipv4', 'nftables'),
};

/** Where the client tried, in order. */
const FIRST = ['[::1]'];
const BOTH = ['[::1]', '127.0.0.1'];
type Row = readonly [keyof typeof clusters, string, ProbeQuestion['tool'], string, readonly string[], string];

describe('localhost', () => {
  it.each<Row>([
    // nginx and Go programs take both families, and Python's web server IPv4 alone.
    ['iptables', 'default/web', 'curl', 'http://localhost', FIRST, 'delivered/http'],
    ['iptables', 'default/python', 'curl', 'http://localhost:8000', BOTH, 'delivered/http'],
    ['iptables', 'default/python', 'nc', 'localhost:8000', BOTH, 'delivered/connected'],
    ['iptables', 'default/idle', 'curl', 'http://localhost', BOTH, 'rejected/refused'],
    ['iptables', 'default/idle', 'ping', 'localhost', FIRST, 'delivered/answered'],
    // curl asks nobody about such names; getaddrinfo does, and there is none.
    ['iptables', 'default/python', 'curl', 'http://me.localhost:8000', BOTH, 'delivered/http'],
    ['iptables', 'default/web', 'nc', 'ip6-localhost:80', FIRST, 'delivered/connected'],
    // A NodePort answers on 127.0.0.1, by kube-proxy's leave, and never on ::1.
    ['iptables', 'node/kind-worker', 'curl', 'http://localhost:30080', BOTH, 'delivered/http'],
    ['dual stack', 'node/kind-worker', 'curl', 'http://localhost:30080', BOTH, 'delivered/http'],
    ['ipvs', 'node/kind-worker', 'curl', 'http://localhost:30080', BOTH, 'rejected/refused'],
    ['nftables', 'node/kind-worker', 'curl', 'http://localhost:30080', BOTH, 'rejected/refused'],
    ['iptables', 'node/kind-worker', 'nc', 'localhost:10248', BOTH, 'delivered/connected'],
    ['iptables', 'node/kind-worker', 'nc', 'localhost:10250', FIRST, 'delivered/connected'],
    ['iptables', 'default/hosted', 'curl', 'http://localhost:30080', BOTH, 'delivered/http'],
  ])('%s: %s %s %s', (name, from, tool, to, tried, expected) => {
    const trace = ask(clusters[name], from, tool, to);
    const labels = trace.segments.map((s) =>
      tool === 'ping' ? `[${s.label}]` : s.label.replace(/:\d+$/, ''),
    );
    expect(labels).toEqual(tried);
    expect(outcome(trace)).toBe(expected);
  });

  it('is a name like any other where getaddrinfo is asked for what lies below it', () => {
    const trace = ask(clusters.iptables, 'default/python', 'nc', 'me.localhost:8000');
    expect(trace.clientSees).toBe('nxdomain');
  });
});
