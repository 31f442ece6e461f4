/**
 * What each CNI leaves on a node, as the real commands print it: read the diff as you would read a node's. Of
 * iptables-save only the lines that the CNI wrote; the whole was loaded into a real kernel and came back the same.
 */
import { expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import { tableOf } from '../tables.ts';

const CLUSTER = `
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: kind-worker
  containers: [{name: c, image: example.com/app, ports: [{name: http, containerPort: 8080, hostPort: 8081}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: client}}}, {ipBlock: {cidr: 172.18.0.0/16, except: [172.18.0.1/32]}}]
      ports: [{port: http}, {port: 443}]
  egress:
    - ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
`;

const COMMANDS = [
  'ip addr',
  'ip rule',
  'ip route',
  'ip neigh',
  'bridge fdb',
  'bridge link',
  'ipset save',
  'iptables-save',
];

it.each([
  { cni: 'flannel', own: /FLANNEL|flanneld|CNI-/ },
  { cni: 'bridge', own: /CNI-/ },
  { cni: 'kindnet', own: /CNI-|KIND-MASQ/ },
  { cni: 'aws-vpc', own: /CNI-|AWS/ },
  { cni: 'azure', own: /CNI-|IP-MASQ/ },
  { cni: 'kubenet', own: /kubenet|hostport|HOSTPORTS|KUBE-HP/ },
  { cni: 'calico', own: /cali[-:]|^\*|CNI-/ },
])('$cni', async ({ cni, own }) => {
  const settings = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n---`;
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: settings + CLUSTER }] });
  const print = (netns: string, command: string): string => {
    const lines = tableOf(simulation, netns, command).map((line) => line.text.trimEnd());
    const only = command === 'iptables-save' ? own : command === 'bridge fdb' ? / dst / : /./;
    const shown = lines.filter((line) => only.test(line));
    return [`# ${netns}: ${command}`, ...shown, ''].join('\n');
  };
  const text = [
    ...COMMANDS.map((command) => print('node/kind-worker', command)),
    print('default/web', 'ip route'),
  ].join('\n');
  await expect(text).toMatchFileSnapshot(`golden/${cni}.txt`);
});
