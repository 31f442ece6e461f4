/** What the option `encapsulation` means for the pool of one family. IPIP carries IPv4 alone: a pool of IPv6 is then without. */
import { cidrContains, type Ip, type IpFamily } from '../../base/ip.ts';
import type { ClusterSettings } from '../../k8s/cluster-state.ts';

export interface Encapsulation {
  readonly tunnel: 'vxlan' | 'ipip' | undefined;
  /** Only between nodes of different subnets. */
  readonly crossSubnet: boolean;
}

export function encapsulationOf(
  { encapsulation = 'VXLAN' }: Readonly<Record<string, string>>,
  family: IpFamily,
): Encapsulation {
  const crossSubnet = encapsulation.endsWith('CrossSubnet');
  if (encapsulation.startsWith('VXLAN')) return { tunnel: 'vxlan', crossSubnet };
  return { tunnel: encapsulation.startsWith('IPIP') && family === 4 ? 'ipip' : undefined, crossSubnet };
}

export const OVERHEAD = { vxlan: { 4: 50, 6: 70 }, ipip: { 4: 20, 6: 0 } } as const;

/** Two nodes on one link: they reach each other without a router. */
export function sameSubnet({ nodeSubnets }: Pick<ClusterSettings, 'nodeSubnets'>, a: Ip, b: Ip): boolean {
  return nodeSubnets.some((subnet) => cidrContains(subnet, a) && cidrContains(subnet, b));
}
