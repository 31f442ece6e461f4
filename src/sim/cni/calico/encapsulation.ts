/** What the option `encapsulation` means for the pool of one family. IPIP carries IPv4 alone: a pool of IPv6 is then without. */
import type { IpFamily } from '../../base/ip.ts';

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
