import type { CniAbout } from '../../plugin.ts';

const CALICO = 'projectcalico.org';

export const calicoAbout: CniAbout = {
  id: 'calico',
  label: 'Calico',
  fidelity: 'modelled',
  sources: [
    'Calico v3.30-v3.32: felix/rules, felix/dataplane/linux, felix/iptables (rule hashes checked against printed ones)',
    'Calico: confd (BIRD programs the routes of IPIP and unencapsulated pools, the default of v3.30-v3.32)',
    'Calico: cni-plugin/pkg/dataplane/linux, libcalico-go/lib/backend/k8s/conversion, manifests/calico.yaml',
  ],
  options: [
    {
      name: 'encapsulation',
      values: ['VXLAN', 'VXLANCrossSubnet', 'IPIP', 'IPIPCrossSubnet', 'None'],
      default: 'VXLAN',
    },
    { name: 'ipam', values: ['calico-ipam', 'host-local'], default: 'calico-ipam' },
  ],
  ipFamilies: [4, 6],
  conflicts: ['VXLAN', 'VXLANCrossSubnet'].map((encapsulation) => ({
    when: { encapsulation, ipam: 'host-local' },
    message:
      'Felix makes its VXLAN routes from the blocks of calico-ipam, and host-local has none. Choose encapsulation IPIP, IPIPCrossSubnet or None: their routes come by BGP',
  })),
  enforcesNetworkPolicy: true,
  clusterPolicies: { kinds: ['ClusterNetworkPolicy'], lacks: ['namedPorts', 'nodes', 'domainNames'] },
  // What the installation makes; NetworkPolicies count as of order 1000 in `default`.
  ownPolicies: {
    group: CALICO,
    tiers: [
      {
        name: 'kube-admin',
        order: 1_000,
        how: 'first-match',
        end: 'next',
        clusterPolicies: 'Admin',
        ownPolicies: CALICO,
      },
      {
        name: 'default',
        order: 1_000_000,
        how: 'first-match',
        end: 'deny',
        networkPolicies: { order: 1000 },
        ownPolicies: CALICO,
      },
      {
        name: 'kube-baseline',
        order: 10_000_000,
        how: 'first-match',
        end: 'next',
        clusterPolicies: 'Baseline',
        ownPolicies: CALICO,
      },
    ],
  },
  portMappings: true,
};
