/** The `portmap` plug-in: its rules, and the SHA-512 of their chains' names, are fetched for a node with a pod that asks for a `hostPort`. */
import { fetched } from '../base/code.ts';
import type { Pod } from '../k8s/cluster-state.ts';
import type { NetnsPart } from '../net/config.ts';
import { mappingPods } from './host-ports.ts';
import type { PortmapConf } from './portmap-rules.ts';

export const portmapCode = fetched('portmap', () => import('./portmap-rules.ts'));

/** A node's part, and what portmap adds for its pods. */
export function withPortmap(part: NetnsPart, pods: readonly Pod[], conf: PortmapConf): NetnsPart {
  return mappingPods(pods).length === 0 ? part : portmapCode.need().withPortmap(part, pods, conf);
}
