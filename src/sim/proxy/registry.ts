/** The kube-proxy modes. A new mode is a folder beside this file and a line in `plugins`. */
import type { ClusterSettings } from '../k8s/cluster-state.ts';
import type { NetnsPart } from '../net/config.ts';
import type { ProxyPlugin } from '../plugin.ts';
import { iptablesProxy } from './iptables/iptables-proxy.ts';

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

const plugins: ReadonlyMap<ProxyMode, ProxyPlugin> = new Map([
  ['iptables', iptablesProxy],
  ['none', noProxy],
]);

export const proxyPlugins: readonly ProxyPlugin[] = [...plugins.values()];

export type ProxyChoice =
  | { readonly available: true; readonly plugin: ProxyPlugin }
  /** The mode exists in Kubernetes and not here (yet): report `code` and simulate with `fallback`. */
  | {
      readonly available: false;
      readonly fallback: ProxyPlugin;
      readonly code: 'proxy/mode-not-available';
      readonly params: { readonly mode: string; readonly used: string };
    };

export function proxyFor(mode: ProxyMode): ProxyChoice {
  const plugin = plugins.get(mode);
  if (plugin !== undefined) return { available: true, plugin };
  return {
    available: false,
    fallback: iptablesProxy,
    code: 'proxy/mode-not-available',
    params: { mode, used: iptablesProxy.id },
  };
}
