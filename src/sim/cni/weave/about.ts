/** What the app says about Weave Net before its code is there. */
import type { CniAbout } from '../../plugin.ts';

export const weaveAbout: CniAbout = {
  id: 'weave',
  label: 'Weave Net',
  fidelity: 'modelled',
  sources: [
    'historic: weaveworks/weave was archived in 2024; its last release is 2.8.1 of 2021',
    'weaveworks/weave: router/fastdp.go, net/bridge.go, net/expose.go, npc/*.go, net/ipset, prog/weave-kube/launch.sh, prog/weave-npc/main.go, as of 2.8 and its continuation rajch/weave',
    'rules, flows and devices of nodes that ran 2.6 to 2.8, as people published them',
    'iptables-save, ipset save and list of its rules and sets: Linux 6.18, iptables 1.8.9, ipset 7.17',
    'no kernel proof of the datapath: no kernel here has Open vSwitch',
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
