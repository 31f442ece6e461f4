/** Options of antrea-config as the agent takes them. */
import { UNDERLAY_MTU } from '../place.ts';

export interface AntreaSettings {
  /** Absent: noEncap. */
  readonly tunnel?: { readonly type: 'vxlan'; readonly device: string; readonly port: number };
  readonly mtu: number;
}

/** What a tunnel's headers take of the MTU over IPv4. */
const OVERHEAD = 50;

export function antreaSettings(options: Readonly<Record<string, string>>): AntreaSettings {
  if (options.trafficEncapMode === 'noEncap') return { mtu: UNDERLAY_MTU };
  return {
    tunnel: { type: 'vxlan', device: 'vxlan_sys_4789', port: 4789 },
    mtu: UNDERLAY_MTU - OVERHEAD,
  };
}
