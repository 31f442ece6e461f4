/** What kube-proxy and the kubelet leave in ip6tables: the chains of IPv4, and the few lines that differ. */
import { expect, test } from 'vitest';
import { simulate } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';

const OBJECTS = `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  ipFamilyPolicy: PreferDualStack
  clusterIP: 10.96.20.20
  clusterIPs: [10.96.20.20, "fd00:10:96::2020"]
  externalIPs: ["2001:db8::99", 198.51.100.9]
  sessionAffinity: ClientIP
  selector: {app: web}
  ports: [{port: 80, nodePort: 30080}]
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {ipFamilies: [IPv6], clusterIP: "fd00:10:96::2021", selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: four}
spec: {clusterIP: 10.96.20.22, selector: {app: web}, ports: [{port: 80}]}
`;

const build = (family: string, proxy = '') =>
  simulate({
    files: [
      {
        name: 'a.yaml',
        text: `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: {ipFamily: ${family}}\n---\n${proxy}${OBJECTS}`,
      },
    ],
  });
const print = (simulation: ReturnType<typeof build>, command: string): readonly string[] =>
  tableOf(simulation, 'node/kind-worker', command).map((line) => line.text);

test('everything that Services write', async () => {
  const lines = print(build('dual'), 'ip6tables-save').filter(
    (line) => !line.startsWith('#') && !line.includes('flanneld') && !line.includes('FLANNEL'),
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/dual.ip6tables-save.txt');
});

test('each family has its own Services, addresses and endpoints', () => {
  const simulation = build('dual');
  const six = print(simulation, 'ip6tables-save').join('\n');
  const four = print(simulation, 'iptables-save').join('\n');
  expect(six).not.toMatch(/10\.96\.|198\.51\.100\.9|default\/four/);
  expect(four).not.toMatch(/fd00:10:96|2001:db8|default\/empty/);
  expect(six).toContain(
    '-d fd00:10:96::2021/128 -p tcp -m comment --comment "default/empty has no endpoints"',
  );
  expect(six).toContain('-j REJECT --reject-with icmp6-port-unreachable');
  expect(six).toContain('-j DNAT --to-destination [fd00:10:244:1::2]:80');
});

test('no localnet to guard, and no node ports on ::1', () => {
  const simulation = build('dual');
  expect(print(simulation, 'ip6tables-save').join('\n')).not.toContain('KUBE-FIREWALL');
  const last = (command: string) =>
    print(simulation, command).find((line) => line.includes('this must be the last rule'));
  expect(last('ip6tables-save')).toMatch(/^-A KUBE-SERVICES ! -d ::1\/128 /);
  expect(last('iptables-save')).not.toContain('127.0.0.0');
});

test.each([
  ['the pod subnet of each family', '', 'fd00:10:244::/56', '10.244.0.0/16'],
  [
    'clusterCIDR, a list',
    'clusterCIDR: "10.244.0.0/17,fd00:10:244::/57"',
    'fd00:10:244::/57',
    '10.244.0.0/17',
  ],
  ['NodeCIDR', 'detectLocalMode: NodeCIDR', 'fd00:10:244:1::/64', '10.244.1.0/24'],
])('local traffic: %s', (_, settings, six, four) => {
  const proxy = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${settings}\n---\n`;
  const simulation = build('dual', proxy);
  const masq = (command: string) =>
    print(simulation, command).find((line) => / ! -s .*default\/web cluster IP/.test(line));
  expect(masq('ip6tables-save')).toContain(`! -s ${six} `);
  expect(masq('iptables-save')).toContain(`! -s ${four} `);
});

test('node ports on the addresses that nodePortAddresses names, family by family', () => {
  const proxy =
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nnodePortAddresses: ["fc00:f853:ccd:e793::/64"]\n---\n';
  const simulation = build('dual', proxy);
  const ports = (command: string) =>
    print(simulation, command).filter(
      (line) => line.endsWith(' -j KUBE-NODEPORTS') && line.startsWith('-A KUBE-SERVICES'),
    );
  expect(ports('ip6tables-save').join()).toMatch(/^-A KUBE-SERVICES -d fc00:f853:ccd:e793::3\/128 /);
  expect(ports('iptables-save')).toEqual([]);
});

test('a cluster of one family has the other’s tables empty', () => {
  expect(print(build('ipv4'), 'ip6tables-save').join('\n')).not.toContain('KUBE-');
  const six = build('ipv6').world.netns.get('node/kind-worker');
  expect(six?.iptables?.nat.has('KUBE-SERVICES') ?? false).toBe(false);
  expect(six?.ip6tables?.nat.has('KUBE-SERVICES')).toBe(true);
});
