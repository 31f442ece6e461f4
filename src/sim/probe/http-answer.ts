/** The HTTP part of a walk's answer: what came back, from which backend, and the request as that backend got it. */
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { HttpResponse } from '../packet/packet.ts';
import type { Trace } from '../trace/trace.ts';

type Walked = Pick<Trace, 'steps' | 'segments' | 'nat' | 'server'>;

export function httpAnswer(cluster: ClusterState, walked: Walked, http: HttpResponse): Trace['http'] {
  const service = serviceOf(walked);
  const pod = backendPod(cluster, walked);
  const request = requestAtBackend(walked);
  return {
    status: http.status,
    location: http.headers.find(([k]) => k.toLowerCase() === 'location')?.[1] ?? null,
    headers: Object.fromEntries(http.headers),
    ...((service !== undefined || pod !== undefined) && { backend: { service, pod } }),
    ...(request !== undefined && { request }),
  };
}

/** The Service that the last proxy asked; without one, that whose rule rewrote the probe's own destination. */
function serviceOf({ nat, steps, segments }: Walked): string | undefined {
  for (const { reason } of steps.toReversed()) {
    if (reason.code === 'proxy.forward' && reason.params.service !== undefined)
      return reason.params.service.replace(/:[^:]*$/, '');
  }
  for (const record of nat.toReversed()) {
    const step = steps[record.step];
    const object = step?.origin?.object;
    if (record.kind !== 'dnat' || object?.kind !== 'Service') continue;
    if (segments[step?.segment ?? -1]?.purpose === 'probe') return `${object.namespace}/${object.name}`;
  }
  return undefined;
}

function backendPod(cluster: ClusterState, { server }: Walked): string | undefined {
  if (server === undefined) return undefined;
  const pod = cluster.pods.find(
    (p) =>
      `${p.namespace}/${p.name}` === server.netns ||
      (p.hostNetwork &&
        `node/${p.node}` === server.netns &&
        p.listening.some((l) => l.protocol === 'TCP' && l.port === server.port)),
  );
  return pod === undefined ? undefined : `${pod.namespace}/${pod.name}`;
}

function requestAtBackend({ steps }: Walked): NonNullable<Trace['http']>['request'] {
  for (const step of steps.toReversed()) {
    const payload = step.packet?.payload;
    if (step.kind !== 'deliver' || step.dir !== 'request' || payload?.kind !== 'http-request') continue;
    const host = payload.headers.find(([k]) => k.toLowerCase() === 'host')?.[1] ?? '';
    return {
      method: payload.method,
      host,
      path: payload.path,
      headers: Object.fromEntries(payload.headers),
    };
  }
  return undefined;
}
