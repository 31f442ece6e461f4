/** The two IP families in words. */

export const isIpv6 = (ip: string): boolean => ip.includes(':');

/** `TCP`, `ICMPv6`: a protocol as people write it. */
export const protocolName = (proto: string): string => (proto === 'icmpv6' ? 'ICMPv6' : proto.toUpperCase());

/** `10.0.0.1:80` or `[fd00::1]:80`. */
export function addressPort(ip: string, port: number | string): string {
  return isIpv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`;
}
