/** Every CNI plug-in. A new one is a folder and a line here. */
import type { CniPlugin } from '../plugin.ts';
import { calico } from './calico/calico.ts';
import { flannel } from './flannel/flannel.ts';
import { kubenet } from './kubenet/kubenet.ts';

export const cniRegistry: readonly CniPlugin[] = [flannel, calico, kubenet];

/** The plug-in that `Playground.cni` names, or undefined. */
export function cniPlugin(name: string): CniPlugin | undefined {
  return cniRegistry.find((plugin) => plugin.id === name);
}
