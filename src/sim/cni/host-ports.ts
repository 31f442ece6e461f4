/** What a pod asks of its node with `hostPort`, and the id that the runtime gives its sandbox. */
import type { Ip } from '../base/ip.ts';
import { hex, sha256 } from '../base/sha256.ts';
import type { Pod } from '../k8s/cluster-state.ts';
import { podKey } from './place.ts';

export interface HostPort {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly proto: 'tcp' | 'udp' | 'sctp';
  readonly hostIP?: Ip;
}

const PROTO = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;
const none: readonly HostPort[] = [];
const known = new WeakMap<Pod, readonly HostPort[]>();

/** The port mappings that the kubelet hands to the runtime, container by container. */
export function hostPortsOf(pod: Pod): readonly HostPort[] {
  let found = known.get(pod);
  if (found === undefined) {
    const all = pod.containers.flatMap((container) =>
      container.ports.flatMap((port): HostPort[] => {
        const { hostPort, containerPort, hostIP } = port;
        if (hostPort === undefined || hostPort === 0) return [];
        return [
          {
            hostPort,
            containerPort,
            proto: PROTO[port.protocol],
            ...(hostIP === undefined ? {} : { hostIP }),
          },
        ];
      }),
    );
    found = all.length === 0 ? none : all;
    known.set(pod, found);
  }
  return found;
}

/** Pods of a list that map a port: what the rules for host ports depend on. */
export function mappingPods(pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((pod) => hostPortsOf(pod).length > 0);
}

/** CNI_CONTAINERID. A real one is random; here it is drawn from the pod's name. */
export function sandboxId(pod: Pick<Pod, 'namespace' | 'name'>): string {
  return hex(sha256(`sandbox ${podKey(pod)}`));
}
