/**
 * The chart's values as far as the injector asks them: from the ConfigMap `istio-sidecar-injector` where the scenario has it
 * (`helm template` writes it), else as installed.
 */
import { asRecord, type Body } from '../../../k8s/kinds/schema.ts';
import type { Store } from '../../../k8s/store.ts';
import type { Backend } from '../reach.ts';

export interface Values {
  readonly revision: string;
  readonly namespace: string;
  /** `docker.io/istio/proxyv2:1.28.0` */
  readonly image: string;
  /** The CNI plug-in writes the rules: no container needs NET_ADMIN. */
  readonly cni: boolean;
  readonly clusterDomain: string;
  readonly resources: Body;
}

const RESOURCES: Body = {
  limits: { cpu: '2', memory: '1Gi' },
  requests: { cpu: '100m', memory: '128Mi' },
};

export function valuesOf({ namespace, image, labels }: Backend, objects: Pick<Store, 'get'>): Values {
  const revision = labels['istio.io/rev'] ?? 'default';
  const suffix = revision === 'default' ? '' : `-${revision}`;
  const map = objects.get('ConfigMap', namespace, `istio-sidecar-injector${suffix}`);
  const values = parsed(asRecord(map?.body['data'])['values']);
  const { hub, tag, proxy } = asRecord(values['global']);
  const { image: own, clusterDomain, resources } = asRecord(proxy);
  const name = typeof own === 'string' && own !== '' ? own : 'proxyv2';
  const built =
    typeof hub === 'string' && (typeof tag === 'string' || typeof tag === 'number')
      ? `${hub}/${name}:${tag}`
      : // One release has one hub and one tag for both, and no digest.
        image.replace(/@.*$/, '').replace(/(^|\/)pilot(?=$|:)/, `$1${name}`);
  const cni = [asRecord(asRecord(values['pilot'])['cni']), asRecord(values['istio_cni'])];
  return {
    revision,
    namespace,
    image: name.includes('/') ? name : built,
    cni: cni.some(({ enabled }) => enabled === true),
    clusterDomain: typeof clusterDomain === 'string' ? clusterDomain : 'cluster.local',
    resources: resources === undefined ? RESOURCES : asRecord(resources),
  };
}

function parsed(text: unknown): Body {
  if (typeof text !== 'string') return {};
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return {};
  }
}
