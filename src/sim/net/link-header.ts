import type { LinkConfig } from './config.ts';

/** Whether what passes a device has MAC addresses in front; a tunnel of IP packets has none. */
export function hasLinkHeader({ kind }: Pick<LinkConfig, 'kind'>): boolean {
  return kind !== 'ipip' && kind !== 'wireguard';
}
