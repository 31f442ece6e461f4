/** Address ranges in clusters of both families: of a pod's two addresses only the packet's own is in a range. */
import { describe, expect, it } from 'vitest';
import { nearMissOf } from '../explain.ts';
import { simulate, walk } from '../simulate.ts';
import { evaluate } from './evaluate.ts';

const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}\nspec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}`;
const plain = (block: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: k}\nspec: {podSelector: {matchLabels: {app: b}}, ingress: [{from: [{ipBlock: ${block}}]}]}`;
const calico = (rules: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: k}\nspec: {selector: "app == 'b'", ingress: [${rules}]}`;
const set = (net: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s, labels: {l: x}}\nspec: {nets: ["${net}"]}`;

/** Whether IPv4 and IPv6 get from `a` to `b`. */
const ROWS: readonly (readonly [cnis: readonly string[], policy: string, four: boolean, six: boolean])[] = [
  [['calico', 'kindnet'], plain('{cidr: "::/0"}'), false, true],
  [['calico', 'kindnet'], plain('{cidr: 0.0.0.0/0}'), true, false],
  [['calico', 'kindnet'], plain('{cidr: "fd00:10:244::/56", except: ["fd00:10:244::/60"]}'), false, false],
  [['calico'], calico('{action: Allow, source: {nets: ["fd00:10:244::/56"]}}'), false, true],
  [['calico'], calico('{action: Deny, source: {nets: ["fd00:10:244::/56"]}}, {action: Allow}'), true, false],
  [['calico'], calico('{action: Allow, source: {notNets: ["fd00:10:244::/56"]}}'), false, false],
  // Felix makes a rule that leaves out IPv6 alone for IPv6 alone.
  [['calico'], calico('{action: Allow, source: {notNets: ["fd00:1::/64"]}}'), false, true],
  [['calico'], calico('{action: Allow, destination: {nets: ["10.244.0.0/16"]}}'), true, false],
  [
    ['calico'],
    `${calico(`{action: Allow, source: {selector: "l == 'x'"}}`)}\n---\n${set('::/0')}`,
    false,
    true,
  ],
  [
    ['calico'],
    `${calico(`{action: Allow, source: {notSelector: "l == 'x'"}}`)}\n---\n${set('::/0')}`,
    true,
    false,
  ],
];

const NETWORKS = [
  ['IPv4 first', '{ipFamily: dual}'],
  [
    'IPv6 first',
    '{ipFamily: dual, podSubnet: "fd00:10:244::/56,10.244.0.0/16", serviceSubnet: "fd00:10:96::/112,10.96.0.0/16"}',
  ],
] as const;

describe.each(NETWORKS)('%s', (_, networking) => {
  const rows = ROWS.flatMap(([cnis, policy, four, six]) => cnis.map((cni) => ({ cni, policy, four, six })));
  it.each(rows)('$cni: $policy', ({ cni, policy, four, six }) => {
    const text = [
      `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}`,
      `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: ${networking}`,
      pod('a'),
      pod('b'),
      policy,
    ].join('\n---\n');
    const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
    expect(simulation.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { cluster } = simulation;
    const [from, to] = ['a', 'b'].map((name) => cluster.pods.find((one) => one.name === name)!);
    if (from === undefined || to === undefined) throw new Error('no pods');
    for (const ip of to.ips) {
      const family = ip.includes(':') ? 6 : 4;
      const allowed = family === 6 ? six : four;
      const flow = { from, to, port: 8080, protocol: 'TCP', family } as const;
      expect([ip, evaluate(cluster, flow).allowed]).toEqual([ip, allowed]);
      const probe = { from: 'default/a', to: ip, tool: 'nc', port: 8080 } as const;
      expect([ip, walk(simulation, probe).verdict]).toEqual([ip, allowed ? 'delivered' : 'dropped']);
      const told = nearMissOf(simulation, probe);
      expect([ip, told !== undefined]).toEqual([ip, !allowed]);
      for (const miss of told?.policies.flatMap(({ closest }) => closest?.peer?.misses ?? []) ?? []) {
        if (miss.what === 'block' || miss.what === 'except')
          expect(miss.ips.map((one) => one.includes(':'))).toEqual([family === 6]);
      }
    }
    // Between pods a flow has the family of the target's first address.
    const { allowed } = evaluate(cluster, { from, to, port: 8080, protocol: 'TCP' });
    expect(allowed).toBe(to.ips[0]?.includes(':') ? six : four);
  });
});
