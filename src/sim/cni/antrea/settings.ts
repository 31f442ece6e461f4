/** Options of antrea-config as the agent takes them. */
import { UNDERLAY_MTU } from '../place.ts';

export interface AntreaSettings {
  /** hybrid: nodes of the same subnet are routed to, the others are behind the tunnel. */
  readonly hybrid: boolean;
  /** Absent: noEncap. */
  readonly tunnel?: AntreaTunnel & { readonly checksum: boolean };
  readonly mtu: number;
}

interface AntreaTunnel {
  readonly type: 'geneve' | 'vxlan';
  /** The device of the kernel that vswitchd makes for the port antrea-tun0. */
  readonly device: string;
  readonly port: number;
}

const TUNNELS = {
  geneve: { type: 'geneve', device: 'genev_sys_6081', port: 6081 },
  vxlan: { type: 'vxlan', device: 'vxlan_sys_4789', port: 4789 },
} as const satisfies Record<string, AntreaTunnel>;

/** What either tunnel's headers take of the MTU over IPv4 (`CalculateMTUDeduction`). */
const OVERHEAD = 50;

export function antreaSettings(options: Readonly<Record<string, string>>): AntreaSettings {
  if (options.trafficEncapMode === 'noEncap') return { hybrid: false, mtu: UNDERLAY_MTU };
  const tunnel = TUNNELS[options.tunnelType === 'vxlan' ? 'vxlan' : 'geneve'];
  return {
    hybrid: options.trafficEncapMode === 'hybrid',
    tunnel: { ...tunnel, checksum: options.tunnelCsum === 'true' },
    mtu: UNDERLAY_MTU - OVERHEAD,
  };
}
