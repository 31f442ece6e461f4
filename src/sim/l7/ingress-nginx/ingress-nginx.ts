/**
 * ingress-nginx: nginx pods that serve the Ingresses of their class. Each pod has the same configuration, and sends
 * requests straight to endpoints (its Lua balancer), not to the Service's address.
 * Leaves out: TLS, the annotations that annotations.ts does not read, the status that it writes into Ingresses, its
 * admission webhook, its ConfigMap.
 */
import type { ClusterState, Pod } from '../../k8s/cluster-state.ts';
import { imageRepository } from '../../k8s/images.ts';
import type { NetnsPart } from '../../net/config.ts';
import type { L7Plugin } from '../../plugin.ts';
import type { L7Listener } from '../config.ts';
import { proxyApp } from '../proxy.ts';
import { ingressNginxAbout } from './about.ts';
import { standingOf } from './annotations.ts';
import { configure } from './configure.ts';
import { INSTALLS } from './installs.ts';
import { nginx } from './nginx.ts';
import { pathNotes } from './unknown.ts';

const APP = 'own/ingress-nginx';
const HTTP_PORT = 80;

export const ingressNginx: L7Plugin = {
  ...ingressNginxAbout,
  installs: INSTALLS,
  podParts: (cluster) => {
    const pods = cluster.pods.filter(isController);
    if (pods.length === 0) return new Map();
    const settings = listenerOf(cluster);
    return new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, partOf(pod, settings)]));
  },
  ownApps: { [APP]: proxyApp(nginx) },
  notes: pathNotes,
  annotation: (name, value) => standingOf(name.slice(ingressNginxAbout.ingress.annotations.length), value),
};

function isController(pod: Pod): boolean {
  return (
    pod.phase === 'Running' &&
    pod.containers.some(({ image }) => ingressNginxAbout.images.includes(imageRepository(image)))
  );
}

interface Made {
  readonly from: readonly unknown[];
  readonly listener: L7Listener;
}

let last: Made | undefined;

/** The identical configuration again while nothing that it is made from changed. */
function listenerOf(cluster: ClusterState): L7Listener {
  const { ingresses, ingressClasses, services, endpointSlices, settings } = cluster;
  const from = [ingresses, ingressClasses, services, endpointSlices, settings];
  if (last === undefined || last.from.some((one, i) => one !== from[i])) {
    last = { from, listener: { port: HTTP_PORT, ...configure(cluster) } };
  }
  return last.listener;
}

const parts = new WeakMap<Pod, { readonly settings: L7Listener; readonly part: NetnsPart }>();

function partOf(pod: Pod, settings: L7Listener): NetnsPart {
  const made = parts.get(pod);
  if (made?.settings === settings) return made.part;
  const part: NetnsPart = {
    listeners: [
      {
        proto: 'tcp',
        ip: '0.0.0.0',
        port: HTTP_PORT,
        app: APP,
        process: 'nginx',
        container: 'controller',
        settings,
        origin: pod.origin,
      },
    ],
  };
  parts.set(pod, { settings, part });
  return part;
}
