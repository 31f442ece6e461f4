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

const CALICO = /cali[-:]|^\*|CNI-/;
const ROWS: readonly {
  readonly cni: string;
  /** The golden's name, where options are written. */
  readonly name?: string;
  readonly own: RegExp;
  readonly dual?: boolean;
  /** Its nftables tables too, beside those of both families. */
  readonly nft?: boolean;
}[] = [
  { cni: 'flannel', own: /FLANNEL|flanneld|CNI-/, dual: true },
  { cni: 'bridge', own: /CNI-/, dual: true },
  {
    cni: '{name: bridge, options: {ipMasqBackend: nftables, portmap.backend: nftables}}',
    name: 'bridge-nftables',
    own: /CNI-/,
    dual: true,
    nft: true,
  },
  { cni: 'kindnet', own: /CNI-|KIND-MASQ/, dual: true, nft: true },
  { cni: 'aws-vpc', own: /CNI-|AWS/ },
  { cni: 'azure', own: /CNI-|IP-MASQ/ },
  { cni: 'weave', own: /WEAVE|CNI-/ },
  { cni: 'kubenet', own: /kubenet|hostport|HOSTPORTS|KUBE-HP/, dual: true },
  { cni: 'calico', own: CALICO, dual: true },
  { cni: '{name: calico, options: {encapsulation: IPIP}}', name: 'calico-ipip', own: CALICO },
  { cni: '{name: calico, options: {encapsulation: None}}', name: 'calico-none', own: CALICO, dual: true },
  {
    cni: '{name: flannel, options: {backend: wireguard}}',
    name: 'flannel-wireguard',
    own: /FLANNEL|flanneld|CNI-/,
    dual: true,
  },
];

const DUAL = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {ipFamily: dual}\n---\n';
/** What the other family adds: the tables of IPv6, and kindnet's, which holds both. */
const COMMANDS_6 = ['ip addr', 'ip -6 route', 'ip -6 neigh', 'ip6tables-save'];

function tables(cni: string, own: RegExp, commands: readonly string[], ofPod: string, settings = ''): string {
  const playground = `${settings}apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n---`;
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: playground + CLUSTER }] });
  const print = (netns: string, command: string): string => {
    const lines = tableOf(simulation, netns, command).map((line) => line.text.trimEnd());
    const only = command.endsWith('tables-save') ? own : command === 'bridge fdb' ? / dst / : /./;
    const shown = lines.filter((line) => only.test(line));
    return [`# ${netns}: ${command}`, ...shown, ''].join('\n');
  };
  return [...commands.map((command) => print('node/kind-worker', command)), print('default/web', ofPod)].join(
    '\n',
  );
}

it.each(ROWS)('$cni', async ({ cni, own, name = cni }) => {
  await expect(tables(cni, own, COMMANDS, 'ip route')).toMatchFileSnapshot(`golden/${name}.txt`);
});

it.each(ROWS.filter((row) => row.dual === true))(
  '$cni, dual stack',
  async ({ cni, own, nft, name = cni }) => {
    const commands = nft === true ? [...COMMANDS_6, 'nft list ruleset'] : COMMANDS_6;
    await expect(tables(cni, own, commands, 'ip -6 route', DUAL)).toMatchFileSnapshot(
      `golden/${name}-dual.txt`,
    );
  },
);
