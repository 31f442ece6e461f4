/** What the controller says in conditions, told at the line that it is about. */
import type { ClusterState } from '../../k8s/cluster-state.ts';
import type { L7Note } from '../../plugin.ts';
import type { Condition } from '../gateway-api/condition.ts';
import { unresolvedMessage, type RouteState } from './routes.ts';
import { translate } from './translate.ts';

export function notes(cluster: ClusterState): readonly L7Note[] {
  const { gateways, routes } = translate(cluster);
  return [
    ...gateways.flatMap(({ gateway, listeners }) =>
      listeners.flatMap(({ listener, ready, conditions }): readonly L7Note[] => {
        const about = { gateway: gateway.name, listener: listener.name };
        const bad = conditions.find(isBad);
        if (bad !== undefined) {
          const params = { ...about, ...told(bad) };
          return [{ severity: 'warning', code: 'gateway/listener', params, origin: listener.origin }];
        }
        if (!ready || listener.protocol === 'HTTP') return [];
        const params = { ...about, protocol: listener.protocol };
        return [{ severity: 'info', code: 'gateway/not-on-the-wire', params, origin: listener.origin }];
      }),
    ),
    ...routes.flatMap(routeNotes),
  ];
}

const isBad = ({ type, status }: Condition): boolean =>
  type === 'Conflicted' || type === 'PartiallyInvalid' ? status === 'True' : status === 'False';

const told = ({ type, status, reason, message }: Condition) => ({ type, status, reason, message });

/** A refusal at its parentRef, a rule's filter at the rule, a backend at the backendRef. */
function routeNotes({ route, rules, parents }: RouteState): readonly L7Note[] {
  const about = { kind: route.kind, route: route.name };
  const found: L7Note[] = [];
  for (const { ref, gateway, attached, conditions: own } of parents) {
    const accepted = own.find(({ type }) => type === 'Accepted');
    if (attached.length > 0 || accepted === undefined) continue;
    const params = { ...about, gateway: `${gateway.namespace}/${gateway.name}`, ...told(accepted) };
    found.push({ severity: 'warning', code: 'gateway/route', params, origin: ref.origin });
  }
  rules.forEach(({ rule, problem, dropped }, i) => {
    if (problem === undefined) return;
    const params = { ...about, rule: i, answer: dropped ? 0 : 500, message: problem };
    found.push({ severity: 'warning', code: 'gateway/rule', params, origin: rule.origin });
  });
  rules.forEach(({ rule, backends }, i) => {
    backends.forEach((backend, j) => {
      if (!('why' in backend)) return;
      const service = backend.service.replace(/:$/, '');
      const params = { ...about, service, reason: backend.why, message: unresolvedMessage(backend, i, j) };
      const { origin = rule.origin } = rule.backendRefs[j] ?? {};
      found.push({ severity: 'warning', code: 'gateway/backend', params, origin });
    });
  });
  return found;
}
