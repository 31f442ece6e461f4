import { parseCidrStrict } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { cidrValue } from './names.ts';
import { asRecords, type Body, type KindSpec, type Report, simulated } from './schema.ts';

/** kind's own cluster configuration (kind.x-k8s.io/v1alpha4). */
export const kindCluster: KindSpec = {
  kind: 'Cluster',
  apiVersion: 'kind.x-k8s.io/v1alpha4',
  scope: 'none',
  effect: 'settings',
  type: 'KindCluster',
  types: {
    KindCluster:
      'kind:s apiVersion:s name:s nodes:[KindNode networking:KindNetworking featureGates:{b runtimeConfig:{s kubeadmConfigPatches:[s kubeadmConfigPatchesJSON6902:[KindPatch containerdConfigPatches:[s containerdConfigPatchesJSON6902:[s',
    KindNode:
      'role:s image:s labels:{s extraMounts:[KindMount extraPortMappings:[KindPortMapping kubeadmConfigPatches:[s kubeadmConfigPatchesJSON6902:[KindPatch',
    KindNetworking:
      'ipFamily:s apiServerPort:i apiServerAddress:s podSubnet:s serviceSubnet:s disableDefaultCNI:b kubeProxyMode:s dnsSearch:[s',
    KindMount: 'containerPath:s hostPath:s readOnly:b selinuxRelabel:b propagation:s',
    KindPortMapping: 'containerPort:i hostPort:i listenAddress:s protocol:s',
    KindPatch: 'group:s version:s kind:s patch:s',
  },
  rules: {
    ...simulated('name', 'nodes', 'nodes.labels', 'networking', 'networking.dnsSearch'),
    'nodes.role': { support: 'simulated', enum: ['control-plane', 'worker'], default: 'control-plane' },
    'nodes.image': { support: 'accepted' },
    'nodes.extraMounts': { support: 'accepted' },
    'nodes.extraPortMappings': { support: 'accepted' },
    'nodes.kubeadmConfigPatches': { support: 'accepted' },
    'nodes.kubeadmConfigPatchesJSON6902': { support: 'accepted' },
    featureGates: { support: 'accepted' },
    runtimeConfig: { support: 'accepted' },
    kubeadmConfigPatches: { support: 'accepted' },
    kubeadmConfigPatchesJSON6902: { support: 'accepted' },
    containerdConfigPatches: { support: 'simulated' },
    containerdConfigPatchesJSON6902: { support: 'accepted' },
    'networking.apiServerPort': { support: 'accepted' },
    'networking.apiServerAddress': { support: 'accepted' },
    'networking.disableDefaultCNI': { support: 'accepted' },
    'networking.ipFamily': {
      support: 'simulated',
      enum: ['ipv4', 'ipv6', 'dual'],
      default: 'ipv4',
    },
    'networking.kubeProxyMode': { enum: ['iptables', 'ipvs', 'nftables', 'none'], support: 'simulated' },
    'networking.podSubnet': { check: subnets, support: 'simulated' },
    'networking.serviceSubnet': { check: subnets, support: 'simulated' },
  },
  nameOf: (body) => String(body.name ?? 'kind'),
  validate: (body: Body, report: Report) => {
    const nodes = asRecords(body.nodes);
    if (nodes.length > 0 && !nodes.some((n) => n.role === 'control-plane')) {
      report('cluster/no-control-plane', ['nodes'], {}, { key: true });
    }
  },
};

/** One prefix, or two with a comma for dual stack. */
export function subnets(value: string, path: FieldPath, report: Report): void {
  const parts = value.split(',');
  if (parts.length === 1) cidrValue(value, path, report);
  else if (parts.some((part) => parseCidrStrict(part.trim()) === undefined))
    report('value/cidr', path, { value });
}
