/** Cilium's options, read once: what they switch on in the agent. */
import type { TUNNEL } from './names.ts';

export interface CiliumSettings {
  readonly tunnel: boolean;
  readonly tunnelProtocol: keyof typeof TUNNEL;
  readonly kubeProxyReplacement: boolean;
  /** `socketLB.hostNamespaceOnly`: the node's own sockets alone; a pod's Services are looked up in its packets. */
  readonly hostNamespaceOnly: boolean;
  readonly bpfMasquerade: boolean;
  /**
   * eBPF host routing: packets skip the node's own stack. Needs the kube-proxy replacement and eBPF masquerading
   * (daemon/cmd/kube_proxy_replacement.go); otherwise the agent falls back to legacy routing, as this does.
   */
  readonly hostRouting: boolean;
}

export function ciliumSettings(options: Readonly<Record<string, string>>): CiliumSettings {
  const kubeProxyReplacement = options.kubeProxyReplacement === 'true';
  // "BPF masquerade requires NodePort": without the replacement the agent goes on with iptables.
  const bpfMasquerade = options['bpf.masquerade'] === 'true' && kubeProxyReplacement;
  return {
    tunnel: options.routingMode !== 'native',
    tunnelProtocol: options.tunnelProtocol === 'geneve' ? 'geneve' : 'vxlan',
    kubeProxyReplacement,
    hostNamespaceOnly: kubeProxyReplacement && options['socketLB.hostNamespaceOnly'] === 'true',
    bpfMasquerade,
    hostRouting: bpfMasquerade,
  };
}
