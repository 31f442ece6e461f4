/**
 * What was verified against what, and by which test: the rows of the fidelity page. Its sentences are in
 * i18n/fidelity.*.ts, the plug-ins' own labels and sources in their `about`; docs/fidelity.md tells the same at length.
 */
import type { Fidelity } from '../../sim/plugin.ts';

export const AREAS = [
  'box',
  'services',
  'cni',
  'policy',
  'dns',
  'objects',
  'tools',
  'outputs',
  'faults',
] as const;
export type Area = (typeof AREAS)[number];

/** What the simulator was held against. Words for each are in i18n. */
export const EVIDENCE = ['kernel', 'tool', 'source', 'walk', 'property'] as const;
export type Evidence = (typeof EVIDENCE)[number];

export interface Verified {
  readonly id: string;
  readonly area: Area;
  /** Absent for a plug-in, whose registry says it, and for what only has to agree with itself. */
  readonly fidelity?: Fidelity;
  readonly plugin?: { readonly kind: 'cni' | 'kube-proxy'; readonly id: string };
  readonly against: readonly Evidence[];
  readonly tests: readonly string[];
}

const KERNEL_SUITE = 'e2e/kernel/kernel.test.ts';
const CONTRACT = 'src/sim/cni/contract.test.ts';

export const verified = [
  // The Linux box
  {
    id: 'walk',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel'],
    tests: [KERNEL_SUITE, 'src/sim/net/captured.test.ts'],
  },
  { id: 'conntrack', area: 'box', fidelity: 'exact', against: ['kernel'], tests: [KERNEL_SUITE] },
  {
    id: 'planted',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel'],
    tests: ['e2e/kernel/planted.test.ts'],
  },
  {
    id: 'netfilter',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel', 'source'],
    tests: ['src/sim/net/kernel.test.ts', KERNEL_SUITE],
  },
  {
    id: 'ipv6',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel'],
    tests: [KERNEL_SUITE, 'src/sim/net/ipv6.test.ts'],
  },
  {
    id: 'fragments',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel', 'tool'],
    tests: [KERNEL_SUITE, 'e2e/wire/fragments.test.ts', 'src/sim/net/fragment/fragment.test.ts'],
  },
  {
    id: 'tunnels',
    area: 'box',
    fidelity: 'modelled',
    against: ['source', 'tool'],
    tests: ['src/sim/net/tunnels.test.ts', 'e2e/wire/wire.test.ts'],
  },
  {
    id: 'nftables',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel', 'source'],
    tests: ['src/sim/net/nftables/walk.test.ts', KERNEL_SUITE],
  },
  {
    id: 'policyRouting',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel', 'tool'],
    tests: ['src/sim/net/policy-rules.test.ts', KERNEL_SUITE],
  },
  {
    id: 'multipath',
    area: 'box',
    fidelity: 'exact',
    against: ['kernel'],
    tests: ['src/sim/net/multipath.test.ts'],
  },
  {
    id: 'ipvs',
    area: 'box',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/net/ipvs/ipvs.test.ts', 'src/sim/net/ipvs/maglev.test.ts'],
  },
  {
    id: 'sctp',
    area: 'box',
    fidelity: 'modelled',
    against: ['source', 'tool'],
    tests: ['src/sim/net/sctp.test.ts', 'src/sim/packet/tshark.test.ts'],
  },
  {
    id: 'programs',
    area: 'box',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/net/program/program.test.ts'],
  },
  { id: 'sound', area: 'box', against: ['property'], tests: ['src/sim/probe/walk-property.test.ts'] },
  // Services and kube-proxy
  {
    id: 'iptablesMode',
    area: 'services',
    plugin: { kind: 'kube-proxy', id: 'iptables' },
    against: ['kernel', 'tool', 'source'],
    tests: [
      'src/sim/proxy/iptables/iptables-proxy.test.ts',
      'src/sim/proxy/iptables/ipv6.test.ts',
      'e2e/kernel/tables.test.ts',
      KERNEL_SUITE,
    ],
  },
  {
    id: 'nftablesMode',
    area: 'services',
    plugin: { kind: 'kube-proxy', id: 'nftables' },
    against: ['kernel', 'source'],
    tests: ['src/sim/proxy/nftables/nftables-proxy.test.ts', KERNEL_SUITE],
  },
  {
    id: 'ipvsMode',
    area: 'services',
    plugin: { kind: 'kube-proxy', id: 'ipvs' },
    against: ['tool', 'source'],
    tests: [
      'src/sim/proxy/ipvs/ipvs-proxy.test.ts',
      'e2e/kernel/ipvs-tables.test.ts',
      'src/sim/cni/calico/ipvs.test.ts',
    ],
  },
  {
    id: 'noProxy',
    area: 'services',
    plugin: { kind: 'kube-proxy', id: 'none' },
    against: ['walk'],
    tests: [CONTRACT],
  },
  {
    id: 'serviceWalks',
    area: 'services',
    fidelity: 'exact',
    against: ['kernel'],
    tests: [KERNEL_SUITE, CONTRACT],
  },
  {
    id: 'balance',
    area: 'services',
    fidelity: 'exact',
    against: ['kernel'],
    tests: ['e2e/kernel/balance.test.ts'],
  },
  {
    id: 'endpointChoice',
    area: 'services',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/service/endpoint-choice.test.ts'],
  },
  {
    id: 'serviceFields',
    area: 'services',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/proxy/service-fields.test.ts'],
  },
  {
    id: 'families',
    area: 'services',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/proxy/families.test.ts', 'src/sim/k8s/controllers/families.test.ts'],
  },
  {
    id: 'hints',
    area: 'services',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/k8s/controllers/topology-hints.test.ts'],
  },
  {
    id: 'healthChecks',
    area: 'services',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/proxy/service-fields.test.ts', 'src/sim/cluster/load-balancer.test.ts'],
  },
  {
    id: 'loadBalancer',
    area: 'services',
    fidelity: 'sketched',
    against: ['walk'],
    tests: ['src/sim/cluster/load-balancer.test.ts', 'src/sim/k8s/controllers/load-balancers.test.ts'],
  },
  // CNI plug-ins
  {
    id: 'flannel',
    area: 'cni',
    plugin: { kind: 'cni', id: 'flannel' },
    against: ['kernel', 'tool', 'source'],
    tests: [KERNEL_SUITE, CONTRACT, 'src/sim/cni/contract-ipv6.test.ts'],
  },
  {
    id: 'calico',
    area: 'cni',
    plugin: { kind: 'cni', id: 'calico' },
    against: ['kernel', 'tool', 'source'],
    tests: [
      KERNEL_SUITE,
      'src/sim/cni/calico/felix-rule.test.ts',
      CONTRACT,
      'src/sim/cni/contract-ipv6.test.ts',
    ],
  },
  {
    id: 'cilium',
    area: 'cni',
    plugin: { kind: 'cni', id: 'cilium' },
    against: ['source'],
    tests: ['src/sim/cni/cilium/paths.test.ts', 'src/sim/cni/cilium/wire.test.ts', CONTRACT],
  },
  {
    id: 'antrea',
    area: 'cni',
    plugin: { kind: 'cni', id: 'antrea' },
    against: ['source'],
    tests: [CONTRACT, 'src/sim/cni/policy-walk.test.ts'],
  },
  {
    id: 'kindnet',
    area: 'cni',
    plugin: { kind: 'cni', id: 'kindnet' },
    against: ['kernel', 'tool', 'source'],
    tests: [KERNEL_SUITE, 'e2e/kernel/cni-plugins.test.ts', CONTRACT, 'src/sim/cni/contract-ipv6.test.ts'],
  },
  {
    id: 'aws-vpc',
    area: 'cni',
    plugin: { kind: 'cni', id: 'aws-vpc' },
    against: ['kernel', 'source'],
    tests: [KERNEL_SUITE, 'src/sim/cni/aws-vpc/aws-vpc.test.ts', CONTRACT],
  },
  {
    id: 'weave',
    area: 'cni',
    plugin: { kind: 'cni', id: 'weave' },
    against: ['kernel', 'tool', 'source'],
    tests: [KERNEL_SUITE, 'src/sim/cni/weave/weave.test.ts', CONTRACT],
  },
  { id: 'azure', area: 'cni', plugin: { kind: 'cni', id: 'azure' }, against: ['source'], tests: [CONTRACT] },
  {
    id: 'bridge',
    area: 'cni',
    plugin: { kind: 'cni', id: 'bridge' },
    against: ['kernel', 'tool'],
    tests: ['e2e/kernel/cni-plugins.test.ts', KERNEL_SUITE, CONTRACT, 'src/sim/cni/contract-ipv6.test.ts'],
  },
  {
    id: 'kubenet',
    area: 'cni',
    plugin: { kind: 'cni', id: 'kubenet' },
    against: ['kernel', 'tool', 'source'],
    tests: [KERNEL_SUITE, CONTRACT, 'src/sim/cni/contract-ipv6.test.ts'],
  },
  {
    id: 'nodeSubnets',
    area: 'cni',
    fidelity: 'modelled',
    against: ['kernel', 'source'],
    tests: [KERNEL_SUITE, 'src/sim/cluster/node-subnets.test.ts'],
  },
  {
    id: 'hostPort',
    area: 'cni',
    fidelity: 'exact',
    against: ['tool', 'walk'],
    tests: ['src/sim/cni/host-port.test.ts', 'e2e/kernel/cni-plugins.test.ts'],
  },
  {
    id: 'addresses',
    area: 'cni',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/cni/addresses.test.ts'],
  },
  // NetworkPolicy
  {
    id: 'policyMeaning',
    area: 'policy',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/policy/evaluate.test.ts'],
  },
  {
    id: 'policyCalico',
    area: 'policy',
    fidelity: 'modelled',
    against: ['property', 'walk'],
    tests: ['src/sim/cni/policy-walk.test.ts', 'src/sim/cni/policy-property.test.ts'],
  },
  {
    id: 'policyCilium',
    area: 'policy',
    fidelity: 'modelled',
    against: ['property', 'walk'],
    tests: ['src/sim/cni/cilium/policy-walk.test.ts', 'src/sim/cni/cilium/policy-property.test.ts'],
  },
  {
    id: 'policyCiliumOwn',
    area: 'policy',
    fidelity: 'modelled',
    against: ['source', 'property', 'walk'],
    tests: [
      'src/sim/k8s/kinds/cilium-network-policy.test.ts',
      'src/sim/cni/cilium/cilium-policy.test.ts',
      'src/sim/cni/cilium/policy-property.test.ts',
    ],
  },
  {
    id: 'policyAntrea',
    area: 'policy',
    fidelity: 'modelled',
    against: ['property', 'walk'],
    tests: ['src/sim/cni/policy-walk.test.ts', 'src/sim/cni/policy-property.test.ts'],
  },
  {
    id: 'policyKindnet',
    area: 'policy',
    fidelity: 'modelled',
    against: ['walk'],
    tests: ['src/sim/cni/policy-walk.test.ts', 'src/sim/cni/policy-property.test.ts'],
  },
  {
    id: 'policyWeave',
    area: 'policy',
    fidelity: 'modelled',
    against: ['kernel', 'property', 'walk'],
    tests: ['src/sim/cni/weave/policy-property.test.ts', 'src/sim/cni/weave/weave.test.ts', KERNEL_SUITE],
  },
  {
    id: 'nearMiss',
    area: 'policy',
    fidelity: 'modelled',
    against: ['property'],
    tests: ['src/sim/policy/near-miss.test.ts'],
  },
  {
    id: 'policyFix',
    area: 'policy',
    fidelity: 'modelled',
    against: ['property', 'walk'],
    tests: ['src/sim/fix.test.ts'],
  },
  {
    id: 'matrixDiff',
    area: 'policy',
    fidelity: 'modelled',
    against: ['property'],
    tests: ['src/sim/policy/reach-again.test.ts'],
  },
  {
    id: 'podReach',
    area: 'policy',
    fidelity: 'modelled',
    against: ['property'],
    tests: ['src/sim/policy/pod-reach.test.ts'],
  },
  {
    id: 'matrix',
    area: 'policy',
    fidelity: 'modelled',
    against: ['walk'],
    tests: ['src/sim/policy/reach.test.ts', 'src/content/scenarios/agreement.test.ts'],
  },
  // DNS
  {
    id: 'coredns',
    area: 'dns',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/dns/dns.test.ts', 'src/sim/dns/families.test.ts'],
  },
  {
    id: 'resolver',
    area: 'dns',
    fidelity: 'exact',
    against: ['kernel', 'source'],
    tests: ['src/sim/dns/dns.test.ts'],
  },
  {
    id: 'podDns',
    area: 'dns',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/k8s/pod-dns.test.ts'],
  },
  {
    id: 'addressOrder',
    area: 'dns',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/dns/address-order.test.ts'],
  },
  // Objects
  {
    id: 'parsing',
    area: 'objects',
    fidelity: 'exact',
    against: ['tool', 'property'],
    tests: ['src/sim/k8s/parse/read-everyday.test.ts', 'src/sim/k8s/parse/hostile.test.ts'],
  },
  {
    id: 'validation',
    area: 'objects',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/k8s/kinds/kinds.test.ts', 'src/sim/k8s/parse/diagnostics.test.ts'],
  },
  {
    id: 'controllers',
    area: 'objects',
    fidelity: 'modelled',
    against: ['source'],
    tests: [
      'src/sim/k8s/controllers/settle.test.ts',
      'src/sim/k8s/controllers/workloads.test.ts',
      'src/sim/k8s/controllers/services.test.ts',
    ],
  },
  {
    id: 'quotas',
    area: 'objects',
    fidelity: 'modelled',
    against: ['source'],
    tests: [
      'src/sim/admission/limit-ranger/limit-ranger.test.ts',
      'src/sim/admission/resource-quota/resource-quota.test.ts',
    ],
  },
  {
    id: 'podSecurity',
    area: 'objects',
    fidelity: 'modelled',
    against: ['source'],
    tests: ['src/sim/admission/pod-security/checks.test.ts', 'src/sim/admission/admission.test.ts'],
  },
  {
    id: 'cel',
    area: 'objects',
    fidelity: 'modelled',
    against: ['source'],
    tests: [
      'src/sim/admission/validating-admission-policy/policies.test.ts',
      'src/sim/admission/validating-admission-policy/gatekeeper.test.ts',
    ],
  },
  {
    id: 'webhooks',
    area: 'objects',
    fidelity: 'modelled',
    against: ['source'],
    tests: [
      'src/sim/k8s/kinds/webhook-configuration.test.ts',
      'src/sim/admission/webhooks/webhooks.test.ts',
      'src/sim/admission/webhooks/istio/inject.test.ts',
    ],
  },
  {
    id: 'kubectl',
    area: 'objects',
    fidelity: 'exact',
    against: ['tool'],
    tests: ['src/sim/k8s/controllers/kubectl-output.test.ts'],
  },
  {
    id: 'unmodelled',
    area: 'objects',
    fidelity: 'modelled',
    against: ['walk'],
    tests: ['src/sim/probe/run.test.ts'],
  },
  // Tools
  {
    id: 'verdicts',
    area: 'tools',
    fidelity: 'exact',
    against: ['kernel', 'source'],
    tests: ['src/sim/probe/verdict.test.ts', KERNEL_SUITE],
  },
  {
    id: 'images',
    area: 'tools',
    fidelity: 'sketched',
    against: ['source'],
    tests: ['src/sim/k8s/images.test.ts'],
  },
  // What it prints and hands out
  {
    id: 'tables',
    area: 'outputs',
    fidelity: 'exact',
    against: ['tool'],
    tests: ['e2e/kernel/tables.test.ts', 'src/sim/net/show/show.test.ts', 'e2e/kernel/nft.test.ts'],
  },
  {
    id: 'accepted',
    area: 'outputs',
    fidelity: 'exact',
    against: ['tool'],
    tests: ['e2e/kernel/accept.test.ts'],
  },
  {
    id: 'bytes',
    area: 'outputs',
    fidelity: 'exact',
    against: ['tool'],
    tests: ['src/sim/packet/tshark.test.ts', 'src/sim/packet/codec.test.ts'],
  },
  {
    id: 'pcapng',
    area: 'outputs',
    fidelity: 'exact',
    against: ['tool'],
    tests: ['e2e/wire/wire.test.ts', 'src/sim/packet/pcapng.test.ts'],
  },
  {
    id: 'lab',
    area: 'outputs',
    fidelity: 'exact',
    against: ['kernel'],
    tests: [KERNEL_SUITE, 'e2e/kernel/lab.test.ts', 'src/sim/lab/lab.test.ts'],
  },
  // Faults and comparison
  {
    id: 'faults',
    area: 'faults',
    fidelity: 'modelled',
    against: ['kernel', 'walk'],
    tests: ['src/sim/cluster/faults.test.ts', KERNEL_SUITE],
  },
  { id: 'align', area: 'faults', against: ['property'], tests: ['src/sim/trace/align.test.ts'] },
] as const satisfies readonly Verified[];

export type FeatureId = (typeof verified)[number]['id'];
