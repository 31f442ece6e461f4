/** What reads the Gateway API's objects is fetched for a cluster that has any, and for no other. */
import { fetched } from '../../base/code.ts';
import type { Store } from '../store.ts';
import type { GatewayApi } from './objects.ts';

export const gatewayApiCode = fetched('gateway-api', () => import('./read.ts'));

const KINDS = ['GatewayClass', 'Gateway', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'];

export function gatewayApiIn(store: Store): { readonly gatewayApi?: GatewayApi } {
  const some = KINDS.some((kind) => store.list(kind).length > 0);
  return some ? { gatewayApi: gatewayApiCode.need().readGatewayApi(store) } : {};
}
