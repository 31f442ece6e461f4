/** What proxies ask of netfilter: its code is fetched where a rule first needs it. */
import { fetched } from '../../base/code.ts';

export const proxyRulesModule = fetched('netfilter-proxy', () => import('./proxy.ts'));

export const proxyRules = proxyRulesModule.need;
