/**
 * Felix' packet mark bits: the lowest bits of its default mask 0xffff0000, in the order in which it allocates them.
 * kube-proxy's 0x4000 lies outside the mask.
 */
export const MARK_ACCEPT = 0x10000;
export const MARK_PASS = 0x20000;
/** 0x40000 is the drop bit, which only policies with a deny action use. */
export const MARK_SCRATCH0 = 0x80000;
export const MARK_SCRATCH1 = 0x100000;
export const ALL_MARKS = MARK_ACCEPT | MARK_PASS | MARK_SCRATCH0 | MARK_SCRATCH1;

export const VXLAN_DEVICE = 'vxlan.calico';
export const VXLAN_PORT = 4789;
export const VXLAN_VNI = 4096;

export const ALL_POOLS_SET = 'cali40all-ipam-pools';
export const MASQ_POOLS_SET = 'cali40masq-ipam-pools';
export const VXLAN_SOURCES_SET = 'cali40all-vxlan-net';
export const THIS_HOST_SET = 'cali40this-host';
export const DSCP_SET = 'cali40dscp-src-net';
