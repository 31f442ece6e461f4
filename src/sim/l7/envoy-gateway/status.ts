/** The status that Envoy Gateway writes (internal/gatewayapi/status). Times and generations are left out: nothing here has any. */
import { objectKey } from '../../base/origin.ts';
import type { ClusterState, Pod } from '../../k8s/cluster-state.ts';
import type { Condition } from '../gateway-api/condition.ts';
import { NAMESPACE, proxyName } from './installs.ts';
import type { GatewayState } from './routes.ts';
import { CONTROLLER, translate, type Translation } from './translate.ts';

/** By the object's key. */
export function statuses(cluster: ClusterState): ReadonlyMap<string, object> {
  const translation = translate(cluster);
  const made = new Map<string, object>();
  for (const { controllerName, origin } of cluster.gatewayApi?.classes ?? []) {
    if (controllerName === CONTROLLER) made.set(objectKey(origin.object), { conditions: [ACCEPTED_CLASS] });
  }
  const pods = podsByProxy(cluster);
  for (const state of translation.gateways) {
    made.set(objectKey(state.gateway.origin.object), gatewayStatus(state, translation, cluster, pods));
  }
  for (const { route, parents } of translation.routes) {
    const entries = parents.map(({ ref, conditions }) => {
      const { origin: _, ...parentRef } = ref;
      return { parentRef, controllerName: CONTROLLER, conditions };
    });
    made.set(objectKey(route.origin.object), { parents: entries });
  }
  return made;
}

const ACCEPTED_CLASS: Condition = {
  type: 'Accepted',
  status: 'True',
  reason: 'Accepted',
  message: 'Valid GatewayClass',
};

function gatewayStatus(
  { gateway, listeners }: GatewayState,
  { attachedTo }: Translation,
  cluster: ClusterState,
  pods: ReadonlyMap<string, readonly Pod[]>,
): object {
  const name = proxyName(gateway);
  const addresses = addressesOf(name, cluster);
  return {
    ...(addresses.length > 0 && { addresses: addresses.map((value) => ({ type: 'IPAddress', value })) }),
    conditions: [
      {
        type: 'Accepted',
        status: 'True',
        reason: 'Accepted',
        message: 'The Gateway has been scheduled by Envoy Gateway',
      },
      programmed(addresses.length, pods.get(name) ?? []),
    ],
    listeners: listeners.map((state) => ({
      name: state.listener.name,
      supportedKinds: state.kinds.map((kind) => ({ group: 'gateway.networking.k8s.io', kind })),
      attachedRoutes: attachedTo(state),
      conditions: state.conditions,
    })),
  };
}

function addressesOf(name: string, { services }: ClusterState): readonly string[] {
  const service = services.find((one) => one.namespace === NAMESPACE && one.name === name);
  return (service?.loadBalancerIngress ?? []).flatMap(({ ip }) => ip ?? []);
}

/** By the name of their Deployment. */
function podsByProxy({ pods }: ClusterState): ReadonlyMap<string, readonly Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (pod.namespace !== NAMESPACE) continue;
    for (const { kind, name } of pod.owners) {
      if (kind === 'Deployment') found.set(name, [...(found.get(name) ?? []), pod]);
    }
  }
  return found;
}

function programmed(addresses: number, own: readonly Pod[]): Condition {
  const ready = own.filter((pod) => pod.ready).length;
  const no = (reason: string, message: string): Condition => ({
    type: 'Programmed',
    status: 'False',
    reason,
    message,
  });
  if (addresses === 0) return no('AddressNotAssigned', 'No addresses have been assigned to the Gateway');
  if (ready === 0) return no('NoResources', 'Deployment replicas unavailable');
  const message = `Address assigned to the Gateway, ${ready}/${own.length} envoy replicas available`;
  return { type: 'Programmed', status: 'True', reason: 'Programmed', message };
}
