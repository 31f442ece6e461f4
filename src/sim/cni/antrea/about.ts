/** What the app says about Antrea before its code is there. */
import type { CniAbout } from '../../plugin.ts';

export const antreaAbout: CniAbout = {
  id: 'antrea',
  label: 'Antrea',
  fidelity: 'modelled',
  sources: [
    'Antrea 1.15: docs/design/ovs-pipeline.md (tables, flows, groups, registers)',
    'Antrea: pkg/agent/openflow/{pipeline,framework,service}.go, pkg/agent/route/route_linux.go, pkg/agent/util/net.go, pkg/agent/config/node_config.go, pkg/agent/agent.go (setupDefaultTunnelInterface), as far as they could be read',
    'ovs-fields(7), ovs-actions(7); net/openvswitch/conntrack.c, actions.c',
    'no kernel proof: no kernel here has Open vSwitch',
  ],
  options: [
    { name: 'tunnelType', values: ['geneve', 'vxlan'], default: 'geneve' },
    { name: 'tunnelCsum', values: ['false', 'true'], default: 'false' },
    { name: 'trafficEncapMode', values: ['encap', 'noEncap', 'hybrid'], default: 'encap' },
  ],
  enforcesNetworkPolicy: true,
  portMappings: true,
  kernelModule: 'openvswitch',
  commands: [
    { command: 'ovs-ofctl dump-flows br-int -O OpenFlow15 --no-stats --names', maps: [] },
    { command: 'ovs-ofctl dump-groups br-int -O OpenFlow15 --names', maps: [] },
    { command: 'ovs-vsctl show', maps: [] },
  ],
};
