/** What Envoy's connection manager knows of headers and of who asks. */
import { cidr, cidrContains, type Ip } from '../../base/ip.ts';

/** Headers about one connection alone. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'te',
]);

/** Private ranges, which Envoy counts as within (`isInternalAddress`). */
export function isInternal(ip: Ip): boolean {
  return ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].some((range) =>
    cidrContains(cidr(range), ip),
  );
}
