/** What the agent leaves on a node, and its maps as `cilium-dbg` prints them, before and after a walk. */
import { expect, it } from 'vitest';
import type { ProbeSpec } from '../../k8s/cluster-state.ts';
import { simulate } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';
import { ciliumAbout } from './about.ts';
import { CASES, caseOf, clusterText } from './fixture.ts';

const POLICY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: near}
spec:
  podSelector: {matchLabels: {app: near}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: client}}}, {ipBlock: {cidr: 172.18.0.0/16, except: [172.18.0.1/32]}}]
      ports: [{port: 8080}, {port: 8000, endPort: 8005}]
`;
const AFTER: ProbeSpec = { from: 'external/laptop', to: '172.18.0.4', tool: 'nc', port: 30080 };

it.each(CASES.filter((one) => /^(tunnel (beside|without)|native, eBPF)/.test(one.name)))(
  '$name',
  async (one) => {
    const simulation = simulate({ files: [{ name: 'cluster.yaml', text: clusterText(one, POLICY) }] });
    const print = (netns: string, command: string, after?: ProbeSpec): string => {
      const lines = tableOf(simulation, netns, command, after).map((line) => line.text.trimEnd());
      const shown = command === 'iptables-save' ? lines.filter((line) => /CILIUM|^\*/.test(line)) : lines;
      return [`# ${netns}: ${command}`, ...shown, ''].join('\n');
    };
    const text = [
      ...['ip addr', 'ip route', 'ipset save', 'iptables-save'].map((command) =>
        print('node/kind-worker', command),
      ),
      ...['ip addr', 'ip route'].map((command) => print('default/client', command)),
      ...(ciliumAbout.commands ?? []).map(({ command }) => print('node/kind-worker', command)),
      print('node/kind-worker2', 'cilium-dbg bpf ct list global', AFTER),
      print('node/kind-worker2', 'cilium-dbg bpf nat list', AFTER),
    ].join('\n');
    await expect(text).toMatchFileSnapshot(`golden/${one.name.replaceAll(/\W+/g, '-')}.txt`);
  },
);

it('every command that is on offer prints, and a pod’s is its node’s', () => {
  const one = caseOf('tunnel without kube-proxy');
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: clusterText(one) }] });
  for (const { command } of ciliumAbout.commands ?? []) {
    expect(tableOf(simulation, 'default/client', command)).toEqual(
      tableOf(simulation, 'node/kind-worker', command),
    );
  }
});
