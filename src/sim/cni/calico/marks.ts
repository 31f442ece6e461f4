/**
 * Felix' packet mark bits: the lowest bits of its default mask 0xffff0000, in the order in which it allocates them.
 * kube-proxy's 0x4000 lies outside the mask.
 */
import type { IpFamily } from '../../base/ip.ts';

export const MARK_ACCEPT = 0x10000;
export const MARK_PASS = 0x20000;
/** Only rules that say Deny use it. */
export const MARK_DROP = 0x40000;
export const MARK_SCRATCH0 = 0x80000;
export const MARK_SCRATCH1 = 0x100000;
/** All bits that are left, for the endpoint that a packet through IPVS comes from; the lowest alone: none of Calico's. */
export const MARK_ENDPOINT = 0xffe00000;
export const MARK_NON_CALI_ENDPOINT = 0x200000;
export const ALL_MARKS = MARK_ACCEPT | MARK_PASS | MARK_SCRATCH0 | MARK_SCRATCH1;

export const VXLAN_DEVICE: Readonly<Record<IpFamily, string>> = { 4: 'vxlan.calico', 6: 'vxlan-v6.calico' };
export const VXLAN_PORT = 4789;
export const VXLAN_VNI = 4096;
export const IPIP_DEVICE = 'tunl0';

/** The IP sets that Felix keeps on every node, one of each family. */
export const staticSetName = {
  allPools: (family: IpFamily) => `cali${family}0all-ipam-pools`,
  masqPools: (family: IpFamily) => `cali${family}0masq-ipam-pools`,
  vxlanSources: (family: IpFamily) => `cali${family}0all-vxlan-net`,
  allHosts: (family: IpFamily) => `cali${family}0all-hosts-net`,
  thisHost: (family: IpFamily) => `cali${family}0this-host`,
  dscp: (family: IpFamily) => `cali${family}0dscp-src-net`,
} as const;
