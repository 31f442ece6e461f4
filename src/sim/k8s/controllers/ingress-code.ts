/** What reads Ingresses is fetched for a cluster that has any, or a class of them, and for no other. */
import { fetched } from '../../base/code.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Store } from '../store.ts';
import type { Report } from './report.ts';

export const ingressCode = fetched('ingresses', () => import('./ingresses.ts'));

const NONE = { ingresses: [], ingressClasses: [] } as const;

export function ingressesIn(
  store: Store,
  report: Report,
): Pick<ClusterState, 'ingresses' | 'ingressClasses'> {
  const some = ['Ingress', 'IngressClass'].some((kind) => store.list(kind).length > 0);
  return some ? ingressCode.need().makeIngresses(store, report) : NONE;
}
