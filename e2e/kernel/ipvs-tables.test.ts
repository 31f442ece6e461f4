/**
 * kube-proxy's ipvs mode, as far as a kernel without IPVS can be asked: its IP sets and iptables rules load, and the
 * real commands print them back as `show` does. Where the kernel has IPVS, `ipvsadm` restores the virtual servers too.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NetnsConfig } from '../../src/sim/net/config.ts';
import { show } from '../../src/sim/net/show/show.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { attempt, bash, lacking } from './shell.ts';
import { HandRig } from './hand-rig.ts';

const why = lacking() ?? otherVersions();
if (why !== undefined) console.warn(`e2e/kernel/ipvs-tables is skipped: ${why}`);

function otherVersions(): string | undefined {
  const said = attempt('iptables --version; ipset --version 2>/dev/null | head -1').output;
  const missing = ['iptables v1.8.9 (nf_tables)', 'ipset v7.17'].filter((version) => !said.includes(version));
  return missing.length === 0 ? undefined : `wants ${missing.join(', ')}`;
}

const pod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: web}}
spec: {nodeName: ${node}, containers: [{name: c, image: nginx}]}
`;

const service = (name: string, spec: string, status = ''): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: web}, ${spec}}
${status}`;

/** Every set has entries but those of SCTP. */
const SCENARIO = [
  'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}]\nnetworking: {kubeProxyMode: ipvs}\n',
  pod('one', 'kind-worker'),
  pod('two', 'kind-worker'),
  service(
    'plain',
    'sessionAffinity: ClientIP, ports: [{name: a, port: 80}, {name: b, port: 53, protocol: UDP}]',
  ),
  service('outer', 'externalIPs: [198.51.100.1], ports: [{port: 80}]'),
  service(
    'outer-local',
    'type: NodePort, externalTrafficPolicy: Local, externalIPs: [198.51.100.2], ports: [{port: 80}]',
  ),
  service(
    'ports',
    'type: NodePort, ports: [{name: t, port: 80, nodePort: 30080}, {name: u, port: 53, protocol: UDP, nodePort: 30053}]',
  ),
  service(
    'ports-local',
    'type: NodePort, externalTrafficPolicy: Local, ports: [{name: t, port: 80, nodePort: 30081}, {name: u, port: 53, protocol: UDP, nodePort: 30054}]',
  ),
  service(
    'balanced',
    'type: LoadBalancer, loadBalancerSourceRanges: [172.18.0.0/16, 203.0.113.7/32], ports: [{port: 80}]',
    'status: {loadBalancer: {ingress: [{ip: 192.0.2.10}]}}\n',
  ),
  service(
    'balanced-local',
    'type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 31000, loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]',
    'status: {loadBalancer: {ingress: [{ip: 192.0.2.11}]}}\n',
  ),
].join('---\n');

describe.skipIf(why !== undefined)('the tables of the ipvs mode', () => {
  const simulation =
    why === undefined ? simulate({ files: [{ name: 'ipvs.yaml', text: SCENARIO }] }) : undefined;
  const config = simulation?.world.netns.get('node/kind-worker');
  const rig = new HandRig('ipvs');
  const name = rig.netns('node/ipvs');

  beforeAll(() => {
    if (why === undefined) bash(rig.place('node/ipvs'));
  });
  afterAll(() => {
    attempt(rig.down());
  });

  function printed(command: string): string {
    const shown = show(config as NetnsConfig, undefined, command, { netns: () => undefined });
    if (!('lines' in shown)) throw new Error(shown.error.code);
    return shown.lines.map((line) => `${line.text}\n`).join('');
  }

  /** The kernel draws a seed for each set and keeps members in the order of its hash. */
  const even = (text: string): string =>
    text
      .replace(/initval 0x[0-9a-f]{8}/g, 'initval *')
      .replace(/References: \d+/g, 'References: *')
      .split('\n')
      .sort()
      .join('\n');

  it('ipset restore takes the sets, and list and save print them back', () => {
    const empty = config?.ipsets.filter((set) => set.entries.length === 0 && !set.name.startsWith('KUBE-6-'));
    expect(empty?.map((set) => set.name)).toEqual([
      'KUBE-NODE-PORT-SCTP-HASH',
      'KUBE-NODE-PORT-LOCAL-SCTP-HASH',
    ]);
    const real = bash(
      `ip netns exec ${name} ipset restore <<'SETS'\n${printed('ipset save')}SETS\nip netns exec ${name} ipset save; ip netns exec ${name} ipset list`,
    );
    expect(even(real)).toBe(even(printed('ipset save') + printed('ipset list')));
  });

  it('iptables-restore takes the rules, and iptables-save prints them back', () => {
    // The `ipvs` match is a part of the module that this kernel may lack.
    const has = attempt(
      `ip netns exec ${name} iptables -A INPUT -m ipvs --ipvs -j ACCEPT && ip netns exec ${name} iptables -F`,
    );
    if (has.status !== 0)
      console.warn('e2e/kernel/ipvs-tables: no `-m ipvs` in this kernel, its rules are left out');
    const text = printed('iptables-save')
      .split('\n')
      .filter((line) => has.status === 0 || !line.includes('-m ipvs'))
      .join('\n');
    const real = bash(
      `ip netns exec ${name} iptables-restore <<'RULES'\n${text}RULES\nip netns exec ${name} iptables-save`,
    );
    const dated = (all: string): string =>
      all.replace(/^(# .* on) .*$/gm, '$1 DATE').replace(/\[\d+:\d+\]/g, '[0:0]');
    expect(dated(real)).toBe(dated(text));
  });

  it('ip6tables-restore takes the rules of IPv6', () => {
    const { ip6tables } = config as NetnsConfig;
    expect(ip6tables?.filter.get('KUBE-IPVS-FILTER')?.rules).toHaveLength(6);
    const asFour = { ...(config as NetnsConfig), iptables: ip6tables };
    const shown = show(asFour, undefined, 'iptables-save', { netns: () => undefined });
    const text = 'lines' in shown ? shown.lines.map((line) => `${line.text}\n`).join('') : '';
    const real = bash(
      `ip netns exec ${name} ip6tables-restore <<'RULES'\n${text}RULES\nip netns exec ${name} ip6tables-save`,
    );
    const even6 = (all: string): string => all.replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, '[0:0]');
    expect(even6(real)).toBe(even6(text));
  });

  it('ipvsadm restores the virtual servers, where the kernel has IPVS', () => {
    const has = attempt(`ip netns exec ${name} ipvsadm -Ln`);
    if (has.status !== 0) {
      console.warn('e2e/kernel/ipvs-tables: this kernel has no IPVS, virtual servers are compared by nobody');
      return;
    }
    const real = bash(
      `ip netns exec ${name} ipvsadm -R <<'SERVERS'\n${printed('ipvsadm-save -n')}SERVERS\nip netns exec ${name} ipvsadm-save -n; ip netns exec ${name} ipvsadm -Ln`,
    );
    expect(real).toBe(printed('ipvsadm-save -n') + printed('ipvsadm -Ln'));
  });
});
