/** What the app says about Cilium before its code is there. */
import type { CniAbout } from '../../plugin.ts';

export const ciliumAbout: CniAbout = {
  id: 'cilium',
  label: 'Cilium',
  fidelity: 'modelled',
  sources: [
    'Cilium 1.17 to 1.19: bpf/bpf_lxc.c, bpf_host.c, bpf_overlay.c, bpf_sock.c, bpf/lib/{nodeport,lb,nat,conntrack,policy,local_delivery,drop_reasons}.h',
    'Cilium: pkg/datapath/tunnel, pkg/datapath/iptables, pkg/maps/{ipcache,lxcmap,ctmap,lbmap}, pkg/policy, cilium-dbg',
    'Cilium’s own policies: pkg/policy/{api,utils}, pkg/k8s/apis/cilium.io, the CRDs’ schemas, in 1.19 and the main branch',
    'no kernel proof: the programs are read, not run',
  ],
  options: [
    { name: 'routingMode', values: ['tunnel', 'native'], default: 'tunnel' },
    { name: 'tunnelProtocol', values: ['vxlan', 'geneve'], default: 'vxlan' },
    { name: 'directRoutingSkipUnreachable', values: ['true', 'false'], default: 'false' },
    { name: 'kubeProxyReplacement', values: ['true', 'false'], default: 'false' },
    { name: 'socketLB.hostNamespaceOnly', values: ['true', 'false'], default: 'false' },
    { name: 'bpf.masquerade', values: ['true', 'false'], default: 'false' },
  ],
  ipFamilies: [4, 6],
  enforcesNetworkPolicy: true,
  // All policies are one: a denial wins, then whoever allows; what nobody allows is denied where a policy isolates.
  ownPolicies: {
    group: 'cilium.io',
    tiers: [
      {
        name: 'Cilium',
        order: 0,
        how: 'deny-first',
        end: 'deny',
        networkPolicies: { order: 0 },
        ownPolicies: 'cilium.io',
        deniesOwnNode: true,
      },
    ],
  },
  commands: [
    {
      command: 'cilium-dbg bpf lb list',
      maps: ['cilium_lb4_services', 'cilium_lb4_backends', 'cilium_lb6_services', 'cilium_lb6_backends'],
    },
    {
      command: 'cilium-dbg bpf lb list --revnat',
      maps: ['cilium_lb4_reverse_nat', 'cilium_lb6_reverse_nat'],
    },
    {
      command: 'cilium-dbg bpf ct list global',
      maps: ['cilium_ct4', 'cilium_ct_any4', 'cilium_ct6', 'cilium_ct_any6'],
    },
    { command: 'cilium-dbg bpf nat list', maps: ['cilium_snat_v4', 'cilium_snat_v6'] },
    { command: 'cilium-dbg bpf ipcache list', maps: ['cilium_ipcache'] },
    { command: 'cilium-dbg bpf endpoint list', maps: ['cilium_lxc'] },
    { command: 'cilium-dbg bpf policy get --all -n', maps: ['cilium_policy'] },
    { command: 'cilium-dbg endpoint list', maps: [] },
  ],
  ipBlockIsOutside: true,
};
