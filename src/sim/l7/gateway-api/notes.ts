/** What no controller would say: nobody is there to write it. */
import type { ClusterState } from '../../k8s/cluster-state.ts';
import type { L7Note } from '../../plugin.ts';

/** `controllers` are the names of those that run, `known` what could be installed, by controllerName. */
export function unservedNotes(
  { gatewayApi, refused }: Pick<ClusterState, 'gatewayApi' | 'refused'>,
  controllers: ReadonlySet<string>,
  known: ReadonlyMap<string, string>,
): readonly L7Note[] {
  if (gatewayApi === undefined) return [];
  const notes: L7Note[] = [];
  const at = (origin: L7Note['origin'], ...path: readonly string[]): L7Note['origin'] => ({
    ...origin,
    path: ['spec', ...path],
  });
  for (const { name, controllerName, origin } of gatewayApi.classes) {
    if (controllers.has(controllerName)) continue;
    const install = known.get(controllerName) ?? '';
    notes.push({
      severity: 'warning',
      code: 'gateway/no-controller',
      params: { class: name, controller: controllerName, install },
      origin: at(origin, 'controllerName'),
    });
  }
  const classes = new Set(gatewayApi.classes.map(({ name }) => name));
  for (const { name, className, origin } of gatewayApi.gateways) {
    if (classes.has(className)) continue;
    notes.push({
      severity: 'warning',
      code: 'gateway/no-class',
      params: { gateway: name, class: className, known: [...classes].join(', ') },
      origin: at(origin, 'gatewayClassName'),
    });
  }
  const gateways = new Set(gatewayApi.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
  // One that was refused is told of where it stands.
  for (const { object } of refused) {
    if (object.kind === 'Gateway') gateways.add(`${object.namespace ?? 'default'}/${object.name}`);
  }
  for (const { kind, name, namespace, parentRefs } of gatewayApi.routes) {
    for (const ref of parentRefs) {
      const gateway = `${ref.namespace ?? namespace}/${ref.name}`;
      if (ref.kind !== 'Gateway' || gateways.has(gateway)) continue;
      const params = { kind, route: name, gateway };
      notes.push({ severity: 'warning', code: 'gateway/no-parent', params, origin: ref.origin });
    }
  }
  return notes;
}
