/** What the app says about Weave Net before its code is there. */
import type { CniAbout } from '../../plugin.ts';

export const weaveAbout: CniAbout = {
  id: 'weave',
  label: 'Weave Net',
  fidelity: 'modelled',
  sources: [
    'historic: archived in 2024, last release 2.8.1 of 2021',
    'weaveworks/weave 2.8 and its continuation rajch/weave: router/fastdp.go, net/, npc/, prog/weave-kube, prog/weave-npc',
    'rules, sets and flows of nodes that ran 2.6 to 2.8',
    'all but the datapath on Linux 6.18: no kernel here has Open vSwitch',
  ],
  options: [{ name: 'NO_MASQ_LOCAL', values: ['1', '0'], default: '1' }],
  enforcesNetworkPolicy: true,
  policyReading: { namedPorts: 'rejected', endPort: 'ignored' },
  portMappings: true,
  kernelModule: 'openvswitch',
  commands: [
    { command: 'ovs-dpctl show', maps: [] },
    { command: 'ovs-dpctl dump-flows datapath --names', maps: [] },
  ],
};
