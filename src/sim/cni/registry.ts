/**
 * Every CNI plug-in. A new one is a folder and a line here: its `about.ts` comes with the first load, its code when a
 * scenario chooses it. Only the default's code is always there.
 */
import { lazyCni } from '../lazy.ts';
import type { CniPlugin, Lazy } from '../plugin.ts';
import { antreaAbout } from './antrea/about.ts';
import { awsVpcAbout } from './aws-vpc/about.ts';
import { azureAbout } from './azure/about.ts';
import { bridgeAbout } from './bridge/about.ts';
import { calicoAbout } from './calico/about.ts';
import { ciliumAbout } from './cilium/about.ts';
import { flannel } from './flannel/flannel.ts';
import { kindnetAbout } from './kindnet/about.ts';
import { kubenetAbout } from './kubenet/about.ts';
import { weaveAbout } from './weave/about.ts';

export const cniRegistry: readonly (CniPlugin & Partial<Lazy<CniPlugin>>)[] = [
  flannel,
  lazyCni(calicoAbout, async () => (await import('./calico/calico.ts')).calico),
  lazyCni(kindnetAbout, async () => (await import('./kindnet/kindnet.ts')).kindnet),
  lazyCni(awsVpcAbout, async () => (await import('./aws-vpc/aws-vpc.ts')).awsVpc),
  lazyCni(azureAbout, async () => (await import('./azure/azure.ts')).azure),
  lazyCni(bridgeAbout, async () => (await import('./bridge/bridge.ts')).bridge),
  lazyCni(ciliumAbout, async () => (await import('./cilium/cilium.ts')).cilium),
  lazyCni(antreaAbout, async () => (await import('./antrea/antrea.ts')).antrea),
  lazyCni(kubenetAbout, async () => (await import('./kubenet/kubenet.ts')).kubenet),
  lazyCni(weaveAbout, async () => (await import('./weave/weave.ts')).weave),
];

/** The plug-in that `Playground.cni` names, or undefined. */
export function cniPlugin(name: string): (typeof cniRegistry)[number] | undefined {
  return cniRegistry.find((plugin) => plugin.id === name);
}
