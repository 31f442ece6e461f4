/** The kube-proxy modes. A new mode is a folder beside this file and a line in `plugins`. */
import type { ClusterSettings } from '../k8s/cluster-state.ts';
import type { NetnsPart } from '../net/config.ts';
import { lazyProxy } from '../lazy.ts';
import type { Lazy, ProxyPlugin } from '../plugin.ts';
import { iptablesProxy } from './iptables/iptables-proxy.ts';
import { ipvsAbout } from './ipvs/about.ts';
import { kubeletPart } from './kubelet.ts';
import { nftablesAbout } from './nftables/about.ts';

export type ProxyMode = ClusterSettings['kubeProxy']['mode'];

const empty: NetnsPart = {};

/** No kube-proxy at all (`kubeProxyMode: none`): Services have addresses and nothing serves them. */
const noProxy: ProxyPlugin = {
  id: 'none',
  label: 'no kube-proxy',
  fidelity: 'exact',
  sources: ['kubernetes-sigs/kind site/content/docs/user/configuration.md'],
  setUpNode: () => empty,
};

/** A mode whose code comes when it is chosen is a `lazyProxy` of ../lazy.ts, as in cni/registry.ts. */
const modes: readonly (ProxyPlugin & Partial<Lazy<ProxyPlugin>>)[] = [
  iptablesProxy,
  lazyProxy(nftablesAbout, async () => (await import('./nftables/nftables-proxy.ts')).nftablesProxy),
  lazyProxy(ipvsAbout, async () => (await import('./ipvs/ipvs-proxy.ts')).ipvsProxy),
  noProxy,
];

const withKubelet = new WeakMap<NetnsPart, WeakMap<NetnsPart, NetnsPart>>();

/** The kubelet's chains come before kube-proxy's, which starts later; equal parts give the identical joined part. */
function join(kubelet: NetnsPart, proxy: NetnsPart): NetnsPart {
  let byProxy = withKubelet.get(kubelet);
  if (byProxy === undefined) {
    byProxy = new WeakMap();
    withKubelet.set(kubelet, byProxy);
  }
  let joined = byProxy.get(proxy);
  if (joined === undefined) {
    joined = {
      ...proxy,
      chains: [...(kubelet.chains ?? []), ...(proxy.chains ?? [])],
      hooks: [...(kubelet.hooks ?? []), ...(proxy.hooks ?? [])],
    };
    byProxy.set(proxy, joined);
  }
  return joined;
}

/** All modes, each with what the kubelet writes beside it. */
export const proxyPlugins: typeof modes = modes.map((mode) => ({
  ...mode,
  setUpNode: (context) => join(kubeletPart(context.cluster.settings), mode.setUpNode(context)),
}));

/** The plug-in of a mode; undefined for one that Kubernetes has and the simulator does not. */
export function proxyPlugin(mode: ProxyMode): (typeof modes)[number] | undefined {
  return proxyPlugins.find((plugin) => plugin.id === mode);
}
