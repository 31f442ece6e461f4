import type { CniAbout } from '../../plugin.ts';

export const awsVpcAbout: CniAbout = {
  id: 'aws-vpc',
  label: 'AWS VPC CNI',
  fidelity: 'modelled',
  sources: [
    'amazon-vpc-cni-k8s v1.20: pkg/networkutils/network.go, cmd/routed-eni-cni-plugin/driver, cmd/aws-vpc-cni-init',
    'containernetworking/plugins: portmap',
    'network namespaces on Linux 6.18',
  ],
  options: [
    { name: 'AWS_VPC_K8S_CNI_EXTERNALSNAT', values: ['false', 'true'], default: 'false' },
    {
      name: 'instanceType',
      values: ['t3.small', 't3.medium', 'm5.large', 'm5.4xlarge'],
      default: 't3.medium',
    },
  ],
  enforcesNetworkPolicy: false,
  portMappings: true,
  kubeProxyClusterCIDR: 'none',
};
