/** What kube-proxy sets about connection tracking, whatever its mode (cmd/kube-proxy/app/conntrack.go). */
import type { ClusterSettings } from '../k8s/cluster-state.ts';
import type { NetnsPart } from '../net/config.ts';

/** Both times are written unless they are 0; the kernel's own are 5 days and 60 s. */
export function conntrackSysctls(kubeProxy: ClusterSettings['kubeProxy']): NonNullable<NetnsPart['sysctls']> {
  const { tcpEstablishedTimeoutSeconds: established, tcpCloseWaitTimeoutSeconds: closeWait } = kubeProxy;
  return {
    ...(kubeProxy.tcpBeLiberal ? { tcpBeLiberal: true } : {}),
    ...(established > 0 ? { conntrackTcpEstablishedSeconds: established } : {}),
    ...(closeWait > 0 ? { conntrackTcpCloseWaitSeconds: closeWait } : {}),
  };
}
