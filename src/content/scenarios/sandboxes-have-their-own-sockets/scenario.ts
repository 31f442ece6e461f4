import type { ScenarioEntry } from '../scenario-entry.ts';
import classes from './classes.yaml?raw';
import clients from './clients.yaml?raw';
import cluster from './cluster.yaml?raw';
import web from './web.yaml?raw';

const PLUGIN = `plugins."io.containerd.cri.v1.runtime".containerd.runtimes`;
const OF_QEMU = 'runtime_type = "io.containerd.kata-qemu.v2"';

export const sandboxesHaveTheirOwnSockets: ScenarioEntry = {
  slug: 'sandboxes-have-their-own-sockets',
  files: [
    { name: 'cluster.yaml', text: cluster },
    { name: 'clients.yaml', text: clients },
    { name: 'classes.yaml', text: classes },
    { name: 'web.yaml', text: web },
  ],
  solution: [
    {
      file: 'cluster.yaml',
      replace: 'socketLB.hostNamespaceOnly: "false"',
      by: 'socketLB.hostNamespaceOnly: "true"',
    },
    {
      file: 'cluster.yaml',
      replace: OF_QEMU,
      by: `${OF_QEMU}\n    [${PLUGIN}.kata-fc]\n      runtime_type = "io.containerd.kata-fc.v2"`,
    },
  ],
};
