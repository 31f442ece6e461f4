/** `ip route show cache`: the exceptions that path MTU discovery made (`path-mtu.ts`), as iproute2 prints them. */
import type { NetnsConfig } from '../config.ts';
import { netnsOf } from '../netns.ts';
import { ROUTE_METRIC } from '../route6.ts';
import type { ShowLine, ShowRuntime } from './show.ts';

export function ipRouteCache(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  family: 4 | 6,
): ShowLine[] {
  const { fib } = netnsOf(config);
  return [...(runtime?.state.pathMtu ?? [])].flatMap(([ip, { mtu, expiresAtMs }]): ShowLine[] => {
    const seconds = Math.floor((expiresAtMs - (runtime?.clockMs ?? 0)) / 1000);
    const route = fib.lookup(ip);
    if (ip.includes(':') !== (family === 6) || seconds <= 0 || route === undefined) return [];
    const via = route.via === undefined ? '' : `via ${route.via} `;
    const text =
      family === 6
        ? `${ip} ${via}dev ${route.dev} metric ${ROUTE_METRIC} expires ${seconds}sec mtu ${mtu} pref medium`
        : `${ip} ${via}dev ${route.dev} \n    cache expires ${seconds}sec mtu ${mtu} `;
    return text.split('\n').map((line) => ({ text: line, key: route.row }));
  });
}
