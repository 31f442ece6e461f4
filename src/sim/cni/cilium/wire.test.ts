/** What a capture shows of a pod's request to a ClusterIP across nodes: the Service's address only where no socket program is. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../simulate.ts';
import type { Trace } from '../../trace/trace.ts';
import { CASES, caseOf, clusterText } from './fixture.ts';

/** The SYN's way: place, interface, ends, TTL, and what is around it. */
function synOf(trace: Trace): string[] {
  return trace.wire
    .filter((w) => w.flags === 'SYN' && w.dir === 'request')
    .map((w) => {
      const outer =
        w.outer === undefined
          ? ''
          : ` in ${w.outer.src} > ${w.outer.dst}.${w.outer.dport} vni ${w.outer.vni}`;
      return `${w.netns} ${w.iface.replace(/^lxc.*/, 'lxc')} ${w.at} ${w.src} > ${w.dst}.${w.dport} ttl ${w.ttl}${outer}`;
    });
}

const A = '10.244.1.2';
const VXLAN = 'in 172.18.0.3 > 172.18.0.4.8472 vni 256';
const GENEVE = 'in 172.18.0.3 > 172.18.0.4.6081 vni 256';

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'tunnel beside kube-proxy': [
    `default/client eth0 out ${A} > 10.96.0.51.80 ttl 64`,
    `node/kind-worker lxc in ${A} > 10.96.0.51.80 ttl 64`,
    `node/kind-worker cilium_vxlan out ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker eth0 out ${A} > 10.244.2.2.8080 ttl 64 ${VXLAN}`,
    `node/kind-worker2 eth0 in ${A} > 10.244.2.2.8080 ttl 64 ${VXLAN}`,
    `node/kind-worker2 cilium_vxlan in ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker2 lxc out ${A} > 10.244.2.2.8080 ttl 63`,
    `default/far eth0 in ${A} > 10.244.2.2.8080 ttl 63`,
  ],
  'tunnel without kube-proxy': [
    `default/client eth0 out ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker lxc in ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker cilium_vxlan out ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker eth0 out ${A} > 10.244.2.2.8080 ttl 64 ${VXLAN}`,
    `node/kind-worker2 eth0 in ${A} > 10.244.2.2.8080 ttl 64 ${VXLAN}`,
    `node/kind-worker2 cilium_vxlan in ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker2 lxc out ${A} > 10.244.2.2.8080 ttl 63`,
    `default/far eth0 in ${A} > 10.244.2.2.8080 ttl 63`,
  ],
  // Geneve differs in its header and its port alone.
  'Geneve tunnel without kube-proxy': [
    `default/client eth0 out ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker lxc in ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker cilium_geneve out ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker eth0 out ${A} > 10.244.2.2.8080 ttl 64 ${GENEVE}`,
    `node/kind-worker2 eth0 in ${A} > 10.244.2.2.8080 ttl 64 ${GENEVE}`,
    `node/kind-worker2 cilium_geneve in ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker2 lxc out ${A} > 10.244.2.2.8080 ttl 63`,
    `default/far eth0 in ${A} > 10.244.2.2.8080 ttl 63`,
  ],
  // Each program and each stack on the way takes one hop off.
  'native without kube-proxy': [
    `default/client eth0 out ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker lxc in ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker eth0 out ${A} > 10.244.2.2.8080 ttl 62`,
    `node/kind-worker2 eth0 in ${A} > 10.244.2.2.8080 ttl 62`,
    `node/kind-worker2 lxc out ${A} > 10.244.2.2.8080 ttl 60`,
    `default/far eth0 in ${A} > 10.244.2.2.8080 ttl 60`,
  ],
  // bpf_redirect_neigh() and bpf_redirect_peer(): neither node's stack, nor the far end's lxc device, sees the packet.
  'native, eBPF host routing': [
    `default/client eth0 out ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker lxc in ${A} > 10.244.2.2.8080 ttl 64`,
    `node/kind-worker eth0 out ${A} > 10.244.2.2.8080 ttl 63`,
    `node/kind-worker2 eth0 in ${A} > 10.244.2.2.8080 ttl 63`,
    `default/far eth0 in ${A} > 10.244.2.2.8080 ttl 62`,
  ],
};

describe.each(CASES.filter((one) => EXPECTED[one.name] !== undefined))('$name', (one) => {
  const trace = walk(simulate({ files: [{ name: 'cluster.yaml', text: clusterText(one) }] }), {
    from: 'default/client',
    to: '10.96.0.51',
    tool: 'nc',
    port: 80,
  });

  it('the request', () => {
    expect(synOf(trace)).toEqual(EXPECTED[one.name]);
  });

  it('the Service’s address is on the wire only beside kube-proxy', () => {
    const seen = trace.wire.some((w) => w.src === '10.96.0.51' || w.dst === '10.96.0.51');
    expect(seen).toBe(one.options['kubeProxyReplacement'] === 'false');
  });

  it('the largest segment fits the tunnel', () => {
    const syn = trace.steps.find((s) => s.packet?.l4?.proto === 'tcp' && s.packet.l4.flags.includes('SYN'));
    const options = syn?.packet?.l4?.proto === 'tcp' ? syn.packet.l4.options : [];
    const mss = options.find((o) => o.kind === 'mss');
    expect(mss).toEqual({ kind: 'mss', value: one.options['routingMode'] === 'native' ? 1460 : 1410 });
  });
});

it('a node port on another node carries the world’s identity through the tunnel', () => {
  const one = caseOf('tunnel without kube-proxy');
  const trace = walk(simulate({ files: [{ name: 'cluster.yaml', text: clusterText(one) }] }), {
    from: 'external/laptop',
    to: '172.18.0.4',
    tool: 'nc',
    port: 30080,
  });
  const tunnelled = trace.wire.find((w) => w.outer !== undefined && w.flags === 'SYN');
  expect([tunnelled?.outer?.vni, tunnelled?.src, tunnelled?.dst]).toEqual([2, '10.244.2.1', '10.244.1.3']);
});
